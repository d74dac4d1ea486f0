"""Periodic jobs of grids: they take the moment from config.schedule and call one service."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from grids.services.authority import refresh_all


def authority(*, at: datetime, due_at: datetime) -> dict[str, Any]:
    """Daily 00:05: posts and substitutions that began or ended change what people may do.

    Works on the day of `at`, also when it runs late; a second run changes nothing.
    """
    return {"changed": refresh_all(on=localdate(at))}
