"""The plan of the demo at work: broken down, done, reported and held against what was accepted.

Played through the services that people use, at past moments, by a job after the first page is up:
well over a thousand tasks are too many for the first start. Done in small transactions; what is
there already is left alone, so it may be cut off anywhere and run again.
"""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from time import monotonic, sleep

from config.demo import own_plans
from config.demo.people import BACK
from grids.models import Grid, GridScheme, Post, Role, User
from grids.services.posts import appoint
from tasks.deadlines import end_of
from tasks.models import ClaimState, Measure, Plan, PlanReport, Task
from tasks.selectors import plan_reports, plan_terms, plans
from tasks.selectors.plan_whole import whole
from tasks.services import life
from tasks.services.plan_reports import Claim, receive_report, submit_report
from tasks.services.plans import expand
from tasks.workflow import State

SCHEME, OFFICE, UNITS, OPERATOR = "zhongyuan", "zy-office", "zy-units", "admin"
BEGAN = timedelta(days=100)
ODDS = {True: (0.88, 0.92, 0.97), False: (0.42, 0.5, 0.74)}
"""Deadline passed or not → which share of the tasks is closed, handed in, signed for."""
HANDED_LATE = 0.06
STEPS = {State.ISSUED: "accept", State.HANDLING: "submit", State.SUBMITTED: "approve"}
LONGEST_REST = 0.3  # seconds
IN_TIME, LATE, BOASTS = 0.85, 0.93, 0.07
MOST: int | None = None  # measures; None: all of them


def advance(*, at: datetime, due_at: datetime | None = None) -> dict[str, int]:
    """The plan of `SCHEME` in a demo; nothing elsewhere."""
    scheme = GridScheme.objects.filter(code=SCHEME, is_demo=True).first()
    plan = scheme.plans.filter(code=SCHEME).first() if scheme else None
    people = User.objects.in_bulk([OFFICE, UNITS, OPERATOR], field_name="username")
    if plan is None or len(people) < 3 or _is_done(plan, at):
        return {"tasks": 0}
    return Player(plan, people, at).play()


def _is_done(plan: Plan, at: datetime) -> bool:
    """Reports come last: with the newest one everything before is there."""
    return PlanReport.objects.filter(plan=plan, period=_months(plan, at)[0].key).exists()


def _months(plan: Plan, at: datetime) -> list[plan_terms.Term]:
    """The running month and the one before it, newest first."""
    return [one for one in plan_terms.terms(plan, at) if one.is_monthly][:2]


