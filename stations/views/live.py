"""实时: the list, the wall, the public board, points on the map."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grids.models import GridScheme
from stations.models import Station
from stations.pages import live, points
from stations.pages import near as near_pages
from stations.views.common import reader_scheme


@login_required
@require_GET
def stations(request: HttpRequest) -> HttpResponse:
    """站点列表: newest hour and state of every station of the scope."""
    asked = {name: request.GET.get(name, "") for name in ("control", "state")}
    scheme, at = reader_scheme(request), timezone.now()
    shown = live.station_rows(request.user, scheme, at, **asked)
    return render(request, "stations/list.html", {**shown, **asked})


@login_required
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """大屏."""
    scheme = reader_scheme(request)
    return render(request, "stations/wall.html", live.wall(scheme, timezone.now()))


@login_required
@require_GET
def near(request: HttpRequest) -> HttpResponse:
    """A part of 今日清单: the air where the person works; empty without a station."""
    rows = near_pages.near(request.user, reader_scheme(request), timezone.now())  # type: ignore[arg-type]
    return render(request, "stations/_near.html", {"rows": rows})


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """空气质量牌 for everybody: `?scheme=CODE`, else the first regime with stations."""
    schemes = GridScheme.objects.filter(stations__is_active=True).distinct().order_by("code")
    asked = request.GET.get("scheme", "")
    scheme = schemes.filter(code=asked).first() if asked else schemes.first()
    if scheme is None and asked:
        raise Http404
    at = timezone.now()
    shown = live.board(scheme, at) if scheme else {}
    return render(request, "stations/board.html", {**shown, "at": at, "schemes": schemes})


@login_required
@require_GET
def map_points(request: HttpRequest) -> JsonResponse:
    """GeoJSON of the stations that have a position, with their rings."""
    scheme = reader_scheme(request)
    stations = Station.objects.readable_by(request.user).filter(scheme=scheme)
    return JsonResponse(points.collection(stations, timezone.now()))
