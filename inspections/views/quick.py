"""快速上报 and 附近污染源, and the grid of a place."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from grids import access
from grids.models import GridScheme
from grids.selectors import locate
from inspections import policies
from inspections.forms.quick import QuickForm
from inspections.presets import BY_CODE, PRESETS
from inspections.selectors import sources as source_selectors
from inspections.selectors import visits as selectors
from inspections.services import quick
from inspections.views import doors

DISTANCES = {200: "200 米内", 1000: "1 公里内", 3000: "3 公里内"}


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    policies.check_anywhere(request.user, "report")
    scheme = doors.scheme_of(request)
    if request.method == "POST":
        return _send(request, scheme)
    at = timezone.now()
    own = selectors.own_grid(request.user, scheme, "report", at)
    initial = {"client_id": uuid4(), "grid": own.pk if own else None}
    initial["preset"] = request.GET.get("preset", "")
    form = QuickForm(user=request.user, scheme=scheme, at=at, initial=initial)
    return _page(request, scheme, form, 200)


def _send(request: HttpRequest, scheme: GridScheme) -> HttpResponse:
    at = timezone.now()
    kept = doors.kept_of(request, at=at)
    form = QuickForm(request.POST, user=request.user, scheme=scheme, at=at, kept=kept)
    if not form.is_valid() or form.report is None:
        if doors.wants_json(request):
            return doors.refusal(form)
        return _page(request, scheme, form, 422)
    inspection, created = quick.report(form.report, by=request.user, at=at)
    url = reverse("inspections:detail", args=[inspection.pk])
    if doors.wants_json(request):
        return doors.receipt(inspection, url, created=created)
    messages.success(request, "已上报，已到服务器。" if created else "这份上报之前已经送达。")
    return redirect(url)


def _page(request: HttpRequest, scheme: GridScheme, form: QuickForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "presets": PRESETS,
        "grids": selectors.grid_choices(request.user, scheme, access.REPORT),
        "similar": form.similar,
        "may_visit": policies.may_anywhere(request.user, "visit"),
    }
    return render(request, "inspections/quick.html", context, status=status)


@login_required
@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """The list of like reports close by, for the page to put in."""
    policies.check_anywhere(request.user, "report")
    preset = BY_CODE.get(request.GET.get("preset", ""))
    found = selectors.similar_reports(
        request.user,
        doors.scheme_of(request),
        category=preset.category if preset else "",
        lon=doors.number_of(request, "lon"),
        lat=doors.number_of(request, "lat"),
        at=timezone.now(),
    )
    return render(request, "inspections/_similar_reports.html", {"similar": found})


@login_required
@require_GET
def nearby(request: HttpRequest) -> HttpResponse:
    policies.check_anywhere(request.user, "report")
    scheme = doors.scheme_of(request)
    lon, lat = doors.number_of(request, "lon"), doors.number_of(request, "lat")
    context = {"lon": lon, "lat": lat, "distances": DISTANCES} | _near(request, scheme, lon, lat)
    part = "_nearby" if request.headers.get("HX-Request") else "nearby"
    return render(request, f"inspections/{part}.html", context)


def _near(
    request: HttpRequest, scheme: GridScheme, lon: float | None, lat: float | None
) -> dict[str, Any]:
    within = request.GET.get("within", "")
    within_m = int(within) if within.isdecimal() and int(within) in DISTANCES else max(DISTANCES)
    if lon is None or lat is None:
        rows = source_selectors.listed(request.user, scheme, {"order": "visited"})[:30]
        return {"rows": [(source, "") for source in rows], "within": within_m}
    rows = source_selectors.nearby(request.user, scheme, lon=lon, lat=lat, within_m=within_m)
    return {"rows": [(source, far(metres)) for source, metres in rows], "within": within_m}


def far(metres: int) -> str:
    """A distance as people say it: `340 米`, `1.2 公里`."""
    return f"{metres} 米" if metres < 1000 else f"{metres / 1000:.1f} 公里"


@login_required
@require_GET
def grid_at(request: HttpRequest) -> HttpResponse:
    """Which grid of the present regime a point lies in, and whether I may record there."""
    policies.check_anywhere(request.user, "report")
    scheme = doors.scheme_of(request)
    lon, lat = doors.number_of(request, "lon"), doors.number_of(request, "lat")
    if lon is None or lat is None:
        return JsonResponse({"grid": None})
    found = locate(lon, lat, on=timezone.localdate())
    grid = next((one.grid for one in found if one.scheme.pk == scheme.pk), None)
    if grid is None:
        return JsonResponse({"grid": None})
    answer = {
        "grid": grid.pk,
        "name": grid.name,
        "report": policies.may(request.user, "report", grid),
        "visit": policies.may(request.user, "visit", grid),
    }
    return JsonResponse(answer)
