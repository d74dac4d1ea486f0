from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from build import make_post, make_user
from build_inspections import make_duty, make_rule, record
from grids.errors import Invalid
from grids.models import Role
from inspections.models import Mode
from inspections.selectors.duties import duty_states, fits, people_states
from inspections.services import duties
from inspections.services.duties import Deed

TODAY = date(2026, 11, 18)


def only(states):
    (state,) = states
    return state


@pytest.mark.clause("W-17")
def test_a_half_month_counts_only_visits_of_that_half(scheme, village, manager, noon):
    make_duty(scheme, Role.MANAGER, "巡查、暗访或督查", "HALF_MONTH")
    record(village, manager, at=noon - timedelta(days=3))  # the 15th: the half before
    assert only(duty_states(manager, scheme, TODAY)).missing == 1

    record(village, manager, at=noon)

    state = only(duty_states(manager, scheme, TODAY))
    assert (state.done, state.missing, state.days_left(TODAY)) == (1, 0, 13)
    assert (state.first, state.last) == (date(2026, 11, 16), date(2026, 11, 30))


@pytest.mark.clause("W-60", "W-17")
def test_two_sentences_bind_the_same_person_and_the_stricter_counts(scheme, manager):
    make_rule(scheme, "executive_stricter_counts", value=True, clause="W-60")
    make_duty(scheme, Role.MANAGER, "巡查、暗访或督查", "HALF_MONTH")
    make_duty(scheme, Role.MANAGER, "巡查或暗访督查", "MONTH")

    half, month = duty_states(manager, scheme, TODAY)

    assert (half.stricter, month.stricter) == ("", "每半月")


@pytest.mark.clause("Y2-15", "Y1-46")
def test_a_daily_patrol_is_fulfilled_by_a_patrol_of_today(scheme, village, worker, noon):
    make_duty(scheme, Role.WORKER, "日常巡查", "DAY")
    record(village, worker, at=noon - timedelta(days=1))
    assert only(duty_states(worker, scheme, TODAY)).missing == 1

    record(village, worker)

    assert only(duty_states(worker, scheme, TODAY)).missing == 0


@pytest.mark.clause("Y1-47")
def test_the_straw_season_raises_the_daily_patrols(scheme, worker):
    make_duty(scheme, Role.WORKER, "日常巡查", "DAY")
    season = {"windows": [["10-10", "11-30"]], "times": 2, "period": "DAY"}
    make_rule(scheme, "season.straw", season, "Y1-47")

    inside = only(duty_states(worker, scheme, TODAY))
    outside = only(duty_states(worker, scheme, date(2026, 12, 1)))

    assert (inside.times, outside.times) == (2, 1)
    assert "Y1-47" in inside.season


@pytest.mark.clause("Y2-08")
def test_surprise_checks_are_counted_by_the_month(scheme, village, chief, noon):
    make_duty(scheme, Role.CHIEF, "突击检查", "MONTH")
    record(village, chief)  # a plain patrol is no surprise check

    assert only(duty_states(chief, scheme, TODAY)).missing == 1

    record(village, chief, mode=Mode.SURPRISE)

    assert only(duty_states(chief, scheme, TODAY)).missing == 0


@pytest.mark.clause("W-45")
def test_cross_enforcement_is_counted_by_the_half_year(scheme, village, office, noon):
    make_duty(scheme, Role.OFFICE, "交叉执法", "HALF_YEAR")
    record(village, office, mode=Mode.CROSS, at=noon - timedelta(days=100))

    assert only(duty_states(office, scheme, TODAY)).missing == 0


@pytest.mark.clause("Y1-97")
def test_the_quarterly_round_of_the_office_counts_any_of_its_people(
    scheme, root, village, office, noon
):
    make_duty(scheme, Role.OFFICE, "督查", "QUARTER")
    colleague = _colleague(root)
    record(village, colleague, mode=Mode.SUPERVISION)

    assert only(duty_states(office, scheme, TODAY)).missing == 0


def _colleague(root):
    person = make_user("colleague")
    make_post(person, root, Role.OFFICE)
    return person


def test_a_covert_visit_counts_for_who_made_it_and_shows_to_nobody_else(
    scheme, village, chief, worker, office
):
    make_duty(scheme, Role.CHIEF, "巡查、暗访或督查", "MONTH")
    record(village, chief, mode=Mode.COVERT)

    assert only(duty_states(chief, scheme, TODAY)).done == 1
    assert duty_states(worker, scheme, TODAY) == []


