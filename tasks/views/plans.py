"""方案与挂图作战: the list, one plan, breaking down, the wall map, reports, 对账."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids import access
from grids.errors import Refused
from grids.models import Grid, User
from grids.selectors import schemes_for
from tasks import plan_policies
from tasks.forms.plans import ConfirmForm, ExpandForm, ReportForm
from tasks.models import Measure, Plan, PlanReport
from tasks.selectors import (
    plan_board,
    plan_drafts,
    plan_page,
    plan_reconciling,
    plan_reports,
    plan_terms,
)
from tasks.selectors import plans as selecting
from tasks.services import plan_reports as reporting
from tasks.services import plans as planning
from tasks.views.common import now, scheme_of, staff_only

PAPERS = {"a3": "A3", "a0": "A0"}


def plan_of(request: HttpRequest, pk: int) -> Plan:
    """The plan of a regime one works in, else 404; 403 for 企业."""
    mine = schemes_for(request.user, timezone.localdate())
    plan = get_object_or_404(plan_drafts.visible(person(request), mine), pk=pk)
    if not plan_policies.may_read(request.user, plan.scheme, at=now()):
        raise PermissionDenied("企业账号只办理本企业的任务。")
    return plan


def led(request: HttpRequest, pk: int) -> Plan:
    """The plan if the person may break it down and receive for it, else 403."""
    plan = plan_of(request, pk)
    plan_policies.check_lead(person(request), selecting.root_of(plan.scheme))
    return plan


def person(request: HttpRequest) -> User:
    """Every door here asks for a login first."""
    user: User = request.user  # type: ignore[assignment]
    return user


def may_lead(request: HttpRequest, plan: Plan) -> bool:
    return plan_policies.may_lead(request.user, selecting.root_of(plan.scheme))


def refuse(form: Any, refusal: Refused) -> None:
    """A service's refusal beside the fields that it names."""
    named = {name: words for name, words in refusal.fields.items() if name in form.fields}
    for name, words in named.items():
        form.add_error(name, words)
    if not named:
        form.add_error(None, str(refusal))


# --- plans ---------------------------------------------------------------------------------------


@login_required
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    scheme = scheme_of(request)
    staff_only(request, scheme)
    at, user = now(), person(request)
    context = {
        "lines": selecting.plan_list(scheme, at),
        "desk": plan_drafts.desk(user, scheme, at=at),
        "may_draw_up": bool(plan_drafts.units_for(user, scheme, at=at)),
    }
    return render(request, "tasks/plan_list.html", context)


@login_required
@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    found = plan_of(request, pk)
    sections = plan_page.sections(found, now())
    waiting = sum(item.waiting for section in sections for item in section.items)
    context = {"plan": found, "sections": sections, "may_lead": may_lead(request, found)}
    return render(request, "tasks/plan.html", context | {"waiting": waiting})


@login_required
@require_http_methods(["GET", "POST"])
def expand(request: HttpRequest, pk: int, measure: int) -> HttpResponse:
    """分解: says which units will get a task before it hands them out."""
    found = led(request, pk)
    one = get_object_or_404(Measure.objects.select_related("plan__scheme"), plan=found, pk=measure)
    form = ExpandForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            done = planning.expand(one, by=person(request), at=now(), **form.arguments())
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _told(one, done))
            return redirect("tasks:plan", pk=found.pk)
    context = {"plan": found, "measure": one, "form": form, "outlook": plan_page.outlook(one)}
    context["item"] = selecting.item(one)
    status = 422 if form.errors else 200
    return render(request, "tasks/plan_expand.html", context, status=status)


def _told(measure: Measure, done: planning.Expansion) -> str:
    words = f"{selecting.item(measure)}已分解到 {len(done.created)} 个单位"
    if done.skipped:
        words += f"，{len(done.skipped)} 个单位已有任务"
    if done.closed:
        words += f"，{'、'.join(grid.name for grid in done.closed)}已撤销，没有派发"
    return f"{words}。"


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int, measure: int) -> HttpResponse:
    """核定 a quantity that no feedback card carries."""
    found = led(request, pk)
    one = get_object_or_404(Measure.objects.select_related("plan__scheme"), plan=found, pk=measure)
    data = request.POST if request.method == "POST" else None
    form = ConfirmForm(data, measure=one, initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            planning.confirm_quantity(one, by=person(request), at=now(), **form.cleaned_data)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"已核定{selecting.item(one)}的数量。")
            return redirect("tasks:plan", pk=found.pk)
    context = {"plan": found, "measure": one, "form": form, "item": selecting.item(one)}
    context["rows"] = one.progress.select_related("grid").order_by("-on", "-pk")[:50]
    status = 422 if form.errors else 200
    return render(request, "tasks/plan_confirm.html", context, status=status)


