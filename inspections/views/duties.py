"""我的履职, and the checklists and duties of a regime."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from grids.models import Clause
from grids.selectors import schemes_for
from inspections.forms.duty import DeedForm
from inspections.models import Duty
from inspections.selectors import duties as selectors
from inspections.selectors import visits
from inspections.services import duties
from inspections.views import doors

MOST_OWED = 3


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    scheme, today = doors.staff_only(request), timezone.localdate()
    states = selectors.duty_states(request.user, scheme, today)
    context = {
        "rows": [(state, state.days_left(today)) for state in states],
        "oversees": duties.oversees_anybody(request.user),
        "shell": doors.shell(request),
    }
    return render(request, "inspections/duties.html", context)


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """A part of 今日清单: the visits that the own posts still owe in the running periods."""
    scheme, on = doors.staff_only(request), timezone.localdate()
    states = selectors.duty_states(request.user, scheme, on)
    owed = [(state, state.days_left(on)) for state in states if state.missing and state.is_visit]
    return render(request, "inspections/_today.html", {"rows": owed[:MOST_OWED]})


@login_required
@require_GET
def others(request: HttpRequest) -> HttpResponse:
    """Duties of the posts that the person oversees: second to his own, on a page of its own."""
    scheme, today = doors.staff_only(request), timezone.localdate()
    states = selectors.people_states(request.user, scheme, today)
    late = [state for state in states if state.missing]
    shown = late if request.GET.get("missing") == "1" else states
    context = {
        "rows": [(state, state.days_left(today)) for state in shown],
        "missing": len(late),
        "total": len(states),
    }
    return render(request, "inspections/duties_others.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, code: str) -> HttpResponse:
    duty = get_object_or_404(Duty, code=code, scheme=doors.staff_only(request))
    form = DeedForm(request.POST or None, initial={"held_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        deed = duties.Deed(**form.cleaned_data)
        duties.register(duty, deed=deed, by=request.user, at=timezone.now())
        messages.success(request, f"已登记：{deed.title}")
        return redirect("inspections:duties")
    context = {"form": form, "duty": duty, "shell": doors.shell(request)}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/duty_record.html", context, status=status)


@login_required
@require_GET
def scheme_panel(request: HttpRequest, code: str) -> HttpResponse:
    """Checklists and duties of a regime with their sentences, for the page of the regime."""
    schemes = schemes_for(request.user, timezone.localdate())
    scheme = next((one for one in schemes if one.code == code), None)
    if scheme is None:
        return render(request, "404.html", status=404)
    context = {
        "regime": scheme,
        "checklists": visits.checklists(scheme),
        "duties": Duty.objects.filter(scheme=scheme).order_by("pk"),
        "quotes": dict(Clause.objects.filter(scheme=scheme).values_list("code", "quote")),
    }
    part = "_scheme_panel" if request.headers.get("HX-Request") else "scheme_panel"
    return render(request, f"inspections/{part}.html", context)
