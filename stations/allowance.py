"""余量: what is left of a year's target, and what the rest of each period may be (W-10). Pure.

Values are exact; concentrations in µg/m³. Days without a valid value are not counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from stations.periods import Kind, Period
from stations.rounding import half_even
from stations.validity import mean

CASCADE = (Kind.YEAR, Kind.QUARTER, Kind.MONTH, Kind.WEEK)


@dataclass(frozen=True)
class MeanLeft:
    """`rest_at_most`: the mean that the remaining days may have at most; negative: out of reach.

    None when no day is left. `now` None: no valid day yet.
    """

    period: Period
    days: int
    left: int
    now: Fraction | None
    rest_at_most: Fraction | None

    @property
    def is_met_so_far(self) -> bool | None:
        return None if self.now is None else self.rest_at_most is None or self.rest_at_most >= 0

    @property
    def shown_now(self) -> Decimal | None:
        return None if self.now is None else half_even(self.now, 1)

    @property
    def shown_rest(self) -> Decimal | None:
        return None if self.rest_at_most is None else half_even(self.rest_at_most, 1)


def mean_left(
    values: Mapping[date, Decimal | None], limit: Decimal, period: Period, today: date
) -> MeanLeft:
    """How high the mean of the rest of `period` may be, `today` included, to stay at `limit`.

    `values` are valid daily values up to yesterday.
    """
    past = [values.get(day) for day in period.days if day < today]
    known = [Fraction(value) for value in past if value is not None]
    left = sum(day >= today for day in period.days)
    rest = None
    if left:
        rest = (Fraction(limit) * (len(known) + left) - sum(known, Fraction(0))) / left
    return MeanLeft(period, len(known), left, mean([v for v in past if v is not None]), rest)


def cascade(values: Mapping[date, Decimal | None], limit: Decimal, today: date) -> list[MeanLeft]:
    """以日保周、以周保月、以月保季、以季保年: the same target for every running period."""
    return [mean_left(values, limit, Period.containing(kind, today), today) for kind in CASCADE]


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


def good_days_left(
    aqis: Mapping[date, int | None], wanted: int, year: Period, today: date
) -> GoodDaysLeft:
    """优良天数 against its target; a past day without an AQI counts neither way."""
    past = [aqis.get(day) for day in year.days if day < today]
    known = [aqi for aqi in past if aqi is not None]
    good = sum(aqi <= 100 for aqi in known)
    left = sum(day >= today for day in year.days)
    return GoodDaysLeft(good, len(known) - good, len(past) - len(known), left, wanted)


def hours_left(
    values: Sequence[Decimal | None], limit: Decimal, hours_past: int
) -> tuple[Fraction | None, Fraction | None]:
    """以时保日: (mean so far, mean that the remaining hours of today may have at most)."""
    known = [Fraction(value) for value in values if value is not None]
    left = 24 - hours_past
    if not left:
        return mean(list(values)), None
    rest = (Fraction(limit) * (len(known) + left) - sum(known, Fraction(0))) / left
    return (mean([v for v in values if v is not None]) if known else None), rest
