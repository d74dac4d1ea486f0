"""A year of a plan out of real opening and closing times: played through the services, in a diary.

The diary is plain Python and knows nothing of the product's selectors; `year_by_hand.py` adds
it up and compares. Used by tests/tasks/test_plans_simulation.py and bench/simulation.py.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from build import BEIJING, make_post, make_user
from build_tasks import make_photo
from grids.models import Grid, GridScheme, Role, User
from tasks.models import Measure, MeasureUnit, Plan, Task
from tasks.services import life
from tasks.services.plans import expand
from times_of_requests import Pair, spread

CATEGORIES = [Task.Category.ROAD, Task.Category.DUST, Task.Category.OPEN_BURNING]
HOURS, DAYS = 24, 5
LEFT = ("voided", "closed")


@dataclass
class Page:
    """The diary of one task: what happened, in order, in the test's own words."""

    unit: str
    due: datetime
    own: bool = False
    strive: bool = False
    measure: tuple[int, str] | None = None
    steps: list[tuple[datetime, str]] = field(default_factory=list)
    files: list[datetime] = field(default_factory=list)
    handed: datetime | None = None
    quantity: Decimal | None = None
    rounds: int = 0

    @property
    def last(self) -> str:
        return self.steps[-1][1]

    @property
    def closed_at(self) -> datetime | None:
        return self.steps[-1][0] if self.last == "closed" else None

    @property
    def is_open(self) -> bool:
        return self.last not in LEFT

    def missed(self, moment: datetime) -> bool:
        """Past the deadline without a feedback in time; 力争 never (Y1-53)."""
        answered = self.handed is not None and self.handed <= self.due
        return not self.strive and self.due < moment and not answered

    @property
    def closed_late(self) -> bool:
        late = self.handed is not None and self.handed > self.due
        return self.last == "closed" and not self.strive and late


