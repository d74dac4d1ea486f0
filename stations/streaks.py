"""Streaks of bottom weeks → 约谈 (W-54, W-55). Pure: no models, no clock, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Week:
    """One published week of one unit.

    `is_bottom` None: the unit was 不参与排名 that week; such a week neither extends nor
    breaks a streak (design decision 3).
    """

    period: str
    is_bottom: bool | None


@dataclass(frozen=True)
class Step:
    """约谈 after `weeks` ranked bottom weeks in a row, held with `to` (W-54, W-55)."""

    weeks: int
    to: str


@dataclass(frozen=True)
class Firing:
    """A step that a streak reached: at most one per step and streak.

    `periods` are the weeks up to the firing, `run` all weeks of the streak so far.
    """

    step: Step
    started: str
    fired: str
    periods: tuple[str, ...]
    run: tuple[str, ...]


def streaks(history: Sequence[Week]) -> list[tuple[str, ...]]:
    """Every run of bottom weeks, oldest first; `history` in time order without gaps."""
    runs: list[tuple[str, ...]] = []
    run: list[str] = []
    for week in history:
        if week.is_bottom:
            run.append(week.period)
        elif week.is_bottom is False and run:
            runs.append(tuple(run))
            run = []
    if run:
        runs.append(tuple(run))
    return runs


def current_streak(history: Sequence[Week]) -> int:
    """Ranked bottom weeks in a row up to the newest week; 0 when the newest ranked one is not."""
    length = 0
    for week in reversed(history):
        if week.is_bottom:
            length += 1
        elif week.is_bottom is False:
            break
    return length


def firings(history: Sequence[Week], steps: Iterable[Step]) -> list[Firing]:
    """Which 约谈 the streaks of `history` call for, in time order.

    Two weeks → 分管领导, three → 主要领导; the third week does not call the deputy again,
    and a longer streak calls nobody twice.
    """
    found = [
        Firing(step, run[0], run[step.weeks - 1], run[: step.weeks], run)
        for run in streaks(history)
        for step in steps
        if len(run) >= step.weeks
    ]
    return sorted(found, key=lambda firing: (firing.fired, firing.step.weeks))
