"""Jobs for `bench/recovery.py`: each period must leave exactly one effect, however often killed."""

import time
from datetime import datetime
from functools import partial

from django.db import transaction

from config import jobs, schedule
from config.schedule import Job
from grids.models import GridEvent, GridScheme, JobRun
from grids.rhythm import Every, Rhythm

COUNT = 20
ACTION = "bench-effect"
RHYTHM = Rhythm(Every.MINUTES, minutes=1, catch_up=30)


def effect(name: str, *, at: datetime, due_at: datetime) -> int:
    """Half a second before the write, a moment after it: both are places to be killed at."""
    time.sleep(0.4)
    written = write(name, due_at.isoformat(), at)
    time.sleep(0.2)
    return written


@transaction.atomic
def write(name: str, due: str, at: datetime) -> int:
    JobRun.objects.select_for_update().filter(name=name).first()
    if GridEvent.objects.filter(action=ACTION, data={"job": name, "due": due}).exists():
        return 0
    scheme = GridScheme.objects.order_by("pk")[0]
    GridEvent.objects.create(scheme=scheme, action=ACTION, at=at, data={"job": name, "due": due})
    return 1


for number in range(COUNT):
    job_name = f"bench-{number}"
    globals()[f"effect_{number}"] = partial(effect, job_name)
    job = Job(job_name, RHYTHM, f"bench.recovery_jobs.effect_{number}", "试验")
    jobs.JOBS.append(job)
    schedule.BY_NAME[job_name] = job
