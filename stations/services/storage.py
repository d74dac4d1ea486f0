"""How hours enter the table: new ones at once, changed ones with a revision of the old values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from grids.models import User
from stations import hours
from stations.columns import bulk
from stations.columns.tables import READINGS, Columns
from stations.models import IngestBatch

_KEPT_IN_REVISION = (*hours.COLUMNS, "flags", "withdrawn_bits")
_DERIVED = ("aqi", "primary_bits", "standard", "batch_id")
_ROWS_AT_ONCE = 600_000
_DENSE = 4  # a span is compared in memory when at least every fourth of its hours is given
_LOCK = 0x1A9E  # any number that no other advisory lock of the product uses


@dataclass(frozen=True)
class Changes:
    """What a store did: counts, and the (station, hour) of every new or changed row.

    `whole_days` holds the rows when they are all there is of their stations' days.
    """

    created: int
    updated: int
    station: NDArray[Any]
    hour: NDArray[Any]
    has_withdrawn: bool = False
    whole_days: Columns | None = None


def lock() -> None:
    """One writer of readings at a time; SQLite has only one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def full_columns(values: Mapping[str, Any], station: Any, hour: Any, flags: Any) -> dict[str, Any]:
    """Every column of the table, derived ones included, for rows that are not there yet."""
    count = len(hour)
    nothing = np.full(count, hours.NONE, dtype=np.int64)
    zero = np.zeros(count, dtype=np.int64)
    given = {"hour_ending_at": hour, "station_id": station, "flags": flags}
    plain = {name: values.get(name, nothing) for name in _PLAIN}
    counted = hours.usable(plain, flags, zero)
    found = hours.assess(hour, counted)
    derived = {
        "aqi": found.aqi,
        "primary_bits": found.primary_bits,
        "standard": found.standard,
        "withdrawn_bits": zero,
        "revision": zero,
    }
    return given | plain | derived


_PLAIN = (*hours.COLUMNS, "wind_speed_cms", "wind_deg", "temperature_dc", "humidity_percent")


def store(
    columns: Columns, given: tuple[str, ...], *, batch: IngestBatch, by: User | None, at: datetime
) -> Changes:
    """Rows in key order, without repeats. `given` are the columns that the source knows about."""
    columns = {**columns, "batch_id": np.full(len(columns["station_id"]), batch.pk)}
    station, hour = columns["station_id"], columns["hour_ending_at"]
    if not len(station):
        return Changes(0, 0, station, hour)
    stations, (first, last) = np.unique(station), (int(hour.min()), int(hour.max()))
    if _is_new_ground(stations, *hours.whole_days(first, last)):
        bulk.load(READINGS, columns)
        return Changes(len(station), 0, station, hour, whole_days=columns)
    if _is_new_ground(stations, first, last):
        bulk.load(READINGS, columns)
        return Changes(len(station), 0, station, hour)
    if len(station) * _DENSE >= len(stations) * (last - first + 1):
        columns = _without_the_same(columns, given, stations)
        if not len(columns["station_id"]):
            return Changes(0, 0, columns["station_id"], columns["hour_ending_at"])
    return _merge(bulk.stage(READINGS, columns), given, batch=batch, by=by, at=at)


