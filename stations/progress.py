"""目标进度: every target with what is left of it, from stored days and today's hours (W-10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from grids.models import GridScheme
from stations import allowance, allowance_days, hours, selectors
from stations.composite import composite_limit
from stations.models import HourlyReading, Station, Target
from stations.periods import Period
from stations.standards import (
    BEIJING,
    POLLUTANTS,
    SCALES,
    SYMBOLS,
    Basis,
    edition_on,
    limits_on,
    pollutant_of,
)
from stations.statistics import Days, area_days, day_aqi
from stations.validity import mean

MEANS = {"pm25_mean": "pm25", "pm10_mean": "pm10", "so2_mean": "so2", "no2_mean": "no2"}
PERCENTILES = {"co_p95": ("co", 95), "o3_8h_p90": ("o3_8h", 90)}
GOOD = (Target.Indicator.GOOD_DAYS, Target.Indicator.GOOD_DAY_RATIO)
_MEAN_PARTS = ("so2", "no2", "pm10", "pm25")
_GOOD_PLACE = 2  # of INDEX: an IAQI of 100

_COMPUTED = frozenset({*MEANS, *PERCENTILES, *GOOD, Target.Indicator.COMPOSITE})

Hours = Mapping[str, Sequence[Decimal | None]]
"""Hours of today so far, by pollutant, first hour first; means over the stations."""


def is_computed(target: Target) -> bool:
    """Whether hourly data give its indicator; of the others the office reports (完成情况)."""
    return target.indicator in _COMPUTED


@dataclass(frozen=True)
class HourRow:
    """A line of 今天: what is to be kept, and the room of the hours that are left.

    `next_at_most` stands alone where only the next hour can be told (the 8 h window of ozone).
    """

    label: str
    unit: str
    hours: allowance.HoursLeft | None
    next_at_most: Decimal | None
    next_formula: str


@dataclass(frozen=True)
class Progress:
    """A target with where it stands. Of `means`, `days`, `percentiles` and `composites` only those
    that its kind has; `today` is empty outside the target's year and without an hour today."""

    target: Target
    is_measured: bool
    share_percent: int | None = None
    means: list[allowance.MeanLeft] = field(default_factory=list)
    days: allowance_days.GoodDaysLeft | None = None
    shares: list[allowance_days.GoodDaysShare] = field(default_factory=list)
    percentiles: list[allowance_days.PercentileLeft] = field(default_factory=list)
    composites: list[allowance_days.CompositeLeft] = field(default_factory=list)
    today: list[HourRow] = field(default_factory=list)

    @property
    def is_computable(self) -> bool:
        """Whether hourly data give this indicator at all."""
        return bool(self.means or self.percentiles or self.composites) or self.days is not None

    @property
    def label(self) -> str:
        return self.target.label


@dataclass(frozen=True)
class Basin:
    """What targets of one subject and year are computed from."""

    days: Days
    hours: Hours


def progress(scheme: GridScheme, at: datetime) -> list[Progress]:
    """Every standing target of the scheme; those of past years as they ended."""
    targets = Target.objects.filter(scheme=scheme, is_withdrawn=False)
    ordered = targets.select_related("grid", "station", "scheme").order_by("-year", "code")
    ordered = ordered.prefetch_related("reports")
    return of_targets(ordered, at)


def of_targets(targets: Any, at: datetime) -> list[Progress]:
    """The same for chosen targets, in their order."""
    now, kept, found = at.astimezone(BEIJING), {}, []
    for target in targets:
        year = target.year or now.year
        key = (target.grid_id, target.station_id, year)
        if key not in kept:
            kept[key] = basin(target, year, now)
        found.append(judge(target, kept[key], year, now.date()))
    return found


def basin(target: Target, year: int, now: datetime) -> Basin:
    stations = stations_of(target)
    days = area_days(stations, Period.parse(f"{year}"))
    return Basin(days, hours_today(stations, now) if year == now.year else {})