@login_required
@require_GET
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """挂图作战; `?paper=a0` lays it out for the wall."""
    found = plan_of(request, pk)
    shown = plan_board.board(found, person(request), now())
    paper = request.GET.get("paper", "")
    context = {"plan": found, "board": shown, "paper": paper if paper in PAPERS else "a3"}
    return render(request, "tasks/plan_board.html", context)


# --- reports -------------------------------------------------------------------------------------


@login_required
@require_GET
def latest_reports(request: HttpRequest) -> HttpResponse:
    """材料报送 of the regime's newest plan; the list of plans where there is none."""
    scheme = scheme_of(request)
    staff_only(request, scheme)
    newest = selecting.plans_of(scheme).filter(kind=Plan.Kind.DOCUMENT).first()
    return redirect("tasks:plan-reports", pk=newest.pk) if newest else redirect("tasks:plans")


def month_shown(request: HttpRequest, plan: Plan) -> tuple[list[plan_terms.Term], str]:
    """The submissions to choose from and the one asked for, else the newest; "" without any."""
    offered = plan_terms.terms(plan, now())
    return offered, request.GET.get("month") or (offered[0].key if offered else "")


@login_required
@require_GET
def reports(request: HttpRequest, pk: int) -> HttpResponse:
    found, at, user = plan_of(request, pk), now(), person(request)
    offered, month = month_shown(request, found)
    lines = plan_reports.report_list(found, month, at=at) if month else []
    units = [line.grid for line in lines]
    context = {
        "plan": found,
        "terms": offered,
        "term": plan_terms.term(found, month) if month else None,
        "lines": lines,
        "counts": plan_reports.counted(lines),
        "own": plan_policies.own_units(user, units, at=at),
        "seen": {grid.pk for grid in units if access.holds(user, access.VIEW, grid)},
        "may_lead": may_lead(request, found),
    }
    return render(request, "tasks/plan_reports.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: int, period: str, grid: int) -> HttpResponse:
    """One unit's report: a prefilled form for the unit itself, to read for those above."""
    found, at = plan_of(request, pk), now()
    unit = get_object_or_404(Grid, scheme=found.scheme, pk=grid)
    if not access.holds(request.user, access.VIEW, unit):
        raise Http404
    may_write = plan_policies.may_report(request.user, unit, at=at)
    if request.method == "POST" and not may_write:
        raise PermissionDenied(f"材料须由{unit.name}的任职人员（或其代理）报送。")
    context = report_context(request, found, unit, period)
    form = context["form"]
    if form.is_valid():
        try:
            reporting.submit_report(
                found, grid=unit, month=period, by=person(request), at=at, **form.arguments()
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"{unit.name}的{context['draft'].term.title}已报送。")
            return redirect("tasks:plan-report", pk=found.pk, period=period, grid=unit.pk)
    context |= {"may_write": may_write, "may_lead": may_lead(request, found)}
    status = 422 if form.errors else 200
    return render(request, "tasks/plan_report.html", context, status=status)


def report_context(request: HttpRequest, plan: Plan, unit: Grid, period: str) -> dict[str, Any]:
    """The form begins with the last revision's words, else with the system's draft."""
    draft = plan_reports.prefill(unit, plan, period, at=now())
    revisions = plan_reports.history(plan, unit, draft.term.key)
    initial = {"text": draft.text}
    if revisions:
        initial = {"text": revisions[0].text} | plan_reports.said(revisions[0])
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ReportForm(*data, lines=draft.lines, initial=initial)
    return {"plan": plan, "unit": unit, "draft": draft, "form": form, "revisions": revisions}


@login_required
@require_POST
def receive(request: HttpRequest, pk: int, report: int) -> HttpResponse:
    """签收 a unit's report."""
    found = led(request, pk)
    row = get_object_or_404(PlanReport.objects.select_related("grid"), plan=found, pk=report)
    row = reporting.receive_report(row, by=person(request), at=now())
    messages.success(request, f"已签收{row.grid.name}的材料。")
    return redirect("tasks:plan-report", pk=found.pk, period=row.period, grid=row.grid_id)


@login_required
@require_GET
def reconcile(request: HttpRequest, pk: int) -> HttpResponse:
    """对账 of one month, the units that one may see."""
    found, at = plan_of(request, pk), now()
    offered, month = month_shown(request, found)
    monthly = [one for one in offered if one.is_monthly]
    if month == plan_terms.SPECIAL and monthly:
        month = monthly[0].key
    lines = plan_reconciling.reconcile(found, month, at=at) if monthly else []
    context = {
        "plan": found,
        "terms": monthly,
        "term": plan_terms.term(found, month) if monthly else None,
        "lines": plan_reconciling.seen(lines, person(request)),
    }
    return render(request, "tasks/plan_reconcile.html", context)
