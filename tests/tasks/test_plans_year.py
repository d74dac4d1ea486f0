"""A year of a plan: board, monthly figures and 对账 recomputed from a diary kept by the test."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from build_plans import STREETS, beijing, give, give_set, hand_in, make_district, make_measure
from build_tasks import make_photo
from tasks.selectors import plan_reports
from tasks.selectors.plan_board import board
from tasks.selectors.plan_reconciling import reconcile
from tasks.services import life
from tasks.services.plan_reports import Claim, submit_report
from tasks.services.plans import confirm_quantity, expand

MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]


@dataclass
class Page:
    """The diary of one part: what happened, in order, in the test's own words."""

    due: datetime
    steps: list[tuple[datetime, str]] = field(default_factory=list)
    files: list[datetime] = field(default_factory=list)
    handed: Decimal = Decimal()

    def at(self, moment: datetime) -> list[tuple[datetime, str]]:
        return [step for step in self.steps if step[0] < moment]

    def word(self, moment: datetime) -> str:
        """The cell as a person would colour it by hand."""
        steps = self.at(moment)
        last = steps[-1][1] if steps else ""
        if last in ("", "excused", "closed"):
            return {"": "NOT_STARTED", "excused": "VOID", "closed": "DONE"}[last]
        if last == "handed" and steps[-1][0] <= self.due:
            return "WAITING"
        if self.due < moment:
            return "OVERDUE"
        return {"issued": "NOT_STARTED", "signed": "GOING", "handed": "WAITING"}[last]

    def quantity(self, moment: datetime) -> Decimal:
        return self.handed if self.word(moment) == "DONE" else Decimal()

    def happened(self, word: str, since: datetime, until: datetime) -> int:
        return sum(1 for at, what in self.steps if what == word and since <= at < until)


class Year:
    """Plays the year in order of time and writes every step into the diary."""

    def __init__(self, city, dice):
        self.city, self.dice = city, dice
        self.diary: dict[tuple[int, str], Page] = {}
        self.tasks = {}
        self.extra: list[tuple[datetime, int, str, Decimal]] = []
        self.todo = []  # (moment, order, function)

    def plan(self, at, function, *given):
        self.todo.append((at, len(self.todo), function, given))

    def play(self, until):
        """Everything that is due before `until`, also what is planned on the way."""
        while ready := sorted(one for one in self.todo if one[0] < until):
            self.todo.remove(ready[0])
            at, _, function, given = ready[0]
            function(at, *given)

    def issue(self, at, measure):
        for task in expand(measure, by=self.city.office, at=at).created:
            key = (measure.number, task.grid.code)
            self.tasks[key] = task
            self.diary[key] = Page(task.due_at, [(at, "issued")])
            self._next(at, key)

    def _next(self, at, key):
        kind = self.dice.random()
        if kind < 0.1:
            self.plan(at + timedelta(days=3), self.excuse, key)
        elif kind < 0.85:
            self.plan(at + timedelta(days=self.dice.randint(2, 60)), self.sign, key)

    def excuse(self, at, key):
        life.void(self.tasks[key], reason="没有该类对象", by=self.city.office, at=at)
        self.diary[key].steps.append((at, "excused"))

    def sign(self, at, key):
        self.tasks[key] = life.accept(self.tasks[key], by=self.city.people[key[1]], at=at)
        self.diary[key].steps.append((at, "signed"))
        if self.dice.random() < 0.85:
            self.plan(at + timedelta(days=self.dice.randint(5, 150)), self.hand, key)

    def hand(self, at, key):
        page, person = self.diary[key], self.city.people[key[1]]
        amount = Decimal(self.dice.randint(0, 40)) / 4
        make_photo(person, at=at, task=self.tasks[key])
        self.tasks[key] = hand_in(
            self.city, self.tasks[key], at=at, quantity=str(amount), unit="台"
        )
        page.steps.append((at, "handed"))
        page.files.append(at)
        page.handed = amount
        wait = timedelta(days=self.dice.randint(1, 20))
        self.plan(at + wait, self.refuse if self.dice.random() < 0.3 else self.close, key)

    def refuse(self, at, key):
        task = life.send_back(self.tasks[key], reason="数量不实", by=self.city.office, at=at)
        self.tasks[key] = task
        self.diary[key].steps.append((at, "signed"))
        self.plan(at + timedelta(days=9), self.hand, key)

    def close(self, at, key):
        self.tasks[key] = life.approve(self.tasks[key], by=self.city.office, at=at)
        self.diary[key].steps.append((at, "closed"))

    def confirm(self, at, measure, code):
        amount = Decimal(self.dice.randint(1, 9))
        grid = self.city.grids[code]
        values = {"grid": grid, "on": at.date(), "by": self.city.office, "at": at}
        confirm_quantity(measure, quantity=amount, **values)
        self.extra.append((at, measure.number, code, amount))

    def done(self, key, moment):
        beside = sum(
            (q for at, number, code, q in self.extra if at < moment and (number, code) == key),
            Decimal(),
        )
        return beside + (self.diary[key].quantity(moment) if key in self.diary else Decimal())


@pytest.fixture
def city(db):
    return make_district(streets=4)


