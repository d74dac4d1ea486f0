"""对账: what units claim, against what was accepted by then (ZY-105)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from grids import access
from grids.models import Grid, User
from tasks.deadlines import beijing_date
from tasks.models import (
    ClaimState,
    FeedbackCard,
    Measure,
    MeasureClaim,
    Plan,
    PlanReport,
    Task,
    TaskEvent,
)
from tasks.selectors import plan_reports, plans
from tasks.selectors.plan_terms import INSTANT, reporters, term
from tasks.selectors.plans import Key
from tasks.workflow import State


class Kind(StrEnum):
    """What does not agree."""

    NO_REPORT = "NO_REPORT"
    NO_CLAIM = "NO_CLAIM"
    CLAIMED_DONE = "CLAIMED_DONE"
    NOT_CLAIMED = "NOT_CLAIMED"
    QUANTITY = "QUANTITY"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Kind.NO_REPORT: "未报",
    Kind.NO_CLAIM: "漏报",
    Kind.CLAIMED_DONE: "自报完成，未销号",
    Kind.NOT_CLAIMED: "已销号，自报未完成",
    Kind.QUANTITY: "数量不符",
}


@dataclass(frozen=True)
class Difference:
    """One line of 对账; `numbers` are the tasks where the accepted side can be read."""

    grid: Grid
    measure: Measure | None
    kind: Kind
    claimed: str
    accepted: str
    numbers: tuple[str, ...] = ()

    @property
    def item(self) -> str:
        return plans.item(self.measure) if self.measure else ""


@dataclass
class Accepted:
    """What had been accepted of one part at a moment: tasks by state, and quantities."""

    tasks: dict[str, State]
    figures: list[Decimal]

    @property
    def is_done(self) -> bool:
        states = set(self.tasks.values()) - {State.VOID}
        return states == {State.CLOSED}

    @property
    def is_void(self) -> bool:
        return set(self.tasks.values()) == {State.VOID}

    @property
    def words(self) -> str:
        states = dict.fromkeys(state.label for state in self.tasks.values())
        return "、".join(states) or "未分解"


def reconcile(plan: Plan, month: str, *, at: datetime | None = None) -> list[Difference]:
    """Every difference between the claims of a month and what was accepted, in reading order.

    Both sides are taken at the deadline of the month; a report that came later is held against
    what had been accepted when it came. `at` before the deadline looks at the month so far.
    The number of queries does not depend on how many units and measures there are.
    """
    wanted = term(plan, month)
    limit = wanted.due_at if at is None else min(wanted.due_at, at)
    reports = plan_reports.latest(plan, wanted.key)
    cut = {pk: max(limit, report.at) for pk, report in reports.items()}
    sides = Sides(plan, limit, reports, accepted_at(plan, limit, cut))
    units = {grid.pk: grid for grid in reporters(plan, wanted.due_on)}
    units |= {report.grid_id: report.grid for report in reports.values()}
    return [one for grid in units.values() for one in sides.differences(grid)]


def seen(found: list[Difference], user: User) -> list[Difference]:
    """The lines about units whose tasks `user` may see."""
    return [one for one in found if access.holds(user, access.VIEW, one.grid)]


class Sides:
    """Claims and acceptance beside each other."""

    def __init__(
        self,
        plan: Plan,
        limit: datetime,
        reports: dict[int, PlanReport],
        accepted: dict[Key, Accepted],
    ) -> None:
        self.reports, self.accepted = reports, accepted
        self.claims = plan_reports.claims_of(reports.values())
        self.measures = list(plans.measures_of(plan))
        self.seats = plans.seats_of(plan)

    def differences(self, grid: Grid) -> Iterable[Difference]:
        if grid.pk not in self.reports:
            yield Difference(grid, None, Kind.NO_REPORT, "没有报送", "")
            return
        for measure in self.measures:
            key = (measure.pk, grid.pk)
            side = self.accepted.get(key, Accepted({}, []))
            claim = self.claims.get(key)
            if claim is not None:
                yield from _state(grid, measure, claim, side)
                yield from _quantity(grid, measure, claim, side)
            elif key in self.seats and not side.is_void:
                numbers = tuple(side.tasks)
                yield Difference(grid, measure, Kind.NO_CLAIM, "没有填报", side.words, numbers)


def _state(
    grid: Grid, measure: Measure, claim: MeasureClaim, side: Accepted
) -> Iterable[Difference]:
    claims_done = claim.state == ClaimState.DONE
    if claims_done == side.is_done or side.is_void:
        return
    kind = Kind.CLAIMED_DONE if claims_done else Kind.NOT_CLAIMED
    label = claim.get_state_display()
    yield Difference(grid, measure, kind, label, side.words, tuple(side.tasks))


def _quantity(
    grid: Grid, measure: Measure, claim: MeasureClaim, side: Accepted
) -> Iterable[Difference]:
    """No figure at all and a figure of 0 agree."""
    kind = plans.gauge(measure)
    if kind in (None, plans.Gauge.LIMIT):
        return
    known, said = plans.total(side.figures, kind), claim.quantity
    if (known or Decimal()) != (said or Decimal()):
        claimed, accepted = (_figure(one, measure) for one in (said, known))
        yield Difference(grid, measure, Kind.QUANTITY, claimed, accepted, numbers=tuple(side.tasks))


def _figure(value: Decimal | None, measure: Measure) -> str:
    return "未填" if value is None else f"{plain(value)} {measure.unit}"


def plain(value: Decimal) -> str:
    """Without trailing zeros and without an exponent: 3200, 12.5."""
    words = f"{value:f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


# --- the accepted side ---------------------------------------------------------------------------


def accepted_at(plan: Plan, limit: datetime, cut: dict[int, datetime]) -> dict[Key, Accepted]:
    """What had been accepted of each part before `limit`, or the unit's own moment in `cut`.

    States are folded from the recorded events, quantities taken from the cards that were
    approved by then and from what the office confirmed.
    """
    tasks = _tasks(plan)
    last = max([limit, *cut.values()])
    moments = {pk: cut.get(key[1], limit) for pk, (key, _) in tasks.items()}
    states = _states(plan, moments, last)
    figures = _figures(plan, moments, states, last)
    found: dict[Key, Accepted] = defaultdict(lambda: Accepted({}, []))
    for pk, (key, number) in tasks.items():
        if pk in states:
            found[key].tasks[number] = states[pk]
            found[key].figures += figures.get(pk, [])
    for key, rows in plans.confirmed(plan, last).items():
        day = beijing_date(cut.get(key[1], limit) - INSTANT)
        found[key].figures += [figure for on, figure in rows if on <= day]
    return dict(found)


def _tasks(plan: Plan) -> dict[int, tuple[Key, str]]:
    columns = ("pk", "measure_unit__measure", "measure_unit__grid", "number")
    rows = Task.objects.filter(measure_unit__measure__plan=plan).order_by("pk")
    return {
        pk: ((measure, grid), number) for pk, measure, grid, number in rows.values_list(*columns)
    }


def _states(plan: Plan, moments: dict[int, datetime], last: datetime) -> dict[int, State]:
    """The state of each task at its moment; a task that did not exist yet is left out."""
    events = TaskEvent.objects.filter(task__measure_unit__measure__plan=plan, at__lt=last)
    events = events.order_by("task", "sequence")
    found: dict[int, State] = {}
    for pk, state, moment in events.values_list("task", "to_state", "at"):
        if moment < moments[pk]:
            found[pk] = State(state)
    return found


def _figures(
    plan: Plan,
    moments: dict[int, datetime],
    states: dict[int, State],
    last: datetime,
) -> dict[int, list[Decimal]]:
    """The quantity of the last card approved by then; nothing for a task that was reopened."""
    cards = FeedbackCard.objects.filter(
        plans.unit_fits("task__measure_unit__measure__unit"),
        task__measure_unit__measure__plan=plan,
        is_approved=True,
        decided_at__lt=last,
    )
    found: dict[int, list[Decimal]] = {}
    rows = cards.order_by("task", "round").values_list("task", "quantity", "decided_at")
    for pk, quantity, moment in rows:
        if moment is not None and moment < moments[pk] and states.get(pk) == State.CLOSED:
            found[pk] = [] if quantity is None else [quantity]
    return found
