"""The clock jumps back: no period twice, no lease for hours, a warning that stays."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from config import health as wellness
from config import jobs, schedule
from grids.models import JobRun
from grids.services import clock, runs

pytestmark = pytest.mark.django_db
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def done(monkeypatch):
    """A schedule of a job each minute and one each hour that note their moments."""
    moments = []
    monkeypatch.setattr(schedule, "import_string", lambda path: lambda **kw: moments.append(kw))
    chosen = [schedule.BY_NAME["delivery"], schedule.BY_NAME["hourly_assessment"]]
    monkeypatch.setattr(jobs, "JOBS", chosen)
    return moments


def _sweep_at(moment):
    with time_machine.travel(moment, tick=False):
        return jobs.sweep()


def test_no_period_is_computed_twice_when_the_clock_jumps_back(done, noon):
    for minutes in (0, 30, 60, 61):
        _sweep_at(noon + timedelta(minutes=minutes))
    before = [one["due_at"] for one in done]

    for minutes in (0, 1, 30, 59):  # two hours back, and through them again
        _sweep_at(noon - TWO_HOURS + timedelta(minutes=61 + minutes))
    for minutes in (60, 61, 62, 90, 121):
        _sweep_at(noon + timedelta(minutes=minutes))

    moments = [one["due_at"] for one in done]
    assert len(moments) == len(set(moments)) > len(before)
    names = JobRun.objects.exclude(name=clock.NAME).values_list("name", "period")
    assert len(names) == len(set(names)) == len(moments)


def test_the_jump_is_recorded_once_and_shown(done, noon, office, caplog):
    _sweep_at(noon)
    for minutes in (0, 1, 2):
        _sweep_at(noon - TWO_HOURS + timedelta(minutes=minutes))

    [row] = JobRun.objects.filter(name=clock.NAME)
    assert row.result == {"back_minutes": 120}
    assert [one.levelname for one in caplog.records if "倒退" in one.message] == ["WARNING"]
    [fact] = [one for one in wellness.facts(noon - TWO_HOURS) if one.name == "clock"]
    assert not fact.is_good
    assert "2 小时 0 分" in fact.sentence
    client = Client()
    client.force_login(office)
    with time_machine.travel(noon + timedelta(days=1), tick=False):
        shown = client.get(reverse("jobs")).content.decode()
        [later] = [one for one in wellness.facts(noon + timedelta(days=1)) if one.name == "clock"]
    assert later.is_good
    assert shown.count("系统时钟倒退了 2 小时 0 分") == 2  # among the facts and among the runs


def test_a_difference_of_seconds_is_no_jump(done, noon):
    _sweep_at(noon)
    _sweep_at(noon - timedelta(seconds=90))

    assert not JobRun.objects.filter(name=clock.NAME).exists()


def test_a_lease_of_the_later_clock_does_not_hold_a_period_for_hours(done, noon):
    _sweep_at(noon)
    row = JobRun.objects.create(
        name="delivery",
        period="x",
        due_at=noon - TWO_HOURS,
        state=JobRun.State.WAITING,
        lease_until=noon + runs.SENT_WAITS,
    )

    _sweep_at(noon - TWO_HOURS)

    row.refresh_from_db()
    assert row.lease_until == noon - TWO_HOURS + runs.LEASE


def test_how_long_a_job_took_is_measured_by_the_monotonic_clock(monkeypatch, noon):
    moment = datetime.now(UTC)
    monkeypatch.setattr(runs, "_clock", lambda: moment)

    def work():
        nonlocal moment
        moment -= TWO_HOURS

    row = runs.run("count", "p", work, at=noon)

    assert row.finished_at - row.started_at == -TWO_HOURS
    assert 0 <= row.took_ms < 60_000
