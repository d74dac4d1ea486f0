"""From columns of hourly integers to AQI and daily statistics, exact and many at once. Pure.

Concentrations are int32 columns as stored: ng/m³, CO µg/m³; NONE is missing. Hours are whole hours
since 1970 UTC, by the hour's end. No float is involved: ties are decided exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stations import vector
from stations.standards import (
    BEIJING,
    POLLUTANTS,
    RULE_SETS,
    Basis,
    Edition,
    RuleSet,
    edition_on,
    rule_set_on,
)
from stations.validity import (
    MIN_HOURS_OF_DAY,
    MIN_HOURS_OF_WINDOW,
    MIN_WINDOWS_OF_DAY,
    O3_8H_LIMIT_UGM3,
)

NONE = -(2**31)
COLUMNS = tuple(f"{name}_{'u' if name == 'co' else 'n'}gm3" for name in POLLUTANTS)
EXCLUDED_MARKS = "FDMCBG"
MEAN_ITEMS = ("pm25", "pm10", "so2", "no2", "co")

_OFFSET_HOURS = 8  # Beijing has no summer time in any period with hourly data
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LCM = 168  # of 6, 7 and 8 hours, so that 8 h means compare as integers

Ints = NDArray[Any]

_IS_EXCLUDED = np.isin(np.arange(256), np.frombuffer(EXCLUDED_MARKS.encode(), dtype=np.uint8))


def hour_number(moment: datetime) -> int:
    """Whole hours since 1970 UTC; minutes are cut off."""
    return int(moment.timestamp()) // 3600


def moment_of(hour: int) -> datetime:
    return datetime.fromtimestamp(int(hour) * 3600, tz=UTC).astimezone(BEIJING)


def day_numbers(hours: Ints) -> Ints:
    """Proleptic ordinals of the Beijing day that each hour belongs to: 00:00 is hour 24."""
    return (hours + (_OFFSET_HOURS - 1)) // 24 + _EPOCH_DAY


def first_hour(day: date) -> int:
    """Number of hour 1 of a Beijing day, which ends at 01:00."""
    return (day.toordinal() - _EPOCH_DAY) * 24 - _OFFSET_HOURS + 1


def usable(values: Mapping[str, Ints], flags: Ints, withdrawn: Ints) -> dict[str, Ints]:
    """The values that count: marks of EXCLUDED_MARKS, withdrawn and negative ones become NONE.

    `flags` is a column of fixed-width bytes (S6).
    """
    marks = np.ascontiguousarray(flags).view(np.uint8).reshape(len(flags), 6)
    is_bad = _IS_EXCLUDED[marks] if marks.any() else np.zeros(marks.shape, dtype=bool)
    counted = {}
    for place, (name, column) in enumerate(zip(POLLUTANTS, COLUMNS, strict=True)):
        is_out = is_bad[:, place] | (withdrawn & vector.PRIMARY_BITS[name] != 0)
        counted[column] = np.where(is_out | (values[column] < 0), NONE, values[column])
    return counted


def half_even(numerator: Ints, denominator: Any) -> Ints:
    """Rounded quotient of non-negative integers, a tie to the even neighbour (GB/T 8170)."""
    whole, rest = np.divmod(numerator, denominator)
    up = (2 * rest > denominator) | ((2 * rest == denominator) & (whole % 2 == 1))
    rounded: Ints = whole + up
    return rounded


@dataclass(frozen=True)
class HourResults:
    """`aqi` NONE: nothing to publish. `standard` as stored in `HourlyReading`."""

    aqi: Ints
    primary_bits: Ints
    standard: NDArray[np.bytes_]


def assess(hours: Ints, counted: Mapping[str, Ints], edition: Edition | None = None) -> HourResults:
    """AQI of each hour by the edition of its date, or all by one `edition` to compare."""
    result = HourResults(
        aqi=np.full(len(hours), NONE, dtype=np.int32),
        primary_bits=np.zeros(len(hours), dtype=np.int32),
        standard=np.zeros(len(hours), dtype="S10"),
    )
    days = day_numbers(hours)
    for valid, chosen in _editions(days, edition):
        columns = {
            name: counted[column][valid] for name, column in zip(POLLUTANTS, COLUMNS, strict=True)
        }
        found = vector.assess_thousandths(
            columns, edition=chosen, basis=Basis.HOUR, keep_iaqi=False
        )
        result.aqi[valid] = _or_none(found.aqi)
        result.primary_bits[valid] = found.primary
        result.standard[valid] = chosen.value.encode()
    return result


def _editions(days: Ints, edition: Edition | None) -> list[tuple[Any, Edition]]:
    if not len(days):
        return []
    if edition is not None:
        return [(slice(None), edition)]
    low, high = edition_on(date.fromordinal(int(days.min()))), int(days.max())
    if low is edition_on(date.fromordinal(high)):
        return [(slice(None), low)]
    is_new = days >= _start_of(Edition.HJ633_2026)
    return [(~is_new, Edition.HJ633_2012), (is_new, Edition.HJ633_2026)]


def _start_of(edition: Edition) -> int:
    return min(r.valid_from for r in RULE_SETS if r.edition is edition).toordinal()


def _or_none(column: Ints) -> Ints:
    return np.where(column < 0, NONE, column.astype(np.int32))


def days(
    station: Ints, day: Ints, hour_of_day: Ints, counted: Mapping[str, Ints]
) -> dict[str, Ints]:
    """Columns of `DailyAir` for every (station, day) in the rows, in order of day and station.

    `day` as `day_numbers` gives it, `hour_of_day` 0 … 23 for hours 1 … 24. One row per hour: of
    a repeated one, the last counts.
    """
    wide = int(station.max(initial=0)) + 1
    keys, place = np.unique(day.astype(np.int64) * wide + station, return_inverse=True)
    count = len(keys)
    columns: dict[str, Ints] = {"on": keys // wide, "station_id": keys % wide}
    for name in MEAN_ITEMS:
        _add_mean(columns, name, _matrix(count, place, hour_of_day, counted, name))
    _add_ozone(columns, _matrix(count, place, hour_of_day, counted, "o3"))
    _add_indices(columns)
    return columns


def _matrix(
    count: int, place: Ints, hour_of_day: Ints, counted: Mapping[str, Ints], name: str
) -> Ints:
    matrix = np.full((count, 24), NONE, dtype=np.int32)
    matrix[place, hour_of_day] = counted[COLUMNS[POLLUTANTS.index(name)]]
    return matrix


def _add_mean(columns: dict[str, Ints], name: str, matrix: Ints) -> None:
    """Daily mean: 20 of 24 hours (GB 3095-2026 table 4)."""
    present = matrix >= 0
    total = np.where(present, matrix, 0).sum(axis=1, dtype=np.int64)
    count = present.sum(axis=1)
    unit = 100 if name == "co" else 1000
    reported = half_even(total, np.maximum(count, 1) * unit)
    columns[f"{name}_sum"], columns[f"{name}_hours"] = total, count
    column = "co_mgm3_x10" if name == "co" else f"{name}_ugm3"
    columns[column] = np.where(count >= MIN_HOURS_OF_DAY, reported, NONE)


def _add_ozone(columns: dict[str, Ints], matrix: Ints) -> None:
    """日最大8小时平均: windows that end 08:00 … 24:00 with 6 of 8 hours; 14 of 17 windows."""
    present = matrix >= 0
    sums = _windows(np.where(present, matrix, 0).astype(np.int64))
    counts = _windows(present.astype(np.int64))
    is_window = counts >= MIN_HOURS_OF_WINDOW
    scaled = np.where(is_window, sums * (_LCM // np.maximum(counts, MIN_HOURS_OF_WINDOW)), -1)
    best = scaled.argmax(axis=1)
    rows = np.arange(len(matrix))
    top, windows = scaled[rows, best], is_window.sum(axis=1)
    is_valid = (windows >= MIN_WINDOWS_OF_DAY) | (top > O3_8H_LIMIT_UGM3 * 1000 * _LCM)
    columns["o3_8h_sum"] = np.where(top >= 0, sums[rows, best], 0)
    columns["o3_8h_hours"] = np.where(top >= 0, counts[rows, best], 0)
    columns["o3_8h_windows"] = windows
    reported = half_even(np.maximum(top, 0), np.int64(1000 * _LCM))
    columns["o3_8h_ugm3"] = np.where(is_valid & (top >= 0), reported, NONE)
    columns["o3_hours"] = present.sum(axis=1)
    is_day = columns["o3_hours"] >= MIN_HOURS_OF_DAY
    columns["o3_1h_ngm3"] = np.where(is_day, matrix.max(axis=1), NONE)


def _windows(matrix: Ints) -> Ints:
    running = np.cumsum(matrix, axis=1)
    shifted = np.zeros_like(running[:, 7:])
    shifted[:, 1:] = running[:, :16]
    result: Ints = running[:, 7:] - shifted
    return result


def _add_indices(columns: dict[str, Ints]) -> None:
    count = len(columns["on"])
    given = {f"{name}_iaqi": np.full(count, NONE, dtype=np.int32) for name in POLLUTANTS}
    columns |= given | {"aqi": np.full(count, NONE, dtype=np.int32)}
    columns["primary_bits"] = np.zeros(count, dtype=np.int32)
    columns["rule_set"] = np.zeros(count, dtype="S60")
    for valid, rules in _rule_sets(columns["on"]):
        _judge(columns, valid, rules)
    reported = [day_column(name) for name in POLLUTANTS]
    columns["is_valid"] = np.all([columns[name] >= 0 for name in reported], axis=0)


def day_column(pollutant: str) -> str:
    """The column of `DailyAir` with the published figure of a pollutant."""
    return {"co": "co_mgm3_x10", "o3": "o3_8h_ugm3"}.get(pollutant, f"{pollutant}_ugm3")


def day_items(columns: Mapping[str, Ints]) -> dict[str, Ints]:
    """The items of a daily AQI in thousandths, from the published figures of the day.

    `o3` is the highest hour, which counts in 2012 only.
    """
    given = {
        name: columns[day_column(name)].astype(np.int64) * (100 if name == "co" else 1000)
        for name in MEAN_ITEMS
    }
    return given | {"o3_8h": columns["o3_8h_ugm3"] * np.int64(1000), "o3": columns["o3_1h_ngm3"]}


def _judge(columns: dict[str, Ints], valid: Ints, rules: RuleSet) -> None:
    given = {item: column[valid] for item, column in day_items(columns).items()}
    found = vector.assess_thousandths(given, edition=rules.edition, basis=Basis.DAY)
    for name in MEAN_ITEMS:
        columns[f"{name}_iaqi"][valid] = _or_none(found.iaqi[name])
    ozone = [found.iaqi[item] for item in ("o3", "o3_8h") if item in found.iaqi]
    columns["o3_iaqi"][valid] = _or_none(np.max(ozone, axis=0))
    columns["aqi"][valid] = _or_none(found.aqi)
    columns["primary_bits"][valid] = found.primary
    columns["rule_set"][valid] = rules.code.encode()


def _rule_sets(days_on: Ints) -> list[tuple[Ints, RuleSet]]:
    found = []
    upper = date.max.toordinal() + 1
    for rules in RULE_SETS:  # newest first
        valid = (days_on >= rules.valid_from.toordinal()) & (days_on < upper)
        upper = rules.valid_from.toordinal()
        if valid.any():
            found.append((valid, rules))
    return found


def reported_day(row: Mapping[str, Any], edition: Edition | None = None) -> dict[str, Any]:
    """AQI, level parts and primary pollutants of one stored day under an edition of choice."""
    columns = {name: np.array([NONE if row[name] is None else row[name]]) for name in _DAY_INPUTS}
    chosen = edition or rule_set_on(row["on"]).edition
    found = vector.assess_thousandths(day_items(columns), edition=chosen, basis=Basis.DAY)
    aqi = int(found.aqi[0])
    return {
        "edition": chosen,
        "aqi": None if aqi < 0 else aqi,
        "primary": vector.pollutants_in(int(found.primary[0])),
    }


_DAY_INPUTS = (*(day_column(name) for name in POLLUTANTS), "o3_1h_ngm3")


def day_of(number: int) -> date:
    return date.fromordinal(int(number))


def span(first: date, last: date) -> tuple[int, int]:
    """Numbers of the first and the last hour of the Beijing days `first` … `last`."""
    return first_hour(first), first_hour(last + timedelta(days=1)) - 1


def whole_days(first: int, last: int) -> tuple[int, int]:
    """The first and the last hour of the Beijing days that the hours `first` … `last` lie in."""
    day = day_numbers(np.array([first, last]))
    return span(day_of(day[0]), day_of(day[1]))
