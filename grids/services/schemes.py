"""载入体系: the grids' part of a folder of `schemes/`: regime, sentences, rules, tree, posts."""

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from grids.errors import Invalid
from grids.loading import Change, Row, read_csv, sync, typed
from grids.models import (
    Clause,
    Grid,
    GridKind,
    GridScheme,
    SchemeEntry,
    SchemeRule,
    Supervision,
    Tier,
)
from grids.services.history import record
from grids.services.loading_posts import load_posts
from grids.services.outlines import load_boundaries, read_features
from grids.services.planting import Seed, lock_forest, plant
from grids.tiers import may_stand_under

SCHEME_FIELDS = (
    "name",
    "short_name",
    "document_number",
    "document_title",
    "issuer",
    "issued_on",
    "effective_on",
    "task_prefix",
    "source",
    "role_labels",
    "tier_labels",
    "tier_meaning",
    "allowed_parents",
    "required_roles",
)
NEEDED = ("code", "name", "short_name", "document_title", "issuer", "effective_on", "task_prefix")
GRID_COLUMNS = ("code", "parent", "name", "tier", "kind")
GRID_FIELDS = ("name", "tier", "kind", "division_code", "clause", "note")


class _Unwritten(Exception):
    """Rolls a trial run back."""


def load_scheme(folder: Path, *, dry_run: bool = False, at: datetime) -> list[Change]:
    """载入体系: make the database agree with the folder; loading twice changes nothing.

    Everything or nothing: Invalid names file and line. With `dry_run` the differences are
    found by really loading and then rolling back.
    """
    changes: list[Change] = []
    try:
        with transaction.atomic():
            changes = _load(folder, at)
            if dry_run:
                raise _Unwritten
    except _Unwritten:
        pass
    return changes


def scheme_of(folder: Path) -> GridScheme:
    """The regime of a folder that has been loaded."""
    return GridScheme.objects.get(code=read_toml(folder / "scheme.toml")["code"])


def _load(folder: Path, at: datetime) -> list[Change]:
    lock_forest()
    scheme, changes = _load_scheme(folder)
    changes += _load_clauses(scheme, folder)
    changes += _load_rules(scheme, folder)
    changes += _load_entries(scheme, folder)
    changes += _load_grids(scheme, folder)
    changes += _load_supervision(scheme, folder)
    changes += load_posts(scheme, folder)
    changes += _load_outlines(scheme, folder, at)
    if changes:
        record("load_scheme", scheme=scheme, by=None, at=at, changes=len(changes))
    return changes


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file; Invalid if it is missing or wrong."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"{path.parent.name} 里没有 {path.name}，这不是体系文件夹。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path.parent.name}/{path.name} 写法有误：{error}") from error


def _load_scheme(folder: Path) -> tuple[GridScheme, list[Change]]:
    given = read_toml(folder / "scheme.toml")
    missing = [name for name in NEEDED if not given.get(name)]
    if missing:
        raise Invalid(f"{folder.name}/scheme.toml 缺少：{'、'.join(missing)}。")
    values = {name: given[name] for name in SCHEME_FIELDS if name in given}
    code = given["code"]
    changes = sync(GridScheme, ["code"], [{"code": code, **values}], scheme=code, kind="体系")
    return GridScheme.objects.select_for_update().get(code=code), changes


def _load_clauses(scheme: GridScheme, folder: Path) -> list[Change]:
    rows = [
        {
            "scheme": scheme,
            "code": row.need("id"),
            "place": row.get("place", ""),
            "quote": row.need("quote"),
        }
        for row in read_csv(folder / "clauses.csv", ("id", "quote"))
    ]
    return sync(
        Clause,
        ["scheme", "code"],
        rows,
        scheme=scheme.code,
        kind="条款",
        within=scheme.clauses.all(),
        prune=True,
    )


def _load_rules(scheme: GridScheme, folder: Path) -> list[Change]:
    if not (folder / "rules.toml").exists():
        return []
    given = read_toml(folder / "rules.toml").get("rule", [])
    rows = [_rule(scheme, folder, number, rule) for number, rule in enumerate(given, 1)]
    return sync(
        SchemeRule,
        ["scheme", "key", "valid_from"],
        rows,
        scheme=scheme.code,
        kind="规则",
        within=scheme.rules.all(),
        prune=True,
    )


def _rule(scheme: GridScheme, folder: Path, number: int, given: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in ("key", "value") if name not in given]
    start = given.get("valid_from") or scheme.effective_on
    if missing or not isinstance(start, date):
        raise Invalid(f"{folder.name}/rules.toml 第 {number} 条规则缺少 key、value 或起用日期。")
    return {
        "scheme": scheme,
        "key": given["key"],
        "value": given["value"],
        "valid_from": start,
        "valid_to": given.get("valid_to") or None,
        "clause": given.get("clause", ""),
        "is_example": bool(given.get("example", False)),
        "note": given.get("note", ""),
    }