def test_a_duty_binds_only_the_grids_in_its_scope(scheme, chief, village_chief):
    make_rule(scheme, "duty_scope", {"d-突击检查-MONTH": ["tier:SECOND&kind:TERRITORY"]})
    make_duty(scheme, Role.CHIEF, "突击检查", "MONTH")

    assert len(duty_states(chief, scheme, TODAY)) == 1
    assert duty_states(village_chief, scheme, TODAY) == []


@pytest.mark.parametrize(
    ("selector", "fitting"),
    [
        ("V1", True),
        ("V2", False),
        ("tier:THIRD", True),
        ("tier:THIRD&kind:PARK", False),
        ("parent:S1", True),
        ("under:D1", True),
        ("under:V1", False),
    ],
)
def test_selectors_of_a_scope(village, selector, fitting):
    assert fits(selector, village) is fitting


@pytest.mark.clause("W-08")
def test_a_meeting_or_a_patrol_both_fulfil_the_monthly_duty_of_the_chief(
    scheme, village, chief, noon
):
    duty = make_duty(scheme, Role.CHIEF, "工作调度、调研或巡查", "MONTH")
    duties.register(duty, deed=Deed("街道调度会", TODAY), by=chief, at=noon)
    record(village, chief)

    state = only(duty_states(chief, scheme, TODAY))

    assert {credit.title for credit in state.credits} == {"街道调度会", "巡查 建设路口"}


@pytest.mark.clause("W-07", "W-16")
@pytest.mark.parametrize(
    ("activity", "period", "word"),
    [("季度讲评", "QUARTER", "讲评"), ("月度调度会议", "MONTH", "调度会议")],
)
def test_what_is_recorded_elsewhere_counts_once(
    scheme, street, chief, noon, activity, period, word
):
    make_duty(scheme, Role.CHIEF, activity, period)
    given = {
        "scheme": scheme,
        "user": chief,
        "grid": street,
        "activity": word,
        "title": "三季度讲评",
        "held_on": TODAY,
        "source_ref": "notice:7",
        "at": noon,
    }

    duties.credit(**given)
    duties.credit(**given)

    assert only(duty_states(chief, scheme, TODAY)).done == 1


@pytest.mark.clause("W-71", "W-72")
def test_a_yearly_training_is_registered_with_its_day(scheme, office, noon):
    duty = make_duty(scheme, Role.OFFICE, "培训", "YEAR")

    duties.register(duty, deed=Deed("执法人员业务培训", date(2026, 5, 9)), by=office, at=noon)

    assert only(duty_states(office, scheme, TODAY)).missing == 0


def test_visits_cannot_be_claimed_by_words(scheme, worker, noon):
    duty = make_duty(scheme, Role.WORKER, "日常巡查", "DAY")

    with pytest.raises(Invalid, match="由巡查记录自动计数"):
        duties.register(duty, deed=Deed("巡过了", TODAY), by=worker, at=noon)


def test_nobody_registers_for_another_role(scheme, worker, noon):
    duty = make_duty(scheme, Role.OFFICE, "培训", "YEAR")

    with pytest.raises(PermissionDenied):
        duties.register(duty, deed=Deed("培训", TODAY), by=worker, at=noon)


def test_a_day_to_come_is_refused(scheme, office, noon):
    duty = make_duty(scheme, Role.OFFICE, "培训", "YEAR")

    with pytest.raises(Invalid, match="今天之后"):
        duties.register(duty, deed=Deed("培训", TODAY + timedelta(days=1)), by=office, at=noon)


def test_the_chief_sees_the_duties_below_him_but_not_his_neighbours(
    scheme, worker, manager, chief, office
):
    make_duty(scheme, Role.WORKER, "日常巡查", "DAY")
    make_duty(scheme, Role.OFFICE, "督查", "QUARTER")

    below = people_states(chief, scheme, TODAY)

    assert [state.post.user for state in below] == [worker]


def test_the_questions_do_not_grow_with_the_people(
    scheme, village, other_village, office, worker, neighbour, django_assert_max_num_queries
):
    for activity in ("日常巡查", "巡查"):
        make_duty(scheme, Role.WORKER, activity, "DAY")

    with django_assert_max_num_queries(16):
        states = people_states(office, scheme, TODAY)

    assert len(states) == 4


def test_the_first_page_of_the_phone_names_the_visits_still_owed(
    client, scheme, village, worker, noon
):
    make_duty(scheme, Role.WORKER, "日常巡查", "DAY")
    client.force_login(worker)
    with time_machine.travel(noon, tick=False):
        owed = client.get(reverse("inspections:today")).content.decode()
        record(village, worker, at=noon)
        settled = client.get(reverse("inspections:today")).content.decode()

    assert "日常巡查" in owed
    assert "今天截止" in owed
    assert settled.strip() == ""
