"""Which episodes the last hours of a scheme's stations show, each with the rule it was judged by.

A kind is watched only where the scheme has a rule for it: there is no built-in threshold.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from grids.models import GridScheme
from grids.selectors import valid_q
from stations import episodes, hours, surroundings, suspicion, works
from stations.episodes import Episode
from stations.models import Alarm, HourlyReading, Station
from stations.standards import BEIJING, POLLUTANTS, SYMBOLS
from stations.suspicion import Hours, Peers
from stations.vector import pollutants_in

WINDOW = timedelta(hours=72)
KEYS = {
    Alarm.Kind.NEAR_POLLUTION: "near_pollution",
    Alarm.Kind.SPIKE: "spike",
    Alarm.Kind.STUCK: "stuck",
    Alarm.Kind.LATE: "station_late",
    Alarm.Kind.INTERFERENCE: "interference",
    Alarm.Kind.RISE: "high_value.rise",
}
NEIGHBOURS = "neighbours"
Rule = dict[str, Any]


@dataclass(frozen=True)
class Rules:
    """What a scheme says on the day: by kind the value with its clause; `around` compares."""

    kinds: Mapping[str, Rule]
    around: Rule | None


@dataclass(frozen=True)
class Found:
    """One episode of a station as the stored hours show it now."""

    kind: str
    episode: Episode
    rule: Rule
    items: tuple[str, ...] = ()
    pollutant: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def calm(self) -> int:
        """Hours without it after which an episode is over."""
        return int(self.rule.get("ends_after_hours", 1))


def rules(scheme: GridScheme, at: datetime) -> Rules:
    """As they stand on the day, the youngest of each key; one query."""
    on = at.astimezone(BEIJING).date()
    rows = scheme.rules.filter(valid_q(on), key__in=[*KEYS.values(), NEIGHBOURS])
    by_key = {row.key: row for row in rows.order_by("valid_from")}
    kinds = {
        kind.value: {**row.value, "clause": row.clause, "is_example": row.is_example}
        for kind, key in KEYS.items()
        if (row := by_key.get(key)) is not None
    }
    around = by_key.get(NEIGHBOURS)
    return Rules(kinds, around.value if around else None)


def unwatched(scheme: GridScheme, at: datetime) -> list[Alarm.Kind]:
    """Kinds for which the scheme has no rule on the day: nobody looks for them."""
    given = rules(scheme, at)
    compared = {Alarm.Kind.INTERFERENCE, Alarm.Kind.RISE}
    return [
        kind
        for kind in Alarm.Kind
        if kind not in given.kinds or (kind in compared and given.around is None)
    ]


Rows = Mapping[int, Mapping[int, HourlyReading]]


def recent(stations: Iterable[Station], at: datetime) -> dict[int, dict[int, HourlyReading]]:
    """The rows of the last three days by station and hour number."""
    found: dict[int, dict[int, HourlyReading]] = {}
    rows = HourlyReading.objects.filter(
        station__in=[station.pk for station in stations],
        hour_ending_at__gt=at - WINDOW,
        hour_ending_at__lte=at,
    )
    for row in rows:
        found.setdefault(row.station_id, {})[hours.hour_number(row.hour_ending_at)] = row
    return found


def judged(
    station: Station,
    stations: Sequence[Station],
    rows: Rows,
    given: Rules,
    announced: Iterable[tuple[int, int]] = (),
) -> list[Found]:
    """Every episode in the window, in time order; 数据迟到 is not among them, nor falls that begin
    in the hours of an `announced` work beside the station (Z-16)."""
    own = rows.get(station.pk, {})
    looks: dict[str, Callable[..., Iterator[Found]]] = {
        Alarm.Kind.NEAR_POLLUTION: _near,
        Alarm.Kind.STUCK: _stuck,
        Alarm.Kind.SPIKE: _spikes,
        Alarm.Kind.RISE: _rises,
        Alarm.Kind.INTERFERENCE: _falls,
    }
    compare = _Compare(station, stations, rows, given.around)
    found = [
        one
        for kind, look in looks.items()
        if kind in given.kinds
        for one in look(own, given.kinds[kind], compare)
    ]
    kept = [
        one
        for one in found
        if one.kind != Alarm.Kind.INTERFERENCE or not works.explains(announced, one.episode.start)
    ]
    return sorted(kept, key=lambda one: one.episode.start)


class _Compare:
    """The stations beside one, found once and only when somebody asks."""

    def __init__(
        self, station: Station, stations: Sequence[Station], rows: Rows, rule: Rule | None
    ) -> None:
        self.station, self.stations, self.rows, self.rule = station, stations, rows, rule
        self.beside: list[Station] | None = None

    @property
    def fewest(self) -> int:
        return int(self.rule["fewest"]) if self.rule else 0

    def peers(self, item: str) -> Peers:
        return partial(self._of, item)

    def _of(self, item: str) -> list[Hours]:
        if self.rule is None:
            return []
        if self.beside is None:
            self.beside = surroundings.peers(self.station, self.stations, self.rule)
        return [values_of(self.rows.get(one.pk, {}), item) for one in self.beside]


def values_of(rows: Mapping[int, HourlyReading], item: str) -> dict[int, int]:
    """Whole µg/m³ by hour of the values that count (CO: mg/m³ thousandths are not asked for)."""
    place = POLLUTANTS.index(item)
    column = hours.COLUMNS[place]
    found = {}
    for hour, row in rows.items():
        value = getattr(row, column)
        is_out = bool(row.flags) and row.flags[place] in hours.EXCLUDED_MARKS
        is_out = is_out or bool(row.withdrawn_bits >> place & 1)
        if value is not None and value >= 0 and not is_out:
            found[hour] = value // 1000
    return found


def _near(own: Mapping[int, HourlyReading], rule: Rule, _: _Compare) -> Iterator[Found]:
    aqis = {hour: row.aqi for hour, row in own.items() if row.aqi is not None}
    threshold = episodes.Threshold(rule["aqi"], rule["hours"], rule["ends_after_hours"])
    for one in episodes.above(aqis, threshold):
        names = pollutants_in(own[one.peak_at].primary_bits)
        yield Found(Alarm.Kind.NEAR_POLLUTION, one, rule, (), _symbols(names))


def _stuck(own: Mapping[int, HourlyReading], rule: Rule, _: _Compare) -> Iterator[Found]:
    figures = {
        hour: tuple(getattr(row, column) for column in hours.COLUMNS) for hour, row in own.items()
    }
    for one in episodes.frozen(figures, hours=rule["hours"]):
        yield Found(Alarm.Kind.STUCK, one, rule, tuple(POLLUTANTS))


def _spikes(own: Mapping[int, HourlyReading], rule: Rule, compare: _Compare) -> Iterator[Found]:
    limits = suspicion.Spike(
        ratio=rule["ratio"],
        rise=rule["rise_ugm3"],
        neighbours_ratio=rule["neighbours_ratio"],
        fewest=compare.fewest,
    )
    found = [
        (item, one)
        for item in rule["pollutants"]
        for one in suspicion.spikes(values_of(own, item), compare.peers(item), limits)
    ]
    yield from _merged(Alarm.Kind.SPIKE, rule, found)


def _rises(own: Mapping[int, HourlyReading], rule: Rule, compare: _Compare) -> Iterator[Found]:
    if compare.rule is None:
        return
    found = []
    for item in POLLUTANTS:
        if f"{item}_ugm3" not in rule:
            continue
        limits = suspicion.Rise(
            rise=rule[f"{item}_ugm3"],
            hours=rule["hours"],
            over_percent=rule["over_neighbours_percent"],
            calm=rule["ends_after_hours"],
            fewest=compare.fewest,
        )
        ones = suspicion.rises(values_of(own, item), compare.peers(item), limits)
        found += [(item, one) for one in ones]
    yield from _merged(Alarm.Kind.RISE, rule, found)


def _falls(own: Mapping[int, HourlyReading], rule: Rule, compare: _Compare) -> Iterator[Found]:
    humidity = {
        hour: row.humidity_percent for hour, row in own.items() if row.humidity_percent is not None
    }
    if compare.rule is None or not humidity:
        return
    limits = suspicion.Fall(
        fall_percent=rule["fall_percent"],
        fall=rule["fall_ugm3"],
        hours=rule["within_hours"],
        humidity=rule["humidity_rise"],
        neighbours_percent=rule["neighbours_fall_percent"],
        recovered_percent=rule["recovered_percent"],
        calm=rule["ends_after_hours"],
        fewest=compare.fewest,
    )
    found = [
        (item, one)
        for item in rule["pollutants"]
        for one in suspicion.falls(values_of(own, item), humidity, compare.peers(item), limits)
    ]
    yield from _merged(Alarm.Kind.INTERFERENCE, rule, found)


def _merged(
    kind: Alarm.Kind, rule: Rule, found: list[tuple[str, suspicion.Suspicion]]
) -> Iterator[Found]:
    for names, one in suspicion.merged(found):
        yield Found(kind, one.episode, rule, names, _symbols(names), one.facts)


def _symbols(names: Iterable[str]) -> str:
    return "、".join(SYMBOLS[name] for name in names)
