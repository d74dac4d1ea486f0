"""方案分解: from a numbered measure to one task per unit."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from build import make_post, make_user
from build_plans import (
    STREETS,
    beijing,
    give,
    give_set,
    hand_in,
    make_district,
    make_measure,
    make_rule,
)
from grids.errors import Invalid
from grids.models import Role
from tasks.models import Progress, Task
from tasks.selectors import plans
from tasks.services import life
from tasks.services.plans import category_of, confirm_quantity, expand
from tasks.workflow import State

SPRING = beijing(2026, 3, 2, 9)


@pytest.fixture
def city(db):
    return make_district()


@pytest.fixture
def coal(city):
    """第4项: one lead, every street responsible, with a day and a share."""
    measure = make_measure(
        city.plan,
        4,
        deadline_text="2026年10月底前",
        due_on=beijing(2026, 10, 31).date(),
        quantity=100,
        unit="%",
        clause="ZY-07",
    )
    give(measure, "LEAD", city.grids["D1"])
    give_set(measure, "RESPONSIBLE", STREETS)
    return measure


@pytest.mark.clause("ZY-07", "W-31", "ZY-06")
def test_all_streets_become_one_task_each_and_the_lead_stays_lead(city, coal):
    done = expand(coal, by=city.office, at=SPRING)

    roles = {task.grid.code: task.measure_unit.role for task in done.created}
    assert roles == {
        "D1": "LEAD",
        "S1": "RESPONSIBLE",
        "S2": "RESPONSIBLE",
        "S3": "RESPONSIBLE",
    }
    for task in Task.objects.filter(measure_unit__measure=coal):
        assert (task.kind, task.source, task.state) == ("MEASURE", "PLAN", State.ISSUED)
        assert task.due_at == beijing(2026, 11, 1)  # 10月31日24时
        assert task.deadline_text == "2026年10月底前"
        assert (task.requirement, task.clause) == (coal.text, "ZY-07")
        assert task.measure_unit.measure == coal


@pytest.mark.clause("ZY-07", "Y1-38")
def test_each_unit_closes_its_own_part_and_only_that(city, coal):
    tasks = {task.grid.code: task for task in expand(coal, by=city.office, at=SPRING).created}
    at = SPRING + timedelta(days=5)

    life.approve(hand_in(city, tasks["S1"], at=at), by=city.office, at=at + timedelta(hours=1))

    states = dict(Task.objects.values_list("grid__code", "state"))
    assert states == {"D1": "ISSUED", "S1": "CLOSED", "S2": "ISSUED", "S3": "ISSUED"}


@pytest.mark.clause("ZY-46", "Y1-38")
@pytest.mark.parametrize("number", [22, 33, 40, 47])
def test_a_measure_without_a_lead_is_carried_by_its_units_alone(city, number):
    measure = make_measure(city.plan, number, "加强城市交通管理")
    give(measure, "RESPONSIBLE", city.grids["D2"])

    (task,) = expand(measure, by=city.office, at=SPRING).created

    assert (task.grid, task.measure_unit.role) == (city.grids["D2"], "RESPONSIBLE")
    assert not measure.units.filter(role="LEAD").exists()


@pytest.mark.clause("Y1-34")
def test_lead_join_and_do_have_a_task_each_with_their_own_state(city):
    measure = make_measure(city.plan, 1, "集中整治散乱污涉气企业")
    give(measure, "LEAD", city.grids["D1"])
    give(measure, "JOIN", city.grids["D2"])
    give(measure, "DO", city.grids["S1"])

    tasks = {t.measure_unit.role: t for t in expand(measure, by=city.office, at=SPRING).created}
    life.accept(tasks["DO"], by=city.people["S1"], at=SPRING)

    states = dict(Task.objects.values_list("measure_unit__role", "state"))
    assert states == {"LEAD": "ISSUED", "JOIN": "ISSUED", "DO": "HANDLING"}


def test_breaking_down_again_adds_only_units_that_came_new(city, coal):
    first = expand(coal, by=city.office, at=SPRING)
    again = expand(coal, by=city.office, at=SPRING + timedelta(days=1))
    give(coal, "RESPONSIBLE", city.grids["D2"])
    third = expand(coal, by=city.office, at=SPRING + timedelta(days=2))

    assert (len(first.created), len(again.created)) == (4, 0)
    assert len(again.skipped) == 4
    assert [task.grid.code for task in third.created] == ["D2"]
    assert Task.objects.count() == 5


def test_a_unit_that_leads_and_is_in_the_set_gets_one_task_as_lead(city, coal):
    give(coal, "RESPONSIBLE", city.grids["D1"], via_set="各责任单位")

    expand(coal, by=city.office, at=SPRING)

    task = Task.objects.get(grid=city.grids["D1"])
    assert task.measure_unit.role == "LEAD"


def test_a_recurring_measure_is_not_doubled_and_an_excused_unit_stays_excused(city):
    measure = make_measure(city.plan, 31, "开展全城清洁行动", deadline_text="每月")
    give_set(measure, "RESPONSIBLE", STREETS)
    first, second, _ = expand(measure, by=city.office, at=SPRING).created
    at = SPRING + timedelta(days=2)
    life.approve(hand_in(city, first, at=at), by=city.office, at=at)
    life.void(second, reason="辖区内没有该类对象", by=city.office, at=at)

    done = expand(measure, by=city.office, at=SPRING + timedelta(days=40))

    assert done.created == []
    assert Task.objects.count() == 3
    assert first.due_at == beijing(2027, 1, 1)  # no day in the document: the plan's year ends
    assert first.deadline_text == "每月"


def test_a_closed_unit_is_left_out_and_named(city, coal):
    gone = city.grids["S3"]
    gone.closed_on = beijing(2026, 2, 1).date()
    gone.save(update_fields=["closed_on"])

    done = expand(coal, by=city.office, at=SPRING)

    assert done.closed == [gone]
    assert len(done.created) == 3


@pytest.mark.clause("Y1-53")
def test_a_measure_to_strive_for_stays_one(city):
    measure = make_measure(city.plan, 8, "集中供热", strength="STRIVE")
    give(measure, "LEAD", city.grids["D1"])

    (task,) = expand(measure, by=city.office, at=SPRING).created

    assert task.strength == "STRIVE"
    part = plans.parts_of(city.plan, beijing(2027, 6, 1))[measure.pk, city.grids["D1"].pk]
    assert part.state == plans.PartState.NOT_STARTED  # 力争 is never overdue


def test_a_deadline_that_has_passed_is_refused_until_another_is_given(city, coal):
    late = beijing(2026, 12, 1, 9)

    with pytest.raises(Invalid, match="2026年10月底前") as refusal:
        expand(coal, by=city.office, at=late)

    assert "due_at" in refusal.value.fields
    assert not Task.objects.exists()
    done = expand(coal, by=city.office, at=late, due_at=beijing(2026, 12, 20, 18))
    assert {task.due_at for task in done.created} == {beijing(2026, 12, 20, 18)}
    assert {task.deadline_text for task in done.created} == {"2026年10月底前"}


def test_without_a_day_and_a_year_a_deadline_must_be_given(city):
    city.plan.year = None
    city.plan.save(update_fields=["year"])
    measure = make_measure(city.plan, 7)
    give(measure, "LEAD", city.grids["D1"])

    with pytest.raises(Invalid, match="没有写明时限"):
        expand(measure, by=city.office, at=SPRING)


def test_only_the_office_breaks_down(city, coal):
    with pytest.raises(PermissionDenied, match="区大气办"):
        expand(coal, by=city.people["S1"], at=SPRING)

    assert not Task.objects.exists()


@pytest.mark.clause("Y1-63")
def test_a_unit_gets_the_lowest_level_its_tier_may_receive(city, coal):
    make_rule(city.scheme, "task_levels", {"GENERAL": ["THIRD"], "SERIOUS": ["FIRST"]})

    done = expand(coal, by=city.office, at=SPRING)

    assert {task.level for task in done.created} == {"SERIOUS"}


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("治理散煤污染", "COAL"),
        ("加大燃煤锅炉拆改力度", "BOILER"),
        ("开展城区黄土裸露治理", "BARE_SOIL"),
        ("强化道路扬尘治理", "ROAD"),
        ("强化各类施工工地扬尘治理", "DUST"),
        ("全面排查整治“小散乱污”企业", "SMALL_POLLUTER"),
        ("科学规划城区功能", "OTHER"),
    ],
)
def test_the_title_of_a_measure_names_its_category(title, category):
    assert category_of(plans.Measure(title=title)) == category


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("台", "COUNT"),
        ("平方米", "COUNT"),
        ("%", "SHARE"),
        ("毫克/立方米", "LIMIT"),
        ("立方米", "LIMIT"),  # 堆放总量不得超过60立方米
        ("小时", "LIMIT"),
        ("", None),
    ],
)
def test_the_unit_says_how_a_figure_is_read(unit, kind):
    assert plans.gauge(plans.Measure(unit=unit)) == kind


@pytest.fixture
def trucks(city):
    measure = make_measure(city.plan, 13, "淘汰柴油货车", quantity=290, unit="台")
    give(measure, "LEAD", city.grids["D2"])
    return measure


@pytest.mark.clause("Z-08", "Z-25")
def test_done_quantity_is_what_was_accepted_and_what_the_office_confirmed(city, trucks):
    (task,) = expand(trucks, by=city.office, at=SPRING).created
    at, key = SPRING + timedelta(days=9), (trucks.pk, city.grids["D2"].pk)
    handed = hand_in(city, task, at=at, quantity="120", unit="台")
    assert plans.parts_of(city.plan, at)[key].quantity is None  # handed in, not accepted

    life.approve(handed, by=city.office, at=at)
    confirm(city, trucks, "30", at)

    assert plans.parts_of(city.plan, at)[key].quantity == Decimal(150)


def confirm(city, measure, quantity, at, **over):
    values = {"grid": city.grids["D2"], "on": at.date(), "by": city.office, "at": at}
    return confirm_quantity(measure, quantity=Decimal(quantity), **values | over)


@pytest.mark.parametrize(
    ("quantity", "over", "sentence"),
    [
        ("-3", {}, "写明原因"),
        ("NaN", {}, "数量"),
        ("1e12", {}, "数量"),
        ("0.001", {}, "两位小数"),
        ("5", {"on": beijing(2026, 3, 3).date()}, "今天之后"),
        ("5", {"note": "长" * 201}, "200"),
    ],
)
def test_a_wrong_quantity_is_refused_with_a_sentence(city, trucks, quantity, over, sentence):
    with pytest.raises(Invalid, match=sentence):
        confirm(city, trucks, quantity, SPRING, **over)

    assert not Progress.objects.exists()


def test_a_quantity_is_confirmed_by_the_office_and_not_by_the_unit_itself(city, trucks):
    both = make_user("both")
    for grid, role in ((city.root, Role.OFFICE), (city.grids["D2"], Role.MANAGER)):
        make_post(both, grid, role)

    for person in (city.people["D2"], both):
        with pytest.raises(PermissionDenied):
            confirm(city, trucks, "5", SPRING, by=person)


def test_a_limit_has_nothing_to_confirm(city):
    measure = make_measure(city.plan, 24, "土方工程", quantity=24, unit="小时")
    give(measure, "LEAD", city.grids["D2"])

    with pytest.raises(Invalid, match="没有可累计的数量"):
        confirm(city, measure, "5", SPRING)


@pytest.mark.clause("Z-07")
def test_a_plan_task_stands_in_several_lists_and_is_counted_once(city, coal):
    expand(coal, by=city.office, at=SPRING)

    task = Task.objects.first()
    assert {row.kind for row in task.lists.all()} == {"PROBLEM", "KEY_TASK"}
    (line,) = plans.plan_list(city.scheme, SPRING)
    assert (line.measures, line.units, line.parts, line.issued, line.closed) == (1, 4, 4, 4, 0)


def test_the_list_of_plans_counts_what_is_late(city, coal):
    expand(coal, by=city.office, at=SPRING)

    (line,) = plans.plan_list(city.scheme, beijing(2026, 11, 1, 0, 0, 1))

    assert line.overdue == 4
