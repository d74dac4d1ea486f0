"""One measure: its steps and its money."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from grids.errors import Refused
from grids.selectors import quote, schemes_for
from tasks import plan_policies
from tasks.forms.measures import FundForm, MilestoneForm, ReachForm
from tasks.models import Measure
from tasks.selectors import plan_drafts, plans
from tasks.services import measure_books
from tasks.views.common import now

FORMS = {"milestone": MilestoneForm, "reach": ReachForm, "fund": FundForm}


@login_required
@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    mine = schemes_for(request.user, now().date())
    seen = plan_drafts.visible(request.user, mine)  # type: ignore[arg-type]
    rows = Measure.objects.filter(plan__in=seen.values("pk")).select_related("plan__scheme")
    one = get_object_or_404(rows, pk=pk)
    if not plan_policies.may_read(request.user, one.plan.scheme, at=now()):
        raise PermissionDenied("企业账号只办理本企业的任务。")
    forms: dict[str, Any] = {"milestone": MilestoneForm(), "fund": FundForm()}
    if request.method == "POST":
        name = request.POST.get("form", "")
        form = FORMS.get(name, MilestoneForm)(request.POST)
        if form.is_valid() and _done(request, one, name, form):
            return redirect("tasks:measure", pk=one.pk)
        forms[name] = form
    status = 422 if request.method == "POST" else 200
    return render(request, "tasks/measure.html", _shown(request, one, forms), status=status)


def _done(request: HttpRequest, one: Measure, name: str, form: Any) -> object:
    """Calls the service; its refusal stands beside the fields. Falsy when refused."""
    who = {"by": request.user, "at": now()}
    given = form.cleaned_data
    try:
        if name == "fund":
            return measure_books.record_fund(one, **given, **who)
        if name == "reach":
            found = get_object_or_404(one.milestones, pk=given["milestone"])
            return measure_books.reach(found, done_on=given["done_on"], **who)
        return measure_books.set_milestone(one, **given, **who)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _shown(request: HttpRequest, one: Measure, forms: dict[str, Any]) -> dict[str, Any]:
    planned, paid = measure_books.funds_of(one)
    return {
        "measure": one,
        "forms": forms,
        "clause": quote(one.plan.scheme, one.clause),
        "milestones": one.milestones.order_by("due_on", "pk"),
        "funds": one.funds.order_by("on", "pk"),
        "planned": planned,
        "paid": paid,
        "may_lead": plan_policies.may_lead(request.user, plans.root_of(one.plan.scheme)),
        "today": now().date(),
    }
