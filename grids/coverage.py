"""无缝对接、全面覆盖 (Y2-01): where outlines of a level leave gaps or overlap. Geometry only."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from shapely import STRtree, union_all
from shapely.geometry.base import BaseGeometry

KM_PER_DEGREE = 111.32
SLIVER_KM2 = 0.01  # smaller pieces come from drawing along the same line twice


@dataclass(frozen=True)
class Piece:
    """A piece of ground that no grid (gap) or more than one grid (overlap) answers for."""

    names: tuple[str, ...]
    area_km2: float
    lon: float
    lat: float


def area_km2(ground: BaseGeometry) -> float:
    """Area of WGS-84 degrees near its own latitude, good to about one percent for a city."""
    if ground.is_empty:
        return 0.0
    return float(ground.area * KM_PER_DEGREE**2 * cos(radians(ground.centroid.y)))


def gaps(whole: BaseGeometry, parts: Sequence[BaseGeometry]) -> list[Piece]:
    """Ground of the upper grid that none of its lower grids covers, largest first."""
    rest = whole.difference(union_all(list(parts))) if parts else whole
    pieces = [_piece((), part) for part in getattr(rest, "geoms", [rest])]
    return _largest_first(pieces)


def overlaps(parts: Sequence[tuple[str, BaseGeometry]]) -> list[Piece]:
    """Ground that two grids of one level both cover, largest first."""
    tree = STRtree([outline for _, outline in parts])
    pieces = []
    for index, (name, outline) in enumerate(parts):
        for other in tree.query(outline, predicate="intersects"):
            if other > index:
                shared = outline.intersection(parts[other][1])
                pieces.append(_piece((name, parts[other][0]), shared))
    return _largest_first(pieces)


def _piece(names: tuple[str, ...], ground: BaseGeometry) -> Piece:
    inside = ground.representative_point() if not ground.is_empty else None
    lon, lat = (round(inside.x, 5), round(inside.y, 5)) if inside else (0.0, 0.0)
    return Piece(names, round(area_km2(ground), 2), lon, lat)


def _largest_first(pieces: list[Piece]) -> list[Piece]:
    counted = [piece for piece in pieces if piece.area_km2 >= SLIVER_KM2]
    return sorted(counted, key=lambda piece: (-piece.area_km2, piece.names))
