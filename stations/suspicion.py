"""What one station does and its neighbours do not: spikes, rises, falls that look made. Pure.

Values are whole µg/m³ (humidity: percent) by hour number; a missing hour is not in the mapping.
`Peers` are the same pollutant at the stations to compare with. They are asked for only when the
station itself gives reason to, because finding them costs more than looking at one station.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from stations.episodes import Episode

Hours = Mapping[int, int]
Peers = Callable[[], Sequence[Hours]]


@dataclass(frozen=True)
class Suspicion:
    """An episode with what it was judged by; `facts` are plain figures for the alarm's page."""

    episode: Episode
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Spike:
    """`ratio` times and `rise` µg/m³ above the hour before, while the neighbours' middle stays
    under `neighbours_ratio` times its own hour before. With fewer than `fewest` neighbours the
    station is judged by itself, and the facts say so."""

    ratio: float
    rise: int
    neighbours_ratio: float
    fewest: int


@dataclass(frozen=True)
class Rise:
    """`rise` µg/m³ in `hours` hours and `over_percent` above the neighbours' middle; over after
    `calm` hours at or below that. Not judged with fewer than `fewest` neighbours."""

    rise: int
    hours: int
    over_percent: int
    calm: int
    fewest: int


@dataclass(frozen=True)
class Fall:
    """Down by `fall_percent` and `fall` µg/m³ within `hours` hours while humidity rises by
    `humidity` points and the neighbours' middle falls by less than `neighbours_percent`; over
    when back at `recovered_percent` of the value before for `calm` hours. Not judged without
    humidity or with fewer than `fewest` neighbours."""

    fall_percent: int
    fall: int
    hours: int
    humidity: int
    neighbours_percent: int
    recovered_percent: int
    calm: int
    fewest: int


def spikes(values: Hours, peers: Peers, rule: Spike) -> list[Suspicion]:
    """突高, hour by hour; each is over with its hour."""
    found = []
    for hour in sorted(values):
        before = values.get(hour - 1)
        if before is None or values[hour] - before < rule.rise:
            continue
        if values[hour] < rule.ratio * max(before, 1):
            continue
        ratios = [
            peer[hour] / max(peer[hour - 1], 1)
            for peer in peers()
            if hour in peer and hour - 1 in peer
        ]
        middle = median(ratios) if _enough(ratios, rule.fewest) else None
        if middle is None or middle < rule.neighbours_ratio:
            facts = {"before": before, "compared": len(ratios) if middle is not None else 0}
            shown = {} if middle is None else {"neighbours_ratio": round(middle, 2)}
            found.append(
                Suspicion(Episode(hour, values[hour], hour, hour, hour), {**facts, **shown})
            )
    return found


def rises(values: Hours, peers: Peers, rule: Rise) -> list[Suspicion]:
    """高于周边: climbs by itself; peak is the highest value."""
    climbing = [
        hour
        for hour in sorted(values)
        if hour - rule.hours in values and values[hour] - values[hour - rule.hours] >= rule.rise
    ]
    if not climbing:
        return []
    stations = peers()
    starts, facts = set(), {}
    for hour in climbing:
        climbs = _changes(stations, hour - rule.hours, hour)
        if not _enough(climbs, rule.fewest) or median(climbs) >= rule.rise:
            continue
        if _is_over(values, stations, hour, rule):
            starts.add(hour)
            facts[hour] = {
                "before": values[hour - rule.hours],
                "compared": len(climbs),
                "neighbours": round(_middle(stations, hour) or 0),
            }
    holds = {hour for hour in values if _is_over(values, stations, hour, rule)}
    return _runs(values, starts, lambda _first, hour: hour in holds, rule.calm, max, facts)


def _is_over(values: Hours, stations: Sequence[Hours], hour: int, rule: Rise) -> bool:
    middle = _middle(stations, hour)
    return middle is not None and 100 * values[hour] > (100 + rule.over_percent) * middle


