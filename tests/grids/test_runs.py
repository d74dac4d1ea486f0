import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from grids.models import JobRun
from grids.rhythm import Every, Rhythm, Slot
from grids.services import runs

pytestmark = pytest.mark.django_db

HOURLY = Rhythm(Every.HOUR, catch_up=48)


def failing():
    raise RuntimeError("站点数据缺失")


def test_a_period_is_worked_once_however_often_it_is_asked_for(noon):
    done = []

    for _ in range(3):
        row = runs.run("count", "2026-11-18", lambda: done.append(1), at=noon)

    assert done == [1]
    assert (row.state, row.attempts) == (JobRun.State.DONE, 1)


def test_the_result_and_the_end_are_recorded(noon):
    row = runs.run("count", "2026-11-18", lambda: {"created": 3}, at=noon)

    assert row.result == {"created": 3}
    assert row.finished_at is not None
    assert row.lease_until is None


def test_a_number_is_recorded_as_a_count(noon):
    assert runs.run("count", "p", lambda: 7, at=noon).result == {"count": 7}


def test_a_failure_is_recorded_and_another_job_goes_on(noon):
    row = runs.run("bad", "p", failing, at=noon)
    other = runs.run("good", "p", lambda: 1, at=noon)

    assert (row.state, row.error) == (JobRun.State.FAILED, "RuntimeError: 站点数据缺失")
    assert other.state == JobRun.State.DONE


def test_after_eight_failures_a_period_is_set_aside_and_not_tried_again(noon):
    for _ in range(runs.MOST_ATTEMPTS):
        row = runs.run("bad", "p", failing, at=noon)
    again = runs.run("bad", "p", lambda: 1, at=noon)

    assert row.state == again.state == JobRun.State.QUARANTINED
    assert again.attempts == runs.MOST_ATTEMPTS


def test_a_job_that_kills_its_process_each_time_is_set_aside(noon):
    JobRun.objects.create(
        name="abort",
        period="p",
        due_at=noon,
        state=JobRun.State.RUNNING,
        attempts=runs.MOST_ATTEMPTS,
        lease_until=datetime.now(UTC) - timedelta(seconds=1),
    )

    row = runs.run("abort", "p", lambda: 1, at=noon)

    assert (row.state, row.error) == (JobRun.State.QUARANTINED, "进程多次中断")


def test_a_quarantined_period_can_be_put_back_by_a_person(noon):
    for _ in range(runs.MOST_ATTEMPTS):
        row = runs.run("bad", "p", failing, at=noon)

    runs.requeue(row)

    assert runs.run("bad", "p", lambda: 1, at=noon).state == JobRun.State.DONE


def running(noon, *, holder, lease):
    return JobRun.objects.create(
        name="held",
        period="p",
        due_at=noon,
        state=JobRun.State.RUNNING,
        holder=holder,
        lease_until=datetime.now(UTC) + lease,
    )


def test_a_period_held_by_a_living_worker_is_left_alone(noon):
    running(noon, holder="elsewhere:1:1", lease=timedelta(seconds=15))

    assert runs.run("held", "p", lambda: 1, at=noon).state == JobRun.State.RUNNING


def test_a_period_whose_lease_ended_is_taken_over(noon):
    running(noon, holder="elsewhere:1:1", lease=timedelta(seconds=-1))

    assert runs.run("held", "p", lambda: 1, at=noon).state == JobRun.State.DONE


def test_a_period_whose_process_died_on_this_machine_is_taken_over_at_once(noon):
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    me = runs._me().replace(str(os.getpid()), gone.stdout.decode().strip())
    running(noon, holder=me, lease=timedelta(seconds=15))

    assert runs.run("held", "p", lambda: 1, at=noon).state == JobRun.State.DONE


def test_the_end_of_a_run_that_was_taken_over_changes_nothing(noon):
    def taken_over():
        JobRun.objects.filter(name="slow").update(holder="elsewhere:1:1", attempts=2)

    row = runs.run("slow", "p", taken_over, at=noon)

    assert (row.state, row.holder) == (JobRun.State.RUNNING, "elsewhere:1:1")


def test_a_run_lost_on_another_machine_is_queued_and_done_again(noon):
    row = running(noon, holder="elsewhere:1:1", lease=timedelta(seconds=-1))
    slot = Slot("p", row.due_at)

    assert runs.mark_sent("held", slot)
    assert runs.run("held", "p", lambda: 1, at=noon).state == JobRun.State.DONE


def test_a_run_without_a_living_holder_breaks_the_invariant(noon):
    running(noon, holder="elsewhere:1:1", lease=timedelta(seconds=-1))

    assert len(runs.orphaned()) == 1


def test_a_job_that_never_ran_starts_with_its_newest_period(noon):
    due = runs.due_periods("hourly", HOURLY, at=noon)

    assert [slot.period for slot in due] == ["2026-11-18T12"]


def test_every_missed_period_is_caught_up_once(noon):
    first = HOURLY.due(noon - timedelta(hours=6))[-1]
    runs.run("hourly", first.period, lambda: 1, at=first.due_at)

    missed = runs.due_periods("hourly", HOURLY, at=noon)
    for slot in missed:
        runs.run("hourly", slot.period, lambda: 1, at=slot.due_at)

    assert [slot.period[-2:] for slot in missed] == ["07", "08", "09", "10", "11", "12"]
    assert runs.due_periods("hourly", HOURLY, at=noon) == []


def test_a_queued_period_is_not_queued_again_until_it_had_time_to_run(noon):
    (slot,) = runs.due_periods("hourly", HOURLY, at=noon)

    assert runs.mark_sent("hourly", slot)
    assert not runs.mark_sent("hourly", slot)
    assert runs.due_periods("hourly", HOURLY, at=noon) == []


def test_a_queued_period_whose_message_was_lost_is_due_again(noon):
    (slot,) = runs.due_periods("hourly", HOURLY, at=noon)
    runs.mark_sent("hourly", slot)
    JobRun.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))

    assert runs.due_periods("hourly", HOURLY, at=noon) == [slot]


def test_old_finished_records_go_and_failed_ones_stay(noon):
    runs.run("good", "p", lambda: 1, at=noon)
    runs.run("bad", "p", failing, at=noon)
    JobRun.objects.update(finished_at=noon - timedelta(days=91))

    assert runs.forget(at=noon) == 1
    assert JobRun.objects.get().name == "bad"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite 的测试库在内存里，只有一个连接")
def test_of_two_workers_at_the_same_moment_one_does_the_work(noon):
    done, barrier = [], threading.Barrier(2)

    def worker():
        barrier.wait()
        runs.run("count", "p", lambda: done.append(1), at=noon)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert done == [1]
