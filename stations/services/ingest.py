"""入库: the one door through which hourly values come in, from files, devices and the API."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from stations.standards import BEIJING

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
    """`rejected` holds (line or index, code, sentence); `days` counts daily rows that changed.

    `fields` names by line the field at fault (as in `stations.ingest.layouts.FIELDS`, or the key
    of the API), where it is one. `notes` are sentences about the file as a whole.
    """

    created: int
    updated: int
    unchanged: int
    rejected: list[tuple[int, str, str]]
    days: int = 0
    notes: list[str] = field(default_factory=list)
    batch: IngestBatch | None = None
    fields: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_nothing_new(self) -> bool:
        return self.unchanged > 0 and not self.created and not self.updated


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
        outcome = _take_in(feed, origin, by, at)
    reached("ingest.committed")
    return outcome


def rehearse(feed: Feed, *, origin: Origin, by: User | None, at: datetime) -> Outcome:
    """试导入: the same answer, and nothing is kept."""
    with transaction.atomic():
        storage.lock()
        outcome = _take_in(feed, origin, by, at)
        transaction.set_rollback(True)
    return replace(outcome, batch=None)


def _take_in(feed: Feed, origin: Origin, by: User | None, at: datetime) -> Outcome:
    total = len(feed) + len(feed.rejected)
    kept, station, rejected, fields = _screened(feed, origin, by, at)
    earlier = _same_file(origin)
    batch = IngestBatch.objects.create(
        source=printable(origin.source)[:120],
        format=origin.format,
        file_name=printable(origin.file_name)[:200],
        sha256=origin.sha256,
        received=total,
        rejected=len(rejected),
        rejects=[list(item) for item in rejected[:_KEPT_REJECTS]],
        by=by,
        at=at,
    )
    batch.schemes.set(_schemes_of(station))
    changes, days = _stored(kept, station, batch, by, at)
    reached("ingest.stored")
    batch.created, batch.updated, batch.days = changes.created, changes.updated, days
    batch.unchanged = len(kept) - changes.created - changes.updated
    batch.save(update_fields=["created", "updated", "unchanged", "days"])
    counts = (changes.created, changes.updated, batch.unchanged)
    outcome = Outcome(*counts, rejected, days, list(feed.notes), batch, fields)
    outcome.notes[:0] = _news(outcome, earlier)
    return outcome


def _schemes_of(station: NDArray[Any]) -> list[int]:
    rows = Station.objects.filter(pk__in=np.unique(station).tolist()).order_by()
    return list(rows.values_list("scheme_id", flat=True).distinct())


def _same_file(origin: Origin) -> IngestBatch | None:
    """The last batch of the very same bytes, whatever the file was called then."""
    if not origin.sha256:
        return None
    return IngestBatch.objects.filter(sha256=origin.sha256).order_by("-at", "-pk").first()


def _news(outcome: Outcome, earlier: IngestBatch | None) -> list[str]:
    """Whether the file is known, and whether it brought anything."""
    known = ""
    if earlier is not None:
        when = earlier.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
        known = f"同一个文件已于 {when} 导入过（{earlier.file_name or earlier.source}）"
    if outcome.is_nothing_new:
        same = f"{outcome.unchanged} 个小时值与已有数据完全相同，没有任何变化"
        return [f"{known}；{same}" if known else same]
    return [known] if known else []


def printable(text: str) -> str:
    """Without what neither a page nor the database can hold: NUL, lone surrogates, controls."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


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
) -> tuple[Feed, NDArray[Any], list[tuple[int, str, str]], dict[int, str]]:
    """The rows to keep, their station ids, and every refusal; a row is refused for one reason."""
    station, refused = _stations(feed, origin, by)
    fields = dict.fromkeys((place for place, _, _ in refused), "station")
    early = _too_early(feed, at)
    refused += early
    fields = dict.fromkeys((place for place, _, _ in early), "hour_ending_at") | fields
    for place, code, detail, name in screening.implausible(feed.values):
        refused.append((place, code, detail))
        fields.setdefault(place, name)
    is_kept = np.ones(len(feed), dtype=bool)
    is_kept[[place for place, _, _ in refused]] = False
    sound = np.flatnonzero(is_kept)
    for place, code, detail in screening.repeated(
        feed.hour[sound], station[sound], feed.line[sound]
    ):
        refused.append((int(sound[place]), code, detail))
        is_kept[sound[place]] = False
    by_line = {
        int(feed.line[place]): fields.get(place, "hour_ending_at") for place, _, _ in refused
    }
    return feed.keep(is_kept), station[is_kept], _by_line(feed, refused), {**feed.fields, **by_line}


def _too_early(feed: Feed, at: datetime) -> list[screening.Rejection]:
    latest = hours.hour_number(at + _CLOCK_SKEW)
    return [
        (place, "future", f"{_shown(feed.hour[place])} 还没有到，请核对时间")
        for place in np.flatnonzero(feed.hour > latest).tolist()
    ]


def _shown(hour: int) -> str:
    return hours.moment_of(hour).strftime("%Y-%m-%d %H:00")


def _by_line(feed: Feed, refused: list[screening.Rejection]) -> list[tuple[int, str, str]]:
    first: dict[int, tuple[int, str, str]] = {}
    for place, code, detail in refused:
        line = int(feed.line[place])
        first.setdefault(line, (line, code, detail))
    found = sorted([*feed.rejected, *first.values()])
    return [(line, code, printable(detail)) for line, code, detail in found]


def matched(
    written: Iterable[str],
    known: Mapping[str, policies.Named],
    aliases: Mapping[str, str],
    takes_names: bool = True,  # noqa: FBT001, FBT002
) -> dict[str, policies.Named]:
    """Which station each text of a file means: an alias, a code, or a name that only one has."""
    counts = Counter(one.name for one in known.values())
    by_name = {one.name: one for one in known.values() if takes_names and counts[one.name] == 1}
    found = {text: known.get(aliases.get(text, text)) or by_name.get(text) for text in written}
    return {text: one for text, one in found.items() if one is not None}


def _stations(
    feed: Feed, origin: Origin, by: User | None
) -> tuple[NDArray[Any], list[screening.Rejection]]:
    """Station ids by row. Unseen is unknown; seen but not managed is forbidden."""
    written = feed.station.tolist()
    codes = list(dict.fromkeys(written))
    number_of = {code: number for number, code in enumerate(codes)}
    place = np.array([number_of[code] for code in written], dtype=np.int64)
    known = matched(codes, policies.named_stations(by), origin.aliases, origin.format != "api")
    ids = np.zeros(len(codes), dtype=np.int64)
    problems: dict[int, tuple[str, str]] = {}
    for number, code in enumerate(codes):
        station = known.get(code)
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
