"""站点周边作业报备 (Z-16): work beside a station that was announced before it began.

What may be announced is the rule `station_works` of the scheme; how long an announcement counts
at most is `station_works_longest_hours`. A fall of the values in these hours is not taken for
interference.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import F

from grids.models import GridScheme
from grids.selectors import rule
from stations import hours
from stations.models import Station, StationLog

LONGEST_HOURS = 72
Spans = Mapping[int, list[tuple[int, int]]]
"""By station id the first and the last hour number that the work touches."""


def allowed(scheme: GridScheme, on: date) -> list[str]:
    """Works that may be announced; empty where the scheme names none."""
    return list(rule(scheme, "station_works", on) or [])


def longest(scheme: GridScheme, on: date) -> timedelta:
    return timedelta(hours=int(rule(scheme, "station_works_longest_hours", on, LONGEST_HOURS)))


def announced(stations: Iterable[Station], since: datetime, until: datetime) -> Spans:
    """Announced works that touch the time between; one query. Those written down only after they
    had begun do not count, nor do works that are not on the list."""
    rows = StationLog.objects.filter(
        kind=StationLog.Kind.WORKS,
        station__in=[station.pk for station in stations],
        at__lte=F("from_at"),
        from_at__lt=until,
        until_at__gt=since,
    ).exclude(work="")
    found: dict[int, list[tuple[int, int]]] = {}
    for pk, from_at, until_at in rows.values_list("station_id", "from_at", "until_at"):
        if until_at is None:  # the query leaves none
            continue
        last = hours.hour_number(until_at - timedelta(microseconds=1)) + 1
        found.setdefault(pk, []).append((hours.hour_number(from_at) + 1, last))
    return found


def explains(spans: Iterable[tuple[int, int]], hour: int) -> bool:
    """Whether an announced work ran in the hour that ends there."""
    return any(first <= hour <= last for first, last in spans)