@pytest.fixture
def year(city):
    dice = random.Random(20260101)
    play = Year(city, dice)
    for number in range(1, 7):
        due = None if number == 6 else beijing(2026, 4 + number, 28).date()
        group = "上" if number < 4 else "下"
        measure = make_measure(city.plan, number, due_on=due, quantity=50, unit="台", group=group)
        give_set(measure, "RESPONSIBLE", STREETS)
        if number % 2:
            give(measure, "LEAD", city.grids["D1"])
        play.plan(
            beijing(2026, 1, 5 + 20 * number, 9) if number < 2 else beijing(2026, number, 3, 9),
            play.issue,
            measure,
        )
        play.plan(beijing(2026, 7, number, 10), play.confirm, measure, "S1")
    return play


def span(month):
    """From the 24th's midnight to the next one, counted by hand."""
    number = int(month[-2:])
    since = beijing(2026, number - 1, 25) if number > 1 else beijing(2025, 12, 25)
    return since, beijing(2026, number, 25)


def check_board(city, year, moment):
    shown = board(city.plan, city.office, moment)
    for row in shown.rows:
        mine = {key: page for key, page in year.diary.items() if key[0] == row.measure.number}
        words = {cell.grid.code: str(cell.state) for cell in row.cells if cell.has_part}
        expected = dict.fromkeys(words, "NOT_STARTED")
        expected |= {code: page.word(moment) for (_, code), page in mine.items()}
        assert words == expected, (moment, row.item)
        carried = [(row.measure.number, code) for code in words if words[code] != "VOID"]
        total = sum((year.done(key, moment) for key in carried), Decimal())
        assert (row.done or 0) == total, (moment, row.item)
        assert row.closed == list(expected.values()).count("DONE")
    every = Counter(str(cell.state) for row in shown.rows for cell in row.cells if cell.has_part)
    assert every == Counter({str(state): count for state, count in shown.counts.items()})


def figures_by_hand(year, code, month):
    since, until = span(month)
    pages = [page for key, page in year.diary.items() if key[1] == code]
    live = [page for page in pages if page.at(until) and page.word(until) != "VOID"]
    open_ones = [page for page in live if page.word(until) != "DONE"]
    closed = [page for page in pages if page.happened("closed", since, until)]
    return {
        "issued": sum(page.happened("issued", since, until) for page in pages),
        "closed": len(closed),
        "closed_late": sum(page.steps[-2][0] > page.due for page in closed),  # as handed in
        "open": len(open_ones),
        "overdue": sum(page.word(until) == "OVERDUE" for page in open_ones),
        "evidence": sum(since <= at < until for page in pages for at in page.files),
    }


@pytest.mark.slow
@pytest.mark.clause("ZY-104", "ZY-105", "ZY-07")
def test_a_year_on_the_wall_and_in_the_reports_agrees_with_a_diary(city, year):
    codes = ["D1", "S1", "S2", "S3", "S4"]
    told, books = {}, {}
    for month in MONTHS:
        _, until = span(month)
        moment = until - timedelta(hours=1)
        year.play(moment)
        for code in codes:
            told.setdefault(month, {})[code] = report(city, year, code, month, moment)
        check_board(city, year, moment)
        books[month] = differences_by_hand(city, year, month, told[month], moment)
        assert booked(city, month) == books[month]

    assert {month: booked(city, month) for month in MONTHS} == books  # as if nothing came since
    for month in MONTHS:
        assert all(flow(city, code, month) == flow_by_hand(year, code, month) for code in codes)
    assert len({page.steps[-1][1] for page in year.diary.values()}) >= 3  # a year with variety
    assert sum(len(by_unit) for by_unit in told.values()) == 60


def flow(city, code, month):
    figures = plan_reports.prefill(city.grids[code], city.plan, month, at=beijing(2027, 2, 1))
    return figures.figures.issued, figures.figures.closed, figures.figures.evidence


def flow_by_hand(year, code, month):
    figures = figures_by_hand(year, code, month)
    return figures["issued"], figures["closed"], figures["evidence"]


def report(city, year, code, month, moment):
    """Sent as prefilled; the second street claims everything done, the third nothing at all."""
    draft = plan_reports.prefill(city.grids[code], city.plan, month, at=moment)
    known = plan_reports.as_record(draft.figures)
    by_hand = figures_by_hand(year, code, month)
    assert {name: known[name] for name in by_hand} == by_hand, (month, code)
    claims = [Claim(line.measure, *says(code, line)) for line in draft.lines]
    if code != "S4" or month != "2026-05":
        values = {"text": draft.text, "by": city.people[code], "at": moment}
        submit_report(city.plan, grid=city.grids[code], month=month, claims=claims, **values)
    return {claim.measure.number: (claim.state, claim.quantity or Decimal()) for claim in claims}


def says(code, line):
    if code == "S2":
        return ("DONE", Decimal(10))
    if code == "S3":
        return ("NOT_STARTED", None)
    return (line.state, line.quantity)


def booked(city, month):
    rows = reconcile(city.plan, month)
    return sorted(
        (one.grid.code, one.measure.number if one.measure else 0, str(one.kind)) for one in rows
    )


def differences_by_hand(city, year, month, told, moment):
    found = [("D2", 0, "NO_REPORT")]
    for code, claims in told.items():
        if (code, month) == ("S4", "2026-05"):
            found.append((code, 0, "NO_REPORT"))
            continue
        for number, (state, quantity) in claims.items():
            page = year.diary.get((number, code))
            done = page is not None and page.word(moment) == "DONE"
            if (state == "DONE") != done:
                found.append((code, number, "CLAIMED_DONE" if state == "DONE" else "NOT_CLAIMED"))
            if quantity != year.done((number, code), moment):
                found.append((code, number, "QUANTITY"))
    return sorted(found)
