from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from config import health as wellness
from grids.models import JobRun
from grids.services import runs

pytestmark = pytest.mark.django_db


def broken():
    raise RuntimeError("站点数据缺失")


def test_a_stranger_learns_only_whether_the_site_is_well(client):
    answer = client.get(reverse("health"))

    assert (answer.status_code, list(answer.json())) == (200, ["status"])


def test_the_office_sees_every_part(client, office):
    client.force_login(office)

    parts = {fact["name"] for fact in client.get(reverse("health")).json()["facts"]}

    late = {"jobs", "clock", "quarantine", "backup", "import", "calendar"}
    assert parts == {"database", "broker", *late, "disk"}


def test_a_job_set_aside_makes_the_site_degraded_and_is_named(client, office, noon):
    for _ in range(runs.MOST_ATTEMPTS):
        runs.run("weekly_ranking", "2026-W47", broken, at=noon)
    client.force_login(office)

    answer = client.get(reverse("health")).json()

    assert answer["status"] == "degraded"
    assert any("weekly_ranking 2026-W47" in fact["sentence"] for fact in answer["facts"])


@pytest.mark.parametrize(("minutes", "is_good"), [(4, True), (6, False)])
def test_background_work_that_stopped_is_reported_within_minutes(noon, minutes, is_good):
    JobRun.objects.create(
        name="delivery",
        period="p",
        due_at=noon,
        state=JobRun.State.DONE,
        finished_at=noon - minutes * (wellness.JOBS_LATE_AFTER / 5),
    )

    (jobs,) = [fact for fact in wellness.facts(noon) if fact.name == "jobs"]

    assert jobs.is_good == is_good


def part_of(name, at):
    return next(fact for fact in wellness.facts(at) if fact.name == name)


@pytest.fixture
def made_at(noon):
    """The tables were made at noon."""
    MigrationRecorder.Migration.objects.update(applied=noon)
    return noon


@pytest.mark.parametrize(
    ("part", "owed_nothing", "owed"),
    [
        ("jobs", timedelta(minutes=5), timedelta(minutes=7)),
        ("backup", timedelta(hours=16), timedelta(hours=17)),
    ],
)
def test_what_never_ran_is_well_only_until_its_first_turn_has_passed(
    made_at, part, owed_nothing, owed
):
    assert part_of(part, made_at + owed_nothing).is_good
    assert "还没到" in part_of(part, made_at + owed_nothing).sentence
    assert not part_of(part, made_at + owed).is_good


@pytest.mark.parametrize(("part", "job"), [("jobs", "delivery"), ("backup", "backup")])
def test_what_was_tried_and_never_succeeded_is_not_well(made_at, part, job):
    runs.run(job, "p", broken, at=made_at)

    assert not part_of(part, made_at).is_good


def test_a_beat_that_never_ran_is_not_well_for_its_container(made_at):
    with time_machine.travel(made_at + timedelta(minutes=2), tick=False):
        call_command("is_well", "beat", stdout=StringIO())
    with (
        time_machine.travel(made_at + timedelta(minutes=10), tick=False),
        pytest.raises(CommandError, match="一次也没有"),
    ):
        call_command("is_well", "beat", stdout=StringIO())


def test_the_site_says_it_is_down_without_a_database(client, monkeypatch):
    down = wellness.Fact("database", is_good=False, sentence="数据库连不上。")
    monkeypatch.setattr(wellness, "_database", lambda: down)

    answer = client.get(reverse("health"))

    assert (answer.status_code, answer.json()) == (503, {"status": "down"})


def test_the_page_shows_every_job_and_its_record(client, office, noon):
    runs.run("day_close", "2026-11-18", lambda: {"days": 19}, at=noon)
    client.force_login(office)

    page = client.get(reverse("jobs")).content.decode()

    assert "汇总前一日各站日均值" in page
    assert "days 19" in page


def test_a_job_set_aside_can_be_put_back_by_the_office(client, office, noon):
    for _ in range(runs.MOST_ATTEMPTS):
        row = runs.run("day_close", "p", broken, at=noon)
    client.force_login(office)

    client.post(reverse("requeue", args=[row.pk]))

    row.refresh_from_db()
    assert (row.state, row.attempts) == (JobRun.State.WAITING, 0)


@pytest.mark.parametrize("who", ["worker", "chief", "guest", "enterprise", "supervisor"])
def test_only_the_office_sees_the_jobs(client, cast, who):
    client.force_login(cast.people[who])

    assert client.get(reverse("jobs")).status_code == 403


def test_every_page_forbids_foreign_scripts_and_frames(client):
    policy = client.get(reverse("login")).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "frame-ancestors 'none'" in policy
