"""边界: dated outlines of grids, stored in WGS-84 whatever datum they came in (Y1-57)."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from shapely import get_coordinates, set_coordinates
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.lib import ShapelyError

from grids import geo, policies
from grids.errors import Invalid
from grids.models import Grid, GridBoundary, GridScheme, User
from grids.policies import GridAction
from grids.services.history import record

DATUMS = ("wgs84", "gcj02")
KINDS = ("Polygon", "MultiPolygon")
DIGITS = 6  # of a degree: about 0.1 m


@dataclass
class Drawn:
    """What an importer did: outlines drawn, unchanged ones, and codes without a grid."""

    drawn: int = 0
    unchanged: int = 0
    unknown: list[str] = field(default_factory=list)


def to_wgs84(geometry: dict[str, Any], datum: str) -> BaseGeometry:
    """A valid (multi)polygon in WGS-84 degrees; Invalid says what is wrong with the input."""
    if datum not in DATUMS:
        raise Invalid("坐标系应为 wgs84 或 gcj02。", fields={"datum": "应为 wgs84 或 gcj02"})
    try:
        outline = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Invalid("边界不是 GeoJSON 多边形，请检查文件。") from error
    if outline.geom_type not in KINDS or outline.is_empty:
        raise Invalid("边界应为 Polygon 或 MultiPolygon。")
    west, south, east, north = outline.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("边界坐标应为经纬度（度），先经度后纬度。")
    if not outline.is_valid:
        raise Invalid("边界自相交，请修正后再导入。")
    return _rounded(outline, datum)


def _rounded(outline: BaseGeometry, datum: str) -> BaseGeometry:
    convert = geo.gcj02_to_wgs84 if datum == "gcj02" else lambda x, y: (x, y)
    points = [convert(float(x), float(y)) for x, y in get_coordinates(outline)]
    return set_coordinates(outline, [[round(x, DIGITS), round(y, DIGITS)] for x, y in points])


@transaction.atomic
def redraw(
    grid: Grid,
    *,
    geometry: dict[str, Any],
    valid_from: date,
    datum: str,
    source: str = "",
    by: User,
    at: datetime,
) -> GridBoundary:
    """划定边界 from a day on; the outline before ends the day before and stays as history."""
    grid = Grid.objects.select_for_update(of=("self",)).get(pk=grid.pk)
    policies.check(by, GridAction.REDRAW, grid)
    boundary, _ = draw(grid, to_wgs84(geometry, datum), valid_from=valid_from, source=source)
    record("redraw", grid=grid, by=by, at=at, valid_from=str(valid_from), source=source)
    return boundary


def draw(
    grid: Grid, outline: BaseGeometry, *, valid_from: date, source: str
) -> tuple[GridBoundary, bool]:
    """The outline from `valid_from` on and whether anything changed. For importers and redraw."""
    geometry = json.loads(json.dumps(mapping(outline)))
    same_day = grid.boundaries.filter(valid_from=valid_from).first()
    if same_day is not None and (same_day.geometry, same_day.source) == (geometry, source):
        return same_day, False
    if grid.boundaries.filter(valid_from__gt=valid_from).exists():
        raise Invalid(
            f"“{grid.name}”在 {valid_from} 之后已有新边界，请用更晚的起用日期。",
            fields={"valid_from": "早于现有边界"},
        )
    west, south, east, north = outline.bounds
    box = {"west": west, "south": south, "east": east, "north": north}
    grid.boundaries.filter(valid_from__lt=valid_from, valid_to=None).update(
        valid_to=valid_from - timedelta(days=1)
    )
    values = {"geometry": geometry, "source": source, **box}
    return grid.boundaries.update_or_create(valid_from=valid_from, defaults=values)[0], True


def read_features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON FeatureCollection."""
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
        features = collection["features"]
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"读不到文件 {path.name}，请检查路径和编码。") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{path.name} 不是 GeoJSON FeatureCollection。") from error
    if not isinstance(features, list):
        raise Invalid(f"{path.name} 不是 GeoJSON FeatureCollection。")
    return features


@transaction.atomic
def load_boundaries(
    scheme: GridScheme,
    features: list[dict[str, Any]],
    *,
    datum: str,
    valid_from: date,
    source: str = "",
    by: User | None = None,
    at: datetime,
) -> Drawn:
    """载入边界: outlines by division code (property `adcode` or `code`) or grid code.

    Features without a grid are listed, not refused: a province file serves many regimes.
    """
    result = Drawn()
    grids = {grid.code: grid for grid in scheme.grids.order_by("-level")}
    grids |= {grid.division_code: grid for grid in grids.values() if grid.division_code}
    for number, feature in enumerate(features, 1):
        code = _code(feature)
        if code not in grids:
            result.unknown.append(code or f"第 {number} 个要素（没有 adcode）")
            continue
        try:
            outline = to_wgs84(feature["geometry"], datum)
        except Invalid as error:
            raise Invalid(f"第 {number} 个要素（{code}）：{error}") from error
        _, is_new = draw(grids[code], outline, valid_from=valid_from, source=source)
        result.drawn += is_new
        result.unchanged += not is_new
    if result.drawn:
        record("load_boundaries", scheme=scheme, by=by, at=at, drawn=result.drawn, source=source)
    return result


def _code(feature: dict[str, Any]) -> str:
    properties = feature.get("properties") or {} if isinstance(feature, dict) else {}
    return str(properties.get("adcode") or properties.get("code") or "")
