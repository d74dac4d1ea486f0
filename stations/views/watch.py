"""高值与异常, 目标余量."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids.models import GridScheme
from stations import policies
from stations.forms import ExternalRankForm, VerdictForm
from stations.models import Alarm
from stations.pages import episodes as pages
from stations.progress import progress
from stations.services import alarms as services
from stations.services import externals
from stations.views.common import reader_scheme


@login_required
@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """高值与异常列表."""
    scheme, at = reader_scheme(request), timezone.now()
    asked = {name: request.GET.get(name, "") for name in ("kind", "open", "verdict")}
    shown = pages.table(request.user, scheme, at, asked)
    page = Paginator(shown.pop("alarms"), 50).get_page(request.GET.get("page"))
    return render(request, "stations/alarms.html", {**shown, **asked, "page": page})


@login_required
@require_http_methods(["GET", "POST"])
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One episode: its hours, its rule, its task; 核查结论."""
    rows = Alarm.objects.visible_to(request.user).select_related("station__scheme", "task")
    found = get_object_or_404(rows, pk=pk)
    form = VerdictForm(request.POST) if request.method == "POST" else VerdictForm()
    if form.is_valid():
        services.decide(found, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "已记录核查结论。")
        return redirect("stations:alarm", pk)
    shown = pages.one(found, timezone.now()) | {
        "form": form,
        "may_decide": policies.may_manage(request.user, found.station),
    }
    return render(request, "stations/alarm.html", shown, status=422 if form.errors else 200)


@login_required
@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    """目标余量."""
    scheme = reader_scheme(request)
    return render(request, "stations/targets.html", _targets(request, scheme, ExternalRankForm()))


def _targets(request: HttpRequest, scheme: GridScheme, form: ExternalRankForm) -> dict[str, Any]:
    return {
        "rows": progress(scheme, timezone.now()),
        "external": pages.ranks(scheme),
        "form": form,
        "may_note": policies.may_publish(request.user, scheme),
        "indicators": dict(form.fields["indicator"].choices),
    }


@login_required
@require_POST
def external(request: HttpRequest) -> HttpResponse:
    """登记外部排名."""
    scheme, form = reader_scheme(request), ExternalRankForm(request.POST)
    if not form.is_valid():
        shown = _targets(request, scheme, form)
        return render(request, "stations/targets.html", shown, status=422)
    externals.note(scheme, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, "已登记外部排名。")
    return redirect("stations:targets")
