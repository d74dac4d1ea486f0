"""报送提醒: who has not reported hears of it some days before, once, and not at night."""

from datetime import timedelta

import pytest

from build_plans import STREETS, beijing, give_set, make_district, make_measure
from config.schedule import BY_NAME
from notices.models import Message
from tasks.services.plan_reports import submit_report

MONTH = "2026-04"


@pytest.fixture
def city(db):
    city = make_district(streets=3)
    give_set(make_measure(city.plan, 4), "RESPONSIBLE", STREETS)
    return city


def run(at):
    return BY_NAME["report_reminders"].work(at=at, due_at=at)()


def told():
    return set(Message.objects.values_list("user__username", flat=True))


def report(city, code, at):
    values = {"text": "按方案推进。", "by": city.people[code], "at": at}
    submit_report(city.plan, grid=city.grids[code], month=MONTH, **values)


@pytest.mark.clause("ZY-104")
def test_three_days_before_the_24th_every_unit_without_a_report_hears_of_it(city):
    at = beijing(2026, 4, 21, 9, 10)
    report(city, "S2", at - timedelta(days=2))

    assert run(at) == {"units": 4, "told": 4}

    assert told() == {"plan-S1", "plan-S3", "plan-D1", "plan-D2"}
    message = Message.objects.get(user=city.people["S1"])
    assert "2026年4月工作开展情况还没有报送，4月24日 24:00 截止" in message.text
    assert message.url == f"/plans/{city.plan.pk}/reports/{MONTH}/{city.grids['S1'].pk}/"


def test_twice_on_a_day_is_once_and_the_last_day_before_is_told_anew(city):
    first, last = beijing(2026, 4, 21, 9, 10), beijing(2026, 4, 23, 9, 10)
    run(first)
    run(first + timedelta(hours=2))
    assert Message.objects.filter(user=city.people["S1"]).count() == 1

    report(city, "S1", first + timedelta(hours=3))
    run(last)

    assert Message.objects.filter(user=city.people["S1"]).count() == 1
    assert Message.objects.filter(user=city.people["S3"]).count() == 2


@pytest.mark.parametrize("day", [19, 20, 22, 24, 25])
def test_on_other_days_nobody_is_told(city, day):
    assert run(beijing(2026, 4, day, 9, 10)) == {"units": 0, "told": 0}
    assert not Message.objects.exists()


def test_a_run_at_night_waits_for_the_morning(city):
    run(beijing(2026, 4, 21, 2))

    assert set(Message.objects.values_list("at", flat=True)) == {beijing(2026, 4, 21, 7)}


def test_one_person_in_two_units_gets_one_message(city):
    from_two = city.people["S1"]
    post = city.grids["S3"].posts.get()
    post.user = from_two
    post.save(update_fields=["user"])

    run(beijing(2026, 4, 21, 9))

    message = Message.objects.get(user=from_two)
    assert message.text.startswith("待报材料 2 件")


def test_a_regime_without_the_rule_asks_for_nothing(city):
    city.scheme.rules.filter(key="report_reminder_days").delete()

    assert run(beijing(2026, 4, 21, 9)) == {"units": 0, "told": 0}