def _is_new_ground(stations: NDArray[Any], first: int, last: int) -> bool:
    """True if none of the stations has any hour from `first` to `last`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {READINGS.name} WHERE hour_ending_at BETWEEN %s AND %s "  # noqa: S608
            f"AND station_id IN ({bulk.marks(stations)}) LIMIT 1",
            [bulk.moment(first), bulk.moment(last), *stations.tolist()],
        )
        return cursor.fetchone() is None


def _without_the_same(
    columns: Columns, given: tuple[str, ...], stations: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """Without the rows that stand in the table already with the same given values.

    Reading a dense span and comparing it here costs half of what comparing it in SQL does, and
    the rows that are left are few.
    """
    is_same = np.zeros(len(columns["station_id"]), dtype=bool)
    wide = int(stations.max()) + 1
    key = bulk.packed(READINGS, columns, wide=wide)
    for place in _pieces(columns["hour_ending_at"], len(stations)):
        span = [bulk.moment(columns["hour_ending_at"][n]) for n in (place[0], place[-1])]
        where = f"hour_ending_at BETWEEN %s AND %s AND station_id IN ({bulk.marks(stations)})"
        found = bulk.fetch(READINGS, (*READINGS.key, *given), where, [*span, *stations.tolist()])
        stored = bulk.ordered(READINGS, found)
        is_same[place] = _agrees(columns, stored, given, place, key[place], wide)
    return {name: column[~is_same] for name, column in columns.items()}


def _agrees(
    columns: Columns,
    stored: Columns,
    given: tuple[str, ...],
    place: NDArray[Any],
    key: NDArray[Any],
    wide: int,
) -> NDArray[np.bool_]:
    """Which rows of one piece have a stored row of the same key and the same given values."""
    have = bulk.packed(READINGS, stored, wide=wide)
    if not len(have):
        return np.zeros(len(key), dtype=bool)
    at = np.minimum(np.searchsorted(have, key), len(have) - 1)
    same: NDArray[np.bool_] = have[at] == key
    for name in given:
        same &= stored[name][at] == columns[name][place]
    return same


def _pieces(hour: NDArray[Any], stations: int) -> list[NDArray[Any]]:
    """Places of the rows, which are in order of hours, in runs of few enough stored rows."""
    number = (hour - hour[0]) // max(1, _ROWS_AT_ONCE // stations)
    return np.split(np.arange(len(hour)), np.flatnonzero(np.diff(number)) + 1)


def _merge(
    staged: str, given: tuple[str, ...], *, batch: IngestBatch, by: User | None, at: datetime
) -> Changes:
    differs = f"({bulk.names(given, 'r.')}) IS DISTINCT FROM ({bulk.names(given, 's.')})"
    joined = (
        f"FROM {staged} s LEFT JOIN {READINGS.name} r ON r.hour_ending_at = s.hour_ending_at "
        "AND r.station_id = s.station_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(_changed_sql(joined, differs), [])
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 4)
        is_new = rows[:, 2] == 1
        if (~is_new).any():
            at_value = connection.ops.adapt_datetimefield_value(at)
            made = [batch.pk, by.pk if by else None, at_value, batch.source]
            cursor.execute(_revision_sql(joined, differs), made)
        if len(rows):
            cursor.execute(_upsert_sql(staged, given))
    return Changes(
        created=int(is_new.sum()),
        updated=int((~is_new).sum()),
        station=rows[:, 0],
        hour=rows[:, 1],
        has_withdrawn=bool((rows[:, 3] != 0).any()),
    )


def _changed_sql(joined: str, differs: str) -> str:
    hour = bulk.as_number(READINGS, "hour_ending_at", "s.")
    return (
        f"SELECT s.station_id, {hour}, CASE WHEN r.station_id IS NULL THEN 1 ELSE 0 END, "
        f"COALESCE(r.withdrawn_bits, 0) {joined} WHERE r.station_id IS NULL OR {differs}"
    )


def _revision_sql(joined: str, differs: str) -> str:
    kept = bulk.names(_KEPT_IN_REVISION)
    return (
        f"INSERT INTO stations_readingrevision (station_id, hour_ending_at, {kept}, revision, "
        "old_batch_id, batch_id, by_id, at, reason) "
        f"SELECT r.station_id, r.hour_ending_at, {bulk.names(_KEPT_IN_REVISION, 'r.')}, "
        f"r.revision, r.batch_id, %s, %s, %s, %s {joined} "
        f"WHERE r.station_id IS NOT NULL AND {differs}"
    )


def _upsert_sql(staged: str, given: tuple[str, ...]) -> str:
    written = (*given, *_DERIVED)
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in written)
    everything = bulk.names(READINGS.kinds)
    return (
        f"INSERT INTO {READINGS.name} ({everything}) SELECT {everything} FROM {staged} "  # noqa: S608
        "WHERE true ORDER BY hour_ending_at, station_id "
        f"ON CONFLICT (hour_ending_at, station_id) DO UPDATE SET {sets}, "
        f"revision = {READINGS.name}.revision + 1 "
        f"WHERE ({bulk.names(given, READINGS.name + '.')}) "
        f"IS DISTINCT FROM ({bulk.names(given, 'excluded.')})"
    )
