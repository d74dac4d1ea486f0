"""What must be true after any fault: each check names what is wrong, an empty list is good."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from django.db.models import Count, Max

from stations import hours
from stations.columns import bulk, reads
from stations.columns.tables import DAYS, Columns
from stations.models import DailyAir, HourlyReading, ReadingRevision, Station

_SHOWN = 20


def readings_have_their_history() -> list[str]:
    """I1: one current value per station-hour (the key), and one kept revision for each change."""
    kept = {
        (row["station_id"], row["hour_ending_at"]): (row["count"], row["last"])
        for row in ReadingRevision.objects.values("station_id", "hour_ending_at").annotate(
            count=Count("id"), last=Max("revision")
        )
    }
    changed = HourlyReading.objects.exclude(revision=0)
    counts = {
        (row["station_id"], row["hour_ending_at"]): row["revision"]
        for row in changed.values("station_id", "hour_ending_at", "revision")
    }
    wrong = [key for key in kept.keys() | counts.keys() if not _is_whole(kept, counts, key)]
    orphans = HourlyReading.objects.exclude(station__in=Station.objects.all()).count()
    found = [f"站点 {station} {hour:%Y-%m-%d %H:00} 的修订记录不完整" for station, hour in wrong]
    return found[:_SHOWN] + ([f"{orphans} 条小时值没有站点"] if orphans else [])


def _is_whole(
    kept: dict[tuple[int, datetime], tuple[int, int]],
    counts: dict[tuple[int, datetime], int],
    key: tuple[int, datetime],
) -> bool:
    revisions = counts.get(key, 0)
    return kept.get(key, (0, -1)) == (revisions, revisions - 1)


def derived_values_follow_from_raw() -> list[str]:
    """I2: AQI of every hour and every daily row equal what the raw hours give."""
    return [*_wrong_hours(), *_wrong_days()][:_SHOWN]


def _wrong_hours() -> Iterator[str]:
    for found in reads.all_hours():
        counted = hours.usable(found, found["flags"].astype("S6"), found["withdrawn_bits"])
        right = hours.assess(found["hour_ending_at"].astype(np.int64), counted)
        wrong = (right.aqi != found["aqi"]) | (right.primary_bits != found["primary_bits"])
        wrong |= right.standard != found["standard"].astype("S10")
        for place in np.flatnonzero(wrong).tolist():
            hour = hours.moment_of(found["hour_ending_at"][place])
            yield f"站点 {found['station_id'][place]} {hour:%Y-%m-%d %H:00} 的 AQI 与原始值不符"


def _wrong_days() -> Iterator[str]:
    seen = 0
    for found in reads.all_hours():
        right = reads.days_from(found)
        seen += len(right["on"])
        first, last = hours.day_of(right["on"].min()), hours.day_of(right["on"].max())
        where = '"on" BETWEEN %s AND %s'
        stored = bulk.fetch(DAYS, tuple(DAYS.kinds), where, [first.isoformat(), last.isoformat()])
        yield from _differences(bulk.ordered(DAYS, right), bulk.ordered(DAYS, stored))
    if seen != DailyAir.objects.count():
        yield f"站点日值应有 {seen} 行，实有 {DailyAir.objects.count()} 行"


def _differences(right: Columns, stored: Columns) -> Iterator[str]:
    if len(right["on"]) != len(stored["on"]):
        yield f"{hours.day_of(right['on'].min())} 起的站点日值行数不符"
        return
    for name in DAYS.kinds:
        wrong = right[name].astype(stored[name].dtype) != stored[name]
        for place in np.flatnonzero(wrong).tolist():
            on = hours.day_of(right["on"][place])
            yield f"站点 {right['station_id'][place]} {on} 的 {name} 与原始值不符"


CHECKS = [
    ("I1", "每个站点小时只有一个现值，修订记录完整", readings_have_their_history),
    ("I2", "AQI 与日值等于由原始值重算的结果", derived_values_follow_from_raw),
]
