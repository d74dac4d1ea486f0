"""Periodic jobs: one row per job and period, so that late, twice and in parallel are harmless.

A lease is about processes, not about the matter: it uses the machine's clock, while the work gets
the moment `at` it is asked for.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from grids.killpoints import reached
from grids.models import JobRun
from grids.rhythm import Rhythm, Slot

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
HEARTBEAT = timedelta(seconds=4)
SENT_WAITS = timedelta(seconds=20)  # a queued period is not queued again before this has passed
MOST_ATTEMPTS = 8
KEPT = timedelta(days=90)

Work = Callable[[], Any]


def due_periods(name: str, rhythm: Rhythm, *, at: datetime) -> list[Slot]:
    """Periods of a job that should have run by `at` and are not done, oldest first.

    A job that never ran starts with its newest period; later gaps are filled as far back as
    `rhythm.catch_up` reaches. Periods that run, wait for a worker or rest after a failure are left
    out until their lease ends; quarantined ones stay out.
    """
    slots = rhythm.due(at)
    rows = {row.period: row for row in JobRun.objects.filter(name=name, due_at__lte=at)}
    first = JobRun.objects.filter(name=name).order_by("due_at").first()
    if first is None:
        return slots[-1:]
    moment = _clock()
    return [
        slot
        for slot in slots
        if slot.due_at >= first.due_at
        and (slot.period not in rows or _is_free(rows[slot.period], moment))
    ]


@transaction.atomic
def mark_sent(name: str, slot: Slot) -> bool:
    """Notes that the period was handed to the broker. False: somebody else has it already."""
    row = _locked(name, slot.period, slot.due_at)
    moment = _clock()
    if not _is_free(row, moment):
        return False
    row.state, row.lease_until = JobRun.State.WAITING, moment + SENT_WAITS
    row.save(update_fields=["state", "lease_until"])
    return True


def run(name: str, period: str, work: Work, *, at: datetime) -> JobRun:
    """Runs `work` unless this period is done, quarantined or held by a living worker.

    `at` is when the period was due. A failure is recorded, not raised: the sweep tries again with
    growing pauses and sets the period aside after `MOST_ATTEMPTS`. The row tells what happened.
    """
    row, is_ours = _claim(name, period, due_at=at)
    if not is_ours:
        return row
    reached(f"runs.{name}.claimed")
    began = time.monotonic()
    with _kept_alive(row):
        try:
            result = work()
        except Exception as error:  # whatever a job does wrong must not stop the others
            log.exception("作业 %s %s 失败", name, period)
            words = f"{type(error).__name__}: {error}"
            return _finish(row, began, state=_after_failure(row), error=words)
    reached(f"runs.{name}.worked")
    return _finish(row, began, state=JobRun.State.DONE, result=result)


@transaction.atomic
def requeue(row: JobRun) -> JobRun:
    """重试: lets a quarantined period run again, with its attempts counted from zero."""
    row = JobRun.objects.select_for_update().get(pk=row.pk)
    row.state, row.attempts, row.lease_until = JobRun.State.WAITING, 0, None
    row.save(update_fields=["state", "attempts", "lease_until"])
    return row


def orphaned() -> list[str]:
    """Runs that nobody keeps alive any more (I7); the sweep takes them over within seconds."""
    lost = JobRun.objects.filter(state=JobRun.State.RUNNING, lease_until__lte=_clock())
    return [f"{row.name} {row.period} 的租约已于 {row.lease_until:%H:%M:%S} 到期" for row in lost]


def shorten_leases(*, at: datetime) -> int:
    """After the clock went back: leases and rests given by the later clock end as if given at
    `at`; who still works renews his within seconds. Returns how many."""
    finished = (JobRun.State.DONE, JobRun.State.QUARANTINED)
    rows = JobRun.objects.exclude(state__in=finished).filter(lease_until__gt=at + LEASE)
    return rows.update(lease_until=at + LEASE)


def forget(*, at: datetime) -> int:
    """Deletes records of finished periods after ninety days; failed ones stay. Returns how many."""
    old = JobRun.objects.filter(state=JobRun.State.DONE, finished_at__lt=at - KEPT)
    return old.delete()[0]


@transaction.atomic
def _claim(name: str, period: str, *, due_at: datetime) -> tuple[JobRun, bool]:
    row, moment = _locked(name, period, due_at), _clock()
    pause_only = row.state in {JobRun.State.WAITING, JobRun.State.FAILED}
    if not pause_only and not _is_free(row, moment):
        return row, False
    if row.attempts >= MOST_ATTEMPTS:  # its process died each time, nobody could record a failure
        row.state, row.error = JobRun.State.QUARANTINED, row.error or "进程多次中断"
        row.lease_until = None
        row.save(update_fields=["state", "error", "lease_until"])
        return row, False
    row.state, row.attempts = JobRun.State.RUNNING, row.attempts + 1
    row.started_at, row.lease_until, row.holder = moment, moment + LEASE, _me()
    row.save(update_fields=["state", "attempts", "started_at", "lease_until", "holder"])
    return row, True


def _locked(name: str, period: str, due_at: datetime) -> JobRun:
    JobRun.objects.get_or_create(name=name, period=period, defaults={"due_at": due_at})
    return JobRun.objects.select_for_update().get(name=name, period=period)


def _is_free(row: JobRun, moment: datetime) -> bool:
    """Whether a worker may take the row now: not finished, and nobody alive holds it."""
    if row.state in {JobRun.State.DONE, JobRun.State.QUARANTINED}:
        return False
    if row.lease_until is None or row.lease_until <= moment:
        return True
    return row.state == JobRun.State.RUNNING and _is_gone(row.holder)


@transaction.atomic
def _finish(
    row: JobRun, began: float, *, state: str, result: Any = None, error: str = ""
) -> JobRun:
    """Records the end and how long it took by the monotonic clock, unless another
    worker took the row over in the meantime."""
    moment = _clock()
    rests_until = moment + timedelta(seconds=10 * 2**row.attempts) if error else None
    mine = JobRun.objects.filter(pk=row.pk, holder=row.holder, attempts=row.attempts)
    mine.filter(state=JobRun.State.RUNNING).update(
        state=state,
        finished_at=moment,
        took_ms=round(1000 * (time.monotonic() - began)),
        lease_until=rests_until,
        result=_as_record(result),
        error=error,
    )
    row.refresh_from_db()
    return row


def _after_failure(row: JobRun) -> str:
    too_often = row.attempts >= MOST_ATTEMPTS
    return JobRun.State.QUARANTINED if too_often else JobRun.State.FAILED


@contextmanager
def _kept_alive(row: JobRun) -> Iterator[None]:
    """Renews the lease while the work goes on; stops by itself with the process."""
    ended = threading.Event()
    keeper = threading.Thread(target=_renew, args=(row.pk, row.holder, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _renew(pk: int, holder: str, ended: threading.Event) -> None:
    mine = JobRun.objects.filter(pk=pk, holder=holder, state=JobRun.State.RUNNING)
    while not ended.wait(HEARTBEAT.total_seconds()):
        try:
            mine.update(lease_until=_clock() + LEASE)
        except (
            OperationalError
        ):  # SQLite: the work itself holds the write lock; nobody can take over
            log.info("作业记录 %s 的租约稍后再续", pk)
    connection.close()


def _as_record(result: Any) -> dict[str, Any]:
    if isinstance(result, dict):
        return result
    return {} if result is None else {"count": result}


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def _is_gone(holder: str) -> bool:
    """True only when the holder was a process of this machine that no longer exists."""
    host, _, rest = holder.partition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(rest.split(":")[0]), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False


def _clock() -> datetime:
    return datetime.now(UTC)
