"""高值与异常: hours → episodes → one alarm each, one task per episode and grid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from grids.errors import Invalid
from grids.models import GridScheme, User
from grids.selectors import rule_row
from stations import episodes, hours, policies, selectors
from stations.episodes import Episode
from stations.models import Alarm, HourlyReading, Station
from stations.services import orders
from stations.standards import BEIJING, SYMBOLS
from stations.vector import pollutants_in

_WINDOW = timedelta(hours=72)
NEAR = {"aqi": 90, "hours": 2, "edge": [90, 110], "ends_after_hours": 6}
SPIKE = {"ratio": 3, "rise_ugm3": 150}
STUCK = {"hours": 4}


@dataclass(frozen=True)
class _Rules:
    """What a scheme says on the day, each with its clause for the alarm's record."""

    near: dict[str, Any]
    spike: dict[str, Any]
    stuck: dict[str, Any]
    late: dict[str, Any]


def watch(*, at: datetime) -> dict[str, int]:
    """每小时: bring the episodes of every scheme up to date; safe late, twice and in parallel."""
    raised = ended = 0
    for scheme in GridScheme.objects.filter(stations__isnull=False).distinct().order_by("code"):
        fresh, over = watch_scheme(scheme, at=at)
        raised, ended = raised + fresh, ended + over
    return {"raised": raised, "ended": ended}


@transaction.atomic
def watch_scheme(scheme: GridScheme, *, at: datetime) -> tuple[int, int]:
    """(alarms raised, alarms ended). Only the last three days are looked at: a backfill of old
    hours raises nothing."""
    GridScheme.objects.select_for_update().get(pk=scheme.pk)
    stations = selectors.scheme_stations(scheme, at)
    rules = _rules(scheme, at)
    rows = _recent(stations, at)
    raised = ended = 0
    for station in stations:
        own = rows.get(station.pk, {})
        for kind, found, rule in _found(own, rules):
            fresh, over = _record(station, kind, found, rule, own, at)
            raised, ended = raised + fresh, ended + over
    fresh, over = _watch_late(scheme, stations, rules.late, at)
    return raised + fresh, ended + over


def _rules(scheme: GridScheme, at: datetime) -> _Rules:
    on = at.astimezone(BEIJING).date()

    def one(key: str, default: Mapping[str, Any]) -> dict[str, Any]:
        row = rule_row(scheme, key, on)
        given = row.value if row else {}
        return {**default, **given, "clause": row.clause if row else ""}

    return _Rules(
        near=one("near_pollution", NEAR),
        spike=one("spike", SPIKE),
        stuck=one("stuck", STUCK),
        late=one("station_late", selectors.LATE),
    )


def _recent(stations: Iterable[Station], at: datetime) -> dict[int, dict[int, HourlyReading]]:
    found: dict[int, dict[int, HourlyReading]] = {}
    rows = HourlyReading.objects.filter(
        station__in=[station.pk for station in stations],
        hour_ending_at__gt=at - _WINDOW,
        hour_ending_at__lte=at,
    )
    for row in rows:
        found.setdefault(row.station_id, {})[hours.hour_number(row.hour_ending_at)] = row
    return found


def _found(
    rows: Mapping[int, HourlyReading], rules: _Rules
) -> list[tuple[str, list[Episode], dict[str, Any]]]:
    near, spike, stuck = rules.near, rules.spike, rules.stuck
    aqis = {hour: row.aqi for hour, row in rows.items() if row.aqi is not None}
    coarse = {
        hour: row.pm10_ngm3 // 1000
        for hour, row in rows.items()
        if row.pm10_ngm3 is not None and row.pm10_ngm3 >= 0
    }
    figures = {
        hour: tuple(getattr(row, column) for column in hours.COLUMNS) for hour, row in rows.items()
    }
    threshold = episodes.Threshold(near["aqi"], near["hours"], near["ends_after_hours"])
    return [
        (Alarm.Kind.NEAR_POLLUTION, episodes.above(aqis, threshold), near),
        (
            Alarm.Kind.SPIKE,
            episodes.spikes(coarse, ratio=spike["ratio"], rise=spike["rise_ugm3"]),
            spike,
        ),
        (Alarm.Kind.STUCK, episodes.frozen(figures, hours=stuck["hours"]), stuck),
    ]


