"""Periodic jobs of the office: one service each, safe late, twice and in parallel."""

from datetime import datetime

from notices.services import delivery as deliveries
from notices.services import reminders, report_reminders, watch, weekly, yearly


def delivery(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """Every minute: new events to the people concerned."""
    return deliveries.deliver(at=at)


def hourly_assessment(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """每小时 10 分: episodes of high values and anomalies → alarms and orders to the grids around.

    The AQI itself is there already: every hour is judged when it is stored.
    """
    return watch.assess(at=at)


def overdue_ladder(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """Every ten minutes: 催办 up the ladder; proposals anew after corrected rankings; weeks that
    waited for a verdict on 疑似干扰."""
    return reminders.climb(at=at) | weekly.reconsider(at=at) | weekly.resume(at=at)


def weekly_ranking(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """Monday 07:00: ranking, 约谈建议 and bulletin of the week that ended before `due_at`."""
    return weekly.close_week(at=at, due_at=due_at)


def calendar_alarm(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """Every morning: from 1 December on, is next year's work calendar there?"""
    return yearly.ask_for_calendar(at=at)


def report_reminders_due(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """Every morning: some days before the monthly report is due, units that have not reported."""
    return report_reminders.remind(at=at)
