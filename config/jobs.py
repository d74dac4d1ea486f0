"""Celery entry points: read the clock, call one service, nothing else."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from config import archive
from config.schedule import BY_NAME, JOBS
from grids.services import clock, idempotency, runs


@shared_task
def sweep() -> int:
    """Queues every period that is due and not done. Safe to run late, twice or in parallel."""
    at, sent = timezone.now(), 0
    clock.watch(at=at)
    for job in JOBS:
        for slot in runs.due_periods(job.name, job.rhythm, at=at):
            if runs.mark_sent(job.name, slot):
                run.delay(job.name, slot.period, slot.due_at.isoformat())
                sent += 1
    return sent


@shared_task
def run(name: str, period: str, due_at: str) -> str:
    """Runs one period of one job; its row says whether that was still necessary."""
    due = datetime.fromisoformat(due_at)
    work = BY_NAME[name].work(at=timezone.now(), due_at=due)
    return runs.run(name, period, work, at=due).state


def backup(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """Every night: a verified copy in the data folder; the oldest beyond a week go."""
    return asdict(archive.nightly(Path(settings.VAR) / "backups", at=at))


def housekeeping(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """Every night: what is only kept for a while goes."""
    SessionStore.clear_expired()
    return {"answers": idempotency.forget(at=at), "runs": runs.forget(at=at)}
