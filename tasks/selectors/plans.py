"""方案: measures, the units that carry them, and what has been accepted of each part."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When

from grids import access
from grids.models import Grid, GridScheme, User
from tasks.deadlines import beijing_date
from tasks.models import FeedbackCard, Measure, MeasureUnit, Plan, Progress, Task, lateness
from tasks.workflow import OPEN, State

Key = tuple[int, int]  # measure id, grid id
ROLES = (
    MeasureUnit.Role.LEAD,
    MeasureUnit.Role.DO,
    MeasureUnit.Role.RESPONSIBLE,
    MeasureUnit.Role.JOIN,
)
"""A unit that stands twice under a measure acts in the first of these."""


class PartState(StrEnum):
    """How far one unit is with its part of one measure."""

    NO_PART = "NO_PART"
    NOT_STARTED = "NOT_STARTED"
    GOING = "GOING"
    WAITING = "WAITING"
    DONE = "DONE"
    OVERDUE = "OVERDUE"
    VOID = "VOID"

    @property
    def label(self) -> str:
        return PART_LABELS[self]


PART_LABELS = {
    PartState.NO_PART: "不承担",
    PartState.NOT_STARTED: "未启动",
    PartState.GOING: "推进中",
    PartState.WAITING: "待验收",
    PartState.DONE: "完成",
    PartState.OVERDUE: "逾期",
    PartState.VOID: "免办",
}


class Gauge(StrEnum):
    """How the figure of a measure is read: a count adds up, a share is reached, a limit is kept."""

    COUNT = "COUNT"
    SHARE = "SHARE"
    LIMIT = "LIMIT"


LIMIT_UNITS = ("小时", "级", "立方米")
"""Units in which documents set a limit (堆放不得超过60立方米), never an amount to be done;
so is every unit per something (毫克/立方米, 次/月)."""


def gauge(measure: Measure) -> Gauge | None:
    """None: the measure has no figure."""
    if not measure.unit:
        return None
    if measure.unit in ("%", "％"):
        return Gauge.SHARE
    if "/" in measure.unit or measure.unit in LIMIT_UNITS:
        return Gauge.LIMIT
    return Gauge.COUNT


def item(measure: Measure) -> str:
    """第4项, 第13项（排查）."""
    return f"第{measure.number}项" + (f"（{measure.part}）" if measure.part else "")


# --- plans ---------------------------------------------------------------------------------------


def root_of(scheme: GridScheme) -> Grid:
    return scheme.grids.get(parent=None)


def plans_of(scheme: GridScheme | None) -> QuerySet[Plan]:
    """Plans in force, the regime's document first, then what units drew up (Y1-87)."""
    rows = Plan.objects.filter(scheme=scheme, state=Plan.State.IN_FORCE)
    own = Case(When(kind=Plan.Kind.DOCUMENT, then=0), default=1)
    return rows.select_related("scheme", "grid").order_by(own, "-year", "pk")


def measures_of(plan: Plan) -> QuerySet[Measure]:
    """In the order of the document."""
    return plan.measures.order_by("number", "pk")


def units_of(plan: Plan) -> list[Grid]:
    """Every grid that carries a part, once, in the order of the tree."""
    carried = MeasureUnit.objects.filter(measure__plan=plan).values("grid")
    return list(Grid.objects.filter(pk__in=carried).order_by("tree_id", "lft"))


def seats_of(plan: Plan) -> dict[Key, list[MeasureUnit]]:
    """The roles of each unit under each measure, the strongest first; one query."""
    seats: dict[Key, list[MeasureUnit]] = defaultdict(list)
    for unit in MeasureUnit.objects.filter(measure__plan=plan).select_related("grid"):
        seats[unit.measure_id, unit.grid_id].append(unit)
    for found in seats.values():
        found.sort(key=lambda unit: ROLES.index(MeasureUnit.Role(unit.role)))
    return dict(seats)


@dataclass(frozen=True)
class PlanLine:
    """A plan in the list: how many of its parts were issued, closed and missed."""

    plan: Plan
    measures: int
    units: int
    parts: int
    issued: int
    closed: int
    overdue: int


def plan_list(scheme: GridScheme | None, at: datetime) -> list[PlanLine]:
    """All plans of a regime; three queries. `parts` counts unit × measure, each once."""
    parts = MeasureUnit.objects.values_list("measure__plan", "measure", "grid").distinct()
    carried: dict[int, set[Key]] = defaultdict(set)
    for plan_id, measure, grid in parts.filter(measure__plan__scheme=scheme):
        carried[plan_id].add((measure, grid))
    tasks = Task.objects.filter(measure_unit__measure__plan__scheme=scheme).exclude(
        state=State.VOID
    )
    counts = tasks.values("measure_unit__measure__plan").annotate(
        issued=Count("pk"),
        closed=Count("pk", filter=Q(state=State.CLOSED)),
        overdue=Count("pk", filter=missed_q(at)),
    )
    by_plan: dict[int, Any] = {row["measure_unit__measure__plan"]: row for row in counts}
    nothing = {"issued": 0, "closed": 0, "overdue": 0}
    return [
        _line(plan, carried.get(plan.pk, set()), by_plan.get(plan.pk, nothing))
        for plan in plans_of(scheme).annotate(items=Count("measures"))
    ]


