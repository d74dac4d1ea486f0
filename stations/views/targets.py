"""目标余量: the list, one target with the days behind it, 下达、调整、撤销, 外部排名."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids.errors import Invalid
from grids.models import GridScheme
from stations import policies
from stations.forms import ExternalRankForm
from stations.models import Target
from stations.pages import episodes
from stations.pages import targets as pages
from stations.progress import progress
from stations.services import externals
from stations.services import target_reports as reports
from stations.services import targets as services
from stations.target_forms import (
    TargetChangeForm,
    TargetForm,
    TargetReportForm,
    WithdrawTargetForm,
)
from stations.views.common import reader_scheme, show_refusal


@login_required
@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    """目标余量."""
    scheme = reader_scheme(request)
    return render(request, "stations/targets.html", _listed(request, scheme, ExternalRankForm()))


def _listed(request: HttpRequest, scheme: GridScheme, form: ExternalRankForm) -> dict[str, Any]:
    withdrawn = Target.objects.filter(scheme=scheme, is_withdrawn=True).order_by("-year", "code")
    return {
        "rows": progress(scheme, timezone.now()),
        "withdrawn": withdrawn,
        "external": episodes.ranks(scheme),
        "form": form,
        "may_note": policies.may_publish(request.user, scheme),
        "may_set": policies.may_set_target(request.user, scheme),
        "indicators": dict(form.fields["indicator"].choices),
    }


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """下达目标."""
    scheme = reader_scheme(request)
    policies.check_target(request.user, scheme)
    grids, stations = pages.subjects(scheme)
    given = request.POST if request.method == "POST" else None
    first = {"year": timezone.localdate().year}
    form = TargetForm(given, initial=first, grids=grids, stations=stations)
    if given is not None and form.is_valid():
        why = form.cleaned_data["reason"]
        try:
            made = services.enter(scheme, form.wish, reason=why, by=request.user, at=timezone.now())
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "已下达目标。")
            return redirect("stations:target", made.pk)
    status = 422 if form.errors else 200
    return render(request, "stations/target_form.html", {"form": form}, status=status)


def _seen(request: HttpRequest, pk: int) -> Target:
    rows = Target.objects.filter(scheme=reader_scheme(request))
    return get_object_or_404(rows.select_related("grid", "station", "scheme"), pk=pk)


@login_required
@require_GET
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """One target: the cascade, the days behind it (`?period=`), who set it."""
    return render(request, "stations/target.html", _context(request, _seen(request, pk)))


def _context(request: HttpRequest, found: Target) -> dict[str, Any]:
    names = (
        *("operator", "value", "year", "strength", "issuer", "document"),
        *("level", "baseline", "due_on"),
    )
    initial = {name: getattr(found, name) for name in names}
    shown = pages.page(found, request.GET.get("period", ""), timezone.now())
    may_set = policies.may_set_target(request.user, found.scheme)
    form = TargetChangeForm(initial=initial, target=found)
    return {
        **shown,
        "may_set": may_set,
        "form": form,
        "reason_form": WithdrawTargetForm(prefix="w"),
        "report_form": TargetReportForm(prefix="r", initial={"as_of": timezone.localdate()}),
    }


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """调整目标."""
    found = _seen(request, pk)
    policies.check_target(request.user, found.scheme)
    form = TargetChangeForm(request.POST, target=found)
    if not form.is_valid():
        shown = _context(request, found) | {"form": form}
        return render(request, "stations/target.html", shown, status=422)
    reason = form.cleaned_data["reason"]
    services.alter(found, form.wish, reason=reason, by=request.user, at=timezone.now())
    messages.success(request, "已调整目标，原来的数值留在记录里。")
    return redirect("stations:target", pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销目标."""
    found = _seen(request, pk)
    policies.check_target(request.user, found.scheme)
    form = WithdrawTargetForm(request.POST, prefix="w")
    if not form.is_valid():
        shown = _context(request, found) | {"reason_form": form}
        return render(request, "stations/target.html", shown, status=422)
    services.withdraw(found, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, "已撤销目标，记录保留。")
    return redirect("stations:targets")


@login_required
@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """填报完成情况."""
    found = _seen(request, pk)
    policies.check_target(request.user, found.scheme)
    form = TargetReportForm(request.POST, prefix="r")
    if form.is_valid():
        try:
            reports.report(found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "已填报完成情况。")
            return redirect("stations:target", pk)
    shown = _context(request, found) | {"report_form": form}
    return render(request, "stations/target.html", shown, status=422)


@login_required
@require_POST
def external(request: HttpRequest) -> HttpResponse:
    """登记外部排名."""
    scheme, form = reader_scheme(request), ExternalRankForm(request.POST)
    if not form.is_valid():
        shown = _listed(request, scheme, form)
        return render(request, "stations/targets.html", shown, status=422)
    externals.note(scheme, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, "已登记外部排名。")
    return redirect("stations:targets")
