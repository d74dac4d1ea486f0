"""Months, quarters, half-years and years: when they count and what their index is. Pure.

GB 3095-2026 table 4: a month needs 27 daily values (February 25), a year 324 and every month; a
quarter or half-year counts with all its months (环办监测〔2018〕19号). Each item is judged by
itself and all its valid values enter.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from stations.composite import Composite, change_percent, composite
from stations.periods import Kind, Period
from stations.ranking import DAY_ITEMS, competition_ranks, key_of, statistic
from stations.standards import SYMBOLS, LimitSet
from stations.validity import (
    MIN_DAYS_OF_FEBRUARY,
    MIN_DAYS_OF_MONTH,
    MIN_DAYS_OF_YEAR,
    month_is_valid,
)

Unit = TypeVar("Unit", bound=Hashable)
KINDS = (Kind.MONTH, Kind.QUARTER, Kind.HALF_YEAR, Kind.YEAR)
_SHOWN = 3


@dataclass(frozen=True)
class SpanAir:
    """`days`: item → month (2026-10) → valid daily values. `reason` is empty when it counts.

    `composite` None: an item has too few values, the place has no index (and is not ranked).
    """

    days: Mapping[str, Mapping[str, int]]
    reason: str
    concentrations: Mapping[str, Decimal | None]
    composite: Composite | None

    @property
    def index(self) -> Decimal | None:
        return self.composite.index if self.composite else None

    @property
    def fewest_days(self) -> int:
        """Valid daily values of the item that has the fewest."""
        return min(sum(months.values()) for months in self.days.values())


def span_air(
    days: Mapping[date, Mapping[str, Decimal | None]], period: Period, limit_set: LimitSet
) -> SpanAir:
    """A place's statistics of a period from its daily values (`unit_day`) by date."""
    own = {on: values for on, values in days.items() if period.first <= on <= period.last}
    counts = {item: _counts(item, own, period) for item in DAY_ITEMS}
    lacks = [lack for item in DAY_ITEMS for lack in _lacks(item, counts[item], period)]
    values = {key_of(item): statistic(item, list(own.values())) for item in DAY_ITEMS}
    found = None if lacks else composite(values, limit_set=limit_set)
    return SpanAir(counts, _reason(lacks), values, found)


def _counts(
    item: str, days: Mapping[date, Mapping[str, Decimal | None]], period: Period
) -> dict[str, int]:
    """Every month of the period, also those without any value."""
    present = Counter(f"{on:%Y-%m}" for on, row in days.items() if row.get(item) is not None)
    months = dict.fromkeys(f"{on:%Y-%m}" for on in period.days)
    return {month: present[month] for month in months}


def _lacks(item: str, months: Mapping[str, int], period: Period) -> list[str]:
    name = SYMBOLS[key_of(item)]
    found = []
    for month, count in months.items():
        number = int(month[-2:])
        if not month_is_valid(number, count):
            need = MIN_DAYS_OF_FEBRUARY if number == 2 else MIN_DAYS_OF_MONTH
            found.append(f"{name} {month} 有效 {count} 天，不足 {need} 天")
    total = sum(months.values())
    if period.kind is Kind.YEAR and not found and total < MIN_DAYS_OF_YEAR:
        found.append(f"{name} 全年有效 {total} 天，不足 {MIN_DAYS_OF_YEAR} 天")
    return found


def _reason(lacks: list[str]) -> str:
    if not lacks:
        return ""
    more = f"等 {len(lacks)} 处" if len(lacks) > _SHOWN else ""
    return f"{'；'.join(lacks[:_SHOWN])}{more}，不参与排名"


@dataclass(frozen=True)
class Standing:
    """Level and improvement of a unit; a rank None: no index, or none of the year before.

    `percent` is the 变化率, negative is better.
    """

    level_rank: int | None
    percent: Decimal | None
    improvement_rank: int | None


def standings(now: Mapping[Unit, SpanAir], before: Mapping[Unit, SpanAir]) -> dict[Unit, Standing]:
    """水平 and 改善幅度 (Z-03), both with competition ranks (1, 1, 3).

    Both maps must have been computed with the same limits.
    """
    levels = competition_ranks({unit: a.index for unit, a in now.items() if a.index is not None})
    percents = {unit: _change(air, before.get(unit)) for unit, air in now.items()}
    better = competition_ranks({unit: p for unit, p in percents.items() if p is not None})
    return {unit: Standing(levels.get(unit), percents[unit], better.get(unit)) for unit in now}


def _change(now: SpanAir, before: SpanAir | None) -> Decimal | None:
    if now.index is None or before is None or not before.index:
        return None
    return change_percent(now.index, before.index)
