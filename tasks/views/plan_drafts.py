"""拟定实施方案: the unit draws up, the office approves or sends back; versions (Y1-87, ZY-88)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids.errors import Refused
from tasks import plan_flow, plan_policies
from tasks.forms.plan_drafts import DrawUpForm, HeadForm, ItemForm, ReasonForm, initial_of
from tasks.models import Plan
from tasks.selectors import plan_drafts as drafting
from tasks.selectors import plan_revisions
from tasks.selectors import plans as selecting
from tasks.services import plan_drafts, plan_items, plan_judging, plan_versions
from tasks.views.common import now, scheme_of, staff_only
from tasks.views.plans import person, plan_of, refuse


def own_of(request: HttpRequest, pk: int) -> Plan:
    """The plan if the person draws up for its unit; 404 when not seen, else 403."""
    found = plan_of(request, pk)
    plan_policies.check_draw_up(person(request), found.grid, at=now())
    return found


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """拟定: name, targets, assessment and the document; measures come on the next page."""
    scheme, at = scheme_of(request), now()
    staff_only(request, scheme)
    units = drafting.units_for(person(request), scheme, at=at)
    if not units:
        raise PermissionDenied("实施方案由承担任务的网格拟定，您没有这样的任职。")
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DrawUpForm(*sent, units=units, initial={"year": at.year, "grid": units[-1].pk})
    if form.is_valid():
        try:
            drawn = plan_drafts.draw_up(by=person(request), at=at, **form.arguments())
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"已建立{drawn.code}，请加入措施。")
            return redirect("tasks:plan-draft", pk=drawn.pk)
    status = 422 if form.errors else 200
    return render(request, "tasks/plan_new.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """方案的拟定与审批: what the unit wrote, what is missing, and every step until now."""
    found = plan_of(request, pk)
    if found.grid is None:
        raise Http404
    if request.method == "POST":
        own_of(request, pk)
    form = _head_form(request, found)
    if form.is_valid():
        try:
            plan_drafts.rewrite(found, by=person(request), at=now(), **form.arguments())
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "已保存。")
            return redirect("tasks:plan-draft", pk=pk)
    return shown_draft(request, found, form=form)


def _head_form(request: HttpRequest, plan: Plan) -> HeadForm:
    if request.method == "POST":
        return HeadForm(request.POST, request.FILES)
    names = ("name", "year", "goal", "assessment")
    return HeadForm(initial={name: getattr(plan, name) for name in names})


def shown_draft(
    request: HttpRequest,
    plan: Plan,
    *,
    form: HeadForm | None = None,
    judging: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at = person(request), now()
    is_open = plan.state in plan_flow.OPEN
    root = selecting.root_of(plan.scheme)
    rows = selecting.measures_of(plan).prefetch_related("units__grid", "milestones")
    form = form or HeadForm(
        initial={n: getattr(plan, n) for n in ("name", "year", "goal", "assessment")}
    )
    context = {
        "plan": plan,
        "form": form,
        "judging": judging or ReasonForm(),
        "measures": rows,
        "missing": plan_judging.missing_of(plan) if is_open else [],
        "is_open": is_open,
        "is_own": plan_policies.may_draw_up(user, plan.grid, at=at),
        "may_judge": plan.state == Plan.State.SUBMITTED
        and not plan_policies.why_not_judge(user, plan, root, at=at),
        "steps": plan.steps.order_by("pk"),
        "versions": drafting.versions(plan),
        "revisions": plan_revisions.revisions(plan, user),
        "next": Plan.objects.filter(previous=plan).first(),
    }
    status = 422 if form.errors or (judging and judging.errors) else status
    return render(request, "tasks/plan_draft.html", context, status=status)


# --- measures ------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, pk: int, measure: int | None = None) -> HttpResponse:
    """One measure: new, or changed."""
    found, at = own_of(request, pk), now()
    one = get_object_or_404(found.measures, pk=measure) if measure else None
    if found.state not in plan_flow.OPEN:
        raise Refused(f"方案{found.get_state_display()}，不能修改。")
    data = request.POST if request.method == "POST" else None
    initial = initial_of(one) if one else {"strength": "MUST"}
    form = ItemForm(data, plan=found, at=at, initial=initial)
    if form.is_valid():
        who: dict[str, Any] = {"wanted": form.wanted(), "by": person(request), "at": at}
        try:
            if one is None:
                row = plan_items.add_measure(found, **who)
            else:
                row = plan_items.change_measure(one, **who)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"已保存{selecting.item(row)}。")
            again = "tasks:plan-item-new" if "again" in request.POST else "tasks:plan-draft"
            return redirect(again, pk=pk)
    context = {"plan": found, "measure": one, "form": form}
    return render(request, "tasks/plan_item.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def drop_item(request: HttpRequest, pk: int, measure: int) -> HttpResponse:
    found = own_of(request, pk)
    one = get_object_or_404(found.measures.select_related("plan__grid__scheme"), pk=measure)
    plan_items.drop_measure(one, by=person(request), at=now())
    messages.success(request, f"已删除{selecting.item(one)}。")
    return redirect("tasks:plan-draft", pk=pk)


# --- steps ---------------------------------------------------------------------------------------


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """`act` of the unit: submit, revise, discard, or drop a file (`file`)."""
    found = own_of(request, pk)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    return act(request, found)


def _submit(request: HttpRequest, plan: Plan) -> HttpResponse:
    plan_judging.submit(plan, by=person(request), at=now())
    messages.success(request, f"已报审，由{selecting.root_of(plan.scheme).name}审批。")
    return redirect("tasks:plan-draft", pk=plan.pk)


def _revise(request: HttpRequest, plan: Plan) -> HttpResponse:
    drawn = plan_versions.revise(plan, by=person(request), at=now())
    messages.success(request, f"已建立第 {drawn.version} 版草稿，旧版在新版批准前继续施行。")
    return redirect("tasks:plan-draft", pk=drawn.pk)


def _discard(request: HttpRequest, plan: Plan) -> HttpResponse:
    plan_drafts.discard(plan, by=person(request), at=now())
    messages.success(request, "草稿已删除。")
    return redirect("tasks:plans")


def _drop_file(request: HttpRequest, plan: Plan) -> HttpResponse:
    row = get_object_or_404(plan.attachments, pk=_number(request.POST.get("file", "")))
    plan_drafts.drop_file(plan, file=row, by=person(request), at=now())
    messages.success(request, "已移除这个文件。")
    return redirect("tasks:plan-draft", pk=plan.pk)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


ACTS: dict[str, Callable[[HttpRequest, Plan], HttpResponse]] = {
    "submit": _submit,
    "revise": _revise,
    "discard": _discard,
    "drop-file": _drop_file,
}


@login_required
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """审批: `act` approve, or send_back with a reason."""
    found, who = plan_of(request, pk), {"by": person(request), "at": now()}
    if request.POST.get("act") == "approve":
        done = plan_judging.approve(found, note=request.POST.get("note", ""), **who)  # type: ignore[arg-type]
        messages.success(request, f"已批准，{done.name}自即日起施行，可以分解到单位。")
        return redirect("tasks:plan", pk=pk)
    plan_policies.check_judge(person(request), found, selecting.root_of(found.scheme), at=now())
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return shown_draft(request, found, judging=form)
    plan_judging.send_back(found, reason=form.cleaned_data["reason"], **who)  # type: ignore[arg-type]
    messages.success(request, "已退回，单位会看到理由。")
    return redirect("tasks:plan-draft", pk=pk)


@login_required
@require_GET
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """What this version changes in the one before, field by field."""
    found = plan_of(request, pk)
    shown = drafting.difference(found)
    if shown is None:
        raise Http404
    context = {"plan": found, "difference": shown, "versions": drafting.versions(found)}
    return render(request, "tasks/plan_differences.html", context)
