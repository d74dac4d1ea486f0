"""催办: once per rung and deadline, late or twice, in bounded batches, no storm."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from build import NOON
from build_notices import LADDER
from build_tasks import make_submitted, make_task
from config.schedule import BY_NAME
from notices import invariants
from notices.models import Escalation, Message
from notices.services import reminders
from tasks.models import Task
from tasks.services import life

pytestmark = pytest.mark.django_db
DUE = NOON + timedelta(days=5, hours=12)  # 2026-11-23 (Mon) 24:00, three workdays after Wednesday


@pytest.fixture
def issued(cast, ladder):
    return make_task(cast, deadline_kind=Task.DeadlineKind.MOMENT, due_at=NOON + timedelta(days=2))


def rungs(task):
    return list(Escalation.objects.filter(task=task).order_by("due_at", "pk").values_list("rung"))


def told(user):
    return list(Message.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


@pytest.mark.clause("Y1-71")
def test_the_holder_is_reminded_a_day_before_and_the_manager_when_it_is_due(cast, issued):
    reminders.climb(at=issued.due_at - timedelta(hours=25))
    assert rungs(issued) == []

    reminders.climb(at=issued.due_at - timedelta(hours=23, minutes=59))
    assert rungs(issued) == [("HOLDER",)]
    assert told(cast.worker) == [f"即将到期：{issued.number} {issued.title}"]
    assert told(cast.manager) == []

    reminders.climb(at=issued.due_at)
    assert rungs(issued) == [("HOLDER",), ("MANAGER",)]
    assert told(cast.manager) == [f"已逾期：{issued.number} {issued.title}"]


def test_a_matter_issued_with_hours_to_go_is_not_reminded_of_what_lay_before(cast, ladder):
    task = make_task(cast, deadline_kind="HOURS", deadline_amount=4)

    reminders.climb(at=NOON + timedelta(minutes=10))
    assert rungs(task) == []

    reminders.climb(at=task.due_at)
    assert rungs(task) == [("MANAGER",)]
    assert "现补发" not in told(cast.manager)[0]


@pytest.mark.clause("Z-40")
def test_what_must_not_stay_over_night_warns_at_six_in_the_evening(cast, ladder):
    task = make_task(cast, deadline_kind="SAME_DAY", deadline_amount=None)

    reminders.climb(at=NOON.replace(hour=17, minute=59))
    assert rungs(task) == []

    reminders.climb(at=NOON.replace(hour=18))
    assert rungs(task) == [("HOLDER",)]
    assert told(cast.worker) == [f"即将到期：{task.number} {task.title}"]


@pytest.mark.clause("Y1-71")
def test_an_overdue_matter_climbs_to_the_chief_and_to_the_grid_above(cast, issued):
    reminders.climb(at=issued.due_at + timedelta(days=3, minutes=1))  # Fri 12:00 + 1 wd = Mon
    assert ("CHIEF",) in rungs(issued)
    assert told(cast.village_chief)
    assert told(cast.chief) == []

    reminders.climb(at=issued.due_at + timedelta(days=5, minutes=1))
    assert rungs(issued)[-2:] == [("UPPER",), ("BULLETIN",)]
    assert told(cast.chief) == [f"已逾期：{issued.number} {issued.title}"]


def test_running_twice_and_later_adds_nothing(cast, issued):
    at = issued.due_at + timedelta(days=9)
    first = reminders.climb(at=at)

    assert first["escalated"] == len(LADDER)
    assert reminders.climb(at=at)["escalated"] == 0
    assert reminders.climb(at=at + timedelta(minutes=10))["escalated"] == 0
    assert len(told(cast.worker)) == 1
    assert invariants.each_escalation_once() == []


def test_a_late_start_keeps_the_due_moment_and_the_real_one(cast, issued):
    at = issued.due_at + timedelta(days=9)
    reminders.climb(at=at)

    row = Escalation.objects.get(rung="HOLDER")

    assert row.due_at == issued.due_at - timedelta(hours=24)
    assert row.at == at
    assert "现补发" in told(cast.worker)[0]


def test_a_new_deadline_starts_the_ladder_again(cast, issued):
    reminders.climb(at=issued.due_at + timedelta(minutes=5))
    asked = life.ask_extension(
        issued,
        due_at=issued.due_at + timedelta(days=4),
        reason="雨天",
        by=cast.worker,
        at=NOON + timedelta(hours=1),
    )
    life.decide_extension(
        asked, granted=True, note="同意", by=cast.office, at=NOON + timedelta(hours=2)
    )
    issued.refresh_from_db()

    reminders.climb(at=issued.due_at)

    assert rungs(issued) == [("HOLDER",), ("MANAGER",), ("HOLDER",), ("MANAGER",)]


@pytest.mark.parametrize(("kind", "shown"), [("MOMENT", 7), ("HOURS", 0)])
def test_a_deadline_at_midnight_wakes_only_for_what_had_to_be_done_within_hours(
    cast, ladder, kind, shown
):
    midnight = NOON.replace(day=19, hour=0)
    task = make_task(cast, deadline_kind="MOMENT", due_at=midnight)
    Task.objects.filter(pk=task.pk).update(deadline_kind=kind)

    reminders.climb(at=midnight)

    assert Message.objects.get(user=cast.manager).at == midnight.replace(hour=shown)


def test_what_waits_for_acceptance_is_nobodys_delay(cast, ladder):
    task = make_submitted(cast)

    reminders.climb(at=task.due_at + timedelta(days=9))

    assert rungs(task) == []


@pytest.mark.clause("Y1-53")
def test_a_strive_matter_stops_at_its_own_manager(cast, issued):
    Task.objects.filter(pk=issued.pk).update(strength=Task.Strength.STRIVE)

    reminders.climb(at=issued.due_at + timedelta(days=9))

    assert rungs(issued) == [("HOLDER",), ("MANAGER",)]
    assert told(cast.chief) == []


def test_a_hidden_matter_wakes_nobody(cast, issued):
    Task.objects.filter(pk=issued.pk).update(is_hidden=True)

    assert reminders.climb(at=issued.due_at + timedelta(days=9))["escalated"] == 0


def test_a_broken_ladder_stops_its_own_scheme_only(cast, issued):
    cast.scheme.rules.filter(key="overdue_ladder").update(value=[{"offset": "morgen", "to": "X"}])

    assert reminders.climb(at=issued.due_at)["escalated"] == 0


def test_one_bad_row_does_not_stop_the_others(cast, issued, monkeypatch):
    other = make_task(cast, deadline_kind="MOMENT", due_at=issued.due_at)
    real = reminders.rungs_due

    def fails_once(due_at, at, ladder, add, **more):
        if fails_once.first:
            fails_once.first = False
            raise ValueError("kaputt")
        return real(due_at, at, ladder, add, **more)

    fails_once.first = True
    monkeypatch.setattr(reminders, "rungs_due", fails_once)

    totals = reminders.climb(at=issued.due_at)

    assert totals["parked"] == 1
    assert len(rungs(other)) == 2


def copies_of(task, count):
    copies = []
    for n in range(count):
        copy = Task.objects.get(pk=task.pk)
        copy.pk, copy.number, copy.client_id = None, f"XX-2026-{n:06d}", None
        copies.append(copy)
    Task.objects.bulk_create(copies, batch_size=200)


@pytest.mark.slow
def test_ten_thousand_due_in_one_minute_go_in_bounded_batches_and_make_no_storm(
    cast, issued, monkeypatch
):
    copies_of(issued, 10_000)
    sizes = []
    climbing = reminders._climb_batch

    def counted(scheme, batch, *given, **named):
        sizes.append(len(batch))
        return climbing(scheme, batch, *given, **named)

    monkeypatch.setattr(reminders, "_climb_batch", counted)
    with CaptureQueriesContext(connection) as queries:
        totals = reminders.climb(at=issued.due_at)

    assert totals["escalated"] == 10_001 * 2  # a day before, and now
    assert sizes == [reminders.BATCH] * 20 + [1]
    writes = [q for q in queries.captured_queries if q["sql"].startswith(("INSERT", "UPDATE"))]
    assert len(queries) - len(writes) < 21 * 20
    assert Message.objects.filter(user=cast.worker).count() == 1  # one person, one digest
    assert "催办 10001 件" in told(cast.worker)[0]
    assert reminders.climb(at=issued.due_at)["escalated"] == 0


def test_after_three_days_without_any_process_each_rung_is_climbed_once(cast, issued):
    copies_of(issued, 9)
    back = issued.due_at + timedelta(days=3)  # Friday noon, away until Monday
    for job in ("overdue_ladder", "delivery"):
        assert len(BY_NAME[job].rhythm.due(back)) == 1  # not one run for every ten minutes missed

    totals = [reminders.climb(at=back + timedelta(minutes=10 * n)) for n in range(3)]

    assert [one["escalated"] for one in totals] == [30, 0, 0]
    rows = Escalation.objects.filter(task=issued).order_by("due_at")
    assert [row.rung for row in rows] == ["HOLDER", "MANAGER", "CHIEF"]
    assert [row.due_at for row in rows] == [
        issued.due_at - timedelta(hours=24),
        issued.due_at,
        issued.due_at + timedelta(days=3),  # one workday later: the weekend does not count
    ]
    assert {row.at for row in Escalation.objects.all()} == {back}
    for person in (cast.worker, cast.manager):
        assert Message.objects.filter(user=person).count() == 1
        assert "催办 10 件" in told(person)[0]
        assert "现补发" in told(person)[0]
