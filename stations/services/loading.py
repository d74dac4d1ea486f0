"""载入: stations, their posts and the targets of a scheme folder; idempotent."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from grids.errors import Invalid
from grids.loading import Change, Row, read_csv, sync
from grids.models import Grid, GridScheme
from grids.selectors import rule
from stations.models import Station, StationPlace, StationPost, Target, TargetRevision
from stations.standards import BEIJING

_RINGS = {"core": "core_m", "key": "key_m", "radiation": "radiation_m"}


def load(scheme: GridScheme, folder: Path, *, dry_run: bool = False, at: datetime) -> list[Change]:
    """stations.csv, station_posts.csv and targets.csv → tables; returns every difference.

    What the folder no longer names stays: a station is closed by hand, never deleted by a load.
    What people entered stays too: a position with an entry, a target that somebody altered.
    Raises Invalid with file and line.
    """
    grids = {grid.code: grid for grid in Grid.objects.filter(scheme=scheme)}
    how: dict[str, Any] = {"dry_run": dry_run, "scheme": scheme.code}
    rows = read_csv(folder / "stations.csv", ["code", "name", "control", "grid"])
    defaults = ring_defaults(scheme, at.astimezone(BEIJING).date())
    held = set(StationPlace.objects.filter(station__scheme=scheme).values_list("station__code"))
    wishes = [_station(row, scheme, grids, defaults, held) for row in rows]
    changes = sync(Station, ["code"], wishes, kind="station", **how)
    posts = read_csv(folder / "station_posts.csv", ["station", "role", "title"])
    changes += sync(
        StationPost,
        ["station", "role", "from_on"],
        _posts(posts, scheme),
        kind="station_post",
        **how,
    )
    targets = read_csv(folder / "targets.csv", ["code", "subject", "indicator", "operator"])
    altered = TargetRevision.objects.filter(target__scheme=scheme)
    own = set(altered.values_list("target__code", flat=True))
    wishes = [_target(row, scheme, grids) for row in targets if row["code"] not in own]
    return changes + sync(Target, ["scheme", "code"], wishes, kind="target", **how)


def ring_defaults(scheme: GridScheme, on: date) -> dict[str, Any]:
    """Rings and the protection radius from the scheme's rules, in metres."""
    rings = rule(scheme, "rings_m", on) or {}
    found = {
        _RINGS[name]: int(metres)
        for name, metres in rings.items()
        if name in _RINGS and metres is not None
    }
    radius = rule(scheme, "protection_radius_m", on)
    return found | ({"protection_m": int(radius)} if radius else {})


def _station(
    row: Row,
    scheme: GridScheme,
    grids: dict[str, Grid],
    defaults: dict[str, Any],
    held: set[tuple[str]],
) -> dict[str, Any]:
    grid = grids.get(row.need("grid"))
    if grid is None:
        raise row.error(f"没有编码为“{row['grid']}”的网格。")
    return {
        "code": row.need("code"),
        "number": row.get("number", ""),
        "name": row.need("name"),
        "scheme": scheme,
        "grid": grid,
        "control": row.choice("control", Station.Control.values),
        "install_place": row.get("install_place", ""),
        "clause": row.get("clause", ""),
        **({} if (row["code"],) in held else _position(row)),
        **defaults,
    }


def _position(row: Row) -> dict[str, float]:
    """`lon` and `lat`, WGS-84 degrees, where the file gives both; otherwise the position stays."""
    given = {name: row.get(name, "") for name in ("lon", "lat")}
    if not any(given.values()):
        return {}
    try:
        found = {name: float(text) for name, text in given.items()}
    except ValueError as error:
        raise row.error("“lon”和“lat”要一起填，写十进制度，如 112.819 和 28.361。") from error
    if not (73 <= found["lon"] <= 136 and 3 <= found["lat"] <= 54):
        raise row.error("坐标不在中国境内，请核对经度 lon 和纬度 lat 有没有填反。")
    return found


def _posts(rows: list[Row], scheme: GridScheme) -> list[dict[str, Any]]:
    """`*` gives every station of the scheme that post; a named station's own row comes first."""
    stations = {station.code: station for station in Station.objects.filter(scheme=scheme)}
    wanted: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["station"] == "*"):
        role = row.choice("role", StationPost.Role.values)
        codes = list(stations) if row["station"] == "*" else [row.need("station")]
        for code in codes:
            if code not in stations:
                raise row.error(f"没有代码为“{code}”的站点。")
            wanted.setdefault((code, role), _post(row, stations[code], scheme))
    return list(wanted.values())


def _post(row: Row, station: Station, scheme: GridScheme) -> dict[str, Any]:
    return {
        "station": station,
        "role": row["role"],
        "title": row.need("title"),
        "from_on": scheme.effective_on,
        "clause": row.get("clause", ""),
    }


def _target(row: Row, scheme: GridScheme, grids: dict[str, Grid]) -> dict[str, Any]:
    subject = row.need("subject")
    by_name = {grid.name: grid for grid in grids.values()}
    return {
        "scheme": scheme,
        "code": row.need("code"),
        "subject": subject,
        "grid": grids.get(subject) or by_name.get(subject),
        "indicator": row.choice("indicator", Target.Indicator.values),
        "operator": row.choice("operator", Target.Operator.values),
        "value": _decimal(row, "value"),
        "unit": row.get("unit", ""),
        "period": row.get("period", "") or "YEAR",
        "year": row.whole("year") or None,
        "strength": row.get("strength", "") or "MUST",
        "clause": row.get("clause", ""),
        "issuer": row.get("issuer", ""),
        "level": row.choice("level", Target.Level.values) if row.get("level") else "",
        "baseline": _decimal(row, "baseline") if row.get("baseline") else None,
        "due_on": row.day("due_on") if row.get("due_on") else None,
        "document": row.get("document", ""),
    }


def _decimal(row: Row, column: str) -> Decimal:
    try:
        value = Decimal(row.need(column))
    except InvalidOperation as error:
        raise row.error(f"“{column}”应为数值，现在是“{row[column]}”。") from error
    if not value.is_finite():
        raise Invalid(f"“{column}”应为有限的数值。")
    return value
