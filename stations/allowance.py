"""余量: what is left of a year's target, and what the rest of each period may be (W-10). Pure.

Values are exact; concentrations in µg/m³ (CO mg/m³), hours are those of the Beijing day. Days and
hours that have passed without a valid value are not counted; those to come are taken as valid.
Every result says its working in `formula`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from stations.periods import Kind, Period
from stations.rounding import half_even

CASCADE = (Kind.YEAR, Kind.QUARTER, Kind.MONTH, Kind.WEEK)
HOURS_OF_DAY = 24


def shown(value: Fraction | None, places: int = 1) -> Decimal | None:
    """For people: half-even; None stays None."""
    return None if value is None else half_even(value, places)


def rest_of(limit: Fraction, known: Sequence[Fraction], left: int) -> Fraction | None:
    """(limit × (known + left) − sum) ÷ left; None when nothing is left."""
    if not left:
        return None
    return (limit * (len(known) + left) - sum(known, Fraction(0))) / left


def _worked(limit: Fraction, known: int, left: int, now: Fraction | None) -> str:
    """The sum with its figures, as it is printed below a table."""
    if not left:
        return "已经结束，没有剩余"
    past = f" − {known} × {shown(now, 2)}" if known else ""
    return f"（{shown(limit, 2):f} × {known + left}{past}）÷ {left}"


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
    limit: Decimal = Decimal(0)

    @property
    def is_met_so_far(self) -> bool | None:
        return None if self.now is None else self.rest_at_most is None or self.rest_at_most >= 0

    @property
    def shown_now(self) -> Decimal | None:
        return shown(self.now)

    @property
    def shown_rest(self) -> Decimal | None:
        return shown(self.rest_at_most)

    @property
    def formula(self) -> str:
        return _worked(Fraction(self.limit), self.days, self.left, self.now)


def mean_left(
    values: Mapping[date, Decimal | None], limit: Decimal, period: Period, today: date
) -> MeanLeft:
    """How high the mean of the rest of `period` may be, `today` included, to stay at `limit`.

    `values` are valid daily values up to yesterday.
    """
    known = known_values(values, period, today)
    left = sum(day >= today for day in period.days)
    rest = rest_of(Fraction(limit), known, left)
    return MeanLeft(period, len(known), left, mean_of(known), rest, limit)


def known_values(
    values: Mapping[date, Decimal | None], period: Period, today: date
) -> list[Fraction]:
    """The valid daily values of a period before `today`."""
    past = [values.get(day) for day in period.days if day < today]
    return [Fraction(value) for value in past if value is not None]


def mean_of(known: Sequence[Fraction]) -> Fraction | None:
    return sum(known, Fraction(0)) / len(known) if known else None


def running(today: date) -> list[Period]:
    """The year, quarter, month and week that `today` lies in."""
    return [Period.containing(kind, today) for kind in CASCADE]


def cascade(values: Mapping[date, Decimal | None], limit: Decimal, today: date) -> list[MeanLeft]:
    """以日保周、以周保月、以月保季、以季保年: the same target for every running period."""
    return [mean_left(values, limit, period, today) for period in running(today)]


# --- hours of a day ----------------------------------------------------------------------------


@dataclass(frozen=True)
class HoursLeft:
    """以时保日: today's hours against `limit`, the mean that the day may have at most.

    `rest_at_most`: mean of the remaining hours; `next_at_most`: the next hour alone when the
    others stay at the mean so far. None when no hour is left, the latter also without any hour.
    """

    limit: Fraction
    known: int
    missing: int
    left: int
    now: Fraction | None
    rest_at_most: Fraction | None

    @property
    def next_at_most(self) -> Fraction | None:
        if self.rest_at_most is None or self.now is None:
            return None
        return self.rest_at_most * self.left - self.now * (self.left - 1)

    @property
    def next_hour(self) -> int:
        """The number 1 … 24 of the next hour of the day."""
        return HOURS_OF_DAY - self.left + 1

    @property
    def formula(self) -> str:
        return _worked(self.limit, self.known, self.left, self.now)

    @property
    def next_formula(self) -> str:
        if self.now is None or self.rest_at_most is None:
            return "还没有小时值"
        rest, now = shown(self.rest_at_most, 2), shown(self.now, 2)
        return f"{rest} × {self.left} − {now} × {self.left - 1}"

    @property
    def figures(self) -> dict[str, Decimal | None]:
        return {
            "limit": shown(self.limit),
            "now": shown(self.now),
            "rest": shown(self.rest_at_most),
            "next": shown(self.next_at_most),
        }


def hours_left(
    values: Sequence[Decimal | None], limit: Decimal | Fraction, hours_past: int
) -> HoursLeft:
    """What the rest of a day may be; `values` are its hours so far, `hours_past` 0 … 24 of them."""
    known = [Fraction(value) for value in values if value is not None]
    left = HOURS_OF_DAY - hours_past
    rest = rest_of(Fraction(limit), known, left)
    missing = hours_past - len(known)
    return HoursLeft(Fraction(limit), len(known), missing, left, mean_of(known), rest)


def ozone_next_hour(values: Sequence[Decimal | None], limit: Decimal) -> Fraction | None:
    """How high the next hour of O3 may be so that the 8 h window that it closes stays at `limit`.

    None before the seventh hour of the day, or with a gap in the last seven hours.
    """
    last = values[-7:]
    if len(last) < 7 or any(value is None for value in last):
        return None
    return Fraction(limit) * 8 - sum((Fraction(value) for value in last if value), Fraction(0))
