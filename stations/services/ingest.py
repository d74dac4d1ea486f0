"""入库: the one door through which hourly values come in, from files, devices and the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from grids.killpoints import reached
from grids.models import User
from stations import feeds, hours, policies, screening
from stations.columns import bulk
from stations.columns.tables import READINGS
from stations.feeds import Feed
from stations.models import IngestBatch, Station
from stations.services import assessment, storage

_CLOCK_SKEW = timedelta(minutes=5)
_KEPT_REJECTS = 500


@dataclass(frozen=True)
class Origin:
    """Where a batch comes from; kept with it. `trusted`: an operator at the machine, no account."""

    source: str
    format: str = ""
    file_name: str = ""
    sha256: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """`rejected` holds (line or index, code, sentence); `days` counts daily rows that changed."""

    created: int
    updated: int
    unchanged: int
    rejected: list[tuple[int, str, str]]
    days: int = 0
    notes: list[str] = field(default_factory=list)
    batch: IngestBatch | None = None


def ingest(
    rows: Sequence[Any], *, source: str, by: User | None, at: datetime, file_sha256: str = ""
) -> Outcome:
    """Rows as the API takes them (see `stations.feeds.of_rows`); positions are their indices."""
    return take_in(
        feeds.of_rows(rows), origin=Origin(source, format="api", sha256=file_sha256), by=by, at=at
    )


def take_in(feed: Feed, *, origin: Origin, by: User | None, at: datetime) -> Outcome:
    """Store what is good, say what is not, judge hours and days that changed: one transaction.

    `by` None is the operator of the machine, who may write every station; anybody else needs
    `manage_grid` on the station's grid. A batch that changes nothing is still recorded.
    """
    with transaction.atomic():
        storage.lock()
        return _take_in(feed, origin, by, at)


def rehearse(feed: Feed, *, origin: Origin, by: User | None, at: datetime) -> Outcome:
    """试导入: the same answer, and nothing is kept."""
    with transaction.atomic():
        storage.lock()
        outcome = _take_in(feed, origin, by, at)
        transaction.set_rollback(True)
    return Outcome(
        outcome.created,
        outcome.updated,
        outcome.unchanged,
        outcome.rejected,
        outcome.days,
        outcome.notes,
    )


def _take_in(feed: Feed, origin: Origin, by: User | None, at: datetime) -> Outcome:
    total = len(feed) + len(feed.rejected)
    kept, station, rejected = _screened(feed, origin, by, at)
    batch = IngestBatch.objects.create(
        source=origin.source[:120],
        format=origin.format,
        file_name=origin.file_name[:200],
        sha256=origin.sha256,
        received=total,
        rejected=len(rejected),
        rejects=[list(item) for item in rejected[:_KEPT_REJECTS]],
        by=by,
        at=at,
    )
    changes, days = _stored(kept, station, batch, by, at)
    reached("ingest.stored")
    batch.created, batch.updated, batch.days = changes.created, changes.updated, days
    batch.unchanged = len(kept) - changes.created - changes.updated
    batch.save(update_fields=["created", "updated", "unchanged", "days"])
    counts = (changes.created, changes.updated, batch.unchanged)
    return Outcome(*counts, rejected, days, feed.notes, batch)


def _stored(
    feed: Feed, station: NDArray[Any], batch: IngestBatch, by: User | None, at: datetime
) -> tuple[storage.Changes, int]:
    flags = screening.marks(feed.values, feed.flags)
    columns = storage.full_columns(feed.values, station, feed.hour, flags)
    changes = storage.store(
        bulk.ordered(READINGS, columns), (*feed.values, "flags"), batch=batch, by=by, at=at
    )
    if changes.whole_days is not None:
        return changes, assessment.new_days(changes.whole_days)
    day = hours.day_numbers(changes.hour)
    if changes.has_withdrawn and len(day):
        touched = Station.objects.filter(pk__in=np.unique(changes.station).tolist())
        assessment.assess_hours(touched, hours.day_of(day.min()), hours.day_of(day.max()))
    return changes, assessment.refresh_days(changes.station, day)


def _screened(
    feed: Feed, origin: Origin, by: User | None, at: datetime
) -> tuple[Feed, NDArray[Any], list[tuple[int, str, str]]]:
    """The rows to keep, their station ids, and every refusal; a row is refused for one reason."""
    station, refused = _stations(feed, origin, by)
    latest = hours.hour_number(at + _CLOCK_SKEW)
    for place in np.flatnonzero(feed.hour > latest).tolist():
        shown = hours.moment_of(feed.hour[place]).strftime("%Y-%m-%d %H:00")
        refused.append((place, "future", f"{shown} 还没有到，请核对时间"))
    refused += screening.out_of_range(feed.values)
    refused += screening.wrong_units(feed.values)
    is_kept = np.ones(len(feed), dtype=bool)
    is_kept[[place for place, _, _ in refused]] = False
    sound = np.flatnonzero(is_kept)
    for place, code, detail in screening.repeated(
        feed.hour[sound], station[sound], feed.line[sound]
    ):
        refused.append((int(sound[place]), code, detail))
        is_kept[sound[place]] = False
    return feed.keep(is_kept), station[is_kept], _by_line(feed, refused)


def _by_line(feed: Feed, refused: list[screening.Rejection]) -> list[tuple[int, str, str]]:
    first: dict[int, tuple[int, str, str]] = {}
    for place, code, detail in refused:
        line = int(feed.line[place])
        first.setdefault(line, (line, code, detail))
    return sorted([*feed.rejected, *first.values()])


def _stations(
    feed: Feed, origin: Origin, by: User | None
) -> tuple[NDArray[Any], list[screening.Rejection]]:
    """Station ids by row. Unseen is unknown; seen but not managed is forbidden."""
    written = feed.station.tolist()
    codes = list(dict.fromkeys(written))
    number_of = {code: number for number, code in enumerate(codes)}
    place = np.array([number_of[code] for code in written], dtype=np.int64)
    known = policies.named_stations(by)
    ids = np.zeros(len(codes), dtype=np.int64)
    problems: dict[int, tuple[str, str]] = {}
    for number, code in enumerate(codes):
        station = known.get(origin.aliases.get(code, code))
        if station is None:
            problems[number] = "unknown_station", f"没有代码为“{code[:40]}”的站点"
        elif not station.may_write:
            problems[number] = "forbidden_station", f"您不能写入站点“{station.name}”的数据"
        else:
            ids[number] = station.pk
    refused = [
        (row, *problems[number])
        for number in problems
        for row in np.flatnonzero(place == number).tolist()
    ]
    return ids[place], refused