def _line(plan: Plan, carried: set[Key], row: dict[str, int]) -> PlanLine:
    units = len({grid for _, grid in carried})
    counts = {name: row[name] for name in ("issued", "closed", "overdue")}
    return PlanLine(plan, plan.items, units, len(carried), **counts)  # type: ignore[attr-defined]


def missed_q(at: datetime) -> Q:
    """Open and past its deadline."""
    return Q(state__in=OPEN) & unanswered_q(at)


def unanswered_q(at: datetime) -> Q:
    """Past its deadline without having been handed in before it; 力争 never is (Y1-53)."""
    return lateness.missed(at)


# --- parts ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Doing:
    """One task under a part; `quantity` is what was accepted with it, in the measure's unit."""

    number: str
    state: str
    due_at: datetime | None
    is_missed: bool
    is_late: bool
    quantity: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """One unit's part of one measure; `quantity` accepted so far, None when nothing was."""

    state: PartState
    tasks: tuple[Doing, ...] = ()
    quantity: Decimal | None = None

    @property
    def is_late(self) -> bool:
        """Done, but handed in after the deadline (tasks.punctuality)."""
        return self.state == PartState.DONE and any(one.is_late for one in self.tasks)


def doings(plan: Plan, at: datetime, grids: Iterable[Grid] | None = None) -> dict[Key, list[Doing]]:
    """The tasks of a plan by measure and unit, as they stand; one query."""
    tasks = Task.objects.filter(measure_unit__measure__plan=plan)
    if grids is not None:
        tasks = tasks.filter(measure_unit__grid__in=list(grids))
    flags = {"missed": Case(When(missed_q(at), then=True), default=False)}
    late = Case(When(lateness.CLOSED_LATE, then=True), default=False)
    rows = tasks.annotate(late=late, done=Subquery(accepted_card()), **flags).order_by("pk")
    found: dict[Key, list[Doing]] = defaultdict(list)
    columns = ("number", "state", "due_at", "missed", "late", "done")
    for measure, grid, *facts in rows.values_list(
        "measure_unit__measure", "measure_unit__grid", *columns
    ):
        found[measure, grid].append(Doing(*facts))
    return found


def accepted_card() -> QuerySet[FeedbackCard, Decimal | None]:
    """The quantity of the card with which a task was closed, if it is in the measure's unit."""
    cards = FeedbackCard.objects.filter(
        unit_fits("task__measure_unit__measure__unit"),
        task=OuterRef("pk"),
        task__state=State.CLOSED,
        round=OuterRef("round"),
        is_approved=True,
    )
    return cards.values_list("quantity", flat=True)[:1]


def unit_fits(column: str) -> Q:
    """A quantity counts when its unit is the measure's, or was left out."""
    return Q(unit=F(column)) | Q(unit="")


def confirmed(plan: Plan, at: datetime) -> dict[Key, list[tuple[date, Decimal]]]:
    """Quantities the office confirmed beside the cards, with their day; one query."""
    rows = Progress.objects.filter(measure__plan=plan, on__lte=beijing_date(at)).order_by("pk")
    found: dict[Key, list[tuple[date, Decimal]]] = defaultdict(list)
    for measure, grid, on, quantity in rows.values_list("measure", "grid", "on", "quantity"):
        found[measure, grid].append((on, quantity))
    return found


def total(figures: Iterable[Decimal | None], kind: Gauge | None) -> Decimal | None:
    """Counts add up; of a share the highest that was reached counts; None without figures."""
    known = [figure for figure in figures if figure is not None]
    if not known or kind not in (Gauge.COUNT, Gauge.SHARE):
        return None
    return sum(known, Decimal()) if kind == Gauge.COUNT else max(known)


def part_state(tasks: Iterable[Doing]) -> PartState:
    """The state of a part out of its tasks: the worst one that asks for attention."""
    tasks = list(tasks)
    states = {one.state for one in tasks} - {State.VOID}
    if not states:
        return PartState.VOID if tasks else PartState.NOT_STARTED
    if any(one.is_missed for one in tasks):
        return PartState.OVERDUE
    if states == {State.CLOSED}:
        return PartState.DONE
    if states <= {State.CLOSED, State.SUBMITTED}:
        return PartState.WAITING
    return PartState.NOT_STARTED if states <= {State.REGISTERED, State.ISSUED} else PartState.GOING


def parts_of(plan: Plan, at: datetime, grids: Iterable[Grid] | None = None) -> dict[Key, Part]:
    """Every part that was issued or has a confirmed quantity; three queries."""
    measures = {measure.pk: measure for measure in measures_of(plan)}
    tasks, extra = doings(plan, at, grids), confirmed(plan, at)
    found = {}
    for key in tasks.keys() | extra.keys():
        mine = tasks.get(key, [])
        figures = [one.quantity for one in mine] + [one for _, one in extra.get(key, [])]
        sum_up = total(figures, gauge(measures[key[0]]))
        found[key] = Part(part_state(mine), tuple(mine), sum_up)
    return found


def seen_units(plan: Plan, user: User) -> list[Grid]:
    """The units of a plan whose tasks the user may see."""
    return [grid for grid in units_of(plan) if access.holds(user, access.VIEW, grid)]
