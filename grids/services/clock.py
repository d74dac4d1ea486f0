"""The machine's clock went back: noticed, written down once, and no lease outlives it.

Periods that were done stay done until the clock has caught up; how long things take is measured
by the monotonic clock (`grids.services.runs`).
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from grids.models import JobRun
from grids.rhythm import BEIJING
from grids.services.runs import shorten_leases

log = logging.getLogger(__name__)

NAME = "clock"
TOLERANCE = timedelta(minutes=2)  # machines that work together differ by seconds
_LOOKED_AT = 200


def back_by(*, at: datetime) -> timedelta | None:
    """How far `at` lies before the newest recorded start of a job; None within two minutes."""
    newest = _newest_start()
    is_back = newest is not None and newest - at > TOLERANCE
    return newest - at if newest is not None and is_back else None


@transaction.atomic
def watch(*, at: datetime) -> JobRun | None:
    """The record of a clock that went back; at most one per hour of the moment it fell from.

    None when the clock is right. The first record lets leases end soon that were given before.
    """
    newest, back = _newest_start(), back_by(at=at)
    if newest is None or back is None:
        return None
    minutes = int(back.total_seconds() // 60)
    row, is_new = JobRun.objects.get_or_create(
        name=NAME,
        period=f"{newest.astimezone(BEIJING):%Y-%m-%dT%H}",
        defaults={
            "state": JobRun.State.DONE,
            "due_at": at,
            "finished_at": at,
            "result": {"back_minutes": minutes},
            "error": f"系统时钟倒退了 {spoken(back)}，或几台机器时间不一致；做过的周期不再算。",
        },
    )
    if is_new:
        log.warning("系统时钟倒退 %s 分钟", minutes)
        shorten_leases(at=at)
    return row


def last_record(*, since: datetime) -> JobRun | None:
    """The newest jump written down after `since`."""
    return JobRun.objects.filter(name=NAME, due_at__gte=since).order_by("-due_at").first()


def spoken(span: timedelta) -> str:
    """2 小时 5 分."""
    hours, minutes = divmod(int(span.total_seconds() // 60), 60)
    return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分"


def _newest_start() -> datetime | None:
    rows = JobRun.objects.exclude(name=NAME).order_by("-pk").values_list("started_at", flat=True)
    return max((moment for moment in rows[:_LOOKED_AT] if moment is not None), default=None)
