"""Plans of a scheme folder: measures, who carries them, and the unit sets they name."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from grids.errors import Invalid
from grids.loading import Change, Row, read_csv, sync
from grids.models import Grid, GridScheme
from tasks.models import Measure, MeasureUnit, Plan, Task, UnitSetMember
from tasks.models.kinds import Strength
from tasks.selectors import plans

Sets = dict[str, list[Grid]]
MEASURE_COLUMNS = ("number", "title", "text", "clause")
UNIT_COLUMNS = ("number", "role", "unit")


def load(scheme: GridScheme, folder: Path, *, dry_run: bool, at: datetime) -> list[Change]:
    """unit_sets.csv, measures.csv and measure_units.csv; missing files are no error.

    A unit set such as 各街道办事处 becomes one row per member (ZY-07). Loading twice changes
    nothing; rows that the folder no longer names go. Invalid when something was done under one:
    tasks, claims, quantities, money and milestones are never lost to a file.
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
    wanted = [_measure(plan, row) for row in rows]
    _refuse_losing(plan, {(one["number"], one["part"]) for one in wanted})
    return sync(
        Measure,
        ("plan", "number", "part"),
        wanted,
        dry_run=dry_run,
        scheme=scheme.code,
        within=plan.measures.select_related("plan"),
        prune=True,
    )


def _refuse_losing(plan: Plan, kept: set[tuple[int, str]]) -> None:
    """A measure under which something was done is not taken away by a file that forgot it."""
    for measure in plan.measures.order_by("number", "pk"):
        if (measure.number, measure.part) in kept:
            continue
        held = {
            "件任务": Task.objects.filter(measure_unit__measure=measure).count(),
            "条自报进展": measure.claims.count(),
            "条核定数量": measure.progress.count(),
            "笔资金": measure.funds.count(),
            "个里程碑": measure.milestones.count(),
        }
        if words := "、".join(f"{count} {what}" for what, count in held.items() if count):
            raise Invalid(
                f"measures.csv 里没有了{plans.item(measure)}（{measure.title}），"
                f"但它已有 {words}，不能删除。请把这一行补回文件再载入。"
            )


def _refuse_leaving(plan: Plan, wanted: set[tuple[Any, ...]]) -> None:
    """Nor is a unit taken off a measure under which it has a task."""
    busy = MeasureUnit.objects.filter(measure__plan=plan, tasks__isnull=False).distinct()
    for unit in busy.select_related("measure", "grid").order_by("pk"):
        if (unit.measure_id, unit.role, unit.grid_id) not in wanted:
            raise Invalid(
                f"measure_units.csv 里，{plans.item(unit.measure)}没有了{unit.get_role_display()}"
                f"单位{unit.grid.name}，但它已有任务，不能去掉。请把这一行补回文件，"
                f"不再承担的任务请作废。"
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
    _refuse_leaving(plan, set(wanted))
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
