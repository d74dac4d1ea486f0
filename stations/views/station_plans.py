"""一站一策: the page of a station's plan (Z-09)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grids.errors import Invalid, Refused
from grids.views.common import check_reader
from stations.pages import station_plan as pages
from stations.services import station_plans
from stations.views.common import seen_station, show_refusal
from tasks import plan_policies
from tasks.forms.plan_drafts import HeadForm


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Sources around, measures, versions and effect; POST draws the first version up."""
    station, at = seen_station(request, code), timezone.now()
    check_reader(request, station.scheme, timezone.localdate(at))
    if request.method == "POST":
        plan_policies.check_draw_up(request.user, station.grid, at=at)  # type: ignore[arg-type]
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    name = f"{station.name}“一站一策”工作方案"
    form = HeadForm(*sent, initial={"name": name, "year": timezone.localdate(at).year})
    status = 200
    if form.is_valid():
        try:
            drawn = station_plans.draw_up(station, by=request.user, at=at, **form.arguments())  # type: ignore[arg-type]
        except Invalid as refusal:
            show_refusal(form, refusal)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, f"已建立{drawn.code}，请加入措施后报审。")
            return redirect("tasks:plan-draft", pk=drawn.pk)
    context = {
        "station": station,
        "shown": pages.shown(station, request.user, at),  # type: ignore[arg-type]
        "form": form,
        "may_draw_up": plan_policies.may_draw_up(request.user, station.grid, at=at),
    }
    status = 422 if form.errors and status == 200 else status
    return render(request, "stations/plan.html", context, status=status)
