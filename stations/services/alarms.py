"""高值与异常: hours → episodes → one alarm each, one task per episode and grid."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from grids.models import GridScheme
from stations import detection, hours, presence, works
from stations.detection import WINDOW, Found, Rows, Rules
from stations.episodes import Episode, latest_overlapping
from stations.levels import level_of
from stations.models import Alarm, Station
from stations.services import orders
from stations.services.orders import Around


def watch(*, at: datetime, sources: Around = orders.unknown) -> dict[str, int]:
    """每小时: bring the episodes of every scheme up to date; safe late, twice and in parallel.

    `sources` tells what stands around a station; without it orders name no sources.
    """
    raised = ended = 0
    for scheme in GridScheme.objects.filter(stations__isnull=False).distinct().order_by("code"):
        fresh, over = watch_scheme(scheme, at=at, sources=sources)
        raised, ended = raised + fresh, ended + over
    return {"raised": raised, "ended": ended}


@transaction.atomic
def watch_scheme(
    scheme: GridScheme, *, at: datetime, sources: Around = orders.unknown
) -> tuple[int, int]:
    """(alarms raised, alarms ended). Only the last three days are looked at: a backfill of old
    hours raises nothing. A kind without a rule in the scheme is not watched."""
    GridScheme.objects.select_for_update().get(pk=scheme.pk)
    stations = presence.scheme_stations(scheme, at)
    given = detection.rules(scheme, at)
    rows = detection.recent(stations, at)
    desk = orders.Desk(scheme, stations, rows, sources, at)
    known = _known(stations, at)
    announced = works.announced(stations, at - WINDOW, at)
    raised = ended = 0
    for station in stations:
        found = detection.judged(station, stations, rows, given, announced.get(station.pk, ()))
        book = _Book(station, known.get(station.pk, []), desk)
        book.take(found)
        book.close_silently(rows)
        raised, ended = raised + book.raised, ended + book.ended
    fresh, over = _watch_late(stations, given, desk)
    return raised + fresh, ended + over


def _known(stations: Iterable[Station], at: datetime) -> dict[int, list[Alarm]]:
    """Alarms that the window can still change: open ones however old, and those inside it."""
    rows = Alarm.objects.filter(station__in=[one.pk for one in stations])
    rows = rows.exclude(kind=Alarm.Kind.LATE)
    found: dict[int, list[Alarm]] = {}
    for alarm in rows.open().union(rows.filter(last_at__gt=at - WINDOW)).order_by("started_at"):
        found.setdefault(alarm.station_id, []).append(alarm)
    return found


class _Book:
    """The alarms of one station while its episodes are being written down."""

    def __init__(self, station: Station, known: list[Alarm], desk: orders.Desk) -> None:
        self.station, self.known, self.desk = station, known, desk
        self.touched: set[int] = set()
        self.raised = self.ended = 0
        for alarm in known:
            alarm.station = station

    def take(self, found: list[Found]) -> None:
        for one in found:
            alarm = self._match(one)
            if alarm is None:
                alarm = _raise(self.station, one, self.desk)
                self.known.append(alarm)
                self.raised += 1
            else:
                self.ended += _update(alarm, one, self.desk)
            self.touched.add(alarm.pk)

    def _match(self, one: Found) -> Alarm | None:
        same = [alarm for alarm in self.known if alarm.kind == one.kind]
        spans = [
            (hours.hour_number(a.started_at), hours.hour_number(a.ended_at) if a.ended_at else None)
            for a in same
        ]
        start = latest_overlapping(one.episode, spans)
        return None if start is None else same[[span[0] for span in spans].index(start)]

    def close_silently(self, rows: Rows) -> None:
        """An open alarm that the hours no longer show (values were corrected, withdrawn, or left
        the window) is over after as many hours as its rule asks for."""
        own = rows.get(self.station.pk, {})
        for alarm in self.known:
            if alarm.ended_at is not None or alarm.pk in self.touched:
                continue
            last = hours.hour_number(alarm.last_at)
            calm = int(alarm.rule.get("ends_after_hours", 1))
            later = sorted(hour for hour in own if hour > last)
            if len(later) >= calm:
                alarm.ended_at = hours.moment_of(later[calm - 1])
                alarm.save(update_fields=["ended_at"])
                self.ended += 1


def _raise(station: Station, one: Found, desk: orders.Desk) -> Alarm:
    episode = one.episode
    alarm = Alarm.objects.create(
        station=station,
        kind=one.kind,
        started_at=hours.moment_of(episode.start),
        peak=episode.peak,
        peak_at=hours.moment_of(episode.peak_at),
        last_at=hours.moment_of(episode.last),
        ended_at=None if episode.end is None else hours.moment_of(episode.end),
        pollutant=one.pollutant[:30],
        items=",".join(one.items),
        level=_level(one),
        rule=one.rule,
        facts=one.facts,
        raised_at=desk.at,
    )
    orders.give(alarm, desk)
    return alarm


def _level(one: Found) -> int | None:
    """Level of the AQI from 轻度污染 (3) on; None below and for other kinds."""
    peak = one.episode.peak
    if one.kind != Alarm.Kind.NEAR_POLLUTION or peak <= 100:
        return None
    return int(level_of(peak).number)


def _update(alarm: Alarm, one: Found, desk: orders.Desk) -> bool:
    """True when the episode ended with this update. Late data may also take it up again."""
    episode, was_open = one.episode, alarm.ended_at is None
    if _counts(alarm, episode, desk.at):
        alarm.peak, alarm.peak_at = episode.peak, hours.moment_of(episode.peak_at)
    if alarm.kind == Alarm.Kind.STUCK:
        alarm.peak = episode.last - hours.hour_number(alarm.started_at) + 1
    alarm.last_at = max(alarm.started_at, hours.moment_of(episode.last))
    alarm.ended_at = None if episode.end is None else hours.moment_of(episode.end)
    if not was_open and alarm.ended_at is None and _has_open_twin(alarm):
        alarm.ended_at = alarm.last_at
    names = dict.fromkeys([*filter(None, alarm.items.split(",")), *one.items])
    alarm.items = ",".join(names)
    alarm.save(update_fields=["peak", "peak_at", "last_at", "ended_at", "items"])
    level = _level(one)
    if alarm.ended_at is None and level is not None and level > (alarm.level or 0):
        alarm.level = level
        alarm.save(update_fields=["level"])
        orders.escalate(alarm, desk)
    return was_open and alarm.ended_at is not None


def _counts(alarm: Alarm, episode: Episode, at: datetime) -> bool:
    """A peak that has left the window stays unless the new one is beyond it."""
    if alarm.peak is None or alarm.peak_at is None or alarm.peak_at > at - WINDOW:
        return True
    if alarm.kind == Alarm.Kind.INTERFERENCE:
        return episode.peak < alarm.peak
    return episode.peak > alarm.peak


def _has_open_twin(alarm: Alarm) -> bool:
    twins = Alarm.objects.open().filter(station=alarm.station_id, kind=alarm.kind)
    return twins.exclude(pk=alarm.pk).exists()


def _watch_late(stations: list[Station], given: Rules, desk: orders.Desk) -> tuple[int, int]:
    """数据迟到: begins with the first missing hour, ends when a value arrives. A registered
    maintenance raises none while it runs and explains the silence; an open one stays open."""
    rule = given.kinds.get(Alarm.Kind.LATE)
    if rule is None:
        return 0, 0
    late = Alarm.objects.open().filter(station__in=stations, kind=Alarm.Kind.LATE)
    opened = {alarm.station_id: alarm for alarm in late}
    raised = ended = 0
    for item in presence.live(stations, desk.at):
        alarm = opened.get(item.station.pk)
        if item.reading is None or item.lag is None:
            continue
        newest = hours.hour_number(item.reading.hour_ending_at)
        episode = Episode(newest + 1, item.lag, newest + item.lag, newest + item.lag, None)
        one = Found(Alarm.Kind.LATE, episode, rule)
        if alarm is None and item.lag >= rule["alarm"]:
            if item.upkeep is not None and item.upkeep.excuses(desk.at, rule["alarm"]):
                continue
            _raise(item.station, one, desk)
            raised += 1
        elif alarm is not None and hours.hour_number(alarm.started_at) <= newest:
            alarm.ended_at = item.reading.hour_ending_at
            alarm.save(update_fields=["ended_at"])
            ended += 1
        elif alarm is not None:
            _update(alarm, one, desk)
    return raised, ended
