"""周边: the sources of the register around a station, and the visits that its curve shows.

The air side and the field do not know each other; here they meet.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from grids.models import User
from grids.selectors import rule
from inspections.models import Inspection, PollutionSource
from stations import upwind
from stations.interventions import MOST, Intervention, register
from stations.models import HourlyReading, Station
from stations.pages import points
from stations.roses import SECTORS, sector_of
from stations.standards import BEIJING
from stations.surroundings import path_of, place_of

WIND = {"spread_deg": 45, "calm_ms": 0.5, "wind_hours": 3}
"""Where the scheme has no rule `alarm_orders`."""
_DEGREE_M = 111_195.0  # of latitude
SHOWN = 60


def around(station: Station, user: User, at: datetime) -> dict[str, Any]:
    """Sources in the rings that the person may see: ring, upwind, category, distance.

    Without a position of the station only the sentence that says so.
    """
    place = place_of(station)
    if place is None:
        return {"station": station, "place": None}
    wind = wind_now(station, at)
    rows = {row.number: row for row in _near(station, user)}
    likely = _likely(station, at)
    ranked = upwind.rank([_plain(row) for row in rows.values()], place, wind, likely)
    sources = [
        {
            "row": rows[one.source.number],
            "ranked": one,
            "ring": upwind.RING_NAMES[one.ring],
            "direction": SECTORS[
                sector_of(
                    round(upwind.bearing(place.lon, place.lat, one.source.lon, one.source.lat))
                )
            ],
        }
        for one in ranked[:SHOWN]
    ]
    return {
        "station": station,
        "place": place,
        "wind": wind,
        "sources": sources,
        "total": len(ranked),
        "points": _points(station, sources, at),
    }


def wind_now(station: Station, at: datetime) -> upwind.Sector | None:
    """上风向 of the last hours; None: calm, or no wind figures."""
    given = WIND | (rule(station.scheme, "alarm_orders", at.astimezone(BEIJING).date()) or {})
    newest = HourlyReading.objects.filter(
        station=station,
        wind_deg__isnull=False,
        hour_ending_at__lte=at,
        hour_ending_at__gt=at - timedelta(hours=24),
    ).order_by("-hour_ending_at")[: int(given["wind_hours"])]
    winds = [(row.wind_deg, row.wind_speed_cms) for row in newest]
    return upwind.sector(winds, spread=given["spread_deg"], calm_ms=given["calm_ms"])


def _likely(station: Station, at: datetime) -> list[str]:
    ranks = rule(station.scheme, "source_rank", at.astimezone(BEIJING).date()) or {}
    return list(ranks.get("pm10", ()))


def _near(station: Station, user: User) -> list[PollutionSource]:
    """Everything on the register in the square around the outer ring."""
    lon, lat = station.lon or 0.0, station.lat or 0.0
    high = station.radiation_m / _DEGREE_M
    wide = high * 2  # wide enough up to 60° north
    rows = PollutionSource.objects.visible_to(user).on_register()
    near = Q(lon__range=(lon - wide, lon + wide), lat__range=(lat - high, lat + high))
    return list(rows.filter(near, scheme=station.scheme_id).select_related("grid"))


def _plain(row: PollutionSource) -> upwind.Source:
    return upwind.Source(
        number=row.number,
        name=row.name,
        category=row.category,
        label=row.get_category_display(),
        lon=row.lon or 0.0,
        lat=row.lat or 0.0,
        grid_path=path_of(row.grid),
    )


def _points(station: Station, sources: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
    """The station with its rings, and the sources; upwind ones in the colour of 临期."""
    found = points.collection([station], at)
    for one in sources:
        row, ranked = one["row"], one["ranked"]
        found["features"].append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
                "properties": {
                    "name": row.name,
                    "code": row.number,
                    "url": reverse("inspections:source", args=[row.pk]),
                    "note": f"{row.get_category_display()} · {one['ring']} · {one['direction']} "
                    f"{ranked.metres} 米{' · 上风向' if ranked.is_upwind else ''}",
                    "mark": "source",
                    "upwind": ranked.is_upwind,
                    "radius": 6,
                },
            }
        )
    return found


def visits(
    user: User, station: Station, since: datetime, until: datetime
) -> Iterable[Intervention]:
    """巡查 and 暗访 (once released) of the station, its grid and below."""
    grid, span = station.grid, (since, until)
    here = Q(grid__tree_id=grid.tree_id, grid__lft__gte=grid.lft, grid__lft__lte=grid.rght)
    rows = Inspection.objects.visible_to(user).filter(here | Q(station_code=station.code))
    for row in rows.filter(at__range=span).select_related("grid").order_by("-at", "-pk")[:MOST]:
        text = row.place or row.grid.name
        url = reverse("inspections:detail", args=[row.pk])
        yield Intervention(row.started_at or row.at, row.get_mode_display(), text, url)


register(visits)