def _record(
    station: Station,
    kind: str,
    found: list[Episode],
    rule: dict[str, Any],
    rows: Mapping[int, HourlyReading],
    at: datetime,
) -> tuple[int, int]:
    known = list(Alarm.objects.filter(station=station, kind=kind, last_at__gt=at - _WINDOW))
    spans = [
        (hours.hour_number(a.started_at), hours.hour_number(a.ended_at) if a.ended_at else None)
        for a in known
    ]
    raised = ended = 0
    for episode in found:
        start = episodes.latest_overlapping(episode, spans)
        if start is None:
            pollutant = _pollutant(kind, rows[episode.peak_at])
            _raise(station, kind, episode, rule, pollutant, at)
            raised += 1
        else:
            alarm = known[[span[0] for span in spans].index(start)]
            ended += _update(alarm, episode)
    return raised, ended


def _pollutant(kind: str, row: HourlyReading) -> str:
    if kind == Alarm.Kind.NEAR_POLLUTION:
        return "、".join(SYMBOLS[name] for name in pollutants_in(row.primary_bits))
    return SYMBOLS["pm10"] if kind == Alarm.Kind.SPIKE else ""


def _raise(
    station: Station,
    kind: str,
    episode: Episode,
    rule: dict[str, Any],
    pollutant: str,
    at: datetime,
) -> Alarm:
    alarm = Alarm.objects.create(
        station=station,
        kind=kind,
        started_at=hours.moment_of(episode.start),
        peak=episode.peak,
        peak_at=hours.moment_of(episode.peak_at),
        last_at=hours.moment_of(episode.last),
        ended_at=None if episode.end is None else hours.moment_of(episode.end),
        pollutant=pollutant,
        rule=rule,
        raised_at=at,
    )
    if alarm.ended_at is None:
        alarm.task = orders.task_for(alarm, at=at)
        alarm.save(update_fields=["task"])
    return alarm


def _update(alarm: Alarm, episode: Episode) -> bool:
    """True when the episode ended with this update."""
    was_open = alarm.ended_at is None
    alarm.peak, alarm.peak_at = episode.peak, hours.moment_of(episode.peak_at)
    alarm.last_at = hours.moment_of(episode.last)
    if was_open and episode.end is not None:
        alarm.ended_at = hours.moment_of(episode.end)
    alarm.save(update_fields=["peak", "peak_at", "last_at", "ended_at"])
    return was_open and alarm.ended_at is not None


def _watch_late(
    scheme: GridScheme, stations: list[Station], rule: dict[str, Any], at: datetime
) -> tuple[int, int]:
    """数据迟到: begins with the first missing hour, ends when a value arrives."""
    opened = {
        alarm.station_id: alarm
        for alarm in Alarm.objects.open().filter(station__in=stations, kind=Alarm.Kind.LATE)
    }
    raised = ended = 0
    for item in selectors.live(stations, at, rule):
        alarm = opened.get(item.station.pk)
        if item.reading is None or item.lag is None:
            continue
        newest = hours.hour_number(item.reading.hour_ending_at)
        episode = Episode(newest + 1, item.lag, newest + item.lag, newest + item.lag, None)
        if alarm is None and item.lag >= rule["alarm"]:
            _raise(item.station, Alarm.Kind.LATE, episode, rule, "", at)
            raised += 1
        elif alarm is not None and hours.hour_number(alarm.started_at) <= newest:
            alarm.ended_at = item.reading.hour_ending_at
            alarm.save(update_fields=["ended_at"])
            ended += 1
        elif alarm is not None:
            _update(alarm, episode)
    return raised, ended


@transaction.atomic
def decide(alarm: Alarm, *, verdict: str, note: str, by: User, at: datetime) -> Alarm:
    """核查结论: 真实污染, 误报 or 设备故障 (Z-46), with a note; it can be corrected later."""
    policies.check_manage(by, alarm.station)
    if verdict not in Alarm.Verdict.values:
        raise Invalid("请选择核查结论", fields={"verdict": "请从真实污染、误报、设备故障中选择"})
    if not note.strip():
        raise Invalid("请写明核查情况", fields={"note": "请写明核查情况"})
    alarm.verdict, alarm.verdict_note, alarm.verdict_by = verdict, note.strip(), by
    alarm.save(update_fields=["verdict", "verdict_note", "verdict_by"])
    return alarm
