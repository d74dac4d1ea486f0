"""审核: people take values out of the statistics or bring them back; the raw value stays."""

from collections.abc import Callable, Collection
from datetime import datetime

import numpy as np
from django.db import transaction

from grids.errors import Invalid
from grids.models import User
from stations import hours, policies
from stations.models import HourlyReading, IngestBatch, ReadingRevision, Station
from stations.services import assessment, storage
from stations.standards import POLLUTANTS
from stations.vector import PRIMARY_BITS

Verb = Callable[..., HourlyReading]
"""`withdraw` or `restore`."""
_KEPT = (*hours.COLUMNS, "flags", "withdrawn_bits", "revision")


@transaction.atomic
def withdraw(
    station: Station,
    hour_ending_at: datetime,
    pollutants: Collection[str],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> HourlyReading:
    """撤回: these values no longer count. Invalid without a reason, pollutant or reading."""
    policies.check_manage(by, station)
    storage.lock()
    reading = _reading(station, hour_ending_at)
    bits = reading.withdrawn_bits | _bits(pollutants)
    return _rewrite(reading, bits, reason=reason, by=by, at=at)


@transaction.atomic
def restore(
    station: Station,
    hour_ending_at: datetime,
    pollutants: Collection[str],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> HourlyReading:
    """恢复: withdrawn values count again."""
    policies.check_manage(by, station)
    storage.lock()
    reading = _reading(station, hour_ending_at)
    bits = reading.withdrawn_bits & ~_bits(pollutants)
    return _rewrite(reading, bits, reason=reason, by=by, at=at)


def _reading(station: Station, hour_ending_at: datetime) -> HourlyReading:
    found = HourlyReading.objects.filter(station=station, hour_ending_at=hour_ending_at).first()
    if found is None:
        raise Invalid("这个站点在这个小时没有数据")
    return found


def _bits(pollutants: Collection[str]) -> int:
    unknown = set(pollutants) - set(POLLUTANTS)
    if unknown or not pollutants:
        raise Invalid("请选择污染物", fields={"pollutants": "请从六项污染物中选择"})
    return sum(PRIMARY_BITS[name] for name in set(pollutants))


def _rewrite(
    reading: HourlyReading, bits: int, *, reason: str, by: User, at: datetime
) -> HourlyReading:
    if not reason.strip():
        raise Invalid("请写明原因", fields={"reason": "请写明原因"})
    if bits == reading.withdrawn_bits:
        return reading
    batch = IngestBatch.objects.create(source="人工审核", format="review", updated=1, by=by, at=at)
    batch.schemes.set([reading.station.scheme_id])
    ReadingRevision.objects.create(
        station_id=reading.station_id,
        hour_ending_at=reading.hour_ending_at,
        old_batch_id=reading.batch_id,
        batch=batch,
        by=by,
        at=at,
        reason=reason.strip()[:200],
        **{name: getattr(reading, name) for name in _KEPT},
    )
    rows = HourlyReading.objects.filter(
        station=reading.station_id, hour_ending_at=reading.hour_ending_at
    )
    rows.update(withdrawn_bits=bits, revision=reading.revision + 1, batch=batch)
    day = hours.day_numbers(np.array([hours.hour_number(reading.hour_ending_at)]))
    station = Station.objects.filter(pk=reading.station_id)
    assessment.assess_hours(station, hours.day_of(day[0]), hours.day_of(day[0]))
    batch.days = assessment.refresh_days(np.array([reading.station_id]), day)
    batch.save(update_fields=["days"])
    return rows.get()
