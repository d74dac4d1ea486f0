"""When a statistic counts, and how it is formed (GB 3095-2026 table 4, HJ 663). Pure.

Values are Decimals (µg/m³, CO mg/m³), None is a missing or invalid one. Statistics are exact
fractions until they are reported; then they are rounded once, half-even.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from stations.rounding import Exact, half_even
from stations.standards import places_of

MIN_MINUTES_OF_HOUR = 45
MIN_HOURS_OF_WINDOW = 6
MIN_HOURS_OF_DAY = 20
MIN_WINDOWS_OF_DAY = 14
MIN_DAYS_OF_MONTH = 27
MIN_DAYS_OF_FEBRUARY = 25
MIN_DAYS_OF_YEAR = 324
# HJ 663 percentiles of a year's daily values (特定百分位数).
PERCENTILES: Mapping[str, int] = {
    "so2": 98, "no2": 98, "pm10": 95, "pm25": 95, "co": 95, "o3_8h": 90,
}  # fmt: skip
O3_8H_LIMIT_UGM3 = 160


@dataclass(frozen=True)
class Mda8:
    """O3 daily maximum 8 h mean (日最大8小时平均).

    `value_ugm3` is exact and None when no window is valid; `windows` counts the valid ones of 17.
    """

    value_ugm3: Fraction | None
    windows: int
    is_valid: bool

    @property
    def reported_ugm3(self) -> Decimal | None:
        """The value that enters AQI and ranking: an integer, None when invalid."""
        if not self.is_valid or self.value_ugm3 is None:
            return None
        return half_even(self.value_ugm3)


def hour_is_valid(minutes: int) -> bool:
    """An hourly mean needs 45 minutes of samples."""
    return minutes >= MIN_MINUTES_OF_HOUR


def mean(values: Sequence[Decimal | None], *, at_least: int = 1) -> Fraction | None:
    """Exact mean of what is there; None with fewer than `at_least` values."""
    present = [Fraction(value) for value in values if value is not None]
    return sum(present, Fraction(0)) / len(present) if len(present) >= max(at_least, 1) else None


def daily_mean(item: str, hours: Sequence[Decimal | None]) -> Decimal | None:
    """24 h mean of a natural day from its hours 1–24, reported; needs 20 hourly values."""
    exact = mean(_hours_of_day(hours), at_least=MIN_HOURS_OF_DAY)
    return None if exact is None else half_even(exact, places_of(item))


def eight_hour_means(hours: Sequence[Decimal | None]) -> tuple[Fraction | None, ...]:
    """The 17 moving means of a day that end at 08:00 … 24:00; each needs 6 of its 8 hours.

    `hours` are the day's hours 1–24 by the hour they end; no hour of the day before enters.
    """
    day = _hours_of_day(hours)
    return tuple(mean(day[end - 8 : end], at_least=MIN_HOURS_OF_WINDOW) for end in range(8, 25))


def mda8(hours: Sequence[Decimal | None], *, limit_ugm3: int = O3_8H_LIMIT_UGM3) -> Mda8:
    """O3 日最大8小时平均 of hours 1–24.

    Valid with 14 windows; with fewer only when the value already exceeds the limit
    (HJ 663-2026 6.1.2).
    """
    windows = [window for window in eight_hour_means(hours) if window is not None]
    if not windows:
        return Mda8(value_ugm3=None, windows=0, is_valid=False)
    top = max(windows)
    is_valid = len(windows) >= MIN_WINDOWS_OF_DAY or top > limit_ugm3
    return Mda8(value_ugm3=top, windows=len(windows), is_valid=is_valid)


def month_is_valid(month: int, valid_days: int) -> bool:
    """A month needs 27 daily values, February 25."""
    return valid_days >= (MIN_DAYS_OF_FEBRUARY if month == 2 else MIN_DAYS_OF_MONTH)


def year_is_valid(valid_days: Mapping[int, int]) -> bool:
    """A year needs 324 daily values and twelve valid months; `valid_days` by month 1–12."""
    enough = sum(valid_days.values()) >= MIN_DAYS_OF_YEAR
    return enough and all(month_is_valid(month, valid_days.get(month, 0)) for month in range(1, 13))


def percentile(values: Sequence[Exact], percent: int) -> Fraction:
    """HJ 663 percentile, exact: linear between the neighbours of 1 + (n − 1)·percent/100.

    `values` are daily values as reported. ValueError when there are none.
    """
    if not values:
        raise ValueError("没有数值，无法计算百分位数")
    ranked = sorted(Fraction(value) for value in values)
    position = Fraction((len(ranked) - 1) * percent, 100)
    below = floor(position)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (position - below)


def exceedance_multiple(concentration: Exact, limit: Exact) -> Decimal:
    """超标倍数 (C − S) / S, 2 decimals; zero or less means not exceeded."""
    return half_even((Fraction(concentration) - Fraction(limit)) / Fraction(limit), 2)


def good_day_percent(aqis: Sequence[int | None]) -> Decimal | None:
    """优良天数比例: days with an AQI up to 100 in valid days, percent with 1 decimal.

    None in `aqis` is a day without a valid AQI and not counted; None is returned when no day is.
    """
    valid = [aqi for aqi in aqis if aqi is not None]
    if not valid:
        return None
    return half_even(Fraction(100 * sum(aqi <= 100 for aqi in valid), len(valid)), 1)


def _hours_of_day(hours: Sequence[Decimal | None]) -> Sequence[Decimal | None]:
    if len(hours) != 24:
        raise ValueError(f"一天应有 24 个小时值，得到 {len(hours)} 个")
    return hours
