"""对账: what units claim against what was accepted by then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from build_plans import (
    STREETS,
    beijing,
    give_set,
    hand_in,
    make_district,
    make_measure,
)
from tasks.selectors.plan_reconciling import Kind, reconcile
from tasks.services import life
from tasks.services.plan_reports import Claim, submit_report
from tasks.services.plans import confirm_quantity, expand

APRIL, START = "2026-04", beijing(2026, 3, 30, 9)
IN_TIME, TOO_LATE = beijing(2026, 4, 24, 23, 59), beijing(2026, 4, 25, 0, 0)


@pytest.fixture
def city(db):
    return make_district()


@pytest.fixture
def coal(city):
    measure = make_measure(city.plan, 4, due_on=beijing(2026, 10, 31).date(), quantity=9, unit="台")
    give_set(measure, "RESPONSIBLE", STREETS)
    return measure


@pytest.fixture
def tasks(city, coal):
    return {task.grid.code: task for task in expand(coal, by=city.office, at=START).created}


def send(city, code, *, at=IN_TIME, claims=()):
    return submit_report(
        city.plan,
        grid=city.grids[code],
        month=APRIL,
        text="本月按方案推进。",
        claims=claims,
        by=city.people[code],
        at=at,
    )


def found(city, at=None, code=None):
    return [
        (one.grid.code, one.kind, one.claimed, one.accepted)
        for one in reconcile(city.plan, APRIL, at=at)
        if code in (None, one.grid.code)
    ]


@pytest.mark.clause("ZY-105")
def test_claims_are_held_against_what_was_accepted(city, coal, tasks):
    at = beijing(2026, 4, 10, 9)
    life.approve(hand_in(city, tasks["S1"], at=at, quantity="3", unit="台"), by=city.office, at=at)
    hand_in(city, tasks["S2"], at=at, quantity="5", unit="台")
    send(city, "S1", claims=[Claim(coal, "GOING", Decimal(4))])
    send(city, "S2", claims=[Claim(coal, "DONE", Decimal(5))])
    send(city, "S3")

    assert found(city) == [
        ("D1", Kind.NO_REPORT, "没有报送", ""),
        ("D2", Kind.NO_REPORT, "没有报送", ""),
        ("S1", Kind.NOT_CLAIMED, "推进中", "已销号"),
        ("S1", Kind.QUANTITY, "4 台", "3 台"),
        ("S2", Kind.CLAIMED_DONE, "已完成", "待验收"),
        ("S2", Kind.QUANTITY, "5 台", "未填"),
        ("S3", Kind.NO_CLAIM, "没有填报", "已交办"),
    ]


@pytest.mark.clause("ZY-105")
def test_books_that_agree_give_no_line(city, coal, tasks):
    at = beijing(2026, 4, 10, 9)
    closed = hand_in(city, tasks["S1"], at=at, quantity="2.50", unit="台")
    life.approve(closed, by=city.office, at=at)
    confirm_quantity(
        coal,
        grid=city.grids["S1"],
        quantity=Decimal("0.5"),
        on=at.date(),
        by=city.office,
        at=at,
    )

    send(city, "S1", claims=[Claim(coal, "DONE", Decimal(3))])
    send(city, "S2", claims=[Claim(coal, "NOT_STARTED", Decimal(0))])

    assert found(city, code="S1") == found(city, code="S2") == []


def test_what_was_accepted_after_the_deadline_does_not_settle_the_month(city, coal, tasks):
    send(city, "S1", claims=[Claim(coal, "DONE", Decimal(3))])
    late = hand_in(city, tasks["S1"], at=TOO_LATE, quantity="3", unit="台")
    life.approve(late, by=city.office, at=TOO_LATE)
    confirm_quantity(
        coal,
        grid=city.grids["S2"],
        quantity=Decimal(1),
        on=TOO_LATE.date(),
        by=city.office,
        at=TOO_LATE,
    )
    send(city, "S2", claims=[Claim(coal, "GOING")])

    kinds = [kind for _, kind, _, _ in found(city, code="S1")]
    assert kinds == [Kind.CLAIMED_DONE, Kind.QUANTITY]
    assert found(city, code="S2") == []


def test_a_late_report_is_held_against_the_day_it_came(city, coal, tasks):
    at = beijing(2026, 4, 28, 9)
    late = hand_in(city, tasks["S1"], at=at, quantity="3", unit="台")
    life.approve(late, by=city.office, at=at)

    send(city, "S1", claims=[Claim(coal, "DONE", Decimal(3))], at=at + timedelta(hours=1))

    assert found(city, code="S1") == []


def test_a_matter_that_was_reopened_is_not_accepted_any_more(city, coal, tasks):
    at = beijing(2026, 4, 2, 9)
    closed = life.approve(
        hand_in(city, tasks["S1"], at=at, quantity="3", unit="台"), by=city.office, at=at
    )
    again = at + timedelta(days=10)
    life.revisit(closed, good=False, note="复燃", by=city.judge, at=again)
    send(city, "S1", claims=[Claim(coal, "DONE", Decimal(3))])

    assert [(kind, after) for _, kind, _, after in found(city, code="S1")] == [
        (Kind.CLAIMED_DONE, "处置中"),
        (Kind.QUANTITY, "未填"),
    ]


def test_an_excused_unit_owes_no_claim(city, coal, tasks):
    life.void(tasks["S1"], reason="辖区没有散煤", by=city.office, at=START)
    send(city, "S1")

    assert found(city, code="S1") == []


@pytest.mark.slow
def test_reconciling_costs_the_same_for_many_units_and_measures(city, coal, tasks):
    send(city, "S1", claims=[Claim(coal, "DONE", Decimal(1))])

    def cost():
        with CaptureQueriesContext(connection) as queries:
            reconcile(city.plan, APRIL)
        return len(queries)

    before = cost()
    for number in range(5, 10):
        measure = make_measure(city.plan, number)
        give_set(measure, "RESPONSIBLE", STREETS)
        expand(measure, by=city.office, at=START)
    for code in ("S2", "S3", "D1", "D2"):
        send(city, code)

    assert cost() == before


def test_another_units_late_report_does_not_move_the_day_of_this_one(city, coal, tasks):
    after = TOO_LATE + timedelta(days=1)
    send(city, "S1", claims=[Claim(coal, "DONE", Decimal(3))])
    handed = hand_in(city, tasks["S1"], at=after, quantity="3", unit="台")
    life.approve(handed, by=city.office, at=after)

    send(city, "S2", claims=[Claim(coal, "NOT_STARTED")], at=after + timedelta(days=1))

    kinds = [kind for _, kind, _, _ in found(city, code="S1")]
    assert kinds == [Kind.CLAIMED_DONE, Kind.QUANTITY]
