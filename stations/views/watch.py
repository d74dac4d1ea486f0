"""高值与异常."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from stations import policies
from stations.forms import VerdictForm
from stations.models import Alarm
from stations.pages import alarms as lists
from stations.pages import episodes as pages
from stations.services import verdicts as services
from stations.views.common import reader_scheme


@login_required
@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """高值与异常列表; an unknown filter is named and left out."""
    scheme, at = reader_scheme(request), timezone.now()
    asked = {name: request.GET.get(name, "")[:40] for name in ("kind", "state", "station")}
    shown = lists.table(request.user, scheme, at, asked)
    page = Paginator(shown.pop("alarms"), 50).get_page(request.GET.get("page"))
    return render(request, "stations/alarms.html", {**shown, "asked": asked, "page": page})


@login_required
@require_http_methods(["GET", "POST"])
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One episode: its hours, its neighbours, sources and orders; 核查结论."""
    rows = Alarm.objects.visible_to(request.user).select_related("station__scheme", "task")
    found = get_object_or_404(rows.select_related("station__grid", "verdict_by"), pk=pk)
    form = VerdictForm(request.POST or None, choices=services.choices(found))
    if request.method == "POST" and form.is_valid():
        services.decide(found, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "已记录核查结论。")
        return redirect("stations:alarm", pk)
    shown = pages.one(found, request.user, timezone.now()) | {
        "form": form,
        "may_decide": policies.may_manage(request.user, found.station),
    }
    return render(request, "stations/alarm.html", shown, status=422 if form.errors else 200)
