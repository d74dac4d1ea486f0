"""Outlines of a regime: features for maps, and the report of gaps and overlaps per level."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from grids import coverage
from grids.models import Grid, GridBoundary, GridKind, GridScheme
from grids.selectors import valid_q

MAP_NOTE = "边界示意，非审定地图"
PLACES = (GridKind.TERRITORY, GridKind.PARK, GridKind.UNIT)


def outlines(grids: QuerySet[Grid], on: date) -> QuerySet[GridBoundary]:
    """Outlines that count on the day `on`, outer grids first.

    Begins with the outlines: they are few, the grids may be very many.
    """
    counting = GridBoundary.objects.filter(valid_q(on))
    drawn = list(counting.order_by().values_list("grid_id", flat=True).distinct())
    seen = list(grids.filter(pk__in=drawn).order_by().values_list("pk", flat=True))
    return (
        counting.filter(grid__in=seen)
        .select_related("grid")
        .order_by("grid__level", "grid__tree_id", "grid__lft")
    )


def features(boundaries: QuerySet[GridBoundary], scheme: GridScheme) -> dict[str, Any]:
    """A GeoJSON FeatureCollection in WGS-84 for the map script."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": boundary.geometry,
                "properties": {
                    "code": boundary.grid.code,
                    "name": boundary.grid.name,
                    "url": reverse("grids:detail", args=[boundary.grid_id]),
                    "note": f"{scheme.tier_label(boundary.grid.tier)} · {MAP_NOTE}",
                },
            }
            for boundary in boundaries
        ],
    }


@dataclass(frozen=True)
class Level:
    """The lower grids of one grid: pieces nobody or several answer for, and those undrawn."""

    grid: Grid
    drawn: int
    undrawn: list[Grid]
    has_whole: bool
    gaps: list[coverage.Piece]
    overlaps: list[coverage.Piece]


def report(scheme: GridScheme, grids: QuerySet[Grid], on: date) -> list[Level]:
    """Gaps and overlaps below every grid that has at least one drawn child.

    Only what is drawn and its brothers are read, so it stays quick in a very large regime.
    """
    drawn = {b.grid: shape(b.geometry) for b in outlines(grids, on)}
    shapes = {grid.pk: outline for grid, outline in drawn.items()}
    parts: dict[int, list[Grid]] = defaultdict(list)
    for grid in drawn:
        if grid.parent_id is not None:
            parts[grid.parent_id].append(grid)
    undrawn = _undrawn(grids, parts, shapes)
    above = grids.filter(pk__in=parts).order_by("tree_id", "lft")
    return [_level(grid, parts[grid.pk], undrawn[grid.pk], shapes) for grid in above]


def _undrawn(
    grids: QuerySet[Grid], parts: dict[int, list[Grid]], shapes: dict[int, BaseGeometry]
) -> dict[int, list[Grid]]:
    """Territories, parks and units without an outline whose brothers have one."""
    missing: dict[int, list[Grid]] = defaultdict(list)
    places = grids.filter(parent__in=parts, kind__in=PLACES).exclude(pk__in=shapes)
    for grid in places.order_by("tree_id", "lft"):
        if grid.parent_id is not None:
            missing[grid.parent_id].append(grid)
    return missing


def _level(
    parent: Grid,
    children: list[Grid],
    undrawn: list[Grid],
    shapes: dict[int, BaseGeometry],
) -> Level:
    drawn = [(grid.name, shapes[grid.pk]) for grid in children]
    whole = shapes.get(parent.pk)
    return Level(
        grid=parent,
        drawn=len(drawn),
        undrawn=undrawn,
        has_whole=whole is not None,
        gaps=coverage.gaps(whole, [s for _, s in drawn]) if whole is not None else [],
        overlaps=coverage.overlaps(drawn),
    )
