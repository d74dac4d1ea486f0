"""Whole days of hours out of the database, in pieces that fit into memory."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from stations import hours
from stations.columns import bulk
from stations.columns.tables import DAYS, READINGS, Columns
from stations.models import HourlyReading, Station

RESULTS = ("aqi", "primary_bits", "standard")

_ROWS_AT_ONCE = 600_000
_INPUTS = ("hour_ending_at", "station_id", *hours.COLUMNS, "flags", "withdrawn_bits")


def runs(days: NDArray[Any], stations: int) -> Iterator[NDArray[Any]]:
    """Days that lie close together, in pieces that fit into memory."""
    longest = max(1, _ROWS_AT_ONCE // (24 * stations))
    for run in np.split(days, np.flatnonzero(np.diff(days) > 3) + 1):
        start = 0
        while start < len(run):
            end = int(np.searchsorted(run, run[start] + longest))
            yield run[start:end]
            start = end


def all_hours() -> Iterator[Columns]:
    """Every stored hour of every station, a piece of whole days at a time."""
    stations = list(Station.objects.order_by("pk"))
    whole = stored_span(stations)
    if whole is None:
        return
    days = np.arange(whole[0].toordinal(), whole[1].toordinal() + 1)
    for run in runs(days, len(stations)):
        ids = [station.pk for station in stations]
        found = hours_of(ids, hours.day_of(run[0]), hours.day_of(run[-1]), (*_INPUTS, *RESULTS))
        if len(found["station_id"]):
            yield found


def days_from(found: Columns) -> Columns:
    """Columns of `DailyAir` for whole days of fetched hours."""
    number = found["hour_ending_at"].astype(np.int64)
    counted = hours.usable(found, found["flags"].astype("S6"), found["withdrawn_bits"])
    return hours.days(found["station_id"], hours.day_numbers(number), (number + 7) % 24, counted)


def hours_of(
    stations: list[int], first: date, last: date, wanted: tuple[str, ...] = _INPUTS
) -> dict[str, NDArray[Any]]:
    low, high = hours.span(first, last)
    where = f"hour_ending_at BETWEEN %s AND %s AND station_id IN ({bulk.marks(stations)})"
    span = [bulk.moment(low), bulk.moment(high)]
    return dict(bulk.fetch(READINGS, wanted, where, [*span, *stations]))


def has_days(stations: list[int], first: date, last: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT 1 FROM {DAYS.name} WHERE "on" BETWEEN %s AND %s '  # noqa: S608
            f"AND station_id IN ({bulk.marks(stations)}) LIMIT 1",
            [first.isoformat(), last.isoformat(), *stations],
        )
        return cursor.fetchone() is not None


def stored_span(stations: Iterable[Station]) -> tuple[date, date] | None:
    """First and last Beijing day with any hour of these stations."""
    rows = HourlyReading.objects.filter(station__in=list(stations))
    first, last = (
        rows.order_by(order).values_list("hour_ending_at", flat=True).first()
        for order in ("hour_ending_at", "-hour_ending_at")
    )
    if first is None or last is None:
        return None
    numbers = hours.day_numbers(np.array([hours.hour_number(first), hours.hour_number(last)]))
    return hours.day_of(numbers[0]), hours.day_of(numbers[1])
