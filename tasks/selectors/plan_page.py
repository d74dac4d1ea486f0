"""One plan as a page reads it: each measure with its sentence, its units and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from grids.models import Clause, Grid
from tasks.models import Measure, MeasureUnit, Plan, Task
from tasks.selectors import plans
from tasks.selectors.plan_board import Row, matrix


@dataclass(frozen=True)
class Bearers:
    """The units in one role; `via_set` is the set that the document names instead (ZY-07)."""

    role: str
    via_set: str
    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class Item:
    """A measure on the page of its plan. `waiting` units have no task yet."""

    row: Row
    clause: Clause | None
    bearers: tuple[Bearers, ...]

    @property
    def waiting(self) -> int:
        return sum(1 for cell in self.row.cells if cell.has_part and not cell.numbers)

    @property
    def issued(self) -> int:
        return sum(1 for cell in self.row.cells if cell.numbers)


@dataclass(frozen=True)
class Section:
    title: str
    items: tuple[Item, ...]


def sections(plan: Plan, at: datetime) -> list[Section]:
    """All measures under their headings; the number of queries does not grow with the plan."""
    shown = matrix(plan, plans.units_of(plan), at)
    clauses = {clause.code: clause for clause in plan.scheme.clauses.all()}
    bearers = _bearers(plan)
    return [
        Section(
            group.title,
            tuple(
                Item(row, clauses.get(row.measure.clause), bearers.get(row.measure.pk, ()))
                for row in group.rows
            ),
        )
        for group in shown.groups
    ]


def _bearers(plan: Plan) -> dict[int, tuple[Bearers, ...]]:
    """By measure, leads first; members of a set stand together under its name."""
    units = MeasureUnit.objects.filter(measure__plan=plan).select_related("grid")
    found: dict[int, dict[tuple[int, str], list[Grid]]] = {}
    for unit in units.order_by("grid__tree_id", "grid__lft"):
        rank = plans.ROLES.index(MeasureUnit.Role(unit.role))
        by_role = found.setdefault(unit.measure_id, {})
        by_role.setdefault((rank, unit.via_set), []).append(unit.grid)
    return {
        measure: tuple(
            Bearers(plans.ROLES[rank].label, via, tuple(grids))
            for (rank, via), grids in sorted(roles.items(), key=lambda row: row[0])
        )
        for measure, roles in found.items()
    }


@dataclass(frozen=True)
class Outlook:
    """What breaking down a measure now would do, for the page that asks before it happens."""

    waiting: tuple[Grid, ...]
    known: tuple[Grid, ...]


def outlook(measure: Measure) -> Outlook:
    """Two queries. Units that were closed are told by the service."""
    rows = Grid.objects.filter(measures__measure=measure).distinct().order_by("tree_id", "lft")
    tasks = Task.objects.filter(measure_unit__measure=measure)
    known = set(tasks.values_list("measure_unit__grid", flat=True))
    return Outlook(
        waiting=tuple(grid for grid in rows if grid.pk not in known),
        known=tuple(grid for grid in rows if grid.pk in known),
    )
