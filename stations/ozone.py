"""臭氧 of a station as it develops: the moving 8 h mean, the day's maximum so far, the season."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from grids.models import GridScheme
from grids.rhythm import in_season
from grids.selectors import rule_row
from stations import hours
from stations.models import HourlyReading, Station
from stations.rounding import half_even
from stations.standards import POLLUTANTS, day_of_hour
from stations.validity import (
    MIN_HOURS_OF_WINDOW,
    MIN_WINDOWS_OF_DAY,
    O3_8H_LIMIT_UGM3,
    eight_hour_means,
    mean,
)

_PLACE = POLLUTANTS.index("o3")
WINDOWS_OF_DAY = 17


@dataclass(frozen=True)
class Season:
    """臭氧污染管控季 (W-35) as the rule of the day has it; `first` and `last` as MM-DD."""

    first: str
    last: str
    clause: str
    is_example: bool


@dataclass(frozen=True)
class Moving:
    """`mean_ugm3`: of the eight hours that end at `at`, half-even; None with fewer than six."""

    at: datetime
    mean_ugm3: int | None


@dataclass(frozen=True)
class Today:
    """日最大8小时平均 of a day as far as it is known. `top_ugm3` half-even, None without a window;
    `windows` of 17; `is_valid`: enough for the day's value already (HJ 663-2026 6.1.2)."""

    day: date
    top_ugm3: int | None
    windows: int
    is_valid: bool


def season(scheme: GridScheme, on: date) -> Season | None:
    """None outside the windows, and where the scheme has no such rule."""
    row = rule_row(scheme, "season.ozone", on)
    window = in_season(row.value.get("windows", []), on) if row else None
    return Season(*window, row.clause, row.is_example) if row and window else None


def moving(station: Station, until: datetime, count: int) -> list[Moving]:
    """The last `count` hours up to `until`, oldest first."""
    last = hours.hour_number(until)
    values = _values(station, last - count - 7, last)
    return [
        Moving(hours.moment_of(hour), _mean(values, hour))
        for hour in range(last - count + 1, last + 1)
    ]


def _mean(values: Mapping[int, Decimal], hour: int) -> int | None:
    window = [values.get(number) for number in range(hour - 7, hour + 1)]
    exact = mean(window, at_least=MIN_HOURS_OF_WINDOW)
    return None if exact is None else int(half_even(exact))


def today(station: Station, at: datetime) -> Today:
    """The day of the newest full hour: at 00:30 that is still the day before. Only windows that
    have ended count, so that hours to come do not stand for missing ones."""
    last = hours.hour_number(at)
    day = day_of_hour(hours.moment_of(last))
    first = hours.first_hour(day)
    values = _values(station, first, last)
    means = eight_hour_means([values.get(number) for number in range(first, first + 24)])
    ended = [one for one in means[: max(last - first - 6, 0)] if one is not None]
    top = max(ended, default=None)
    is_valid = len(ended) >= MIN_WINDOWS_OF_DAY or (top or 0) > O3_8H_LIMIT_UGM3
    return Today(day, None if top is None else int(half_even(top)), len(ended), is_valid)


def _values(station: Station, first: int, last: int) -> dict[int, Decimal]:
    """µg/m³ by hour number; only values that count."""
    rows = HourlyReading.objects.filter(
        station=station,
        hour_ending_at__gte=hours.moment_of(first),
        hour_ending_at__lt=hours.moment_of(last) + timedelta(hours=1),
    )
    found = {}
    for row in rows.only("hour_ending_at", "o3_ngm3", "flags", "withdrawn_bits"):
        is_out = bool(row.flags) and row.flags[_PLACE] in hours.EXCLUDED_MARKS
        value = row.o3_ngm3
        if value is not None and value >= 0 and not is_out and not row.withdrawn_bits >> _PLACE & 1:
            found[hours.hour_number(row.hour_ending_at)] = Decimal(value) / 1000
    return found
