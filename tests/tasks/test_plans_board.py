"""挂图作战: the state of every cell, its evidence, and what it costs to draw."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from build import make_grid, make_post, make_scheme, make_user
from build_plans import (
    STREETS,
    beijing,
    give,
    give_set,
    hand_in,
    make_district,
    make_measure,
    make_plan,
)
from grids.models import Grid, GridKind, Role
from tasks.models import MeasureUnit, Task
from tasks.models.kinds import Kind, Source
from tasks.selectors.plan_board import board
from tasks.selectors.plans import PartState
from tasks.services import life
from tasks.services.plans import confirm_quantity, expand

SPRING = beijing(2026, 3, 2, 9)
LATER = SPRING + timedelta(days=5)
AFTER = beijing(2026, 11, 1, 8)


@pytest.fixture
def city(db):
    return make_district(streets=6)


@pytest.fixture
def coal(city):
    measure = make_measure(
        city.plan, 4, due_on=beijing(2026, 10, 31).date(), quantity=60, unit="台"
    )
    give(measure, "LEAD", city.grids["D1"])
    give_set(measure, "RESPONSIBLE", STREETS)
    return measure


def cell(city, code, *, at=LATER, number=4, user=None):
    shown = board(city.plan, user or city.office, at)
    (row,) = [row for row in shown.rows if row.measure.number == number]
    return next(cell for cell in row.cells if cell.grid.code == code)


@pytest.mark.clause("ZY-105")
def test_a_cell_tells_how_far_the_unit_is_and_opens_its_task(city, coal):
    give(make_measure(city.plan, 22), "RESPONSIBLE", city.grids["D2"])
    by = {task.grid.code: task for task in expand(coal, by=city.office, at=SPRING).created}
    life.accept(by["S1"], by=city.people["S1"], at=LATER)
    hand_in(city, by["S2"], at=LATER)
    life.approve(hand_in(city, by["S3"], at=LATER), by=city.office, at=LATER)
    life.void(by["S4"], reason="辖区没有散煤", by=city.office, at=LATER)

    states = {code: cell(city, code).state for code in ("D1", "D2", "S1", "S2", "S3", "S4")}

    assert states == {
        "D1": PartState.NOT_STARTED,
        "D2": PartState.NO_PART,
        "S1": PartState.GOING,
        "S2": PartState.WAITING,
        "S3": PartState.DONE,
        "S4": PartState.VOID,
    }
    assert cell(city, "S3").number == by["S3"].number
    assert (cell(city, "D1").roles, cell(city, "S1").roles) == ("牵头", "责任")


@pytest.mark.clause("ZY-105")
def test_past_its_deadline_only_what_was_handed_in_or_closed_is_not_overdue(city, coal):
    by = {task.grid.code: task for task in expand(coal, by=city.office, at=SPRING).created}
    handed = hand_in(city, by["S2"], at=LATER)
    life.approve(hand_in(city, by["S3"], at=LATER), by=city.office, at=LATER)
    late = hand_in(city, by["S5"], at=AFTER)

    states = {code: cell(city, code, at=AFTER).state for code in ("S1", "S2", "S3", "S5")}
    life.send_back(handed, reason="照片不清", by=city.office, at=AFTER)
    life.approve(late, by=city.office, at=AFTER)

    assert states == {
        "S1": PartState.OVERDUE,
        "S2": PartState.WAITING,
        "S3": PartState.DONE,
        "S5": PartState.OVERDUE,
    }
    assert cell(city, "S2", at=AFTER).state == PartState.OVERDUE
    assert (cell(city, "S5", at=AFTER).state, cell(city, "S5", at=AFTER).is_late) == ("DONE", True)
    assert not cell(city, "S3", at=AFTER).is_late


@pytest.mark.clause("Z-08", "ZY-105")
def test_a_row_adds_up_what_was_accepted_against_its_target(city, coal):
    by = {task.grid.code: task for task in expand(coal, by=city.office, at=SPRING).created}
    for code, quantity in (("S1", "12.5"), ("S2", "7")):
        handed = hand_in(city, by[code], at=LATER, quantity=quantity, unit="台")
        life.approve(handed, by=city.office, at=LATER)
    hand_in(city, by["S3"], at=LATER, quantity="99", unit="台")  # not accepted
    other = hand_in(city, by["S4"], at=LATER, quantity="500", unit="平方米")
    life.approve(other, by=city.office, at=LATER)  # accepted, but in another unit

    (row,) = board(city.plan, city.office, LATER).rows

    assert (row.done, row.target) == (Decimal("19.5"), Decimal(60))
    assert (row.closed, row.parts) == (3, 7)
    assert cell(city, "S1").quantity == Decimal("12.5")


def test_a_reopened_matter_takes_its_quantity_back(city, coal):
    by = {task.grid.code: task for task in expand(coal, by=city.office, at=SPRING).created}
    handed = hand_in(city, by["S1"], at=LATER, quantity="12", unit="台")
    closed = life.approve(handed, by=city.office, at=LATER)
    again = LATER + timedelta(days=40)

    life.revisit(closed, good=False, note="复燃", by=city.judge, at=again)

    assert cell(city, "S1", at=again).quantity is None
    assert cell(city, "S1", at=again).state == PartState.GOING


def test_a_share_is_as_good_as_its_weakest_unit(city):
    measure = make_measure(city.plan, 5, quantity=100, unit="%")
    give(measure, "RESPONSIBLE", city.grids["S1"], city.grids["S2"])

    def reached():
        return next(row.done for row in board(city.plan, city.office, LATER).rows)

    def confirm(code, share):
        at = {"on": LATER.date(), "by": city.office, "at": LATER}
        confirm_quantity(measure, grid=city.grids[code], quantity=Decimal(share), **at)

    assert reached() is None
    confirm("S1", "80")
    assert reached() == 0  # the other street has shown nothing
    confirm("S2", "95.5")
    confirm("S1", "90")
    assert reached() == 90


def test_a_limit_has_no_target_to_reach(city):
    measure = make_measure(city.plan, 10, quantity=30, unit="毫克/立方米")
    give(measure, "LEAD", city.grids["D1"])

    (row,) = board(city.plan, city.office, LATER).rows

    assert (row.done, row.target) == (None, None)


def test_several_tasks_under_a_part_count_as_one_cell(city, coal):
    expand(coal, by=city.office, at=SPRING)
    first = Task.objects.get(grid=city.grids["S1"])
    second = life.register(
        scheme=city.scheme,
        title="第4项 补充任务",
        category="COAL",
        source=Source.PLAN,
        kind=Kind.MEASURE,
        origin_grid=city.root,
        measure_unit=first.measure_unit,
        by=city.office,
        at=SPRING,
    )
    life.approve(hand_in(city, first, at=LATER), by=city.office, at=LATER)

    shown = cell(city, "S1")

    assert shown.numbers == (first.number, second.number)
    assert (shown.number, shown.state) == ("", PartState.GOING)


def test_headings_keep_the_order_of_the_document(city, coal):
    make_measure(city.plan, 1, "科学规划", group="（一）空间布局")
    make_measure(city.plan, 2, "调整布局", group="（一）空间布局")

    groups = board(city.plan, city.office, LATER).groups

    assert [(group.title, len(group.rows)) for group in groups] == [
        ("（一）空间布局", 2),
        ("（一）强化燃煤污染控制", 1),
    ]


def test_a_unit_sees_its_own_column_only(city, coal):
    expand(coal, by=city.office, at=SPRING)

    seen = board(city.plan, city.people["S2"], LATER)

    assert [grid.code for grid in seen.units] == ["S2"]
    assert seen.counts == Counter({PartState.NOT_STARTED: 1})


def test_a_stranger_sees_no_column(city, coal, outsider):
    assert board(city.plan, outsider, LATER).units == ()


@pytest.mark.slow
@pytest.mark.clause("ZY-105", "ZY-07")
def test_forty_seven_measures_by_forty_units_cost_no_more_queries_than_one(db):
    wide, office = _wall(measures=47, units=40)
    narrow, other = _wall(measures=1, units=1)

    def cost(plan, user):
        user.__dict__.pop("_spans", None)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown = board(plan, user, LATER)
            drawn = [(c.state, c.number, c.roles) for row in shown.rows for c in row.cells]
        return len(queries), len(drawn)

    (few, one), (many, all_cells) = cost(narrow, other), cost(wide, office)

    assert (one, all_cells) == (1, 47 * 40)
    assert many == few <= 8


def _wall(*, measures, units):
    """Every unit carries every measure and has its task; written at once, not through services."""
    scheme = make_scheme(f"wall-{units}", task_prefix=f"W{units}")
    root = make_grid(scheme, code="R", name="区大气办", kind=GridKind.DEPARTMENT)
    for number in range(units):
        make_grid(scheme, root, code=f"U{number}", name=f"单位{number}")
    office = make_user(f"wall-office-{units}")
    make_post(office, Grid.objects.get(pk=root.pk), Role.OFFICE)
    plan = make_plan(scheme)
    rows = [make_measure(plan, number) for number in range(1, measures + 1)]
    grids = list(scheme.grids.exclude(parent=None))
    carried = MeasureUnit.objects.bulk_create(
        [MeasureUnit(measure=row, role="RESPONSIBLE", grid=grid) for row in rows for grid in grids]
    )
    Task.objects.bulk_create([_issued(scheme, root, unit, n) for n, unit in enumerate(carried)])
    return plan, office


def _issued(scheme, root, unit, number):
    return Task(
        scheme=scheme,
        number=f"{scheme.task_prefix}-2026-{number:06d}",
        title="第4项",
        kind=Kind.MEASURE,
        source=Source.PLAN,
        state="ISSUED",
        origin_grid=root,
        issuer_grid=root,
        grid=unit.grid,
        measure_unit=unit,
        requirement="原文",
        supervisor="区大气办",
        registered_at=SPRING,
        issued_at=SPRING,
        due_at=AFTER,
    )
