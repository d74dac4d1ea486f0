"""Streaks of units over the published weeks, as the rule and the pages need them."""

from dataclasses import dataclass, field

from grids.models import GridScheme
from stations.periods import Period
from stations.selectors import history
from stations.streaks import Week, current_streak

SHOWN_WEEKS = 4


def weekly_history(scheme: GridScheme, until: str) -> dict[int, list[Week]]:
    """Per unit (grid id) its weeks up to `until` (2026-W46), newest editions only.

    A week that the unit sat out or that was never published neither extends nor breaks.
    """
    units = history(scheme, Period.parse(until))
    return {
        grid.pk: [Week(week.period, week.is_bottom) for week in weeks]
        for grid, weeks in units.items()
    }


@dataclass(frozen=True)
class Streak:
    """Of one unit: weeks in a row at the bottom, and its last weeks as marks for `dots`."""

    weeks: int = 0
    marks: list[str] = field(default_factory=list)

    @property
    def word(self) -> str:
        return f"连续 {self.weeks} 周" if self.weeks >= 2 else ""

    @property
    def tone(self) -> str:
        return "late" if self.weeks >= 3 else "warn"


def streaks(scheme: GridScheme, until: str) -> dict[int, Streak]:
    """Grid id → streak and dots of the last four weeks, oldest first: b bottom, n not, x out."""
    return {
        grid_id: Streak(current_streak(weeks), [_mark(week) for week in weeks[-SHOWN_WEEKS:]])
        for grid_id, weeks in weekly_history(scheme, until).items()
    }


def _mark(week: Week) -> str:
    if week.is_bottom is None:
        return "x"
    return "b" if week.is_bottom else "n"
