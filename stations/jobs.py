"""Periodic work of the air side: what `config.schedule` calls. Safe late, twice, in parallel."""

from datetime import datetime, timedelta
from typing import Any

from stations.services import assessment, corrections
from stations.standards import day_of_hour


def day_close(*, at: datetime, due_at: datetime) -> dict[str, Any]:
    """每日 00:40: yesterday's days once more, its ranking, and corrections for late data."""
    yesterday = day_of_hour(due_at) - timedelta(days=1)
    days = assessment.close_day(yesterday, at=at)
    return {**days, **corrections.after_day(yesterday, at=at)}