def stations_of(target: Target) -> list[Station]:
    """The station itself, those below the grid, or all of the scheme."""
    if target.station is not None:
        return [target.station]
    stations = Station.objects.filter(scheme=target.scheme_id)
    if target.grid is not None and target.grid.parent_id is not None:
        below = target.grid.get_descendants(include_self=True)
        stations = stations.filter(grid__in=below)
    return list(stations)


def hours_today(stations: Sequence[Station], now: datetime) -> dict[str, list[Decimal | None]]:
    """Hours 1 … of the Beijing day up to the newest that came; means over the stations.

    µg/m³, CO mg/m³, exact to the thousandth. Hours that did not arrive yet are still to come.
    """
    start = datetime.combine(now.date(), time(), tzinfo=BEIJING)
    rows = HourlyReading.objects.filter(
        station__in=[station.pk for station in stations],
        hour_ending_at__gt=start,
        hour_ending_at__lte=now,
    ).values("hour_ending_at", "flags", "withdrawn_bits", *hours.COLUMNS)
    by_hour: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        number = int((row["hour_ending_at"] - start).total_seconds() // 3600)
        by_hour.setdefault(number, []).append(row)
    numbers = range(1, max(by_hour, default=0) + 1)
    return {
        name: [_hour(by_hour.get(number, []), place) for number in numbers]
        for place, name in enumerate(POLLUTANTS)
    }


def _hour(rows: list[dict[str, Any]], place: int) -> Decimal | None:
    column = hours.COLUMNS[place]
    exact = mean([Decimal(row[column]) for row in rows if selectors.counts(row, place, column)])
    return None if exact is None else Decimal(round(exact)) / 1000


def judge(target: Target, found: Basin, year: int, today: date) -> Progress:
    """One target against the days before `today`; a past year as it ended."""
    whole = Period.parse(f"{year}")
    moment = min(max(today, whole.first), whole.following().first)
    share = 100 * (moment - whole.first).days // len(whole.days)
    days = {on: row for on, row in found.days.items() if on < moment}
    periods = allowance.running(today) if moment == today else [whole]
    given = found.hours if moment == today else {}
    kind = target.indicator
    if kind in MEANS:
        return _mean(target, days, periods, moment, share, given)
    if kind in GOOD:
        return _good(target, days, whole, moment, share, given)
    if kind in PERCENTILES:
        return _percentile(target, days, periods, moment, share, given)
    if kind == Target.Indicator.COMPOSITE:
        return _composite(target, days, periods, moment, share, given)
    return Progress(target, is_measured=False, share_percent=share)


def _mean(
    target: Target, days: Days, periods: list[Period], moment: date, share: int, given: Hours
) -> Progress:
    item = MEANS[target.indicator]
    values = {on: row[item] for on, row in days.items()}
    means = [allowance.mean_left(values, target.value, one, moment) for one in periods]
    known = given.get(item, ())
    rows = []
    if known:
        own = allowance.hours_left(known, target.value, len(known))
        rows.append(_row("今天守住目标值", target.unit, own))
        year = means[0].rest_at_most
        if year is not None and year >= 0:
            held = allowance.hours_left(known, year, len(known))
            rows.append(_row("今天守住全年余量", target.unit, held))
    return Progress(target, _has(values), share, means=means, today=rows)


def _has(values: Mapping[date, Any]) -> bool:
    return any(value is not None for value in values.values())


def _row(label: str, unit: str, left: allowance.HoursLeft, places: int = 1) -> HourRow:
    return HourRow(label, unit, left, allowance.shown(left.next_at_most, places), left.next_formula)


def _good(
    target: Target, days: Days, whole: Period, moment: date, share: int, given: Hours
) -> Progress:
    aqis = {on: day_aqi(row, on, None) for on, row in days.items()}
    if target.indicator == Target.Indicator.GOOD_DAYS:
        left = allowance_days.good_days_left(aqis, int(target.value), whole, moment)
    else:
        left = allowance_days.good_ratio_left(aqis, target.value, whole, moment)
    shares = allowance_days.good_days_cascade(aqis, left, moment) if given or left.left else []
    rows = good_hours(given, moment) if given else []
    return Progress(target, _has(aqis), share, days=left, shares=shares, today=rows)


def good_hours(given: Hours, on: date) -> list[HourRow]:
    """今天要成为优良天: each item against the concentration at which its IAQI is 100."""
    scale = SCALES[edition_on(on), Basis.DAY]
    rows = []
    for item in ("pm25", "pm10", "so2", "no2", "co", "o3_8h"):
        top = Decimal(scale[item].breakpoints[_GOOD_PLACE])
        values = given.get(pollutant_of(item), ())
        symbol, unit = SYMBOLS[pollutant_of(item)], "mg/m³" if item == "co" else "µg/m³"
        if item == "o3_8h":
            rows.append(_ozone(f"{symbol} 8 小时 ≤ {top}", values, top))
        else:
            left = allowance.hours_left(values, top, len(values))
            rows.append(_row(f"{symbol} ≤ {top}", unit, left, places=2 if item == "co" else 1))
    return rows


def _ozone(label: str, values: Sequence[Decimal | None], top: Decimal) -> HourRow:
    room = allowance.ozone_next_hour(values, top)
    words = f"{top} × 8 − 最近 7 小时之和" if room is not None else "当天不足 7 个连续小时"
    return HourRow(label, "µg/m³", None, allowance.shown(room), words)


def _percentile(
    target: Target, days: Days, periods: list[Period], moment: date, share: int, given: Hours
) -> Progress:
    item, percent = PERCENTILES[target.indicator]
    values = {on: row[item] for on, row in days.items()}
    left = [
        allowance_days.percentile_left(values, target.value, percent, one, moment)
        for one in periods
    ]
    known = given.get(pollutant_of(item), ())
    rows = []
    if known and item == "co":
        hour = allowance.hours_left(known, target.value, len(known))
        rows = [_row("今天不成为超过的一天", target.unit, hour, places=2)]
    elif known:
        rows = [_ozone("今天不成为超过的一天", known, target.value)]
    return Progress(target, _has(values), share, percentiles=left, today=rows)


def _composite(
    target: Target, days: Days, periods: list[Period], moment: date, share: int, given: Hours
) -> Progress:
    limits = composite_limits(periods[0].last)
    left = [
        allowance_days.composite_left(days, limits, target.value, one, moment) for one in periods
    ]
    room = left[0].rest_at_most
    values = _parts_by_hour(given, limits)
    rows = []
    if room is not None and room >= 0 and values:
        hour = allowance.hours_left(values, room, len(values))
        rows = [_row("SO2、NO2、PM10、PM2.5 单项指数之和", "", hour, places=2)]
    return Progress(target, left[0].days > 0, share, composites=left, today=rows)


def composite_limits(on: date) -> dict[str, int]:
    """S_i by daily item, for a period that ends on `on`."""
    names = ("so2", "no2", "pm10", "pm25", "co", "o3")
    found = {name: composite_limit(name, limits_on(on)) for name in names}
    found["o3_8h"] = found.pop("o3")
    return found


def _parts_by_hour(given: Hours, limits: Mapping[str, int]) -> list[Decimal | None]:
    """The four mean parts of each hour of today, to six decimals; None with one missing."""
    rows = zip(*(given.get(name, ()) for name in _MEAN_PARTS), strict=True)
    found: list[Decimal | None] = []
    for row in rows:
        if any(value is None for value in row):
            found.append(None)
            continue
        exact = sum(
            (Fraction(v or 0) / limits[name] for name, v in zip(_MEAN_PARTS, row, strict=True)),
            Fraction(0),
        )
        found.append(Decimal(round(exact * 1_000_000)) / 1_000_000)
    return found
