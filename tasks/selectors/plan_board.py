"""挂图作战: measures × units, each cell a state and the way to its evidence (ZY-105)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from grids.models import Grid, User
from tasks.models import Measure, MeasureUnit, Plan
from tasks.selectors import plans
from tasks.selectors.plans import Gauge, Part, PartState

UNISSUED = Part(PartState.NOT_STARTED)


@dataclass(frozen=True)
class Cell:
    """One unit under one measure. `numbers` are the tasks that hold the evidence.

    Address: the page of the task when there is one, the ledger filtered by kind and unit when
    there are several, the claims of the unit when none was issued.
    """

    grid: Grid
    state: PartState
    roles: str = ""
    numbers: tuple[str, ...] = ()
    quantity: Decimal | None = None
    is_late: bool = False
    due_at: datetime | None = None

    @property
    def has_part(self) -> bool:
        return self.state != PartState.NO_PART

    @property
    def number(self) -> str:
        """The only task of the cell; "" when there are none or several."""
        return self.numbers[0] if len(self.numbers) == 1 else ""


@dataclass(frozen=True)
class Row:
    """One measure with its cells; `done` is what was accepted of all units, `target` asked."""

    measure: Measure
    item: str
    cells: tuple[Cell, ...]
    kind: Gauge | None
    done: Decimal | None
    counts: Counter[PartState]

    @property
    def target(self) -> Decimal | None:
        """None for limits (30 毫克/立方米) and measures without a figure."""
        return None if self.kind == Gauge.LIMIT else self.measure.quantity

    @property
    def parts(self) -> int:
        """How many units owe something: excused ones no longer do."""
        return sum(self.counts.values()) - self.counts[PartState.VOID]

    @property
    def closed(self) -> int:
        return self.counts[PartState.DONE]


@dataclass(frozen=True)
class Group:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Board:
    """The wall map of a plan at a moment, with the units that the viewer may see."""

    plan: Plan
    at: datetime
    units: tuple[Grid, ...]
    groups: tuple[Group, ...]
    counts: Counter[PartState]

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]


def board(plan: Plan, user: User, at: datetime) -> Board:
    """The matrix as `user` may see it; the number of queries does not grow with its size."""
    return matrix(plan, plans.seen_units(plan, user), at)


def matrix(plan: Plan, units: list[Grid], at: datetime) -> Board:
    """The board of these units; five queries."""
    parts, seats = plans.parts_of(plan, at, units), plans.seats_of(plan)
    rows = [_row(measure, units, seats, parts) for measure in plans.measures_of(plan)]
    whole: Counter[PartState] = sum((row.counts for row in rows), Counter())
    return Board(plan, at, tuple(units), tuple(_grouped(rows)), whole)


def _row(
    measure: Measure,
    units: list[Grid],
    seats: dict[plans.Key, list[MeasureUnit]],
    parts: dict[plans.Key, Part],
) -> Row:
    cells = tuple(
        _cell(grid, seats.get((measure.pk, grid.pk), []), parts.get((measure.pk, grid.pk)))
        for grid in units
    )
    kind = plans.gauge(measure)
    counts = Counter(cell.state for cell in cells if cell.has_part)
    return Row(measure, plans.item(measure), cells, kind, reached(cells, kind), counts)


def _cell(grid: Grid, seats: list[MeasureUnit], part: Part | None) -> Cell:
    """A part that was taken off the plan after it was issued keeps its cell."""
    if part is None and not seats:
        return Cell(grid, PartState.NO_PART)
    part = part or UNISSUED
    roles = "、".join(unit.get_role_display() for unit in seats)
    numbers = tuple(one.number for one in part.tasks)
    due = max((one.due_at for one in part.tasks if one.due_at), default=None)
    return Cell(grid, part.state, roles, numbers, part.quantity, part.is_late, due)


def reached(cells: Iterable[Cell], kind: Gauge | None) -> Decimal | None:
    """Of counts the sum over the units; of a share the lowest unit, who has none counts 0.

    None when nothing was accepted yet, or the measure has nothing to add up.
    """
    owed = [cell for cell in cells if cell.has_part and cell.state != PartState.VOID]
    figures = [cell.quantity for cell in owed if cell.quantity is not None]
    if not figures or kind not in (Gauge.COUNT, Gauge.SHARE):
        return None
    if kind == Gauge.COUNT:
        return sum(figures, Decimal())
    return min(figures) if len(figures) == len(owed) else Decimal()


def _grouped(rows: list[Row]) -> list[Group]:
    """Under the headings of the document, in the order in which they first appear."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.measure.group, []).append(row)
    return [Group(title, tuple(members)) for title, members in found.items()]
