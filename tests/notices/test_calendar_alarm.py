"""The work calendar of the next year: an alarm from 1 December on."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from build import BEIJING
from config import health
from notices import jobs
from notices.models import Message
from tasks.models import CalendarDay

pytestmark = pytest.mark.django_db
LAST_DAY, FIRST_DAY = (datetime(2026, *day, 9, 0, tzinfo=BEIJING) for day in ((11, 30), (12, 1)))


def holidays(year):
    CalendarDay.objects.create(on=date(year, 1, 1), is_workday=False, name="元旦", source="t")


@pytest.fixture(autouse=True)
def this_year(db):
    holidays(2026)


def fact(at):
    return next(one for one in health.facts(at) if one.name == "calendar")


def run(at):
    return jobs.calendar_alarm(at=at, due_at=at)


def test_the_office_is_told_once_from_the_first_of_december(cast):
    assert run(LAST_DAY) == {"told": 0}

    assert run(FIRST_DAY) == {"told": 2}
    assert run(FIRST_DAY.replace(day=2)) == {"told": 0}
    assert run(FIRST_DAY.replace(day=31)) == {"told": 0}
    told = {message.user for message in Message.objects.all()}
    assert told == {cast.office, cast.outsider}  # the offices of both regimes
    assert "2027 年的节假日安排还没有录入" in Message.objects.filter(user=cast.office).get().text


def test_health_and_desk_show_it_until_the_year_is_loaded(client, cast, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: FIRST_DAY)
    client.force_login(cast.office)
    sentence = "2027 年的节假日安排还没有录入"
    assert fact(LAST_DAY).is_good
    assert not fact(FIRST_DAY).is_good
    assert sentence in client.get(reverse("notices:desk")).content.decode()

    holidays(2027)

    assert fact(FIRST_DAY).is_good
    assert run(FIRST_DAY) == {"told": 0}
    assert sentence not in client.get(reverse("notices:desk")).content.decode()
