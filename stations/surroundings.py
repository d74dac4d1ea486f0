"""Around a station: stations to compare with, its upwind side, the grids that an order goes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians, sin
from typing import Any

from django.db.models import Q
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from grids.geo import distance_m
from grids.models import Grid, GridBoundary, GridKind
from grids.selectors import chain_of, valid_q
from stations.models import AlarmOrder, Station
from stations.upwind import Place, Ranked, Sector

Why = AlarmOrder.Why
_DEGREE_M = 111_195.0  # of latitude, mean sphere
_STEPS = 24


def place_of(station: Station) -> Place | None:
    """None: the station has no position."""
    if station.lon is None or station.lat is None:
        return None
    rings = {"core": station.core_m, "key": station.key_m, "radiation": station.radiation_m}
    return Place(station.lon, station.lat, rings)


def peers(station: Station, stations: Iterable[Station], rule: Mapping[str, Any]) -> list[Station]:
    """The nearest stations within `within_m`, at most `most`. Without a position: those of the
    scheme next to it in the tree, in the order in which `stations` come."""
    others = [one for one in stations if one.pk != station.pk]
    most = int(rule["most"])
    if station.lon is None or station.lat is None:
        nearness = [(abs(one.grid.lft - station.grid.lft), one.pk, one) for one in others]
    else:
        nearness = [
            (round(distance_m(station.lon, station.lat, one.lon, one.lat)), one.pk, one)
            for one in others
            if one.lon is not None and one.lat is not None
        ]
        nearness = [near for near in nearness if near[0] <= int(rule["within_m"])]
    return [one for _, _, one in sorted(nearness, key=lambda near: near[:2])[:most]]


@dataclass(frozen=True)
class Target:
    """A grid that gets an order, and why it does."""

    grid: Grid
    why: str


@dataclass(frozen=True)
class Reach:
    """How far an order goes: `circles` of `AlarmOrder.Why`, metres, how many grids at most; `on`
    is the day whose outlines count."""

    on: date
    circles: tuple[str, ...]
    key_area_m: int
    tree: int
    most: int


def targets(
    station: Station, reach: Reach, wind: Sector | None, ranked: Sequence[Ranked]
) -> list[Target]:
    """The station's grid first, then the grids of its level that the circles touch.

    By outline where there is one, and by the sources that stand inside. Without a position, or
    where no grid of the level has an outline and no source is known, `reach.tree` neighbours in
    the tree stand in for the circles.
    """
    found = {station.grid_id: Target(station.grid, Why.OWN)}
    wanted = [circle for circle in reach.circles if circle != Why.OWN]
    place = place_of(station)
    level = _level(station.grid, reach.on)
    if wanted and place is not None:
        for circle in wanted:
            for grid in _of_circle(circle, station, place, reach, wind, ranked, level):
                found.setdefault(grid.pk, Target(grid, circle))
    is_blind = place is None or (len(found) == 1 and not _has_outlines(level, reach.on))
    if wanted and is_blind:
        for grid in in_tree(station.grid, level, reach.tree):
            found.setdefault(grid.pk, Target(grid, Why.TREE))
    return list(found.values())[: reach.most]


def _level(grid: Grid, on: date) -> list[Grid]:
    """Open territories and parks beside the grid: same parent, same tree level."""
    rows = Grid.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=on),
        parent=grid.parent_id,
        scheme=grid.scheme_id,
        kind__in=[GridKind.TERRITORY, GridKind.PARK],
    )
    return list(rows.exclude(pk=grid.pk).order_by("lft"))


def in_tree(grid: Grid, level: Sequence[Grid], count: int) -> list[Grid]:
    """The nearest beside it in the order of the tree, on either side."""
    near = sorted(level, key=lambda one: (abs(one.lft - grid.lft), one.lft))
    return near[:count]


def _of_circle(
    circle: str,
    station: Station,
    place: Place,
    reach: Reach,
    wind: Sector | None,
    ranked: Sequence[Ranked],
    level: Sequence[Grid],
) -> list[Grid]:
    area = _area(circle, place, reach, wind)
    if area is None:
        return []
    by_id = {grid.pk: grid for grid in level}
    outlines = _outlines(by_id, area, reach.on)
    touched = [by_id[pk] for pk, outline in outlines if outline.intersects(area)]
    inside = [
        by_id[pk]
        for one in ranked
        if _is_inside(circle, one, reach)
        for pk in one.source.grid_path
        if pk in by_id
    ]
    return list(dict.fromkeys([*touched, *inside]))


def _is_inside(circle: str, one: Ranked, reach: Reach) -> bool:
    if circle == Why.KEY_AREA:
        return one.metres <= reach.key_area_m
    return one.is_upwind if circle == Why.UPWIND else True


def _area(circle: str, place: Place, reach: Reach, wind: Sector | None) -> BaseGeometry | None:
    """In degrees, flat around the station; None: calm air has no upwind side."""
    if circle == Why.KEY_AREA:
        return _disc(place, reach.key_area_m, 0, 360)
    if circle == Why.RINGS:
        return _disc(place, place.rings["radiation"], 0, 360)
    if wind is None:
        return None
    spread = wind.spread
    return _disc(place, place.rings["radiation"], wind.degrees - spread, wind.degrees + spread)


def _disc(place: Place, metres: int, first: float, last: float) -> Polygon:
    wide = _DEGREE_M * max(0.01, cos(radians(place.lat)))
    steps = [first + (last - first) * step / _STEPS for step in range(_STEPS + 1)]
    edge = [
        (
            place.lon + metres * sin(radians(angle)) / wide,
            place.lat + metres * cos(radians(angle)) / _DEGREE_M,
        )
        for angle in steps
    ]
    return Polygon([*edge, (place.lon, place.lat)] if last - first < 360 else edge)


def _outlines(
    by_id: Mapping[int, Grid], area: BaseGeometry, on: date
) -> list[tuple[int, BaseGeometry]]:
    west, south, east, north = area.bounds
    rows = GridBoundary.objects.filter(
        valid_q(on), grid__in=by_id, west__lte=east, east__gte=west
    ).filter(south__lte=north, north__gte=south)
    return [(row.grid_id, shape(row.geometry)) for row in rows.order_by("grid__lft")]


def _has_outlines(level: Sequence[Grid], on: date) -> bool:
    ids = [grid.pk for grid in level]
    return GridBoundary.objects.filter(valid_q(on), grid__in=ids).exists()


def path_of(grid: Grid) -> tuple[int, ...]:
    """Ids from the root down to the grid."""
    return tuple(one.pk for one in chain_of(grid))


def nearest_station(lon: float, lat: float, on: date) -> tuple[Station, int] | None:
    """The standing station in whose protection radius the point lies, and the metres to it."""
    near = 0.1  # degrees; more than any protection radius
    rows = Station.objects.open_on(on).filter(
        lon__range=(lon - near, lon + near), lat__range=(lat - near, lat + near)
    )
    inside = [
        (metres, station.pk, station)
        for station in rows.select_related("scheme")
        if (metres := _metres(station, lon, lat)) <= station.protection_m
    ]
    metres, _, station = min(inside, default=(0, 0, None))
    return None if station is None else (station, metres)


def _metres(station: Station, lon: float, lat: float) -> int:
    return round(distance_m(lon, lat, station.lon or 0.0, station.lat or 0.0))
