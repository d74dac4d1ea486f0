"""责任单位 as a ranked unit; 版本对照 of any period."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grids.models import Grid
from stations import presence
from stations.models import Station
from stations.pages import editions as comparing
from stations.pages import unit as pages
from stations.pages.targets import subjects
from stations.periods import Kind, Period
from stations.views.common import reader_scheme

KINDS = (Kind.WEEK, Kind.MONTH, Kind.QUARTER, Kind.YEAR)


@login_required
@require_GET
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One ranked unit of the regime; 404 for a grid without stations."""
    scheme, at = reader_scheme(request), timezone.now()
    found = Grid.objects.filter(scheme=scheme, stations__isnull=False, pk=pk)
    grid = found.select_related("scheme").first()
    if grid is None:
        raise Http404
    return render(request, "stations/unit.html", pages.page(grid, request.user, at))


@login_required
@require_GET
def editions(request: HttpRequest) -> HttpResponse:
    """`?period=2026-11&of=g12`: whole scheme, a unit (g…) or a station (s…)."""
    scheme, on = reader_scheme(request), timezone.localdate()
    period = _asked(request.GET.get("period", "")) or Period.containing(Kind.MONTH, on)
    units, stations = subjects(scheme)
    of = request.GET.get("of", "")
    chosen = _stations(of, units, stations) or presence.scheme_stations(scheme, timezone.now())
    shown = {
        "period": period,
        "kinds": [(Period.containing(kind, min(period.last, on)), kind) for kind in KINDS],
        "of": of,
        "units": [(f"g{one.pk}", one.name) for one in units],
        "points": [(f"s{one.pk}", one.name, one.code) for one in stations],
        "single": chosen[0] if len(chosen) == 1 else None,
        "count": len(chosen),
        **(comparing.compare(chosen, period, on) if chosen else {}),
    }
    return render(request, "stations/editions.html", shown)


def _asked(code: str) -> Period | None:
    try:
        return Period.parse(code) if code else None
    except ValueError:
        return None


def _stations(of: str, units: object, stations: object) -> list[Station]:
    rows = Station.objects.filter(pk__in=stations.values("pk"))  # type: ignore[attr-defined]
    kind, key = of[:1], of[1:]
    if not (key.isascii() and key.isdigit()):
        return []
    if kind == "s":
        return list(rows.filter(pk=int(key[:9])))
    return list(rows.filter(grid=int(key[:9])).order_by("code")) if kind == "g" else []
