"""Marks on single values: which episodes lie on them. A mark never takes a value away.

The stored value and its flags stay as they came (importing the same file again changes nothing);
a mark follows from the alarm that covers the hour. What a verdict takes out of the statistics is
the rule `verdict_excludes`; it goes through 审核 and can be undone there.
"""

from collections.abc import Iterable
from datetime import datetime

from stations import hours
from stations.models import Alarm, Station
from stations.standards import POLLUTANTS

Marks = dict[tuple[int, str], list[str]]


def of_alarms(alarms: Iterable[Alarm]) -> Marks:
    """By (hour number, pollutant) the names of the kinds that mark the value."""
    found: Marks = {}
    for alarm in alarms:
        for hour in marked_hours(alarm):
            for item in items_of(alarm):
                found.setdefault((hour, item), []).append(alarm.get_kind_display())
    return found


def marked_hours(alarm: Alarm) -> range:
    """First to last hour of the episode; empty for kinds that mark no value."""
    if not alarm.items:
        return range(0)
    return range(hours.hour_number(alarm.started_at), hours.hour_number(alarm.last_at) + 1)


def items_of(alarm: Alarm) -> list[str]:
    given = alarm.items.split(",")
    return [item for item in POLLUTANTS if item in given]


def between(station: Station, since: datetime, until: datetime) -> Marks:
    """Marks of a station's values for hours that end in since … until."""
    rows = Alarm.objects.filter(station=station, started_at__lte=until, last_at__gte=since)
    return of_alarms(rows.exclude(items="").order_by("started_at", "pk"))