def _load_entries(scheme: GridScheme, folder: Path) -> list[Change]:
    rows = [
        {
            "scheme": scheme,
            "kind": row.need("kind"),
            "code": row.need("code"),
            "name": row.need("name"),
            "detail": row.get("detail", ""),
            "clause": row.get("clause", ""),
        }
        for row in read_csv(folder / "entries.csv", ("kind", "code", "name"))
    ]
    return sync(
        SchemeEntry,
        ["scheme", "kind", "code"],
        rows,
        scheme=scheme.code,
        kind="条目",
        within=scheme.entries.all(),
        prune=True,
    )


# --- the tree ----------------------------------------------------------------------------------


def _load_grids(scheme: GridScheme, folder: Path) -> list[Change]:
    rows = read_csv(folder / "grids.csv", GRID_COLUMNS)
    _check_tree(scheme, rows)
    known = set(scheme.grids.values_list("code", flat=True))
    new = [row for row in rows if row["code"] not in known]
    changes = [Change(scheme.code, "网格", row["code"], "", None, "新增") for row in new]
    changes += _move_and_update(scheme, [row for row in rows if row["code"] in known], new)
    return changes


def _check_tree(scheme: GridScheme, rows: list[Row]) -> None:
    """Codes once, parents before children, and every tier where the regime allows it."""
    tiers: dict[str, str] = {}
    for row in rows:
        code, parent = row.need("code"), row["parent"]
        tier = row.choice("tier", Tier.values)
        row.choice("kind", GridKind.values)
        if code in tiers:
            raise row.error(f"编码“{code}”重复，请改成唯一的编码。")
        if parent and parent not in tiers:
            raise row.error(f"上级“{parent}”不在本行之前，请先列上级。")
        if not may_stand_under(scheme.allowed_parents, tier, tiers.get(parent)):
            above = Tier(tiers[parent]).label if parent else "空的上级"
            raise row.error(
                f"{Tier(tier).label}不能设在{above}之下（见 scheme.toml 的 allowed_parents）。"
            )
        tiers[code] = tier


def _values(row: Row) -> dict[str, str]:
    given = {"name": row.need("name")} | {name: row.get(name, "") for name in GRID_FIELDS[1:]}
    try:
        return {name: typed(Grid, name, value) for name, value in given.items()}
    except Invalid as error:
        raise row.error(str(error)) from error


def _move_and_update(scheme: GridScheme, old: list[Row], new: list[Row]) -> list[Change]:
    changes = sync(
        Grid,
        ["scheme", "code"],
        [{"scheme": scheme, "code": row["code"], **_values(row)} for row in old],
        scheme=scheme.code,
        kind="网格",
        within=scheme.grids.all(),
    )
    seeds = [
        Seed(
            code=row["code"],
            parent=row["parent"] or None,
            opened_on=scheme.effective_on,
            **_values(row),
        )
        for row in new
    ]
    plant(scheme, seeds)
    return changes + _move(scheme, old)


def _move(scheme: GridScheme, old: list[Row]) -> list[Change]:
    above = dict(scheme.grids.values_list("code", "parent__code"))
    changes = []
    for row in old:
        before, after = above[row["code"]], row["parent"] or None
        if before != after:
            grid = scheme.grids.get(code=row["code"])
            grid.move_to(scheme.grids.get(code=after) if after else None, "last-child")
            changes.append(Change(scheme.code, "网格", row["code"], "parent", before, after))
    return changes


def _load_supervision(scheme: GridScheme, folder: Path) -> list[Change]:
    grids = {grid.code: grid for grid in scheme.grids.all()}
    rows = []
    for row in read_csv(folder / "supervision.csv", ("grid", "supervisor")):
        for column in ("grid", "supervisor"):
            if row[column] not in grids:
                raise row.error(f"没有编码为“{row[column]}”的网格，请检查“{column}”列。")
        pair = {"grid": grids[row["grid"]], "supervisor": grids[row["supervisor"]]}
        rows.append({**pair, "clause": row.get("clause", "")})
    return sync(
        Supervision,
        ["grid", "supervisor"],
        rows,
        scheme=scheme.code,
        kind="监管",
        within=Supervision.objects.filter(grid__scheme=scheme).select_related("grid", "supervisor"),
        prune=True,
    )


def _load_outlines(scheme: GridScheme, folder: Path, at: datetime) -> list[Change]:
    path = folder / "boundaries.geojson"
    if not path.exists():
        return []
    drawn = load_boundaries(
        scheme,
        read_features(path),
        datum="gcj02",
        valid_from=scheme.effective_on,
        source="边界示意，非审定地图",
        at=at,
    )
    if not drawn.drawn:
        return []
    return [Change(scheme.code, "边界", path.name, "", None, f"绘制 {drawn.drawn} 个网格的边界")]
