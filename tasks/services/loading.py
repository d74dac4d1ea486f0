"""Plans of a scheme folder: measures, who carries them, and the unit sets they name."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from grids.loading import Change, Row, read_csv, sync
from grids.models import Grid, GridScheme
from tasks.models import Measure, MeasureUnit, Plan, UnitSetMember
from tasks.models.kinds import Strength

Sets = dict[str, list[Grid]]
MEASURE_COLUMNS = ("number", "title", "text", "clause")
UNIT_COLUMNS = ("number", "role", "unit")


def load(scheme: GridScheme, folder: Path, *, dry_run: bool, at: datetime) -> list[Change]:
    """unit_sets.csv, measures.csv and measure_units.csv; missing files are no error.

    A unit set such as 各街道办事处 becomes one row per member (ZY-07). Loading twice changes
    nothing; rows that the folder no longer names go, unless a task stands on them.
    """
    grids = {grid.code: grid for grid in scheme.grids.all()}
    changes, sets = _sets(scheme, folder, grids, dry_run=dry_run)
    rows = read_csv(folder / "measures.csv", MEASURE_COLUMNS)
    if not rows:
        return changes
    plan, found = _plan(scheme, dry_run=dry_run)
    changes += found
    changes += _measures(plan, rows, scheme, dry_run=dry_run)
    if plan.pk is None:
        return changes
    return changes + _units(plan, folder, scheme, grids, sets, dry_run=dry_run)


def _plan(scheme: GridScheme, *, dry_run: bool) -> tuple[Plan, list[Change]]:
    """The scheme's document as a plan; one per scheme folder."""
    year = scheme.issued_on.year if scheme.issued_on else None
    values = {"scheme": scheme, "code": scheme.code, "name": scheme.document_title[:160]}
    changes = sync(
        Plan,
        ("scheme", "code"),
        [values | {"year": year}],
        dry_run=dry_run,
        scheme=scheme.code,
        within=scheme.plans.all(),
    )
    plan = scheme.plans.filter(code=scheme.code).first()
    return plan or Plan(**values), changes


def _measures(plan: Plan, rows: list[Row], scheme: GridScheme, *, dry_run: bool) -> list[Change]:
    if plan.pk is None:
        return [Change(scheme.code, "measure", row["number"], "", None, "新增") for row in rows]
    return sync(
        Measure,
        ("plan", "number", "part"),
        [_measure(plan, row) for row in rows],
        dry_run=dry_run,
        scheme=scheme.code,
        within=plan.measures.select_related("plan"),
        prune=True,
    )


def _measure(plan: Plan, row: Row) -> dict[str, Any]:
    return {
        "plan": plan,
        "number": row.whole("number"),
        "part": row.get("part", ""),
        "group": row.get("group", ""),
        "title": row.need("title"),
        "text": row.need("text"),
        "deadline_text": row.get("deadline_text", ""),
        "due_on": row.day("due_on"),
        "strength": row.choice("strength", Strength.values) if row.get("strength") else "MUST",
        "quantity": _decimal(row, "quantity"),
        "unit": row.get("unit", ""),
        "clause": row.get("clause", ""),
    }


def _decimal(row: Row, column: str) -> Decimal | None:
    if not row.get(column):
        return None
    try:
        return Decimal(row[column]).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise row.error(f"“{column}”应为数字，现在是“{row[column]}”。") from error


def _sets(
    scheme: GridScheme, folder: Path, grids: dict[str, Grid], *, dry_run: bool
) -> tuple[list[Change], Sets]:
    sets: Sets = defaultdict(list)
    members = []
    for row in read_csv(folder / "unit_sets.csv", ("name", "grid")):
        grid = _grid(row, "grid", grids)
        sets[row.need("name")].append(grid)
        members.append({"scheme": scheme, "name": row["name"], "grid": grid})
    changes = sync(
        UnitSetMember,
        ("scheme", "name", "grid"),
        members,
        dry_run=dry_run,
        scheme=scheme.code,
        within=scheme.unit_sets.select_related("scheme", "grid"),
        prune=True,
    )
    return changes, sets


def _units(
    plan: Plan,
    folder: Path,
    scheme: GridScheme,
    grids: dict[str, Grid],
    sets: Sets,
    *,
    dry_run: bool,
) -> list[Change]:
    measures = {(one.number, one.part): one for one in plan.measures.all()}
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in read_csv(folder / "measure_units.csv", UNIT_COLUMNS):
        measure = measures.get((row.whole("number"), row.get("part", "")))
        if measure is None:
            raise row.error("measures.csv 里没有这一项，请核对序号和分项。")
        for values in _expanded(row, measure, grids, sets):
            key = (measure.pk, values["role"], values["grid"].pk)
            wanted.setdefault(key, values)
    return sync(
        MeasureUnit,
        ("measure", "role", "grid"),
        list(wanted.values()),
        dry_run=dry_run,
        scheme=scheme.code,
        within=MeasureUnit.objects.filter(measure__plan=plan).select_related("measure", "grid"),
        prune=True,
    )


def _expanded(
    row: Row, measure: Measure, grids: dict[str, Grid], sets: Sets
) -> list[dict[str, Any]]:
    """One row per grid; a set keeps its name in `via_set`."""
    role = row.choice("role", MeasureUnit.Role.values)
    name = row.need("unit")
    members = sets.get(name) or [_grid(row, "unit", grids)]
    via = name if name in sets else ""
    return [{"measure": measure, "role": role, "grid": grid, "via_set": via} for grid in members]


def _grid(row: Row, column: str, grids: dict[str, Grid]) -> Grid:
    grid = grids.get(row.need(column))
    if grid is None:
        raise row.error(f"“{row[column]}”不是本体系的网格编码，也不是 unit_sets.csv 里的集合。")
    return grid