class Player:
    """One plan from its breaking down to the reports of two months."""

    def __init__(self, plan: Plan, people: dict[str, User], at: datetime) -> None:
        self.plan, self.people, self.at = plan, people, at
        self.start = at - BEGAN
        self.root = plans.root_of(plan.scheme)
        self.hands: dict[int, User] = {}
        self.rested_at = monotonic()

    def play(self) -> dict[str, int]:
        self._settle()
        shares = whole(self.plan, self.start).to_do
        made = sent = 0
        for share in shares[:MOST]:
            made += self._give_out(share.measure)
            self._rest()
        for month in _months(self.plan, self.at)[::-1]:
            self._work(min(month.due_at, self.at))
            sent += self._report(month)
        self._work(self.at)
        own_plans.settle(at=self.at)
        return {"tasks": made, "reports": sent}

    def _rest(self) -> None:
        """As long as the last step took: SQLite has one writer, and who waits for it (somebody at
        a page) polls; without a gap between two steps he is not served for seconds."""
        sleep(min(monotonic() - self.rested_at, LONGEST_REST))
        self.rested_at = monotonic()

    def _settle(self) -> None:
        """Who works in each unit: those of the demo's accounts, else one person for all."""
        held = Post.objects.filter(
            grid__scheme=self.plan.scheme, user__isnull=False, role__in=(Role.WORKER, Role.MANAGER)
        )
        self.hands = {post.grid_id: post.user for post in held.select_related("user")}  # type: ignore[misc]
        units = {one.pk: one for one in plans.units_of(self.plan)}
        units |= {one.pk: one for one in plan_terms.reporters(self.plan, self.at.date())}
        for grid in units.values():
            if grid.pk not in self.hands and grid.pk != self.root.pk:
                self.hands[grid.pk] = self._appointed(grid)

    def _appointed(self, grid: Grid) -> User:
        person = self.people[UNITS]
        appoint(
            grid=grid,
            role=Role.WORKER,
            user=person,
            title="监管责任人（演示）",
            from_on=self.at.date() - BACK,
            source="演示",
            by=self.people[OPERATOR],
            at=self.at,
        )
        return User.objects.get(pk=person.pk)

    # --- tasks ----------------------------------------------------------------------------------

    def _give_out(self, measure: Measure) -> int:
        """The day of the document in this year, the year's last where that is over or not said."""
        year_end = date(self.at.year, 12, 31)
        named = measure.due_on or year_end
        wanted = date(self.at.year, named.month, min(named.day, 28)) if measure.due_on else year_end
        late = end_of(wanted) <= self.start + timedelta(days=20)
        day = max(year_end, (self.start + timedelta(days=60)).date()) if late else wanted
        office = self.people[OFFICE]
        return len(expand(measure, by=office, at=self.start, due_at=end_of(day)).created)

    def _work(self, until: datetime) -> None:
        """Every step that has come by `until`; what is done already is left alone."""
        rows = Task.objects.filter(measure_unit__measure__plan=self.plan, state__in=STEPS)
        for task in rows.select_related("measure_unit__measure", "grid").order_by("pk"):
            hand = self.hands.get(task.grid_id)
            for state, moment in self._steps(task) if hand is not None else ():
                if task.state == state and moment <= until:
                    task = getattr(self, f"_{STEPS[State(state)]}")(task, hand, moment)
                    self._rest()

    def _steps(self, task: Task) -> list[tuple[str, datetime]]:
        """As far as the dice say; some stay with the unit for whoever tries the demo."""
        dice = random.Random(task.title + task.grid.code)  # noqa: S311  (a demo)
        issued, due = task.issued_at or self.start, task.due_at or self.at
        closes, hands_in, signs = ODDS[due <= self.at]
        luck = dice.random()
        signed = issued + timedelta(days=1 + 4 * dice.random())
        handed = signed + (min(due, self.at) - signed) * (0.2 + 0.7 * dice.random())
        if due <= self.at and dice.random() < HANDED_LATE:
            handed = due + (self.at - due) * 0.5
        judged = handed + (self.at - handed) * 0.3 * dice.random()
        steps = [(State.ISSUED, signed), (State.HANDLING, handed), (State.SUBMITTED, judged)]
        return steps[: (luck < closes) + (luck < hands_in) + (luck < signs)]  # type: ignore[return-value]

    def _accept(self, task: Task, hand: User, at: datetime) -> Task:
        return life.accept(task, by=hand, at=at)

    def _submit(self, task: Task, hand: User, at: datetime) -> Task:
        return life.submit(
            task,
            measures="已按方案推进，本单位承担部分办理完毕，台账留存备查。",
            result="完成",
            outcome=life.Outcome(**self._amount(task)),
            by=hand,
            at=at,
        )

    def _approve(self, task: Task, hand: User, at: datetime) -> Task:
        return life.approve(task, note="材料齐全，同意销号。", by=self.people[OFFICE], at=at)

    def _amount(self, task: Task) -> dict[str, object]:
        """The unit's share of what the measure asks for, whole."""
        measure = task.measure_unit.measure  # type: ignore[union-attr]
        kind = plans.gauge(measure)
        if measure.quantity is None or kind not in (plans.Gauge.COUNT, plans.Gauge.SHARE):
            return {}
        if kind == plans.Gauge.SHARE:
            return {"quantity": measure.quantity, "unit": measure.unit}
        units = measure.units.values("grid").distinct().count()
        return {"quantity": Decimal(int(measure.quantity / units)), "unit": measure.unit}

    # --- reports --------------------------------------------------------------------------------

    def _report(self, month: plan_terms.Term) -> int:
        known = plan_reports.latest(self.plan, month.key)
        sent = 0
        for grid in plan_terms.reporters(self.plan, month.due_on):
            dice = random.Random(month.key + grid.code)  # noqa: S311  (a demo)
            luck, hand = dice.random(), self.hands.get(grid.pk)
            moment = month.due_at - timedelta(hours=2 + 60 * dice.random())
            if IN_TIME < luck <= LATE:
                moment = month.due_at + timedelta(hours=4 + 40 * dice.random())
            if hand is None or luck > LATE or grid.pk in known or moment > self.at:
                continue
            self._send(grid, month, hand, moment, dice)
            self._rest()
            sent += 1
        return sent

    def _send(
        self,
        grid: Grid,
        month: plan_terms.Term,
        hand: User,
        moment: datetime,
        dice: random.Random,
    ) -> None:
        draft = plan_reports.prefill(grid, self.plan, month.key, at=moment)
        claims = [self._claim(line, dice) for line in draft.lines]
        row = submit_report(
            self.plan,
            grid=grid,
            month=month.key,
            text=draft.text,
            claims=claims,
            by=hand,
            at=moment,
        )
        if dice.random() < 0.7:
            signed = min(moment + timedelta(hours=20), self.at)
            receive_report(row, by=self.people[OFFICE], at=signed)

    def _claim(self, line: plan_reports.DraftLine, dice: random.Random) -> Claim:
        """What the system knows; now and then more than that, so that 对账 has something to say."""
        state, quantity = line.state, line.quantity
        if state == ClaimState.GOING and dice.random() < BOASTS:
            state = ClaimState.DONE
        if quantity and plans.gauge(line.measure) == plans.Gauge.COUNT and dice.random() < BOASTS:
            quantity += 1
        return Claim(line.measure, state, quantity)