def falls(values: Hours, humidity: Hours, peers: Peers, rule: Fall) -> list[Suspicion]:
    """疑似干扰: falls alone while it gets wet; peak is the lowest value."""
    facts: dict[int, dict[str, Any]] = {}
    for hour in sorted(values):
        base = _base(values, hour, rule)
        if base is None or not _is_wetter(humidity, base, hour, rule):
            continue
        shares = [
            peer[hour] / peer[base] for peer in peers() if hour in peer and peer.get(base, 0) > 0
        ]
        if not _enough(shares, rule.fewest):
            continue
        drop = round(100 * (1 - median(shares)))
        if drop < rule.neighbours_percent:
            facts[hour] = {
                "before": values[base],
                "humidity": [humidity[base], humidity[hour]],
                "compared": len(shares),
                "neighbours_fall_percent": drop,
            }

    def is_low(first: int, hour: int) -> bool:
        return 100 * values[hour] < rule.recovered_percent * int(facts[first]["before"])

    return _runs(values, set(facts), is_low, rule.calm, min, facts)


def _base(values: Hours, hour: int, rule: Fall) -> int | None:
    """The hour with the highest value just before, if this one fell enough from it."""
    before = [h for h in range(hour - rule.hours, hour) if h in values]
    if not before:
        return None
    base = max(before, key=lambda h: (values[h], h))
    drop = values[base] - values[hour]
    is_deep = drop >= rule.fall and 100 * drop >= rule.fall_percent * values[base]
    return base if is_deep else None


def _is_wetter(humidity: Hours, base: int, hour: int, rule: Fall) -> bool:
    if base not in humidity or hour not in humidity:
        return False
    return humidity[hour] - humidity[base] >= rule.humidity


def _enough(compared: Sequence[float], fewest: int) -> bool:
    return len(compared) >= max(1, fewest)


def _changes(stations: Sequence[Hours], before: int, after: int) -> list[int]:
    return [one[after] - one[before] for one in stations if before in one and after in one]


def _middle(stations: Sequence[Hours], hour: int) -> float | None:
    there = [one[hour] for one in stations if hour in one]
    return median(there) if there else None


def _runs(
    values: Hours,
    starts: set[int],
    is_inside: Callable[[int, int], bool],
    calm: int,
    extreme: Callable[..., int],
    facts: Mapping[int, dict[str, Any]],
) -> list[Suspicion]:
    """From each start to `calm` hours outside; a missing hour ends nothing."""
    found: list[Suspicion] = []
    first, inside, outside = 0, list[int](), 0
    for hour in sorted(values):
        if not inside and hour in starts:
            first, inside, outside = hour, [hour], 0
        elif inside and (hour in starts or is_inside(first, hour)):
            inside.append(hour)
            outside = 0
        elif inside:
            outside += 1
            if outside >= calm:
                found.append(_run(inside, values, hour, extreme, facts[first]))
                inside = []
    return [*found, _run(inside, values, None, extreme, facts[first])] if inside else found


def _run(
    inside: list[int],
    values: Hours,
    end: int | None,
    extreme: Callable[..., int],
    facts: dict[str, Any],
) -> Suspicion:
    peak_at = extreme(inside, key=lambda hour: values[hour])
    return Suspicion(Episode(inside[0], values[peak_at], peak_at, inside[-1], end), facts)


def merged(found: Iterable[tuple[str, Suspicion]]) -> list[tuple[tuple[str, ...], Suspicion]]:
    """Overlapping episodes of several pollutants are one; the earliest gives peak and facts.

    Pollutants in the order of their beginning; still running if one of them is.
    """
    result: list[tuple[tuple[str, ...], Suspicion]] = []
    for name, one in sorted(found, key=lambda pair: pair[1].episode.start):
        if result and one.episode.start <= result[-1][1].episode.last:
            names, known = result[-1]
            episode = _united(known.episode, one.episode)
            result[-1] = (tuple(dict.fromkeys((*names, name))), Suspicion(episode, known.facts))
        else:
            result.append(((name,), one))
    return result


def _united(one: Episode, other: Episode) -> Episode:
    ends = (one.end, other.end)
    end = None if None in ends else max(e for e in ends if e is not None)
    return Episode(one.start, one.peak, one.peak_at, max(one.last, other.last), end)
