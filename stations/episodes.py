"""Episodes in a row of hours: something begins, has a peak, and ends. Pure.

Hours are numbers (`stations.hours.hour_number`); a missing hour is simply not in the mapping.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Episode:
    """`last` is the last hour that belongs to it; `end` None: not over yet."""

    start: int
    peak: int
    peak_at: int
    last: int
    end: int | None


@dataclass(frozen=True)
class Threshold:
    """Begins with `hours` hours in a row at or above `level`, ends after `calm` hours below."""

    level: int
    hours: int = 1
    calm: int = 1


def above(values: Mapping[int, int], rule: Threshold) -> list[Episode]:
    """Episodes of a value. A missing hour breaks the run-up, but ends nothing."""
    found: list[Episode] = []
    run: list[int] = []
    current: list[int] = []
    calm = 0
    for hour in sorted(values):
        if values[hour] >= rule.level:
            run = [*run, hour] if run and run[-1] == hour - 1 else [hour]
            calm = 0
            if current:
                current.append(hour)
            elif len(run) >= rule.hours:
                current = list(run)
        else:
            run = []
            calm += bool(current)
        if current and calm >= rule.calm:
            found.append(_episode(current, values, end=hour))
            current, calm = [], 0
    return [*found, _episode(current, values, end=None)] if current else found


def _episode(inside: list[int], values: Mapping[int, int], end: int | None) -> Episode:
    peak_at = max(inside, key=lambda hour: (values[hour], -hour))
    return Episode(inside[0], values[peak_at], peak_at, inside[-1], end)


def frozen(rows: Mapping[int, tuple[int | None, ...]], *, hours: int) -> list[Episode]:
    """数值不变: all figures of a row stay the same for `hours` hours in a row; peak is how many."""
    found: list[Episode] = []
    run: list[int] = []
    for hour in sorted(rows):
        is_same = bool(run) and run[-1] == hour - 1 and rows[run[-1]] == rows[hour]
        if not is_same:
            found += _frozen(run, hours, end=hour)
            run = []
        if any(value for value in rows[hour]):
            run = [*run, hour]
    return found + _frozen(run, hours, end=None)


def _frozen(run: list[int], hours: int, *, end: int | None) -> list[Episode]:
    return [Episode(run[0], len(run), run[-1], run[-1], end)] if len(run) >= hours else []


def latest_overlapping(episode: Episode, known: Iterable[tuple[int, int | None]]) -> int | None:
    """Start of the known episode (start, end) that shares an hour with this one."""
    end = episode.last
    hits = [
        start for start, stop in known if start <= end and (stop is None or stop >= episode.start)
    ]
    return max(hits, default=None)
