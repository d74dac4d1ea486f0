"""导入措施: file → columns → preview → in, for a plan that is drawn up."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grids.errors import Refused
from tasks import plan_flow, sheets
from tasks.forms.imports import UploadForm, first_guess, padded
from tasks.forms.plan_drafts import MeasureCommitForm, MeasureMappingForm
from tasks.measure_rows import HEADS
from tasks.models import Plan
from tasks.selectors.plan_rehearsal import rehearse
from tasks.services import import_holding, plan_items
from tasks.views.common import now
from tasks.views.plan_drafts import own_of
from tasks.views.plans import person


@login_required
@require_http_methods(["GET", "POST"])
def import_items(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the form. POST: `act` upload, map, preview or commit."""
    plan = own_of(request, pk)
    if plan.state not in plan_flow.OPEN:
        raise Refused(f"方案{plan.get_state_display()}，不能修改。")
    if request.method == "GET":
        return _start(request, plan, UploadForm())
    return STEPS.get(request.POST.get("act", ""), _upload)(request, plan)


def _start(request: HttpRequest, plan: Plan, form: UploadForm) -> HttpResponse:
    context = {"plan": plan, "form": form}
    return render(request, "tasks/plan_import.html", context, status=422 if form.errors else 200)


def _upload(request: HttpRequest, plan: Plan) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _start(request, plan, form)
    held = import_holding.keep(form.data_read, by=person(request), at=now())
    initial = first_guess(form.sheet, held, form.cleaned_data["file"].name, HEADS)
    return _mapping(request, plan, MeasureMappingForm(initial=initial, sheet=form.sheet))


def _mapping(request: HttpRequest, plan: Plan, form: MeasureMappingForm) -> HttpResponse:
    context = {"plan": plan, "form": form, "sheet": form.sheet, "rows": padded(form.sheet, 6)}
    return render(
        request, "tasks/plan_import_map.html", context, status=422 if form.errors else 200
    )


def _held(request: HttpRequest) -> sheets.Sheet:
    return sheets.read(import_holding.take(request.POST.get("held", ""), by=person(request)))


def _remap(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Back from the preview, or another line as head."""
    sheet = _held(request)
    given = {name: value for name, value in request.POST.items() if value != ""}
    guessed = first_guess(sheet, given.get("held", ""), given.get("name", ""), HEADS)
    return _mapping(request, plan, MeasureMappingForm(initial=guessed | given, sheet=sheet))


def _preview(request: HttpRequest, plan: Plan) -> HttpResponse:
    form = MeasureMappingForm(request.POST, sheet=_held(request))
    if not form.is_valid():
        return _mapping(request, plan, form)
    found = rehearse(plan, form.sheet, form.columns(), at=now())
    carried = [(name, form[name].value()) for name in form.fields]
    context = {
        "plan": plan,
        "found": found,
        "name": form.cleaned_data["name"],
        "carried": [(name, value) for name, value in carried if value not in ("", None)],
    }
    return render(request, "tasks/plan_import_preview.html", context)


def _commit(request: HttpRequest, plan: Plan) -> HttpResponse:
    form = MeasureCommitForm(request.POST, sheet=_held(request))
    if not form.is_valid():
        return _mapping(request, plan, form)
    added = plan_items.take_in(
        plan,
        sheet=form.sheet,
        columns=form.columns(),
        expected=form.cleaned_data["new"],
        by=person(request),
        at=now(),
    )
    messages.success(request, f"“{form.cleaned_data['name']}”已导入 {len(added)} 项措施。")
    return redirect("tasks:plan-draft", pk=plan.pk)


STEPS: dict[str, Callable[[HttpRequest, Plan], HttpResponse]] = {
    "upload": _upload,
    "map": _remap,
    "preview": _preview,
    "commit": _commit,
}
