"""What follows from the hours: their AQI and their days. Only what changed is redone."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from stations import hours
from stations.columns import bulk, reads
from stations.columns.tables import DAYS, READINGS, Columns
from stations.models import Station
from stations.services import storage


def refresh_days(station: NDArray[Any], day: NDArray[Any]) -> int:
    """Recompute the given (station, day) pairs; returns how many daily rows changed."""
    if not len(station):
        return 0
    wide = int(station.max()) + 1
    wanted = np.unique(day.astype(np.int64) * wide + station)
    changed = 0
    for days in reads.runs(np.unique(wanted // wide), len(np.unique(station))):
        pairs = wanted[(wanted >= days[0] * wide) & (wanted < (days[-1] + 1) * wide)]
        changed += _refresh(pairs, wide, int(days[0]), int(days[-1]))
    return changed


def new_days(rows: Columns) -> int:
    """Store the days of hours, in order, that are all there is of their stations' days."""
    day = hours.day_numbers(rows["hour_ending_at"].astype(np.int64))
    stations, made = np.unique(rows["station_id"]), 0
    for days in reads.runs(np.unique(day), len(stations)):
        part = slice(*np.searchsorted(day, [days[0], days[-1] + 1]))
        piece = {name: column[part] for name, column in rows.items()}
        made += _store_days(reads.days_from(piece), int(days[0]), int(days[-1]))
    return made


def _refresh(pairs: NDArray[Any], wide: int, first: int, last: int) -> int:
    stations = np.unique(pairs % wide)
    found = reads.hours_of(stations.tolist(), hours.day_of(first), hours.day_of(last))
    day = hours.day_numbers(found["hour_ending_at"].astype(np.int64))
    if len(pairs) != len(stations) * (last - first + 1):
        is_wanted = np.isin(day * wide + found["station_id"], pairs)
        found = {name: column[is_wanted] for name, column in found.items()}
    return _store_days(reads.days_from(found), first, last)


def _store_days(columns: Columns, first: int, last: int) -> int:
    if not len(columns["on"]):
        return 0
    columns = bulk.ordered(DAYS, columns)
    stations = np.unique(columns["station_id"]).tolist()
    if reads.has_days(stations, hours.day_of(first), hours.day_of(last)):
        return bulk.upsert(DAYS, bulk.stage(DAYS, columns))
    bulk.load(DAYS, columns)
    return len(columns["on"])


@transaction.atomic
def assess_hours(stations: Iterable[Station], first: date, last: date) -> int:
    """Judge the stored hours of the days again; returns how many judgements changed."""
    ids, changed = [station.pk for station in stations], 0
    if not ids:
        return 0
    storage.lock()
    for day in reads.runs(np.arange(first.toordinal(), last.toordinal() + 1), len(ids)):
        span = hours.day_of(day[0]), hours.day_of(day[-1])
        found = reads.hours_of(ids, *span)
        if len(found["station_id"]):
            changed += _judge_again(found)
    return changed


def _judge_again(found: dict[str, NDArray[Any]]) -> int:
    counted = hours.usable(found, found["flags"].astype("S6"), found["withdrawn_bits"])
    result = hours.assess(found["hour_ending_at"].astype(np.int64), counted)
    keys = {name: found[name] for name in READINGS.key}
    fresh = {"aqi": result.aqi, "primary_bits": result.primary_bits, "standard": result.standard}
    staged = bulk.stage(READINGS, keys | fresh)
    sets = ", ".join(f'"{name}" = s."{name}"' for name in reads.RESULTS)
    old, new = bulk.names(reads.RESULTS, READINGS.name + "."), bulk.names(reads.RESULTS, "s.")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {READINGS.name} SET {sets} FROM {staged} s "  # noqa: S608
            f"WHERE {READINGS.name}.hour_ending_at = s.hour_ending_at "
            f"AND {READINGS.name}.station_id = s.station_id "
            f"AND ({old}) IS DISTINCT FROM ({new})"
        )
        return int(cursor.rowcount)


@transaction.atomic
def recompute(stations: Iterable[Station], first: date, last: date) -> dict[str, int]:
    """Everything that follows from the raw hours of these days, again; counts what changed."""
    chosen = list(stations)
    changed_hours = assess_hours(chosen, first, last)
    ids = np.array([station.pk for station in chosen], dtype=np.int64)
    days = np.arange(first.toordinal(), last.toordinal() + 1)
    changed = 0
    for run in reads.runs(days, max(len(ids), 1)):
        pairs = np.meshgrid(ids, run)
        changed += refresh_days(pairs[0].ravel(), pairs[1].ravel())
    return {"hours": changed_hours, "days": changed}


def close_day(on: date, *, at: datetime) -> dict[str, int]:
    """日终: the day of every station once more; harmless late, twice and in parallel."""
    if hours.span(on, on)[1] > hours.hour_number(at):
        return {"hours": 0, "days": 0}
    return recompute(Station.objects.open_on(on), on, on)
