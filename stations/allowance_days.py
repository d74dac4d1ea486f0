"""余量 counted in days: good days, days above a percentile's limit; and the composite index. Pure.

Daily values: µg/m³, CO mg/m³; past days without a valid one count neither way, those to come as
valid. Every result says its working in `formula`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from stations.allowance import known_values, mean_of, rest_of, running, shown
from stations.periods import Kind, Period
from stations.validity import percentile

# --- good days ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class GoodDaysLeft:
    """`may_lose`: days that may still be worse than 良; negative: out of reach."""

    good: int
    bad: int
    unknown: int
    left: int
    wanted: int

    @property
    def may_lose(self) -> int:
        return self.good + self.left - self.wanted

    @property
    def is_reached(self) -> bool:
        return self.good >= self.wanted

    @property
    def formula(self) -> str:
        return f"{self.good} + {self.left} − {self.wanted}"


def good_days_left(
    aqis: Mapping[date, int | None], wanted: int, year: Period, today: date
) -> GoodDaysLeft:
    """优良天数 against its target; a past day without an AQI counts neither way."""
    good, bad, unknown, left = _counted(aqis, year, today)
    return GoodDaysLeft(good, bad, unknown, left, wanted)


def good_ratio_left(
    aqis: Mapping[date, int | None], percent: Decimal, year: Period, today: date
) -> GoodDaysLeft:
    """优良天数比例: the days wanted are `percent` of the valid and coming days, rounded up."""
    good, bad, unknown, left = _counted(aqis, year, today)
    wanted = ceil(Fraction(percent) * (good + bad + left) / 100)
    return GoodDaysLeft(good, bad, unknown, left, wanted)


def _counted(
    aqis: Mapping[date, int | None], period: Period, today: date
) -> tuple[int, int, int, int]:
    past = [aqis.get(day) for day in period.days if day < today]
    known = [aqi for aqi in past if aqi is not None]
    good = sum(aqi <= 100 for aqi in known)
    left = sum(day >= today for day in period.days)
    return good, len(known) - good, len(past) - len(known), left


@dataclass(frozen=True)
class GoodDaysShare:
    """A running period's share of the days that the year may still lose, rounded down."""

    period: Period
    good: int
    bad: int
    unknown: int
    left: int
    may_lose: int
    formula: str


def good_days_cascade(
    aqis: Mapping[date, int | None], year: GoodDaysLeft, today: date
) -> list[GoodDaysShare]:
    """The year's days to lose spread evenly over its remaining days, for quarter, month, week."""
    found = []
    for period in running(today):
        good, bad, unknown, left = _counted(aqis, period, today)
        share = year.may_lose
        words = f"{year.good} + {year.left} − {year.wanted}"
        if period.kind is not Kind.YEAR:
            within = min(left, year.left)
            share = floor(Fraction(year.may_lose * within, year.left)) if year.left else 0
            words = f"{year.may_lose} × {within} ÷ {year.left}，舍去小数"
        found.append(GoodDaysShare(period, good, bad, unknown, left, share, words))
    return found


# --- percentiles -------------------------------------------------------------------------------


@dataclass(frozen=True)
class PercentileLeft:
    """特定百分位数: `allowed` days of the period may lie above the limit, `over` already do.

    `may_exceed` negative: out of reach, unless the excess is so small that interpolation saves it.
    """

    period: Period
    percent: int
    limit: Decimal
    days: int
    left: int
    over: int
    allowed: int
    now: Fraction | None

    @property
    def may_exceed(self) -> int:
        return self.allowed - self.over

    @property
    def formula(self) -> str:
        total = self.days + self.left
        return (
            f"{total} 天 − ⌈1 +（{total} − 1）× {self.percent}%⌉ = {self.allowed} 天可超，"
            f"已超 {self.over} 天"
        )

    @property
    def shown_now(self) -> Decimal | None:
        return shown(self.now)


def percentile_left(
    values: Mapping[date, Decimal | None],
    limit: Decimal,
    percent: int,
    period: Period,
    today: date,
) -> PercentileLeft:
    """How many more days may exceed `limit` with the percentile (HJ 663) still within it.

    The percentile lies at 1 + (n − 1)·p of the sorted values: the value there, and the next one
    when it falls between two, must not exceed; those above it may.
    """
    known = known_values(values, period, today)
    left = sum(day >= today for day in period.days)
    total = len(known) + left
    allowed = total - ceil(1 + Fraction((total - 1) * percent, 100)) if total else 0
    over = sum(value > limit for value in known)
    now = percentile(known, percent) if known else None
    return PercentileLeft(period, percent, limit, len(known), left, over, allowed, now)


# --- composite index ---------------------------------------------------------------------------


@dataclass(frozen=True)
class CompositeLeft:
    """综合指数: the four means may add up to `rest_at_most` on the remaining days.

    `fixed` are the parts of CO and O3, percentiles that are taken as they stand; `means_now` the
    sum of the parts of SO2, NO2, PM10 and PM2.5. None without a valid day or a day left.
    """

    period: Period
    limit: Decimal
    days: int
    left: int
    means_now: Fraction | None
    fixed: Fraction | None
    rest_at_most: Fraction | None

    @property
    def now(self) -> Fraction | None:
        if self.means_now is None or self.fixed is None:
            return None
        return self.means_now + self.fixed

    @property
    def rest_index(self) -> Fraction | None:
        """The same as an index of the remaining days."""
        if self.rest_at_most is None or self.fixed is None:
            return None
        return self.rest_at_most + self.fixed

    @property
    def shown_now(self) -> Decimal | None:
        return shown(self.now, 2)

    @property
    def shown_rest(self) -> Decimal | None:
        return shown(self.rest_index, 2)

    @property
    def formula(self) -> str:
        if self.fixed is None or self.means_now is None:
            return "还没有六项有效的日子"
        if not self.left:
            return "已经结束，没有剩余"
        fixed, means = shown(self.fixed, 2), shown(self.means_now, 2)
        total, room = self.days + self.left, f"{self.limit.normalize():f} − {fixed}"
        return (
            f"（（{room}）× {total} − {self.days} × {means}）"
            f"÷ {self.left} + {fixed}（CO、O3 按目前的百分位数）"
        )


def composite_left(
    days: Mapping[date, Mapping[str, Decimal | None]],
    limits: Mapping[str, int],
    target: Decimal,
    period: Period,
    today: date,
) -> CompositeLeft:
    """Room of the composite index; `days` are daily values by item, valid with all six.

    `limits` are S_i by item (`co` for P95, `o3_8h` for P90). Parts are exact here, not rounded to
    two decimals as in a published index, so that the figure may differ by 0.01.
    """
    past = [days.get(day) for day in period.days if day < today]
    valid = [row for row in past if row and all(row.get(item) is not None for item in limits)]
    left = sum(day >= today for day in period.days)
    if not valid:
        return CompositeLeft(period, target, 0, left, None, None, None)
    fixed = sum(
        (
            percentile([row[item] or 0 for row in valid], percent) / limits[item]
            for item, percent in (("co", 95), ("o3_8h", 90))
        ),
        Fraction(0),
    )
    parts = [
        sum((Fraction(row[item] or 0) / limits[item] for item in _MEANS), Fraction(0))
        for row in valid
    ]
    rest = rest_of(Fraction(target) - fixed, parts, left)
    return CompositeLeft(period, target, len(valid), left, mean_of(parts), fixed, rest)


_MEANS = ("so2", "no2", "pm10", "pm25")