class Year:
    """One regime: people in its units, a clock that goes forward, every step written down."""

    def __init__(self, scheme: GridScheme, *, due_day: int, seed: int = 1) -> None:
        self.scheme, self.dice, self.due_day = scheme, random.Random(seed), due_day
        self.plan = Plan.objects.get(scheme=scheme)
        self.root = scheme.grids.get(parent=None)
        self.grids = {grid.code: grid for grid in scheme.grids.all()}
        self.office = self._person(self.root, Role.OFFICE)
        self.judge = self._person(self.root, Role.SUPERVISOR)
        self.people: dict[str, User] = {}
        self.diary: dict[str, Page] = {}
        self.tasks: dict[str, Task] = {}
        self.calls = 0
        self._todo: list[tuple[datetime, int, Any, tuple[Any, ...]]] = []
        self._order = 0

    def _person(self, grid: Grid, role: str) -> User:
        user = make_user(f"{self.scheme.code}-{grid.code}-{role}", display_name=f"{grid.code}经办")
        make_post(user, grid, role, title="经办", seat=90, from_on=date(2017, 1, 1))
        return user

    def worker(self, code: str) -> User:
        if code not in self.people:
            self.people[code] = self._person(self.grids[code], Role.CHIEF)
        return self.people[code]

    def put(self, at: datetime, function: Any, *given: Any) -> None:
        heapq.heappush(self._todo, (at, self._order, function, given))
        self._order += 1

    def play(self, until: datetime) -> None:
        """Everything before `until`, in order of time, also what is planned on the way."""
        while self._todo and self._todo[0][0] < until:
            at, _, function, given = heapq.heappop(self._todo)
            function(at, *given)

    # --- what happens ---------------------------------------------------------------------------

    def break_down(
        self, at: datetime, measure: Measure, lasting: Iterator[timedelta | None]
    ) -> None:
        """One task per unit; each lasts as long as one of the real requests did."""
        due = measure.due_on or date(self.plan.year or at.year, 12, 31)
        moment = datetime.combine(due + timedelta(days=1), datetime.min.time(), BEIJING)
        given = {} if moment > at else {"due_at": at + timedelta(days=30)}
        done = expand(measure, by=self.office, at=at, **given)
        carried = set(
            MeasureUnit.objects.filter(measure=measure).values_list("grid__code", flat=True)
        )
        assert {task.grid.code for task in done.created} == carried
        for task in done.created:
            page = Page(
                task.grid.code, given.get("due_at", moment), strive=measure.strength == "STRIVE"
            )
            page.measure = (measure.number, measure.part)
            self._opened(at, task, page, next(lasting), is_share=measure.unit in ("%", "％"))

    def request(self, at: datetime, code: str, lasts: timedelta | None, *, own: bool) -> None:
        """A citizen's request, or (`own`) a finding of the unit itself, issued at once."""
        grid, kind = self.grids[code], self.dice.choice(("HOURS", "DAYS", "MOMENT"))
        task = life.register(
            scheme=self.scheme,
            title="群众来电反映",
            category=self.dice.choice(CATEGORIES),
            source=Task.Source.HOTLINE,
            origin_grid=grid if own else self.root,
            by=self.office,
            at=at,
        )
        moment = at + timedelta(days=9)
        amount = {"HOURS": HOURS, "DAYS": DAYS}.get(kind)
        task = life.issue(
            task,
            grid=grid,
            requirement="核实并整改",
            supervisor="督办组",
            deadline_kind=kind,
            deadline_amount=amount,
            due_at=moment if kind == "MOMENT" else None,
            override_reason="按来电所在地",
            by=self.office,
            at=at,
        )
        midnight = datetime.combine(
            at.date() + timedelta(days=DAYS + 1), datetime.min.time(), BEIJING
        )
        due = {"HOURS": at + timedelta(hours=HOURS), "DAYS": midnight, "MOMENT": moment}[kind]
        self._opened(at, task, Page(code, due, own=own), lasts)

    def _opened(
        self,
        at: datetime,
        task: Task,
        page: Page,
        lasts: timedelta | None,
        *,
        is_share: bool = False,
    ) -> None:
        self.calls += 2
        page.steps += [(at, "registered"), (at, "issued")]
        number = task.number
        self.diary[number], self.tasks[number] = page, task
        if page.unit == self.root.code:
            return  # what the office carries itself nobody below may accept
        if lasts is None:
            if self.dice.random() < 0.3:
                self.put(at + timedelta(days=4), self._void, number)
            return
        self.put(at + min(lasts / 4, timedelta(hours=2)), self._sign, number)
        if self.dice.random() < 0.06:
            self.put(at + lasts / 2, self._extend, number)
        self.put(at + lasts * 0.8, self._hand, number, is_share)
        if self.dice.random() < 0.12:
            self.put(at + lasts * 0.85, self._return, number)
            self.put(at + lasts * 0.95, self._hand, number, is_share)
        self.put(at + lasts, self._close, number)

    def _did(self, number: str, at: datetime, word: str, task: Task) -> None:
        self.calls += 1
        self.tasks[number] = task
        self.diary[number].steps.append((at, word))

    def _void(self, at: datetime, number: str) -> None:
        gone = life.void(self.tasks[number], reason="重复件", by=self.office, at=at)
        self._did(number, at, "voided", gone)

    def _sign(self, at: datetime, number: str) -> None:
        who = self.worker(self.diary[number].unit)
        self._did(number, at, "signed", life.accept(self.tasks[number], by=who, at=at))

    def _extend(self, at: datetime, number: str) -> None:
        page = self.diary[number]
        later = max(page.due, at) + timedelta(days=3)
        who, task = self.worker(page.unit), self.tasks[number]
        task = life.ask_extension(task, due_at=later, reason="连续降雨", by=who, at=at)
        self._did(number, at, "asked", task)
        task = life.decide_extension(task, granted=True, by=self.office, at=at)
        self._did(number, at, "extended", task)
        page.due = later

    def _hand(self, at: datetime, number: str, is_share: bool) -> None:  # noqa: FBT001
        page = self.diary[number]
        who = self.worker(page.unit)
        files = [make_photo(who, "AFTER", at=at), make_photo(who, "BEFORE", at=at)]
        files += [make_photo(who, "DOCUMENT", at=at)] if page.measure else []
        amount = Decimal(self.dice.randint(1, 400)) / 4 if page.measure else None
        outcome = life.Outcome(quantity=amount) if amount is not None else life.Outcome()
        task = life.submit(
            self.tasks[number],
            measures="已办理",
            attachments=files,
            outcome=outcome,
            by=who,
            at=at,
        )
        self._did(number, at, "handed", task)
        page.files += [at] * len(files)
        page.handed, page.quantity, page.rounds = at, amount, page.rounds + 1

    def _return(self, at: datetime, number: str) -> None:
        task = life.send_back(self.tasks[number], reason="照片看不清", by=self.office, at=at)
        self._did(number, at, "returned", task)
        self.diary[number].handed = None

    def _close(self, at: datetime, number: str) -> None:
        task = life.approve(self.tasks[number], by=self.office, at=at)
        self._did(number, at, "closed", task)
        if self.dice.random() < 0.04:
            self.put(at + timedelta(days=20), self._rebound, number)

    def _rebound(self, at: datetime, number: str) -> None:
        page, due = self.diary[number], at + timedelta(days=6)
        note = "又出现了"
        task = life.revisit(
            self.tasks[number], good=False, note=note, due_at=due, by=self.judge, at=at
        )
        self._did(number, at, "reopened", task)
        page.handed, page.due = None, due
        self.put(at + timedelta(days=8), self._hand, number, False)  # noqa: FBT003
        self.put(at + timedelta(days=9), self._close, number)


def prepare(
    year: Year, pairs: list[Pair], since: datetime, until: datetime, *, most: int | None = None
) -> None:
    """The measures are issued in the first quarter, the requests come all through the year.

    `most` units per measure keep a test quick: the last of the tree and the first ones.
    """
    measures = list(year.plan.measures.order_by("number", "pk"))
    if most is not None:
        for measure in measures:
            _thin_out(measure, most)
    lasting = _durations(pairs, year.dice)
    for place, measure in enumerate(measures):
        year.put(since + timedelta(days=place % 90, hours=9), year.break_down, measure, lasting)
    codes = sorted(
        code
        for code, grid in year.grids.items()
        if grid.tier == "SECOND" and grid.parent_id is not None
    )
    for place, (opened, closed) in enumerate(spread(pairs, since, until)):
        lasts = None if closed is None else closed - opened
        code = codes[place % len(codes)]
        own = place % 5 == 0
        year.put(opened, lambda at, c, d, o: year.request(at, c, d, own=o), code, lasts, own)


def _thin_out(measure: Measure, most: int) -> None:
    rows = measure.units.order_by("grid__tree_id", "grid__lft", "pk")
    codes = list(dict.fromkeys(rows.values_list("grid__code", flat=True)))
    kept = codes if len(codes) <= most else [*codes[-1:], *codes[: most - 1]]
    measure.units.exclude(grid__code__in=kept).delete()


def _durations(pairs: list[Pair], dice: random.Random) -> Iterator[timedelta | None]:
    known = [None if closed is None else closed - opened for opened, closed in pairs]
    while True:
        yield dice.choice(known)
