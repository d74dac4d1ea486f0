"""What breaking down everything that a plan still has to give out would do."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from grids.models import Grid
from tasks.deadlines import beijing_date, end_of
from tasks.models import Measure, MeasureUnit, Plan, Task
from tasks.selectors import plans


@dataclass(frozen=True)
class Share:
    """One measure: units that would get a task, how many have theirs, units that were closed.

    `due_at` is the deadline of the document, the end of the plan's year where it names none;
    None when neither is known or it has passed: then a day has to be said.
    """

    measure: Measure
    item: str
    waiting: tuple[Grid, ...]
    known: int
    closed: tuple[Grid, ...]
    due_at: datetime | None


@dataclass(frozen=True)
class Whole:
    """The plan at a moment, in the order of the document."""

    shares: tuple[Share, ...]

    @property
    def count(self) -> int:
        """How many tasks would be handed out."""
        return sum(len(share.waiting) for share in self.shares)

    @property
    def to_do(self) -> list[Share]:
        return [share for share in self.shares if share.waiting]

    @property
    def undated(self) -> list[Share]:
        """Measures that need a day to be said."""
        return [share for share in self.to_do if share.due_at is None]

    @property
    def closed(self) -> list[Grid]:
        return sorted(
            {grid for share in self.shares for grid in share.closed}, key=lambda one: one.pk
        )


def whole(plan: Plan, at: datetime) -> Whole:
    """Three queries, however large the plan is. A set such as 各街道办事处 is its members."""
    carried: dict[int, dict[int, Grid]] = defaultdict(dict)
    rows = MeasureUnit.objects.filter(measure__plan=plan).select_related("grid")
    for unit in rows.order_by("grid__tree_id", "grid__lft"):
        carried[unit.measure_id][unit.grid_id] = unit.grid
    tasks = Task.objects.filter(measure_unit__measure__plan=plan)
    known = set(tasks.values_list("measure_unit__measure", "measure_unit__grid"))
    return Whole(
        tuple(
            _share(measure, carried[measure.pk], known, plan, at)
            for measure in plans.measures_of(plan)
        )
    )


def _share(
    measure: Measure, grids: dict[int, Grid], known: set[plans.Key], plan: Plan, at: datetime
) -> Share:
    left = [grid for pk, grid in grids.items() if (measure.pk, pk) not in known]
    gone = [grid for grid in left if _is_closed(grid, beijing_date(at))]
    waiting = tuple(grid for grid in left if grid not in gone)
    due = due_of(measure, plan)
    open_due = due if due is not None and due > at else None
    item = plans.item(measure)
    return Share(measure, item, waiting, len(grids) - len(left), tuple(gone), open_due)


def _is_closed(grid: Grid, on: date) -> bool:
    return grid.closed_on is not None and grid.closed_on <= on


def due_of(measure: Measure, plan: Plan) -> datetime | None:
    """24:00 of the day that the document names, of 31 December of the plan's year otherwise."""
    if measure.due_on is not None:
        return end_of(measure.due_on)
    return end_of(date(plan.year, 12, 31)) if plan.year is not None else None
