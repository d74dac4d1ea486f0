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
_LOCK = 0x1A9E  # any number that no other advisory lock of the product uses


@dataclass(frozen=True)
class Changes:
    """What a store did: counts, and the (station, hour) of every new or changed row."""

    created: int
    updated: int
    station: NDArray[Any]
    hour: NDArray[Any]
    has_withdrawn: bool


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
    if not len(columns["station_id"]):
        return Changes(0, 0, columns["station_id"], columns["hour_ending_at"], has_withdrawn=False)
    if _is_new_ground(columns):
        bulk.load(READINGS, columns)
        count = len(columns["station_id"])
        stored = columns["station_id"], columns["hour_ending_at"]
        return Changes(count, 0, *stored, has_withdrawn=False)
    return _merge(bulk.stage(READINGS, columns), given, batch=batch, by=by, at=at)


def _is_new_ground(columns: Columns) -> bool:
    """True if none of the stations has any hour between the first and the last one given."""
    span = (
        bulk.moment(columns["hour_ending_at"].min()),
        bulk.moment(columns["hour_ending_at"].max()),
    )
    stations = np.unique(columns["station_id"]).tolist()
    marks = ", ".join(["%s"] * len(stations))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {READINGS.name} WHERE hour_ending_at BETWEEN %s AND %s "  # noqa: S608
            f"AND station_id IN ({marks}) LIMIT 1",
            [*span, *stations],
        )
        return cursor.fetchone() is None


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
