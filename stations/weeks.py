"""Weekly composite indices of many units and weeks at once, equal to `stations.ranking`. Pure.

Integers throughout: µg/m³, CO in tenths of mg/m³, indices in hundredths; NONE is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stations.composite import PARTS, composite_limit
from stations.hours import NONE, day_column, half_even
from stations.ranking import MIN_VALID_DAYS_OF_WEEK
from stations.standards import rule_set_on

Ints = NDArray[Any]
_PERCENTS = {"co": 95, "o3": 90}
_MONDAY = date(1, 1, 1).toordinal()  # 0001-01-01 is a Monday


@dataclass(frozen=True)
class WeekIndices:
    """By unit (rows, in the order of `units`) and week (columns, by the ordinal of `mondays`).

    `index` is the composite index times 100, NONE for a unit that does not take part.
    """

    units: Ints
    mondays: Ints
    index: Ints
    valid_days: Ints


def week_indices(
    unit: Ints, on: Ints, columns: Mapping[str, Ints], *, at_least: int = MIN_VALID_DAYS_OF_WEEK
) -> WeekIndices:
    """From station days: `unit` and day ordinal of each row, figures as in `DailyAir`."""
    units, unit_place = np.unique(unit, return_inverse=True)
    weeks = (on - _MONDAY) // 7
    first = int(weeks.min()) if len(weeks) else 0
    count = int(weeks.max()) - first + 1 if len(weeks) else 0
    cells = (unit_place * count + (weeks - first)) * 7 + (on - _MONDAY) % 7
    days = {
        name: _unit_days(columns[day_column(name)], cells, len(units) * count) for name in PARTS
    }
    valid = np.all([column >= 0 for column in days.values()], axis=0)
    valid_days = valid.sum(axis=1)
    mondays = (np.arange(count) + first) * 7 + _MONDAY
    index = _composites(days, valid, np.tile(mondays + 6, len(units)))
    index[valid_days < max(at_least, 1)] = NONE
    shape = (len(units), count)
    return WeekIndices(units, mondays, index.reshape(shape), valid_days.reshape(shape))


def _unit_days(column: Ints, cells: Ints, count: int) -> Ints:
    """Means of the stations' valid values per unit and day, half-even: weeks × 7."""
    is_there = column >= 0
    places = cells[is_there]
    total = np.bincount(places, weights=column[is_there], minlength=count * 7).astype(np.int64)
    number = np.bincount(places, minlength=count * 7)
    mean = np.where(number > 0, half_even(total, np.maximum(number, 1)), NONE)
    return mean.reshape(count, 7)


def _composites(days: Mapping[str, Ints], valid: Ints, sundays: Ints) -> Ints:
    number = np.maximum(valid.sum(axis=1), 1)
    sums = np.zeros(len(number), dtype=np.int64)
    for name in PARTS:
        given = np.where(valid, days[name], 0)
        if name in _PERCENTS:
            value = _percentile(np.where(valid, days[name], 2**40), number, _PERCENTS[name])
        else:
            value = half_even(given.sum(axis=1), number)
        limit = _limits(name, sundays) * (10 if name == "co" else 1)
        sums += half_even(value * 100, limit)
    return sums


def _percentile(values: Ints, number: Ints, percent: int) -> Ints:
    """HJ 663 percentile of the first `number` of each row once sorted, half-even."""
    ranked = np.sort(values, axis=1)
    position = (number - 1) * percent
    below = position // 100
    above = np.minimum(below + 1, number - 1)
    rows = np.arange(len(ranked))
    low, high = ranked[rows, below], ranked[rows, above]
    low, high = np.where(low >= 2**40, 0, low), np.where(high >= 2**40, 0, high)
    return half_even(low * 100 + (high - low) * (position % 100), np.int64(100))


def _limits(name: str, sundays: Ints) -> Ints:
    """The second-grade limit in force on each week's Sunday."""
    distinct, place = np.unique(sundays, return_inverse=True)
    found = [
        composite_limit(name, rule_set_on(date.fromordinal(int(day))).limit_set) for day in distinct
    ]
    return np.array(found, dtype=np.int64)[place]
