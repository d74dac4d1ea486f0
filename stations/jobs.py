"""Periodic work of the air side: what `config.schedule` calls. Safe late, twice, in parallel."""

from datetime import datetime, timedelta
from typing import Any

from stations.services import alarms, assessment, corrections
from stations.standards import day_of_hour


def hourly_assessment(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """每小时 10 分: episodes of high values, frozen and late stations → alarms and tasks.

    The AQI itself is there already: every hour is judged when it is stored.
    """
    return alarms.watch(at=at)


def day_close(*, at: datetime, due_at: datetime) -> dict[str, Any]:
    """每日 00:40: yesterday's days once more, its ranking, and corrections for late data."""
    yesterday = day_of_hour(due_at) - timedelta(days=1)
    days = assessment.close_day(yesterday, at=at)
    return {**days, **corrections.after_day(yesterday, at=at)}
