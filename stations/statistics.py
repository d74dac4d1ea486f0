"""Statistics over stored days: areas, 同比, level and improvement tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from grids.models import Grid, GridScheme
from stations import aqi, rankables, scoring, spans
from stations.composite import change_percent, composite
from stations.models import DailyAir, Station
from stations.periods import Period
from stations.ranking import (
    competition_ranks,
    is_valid_day,
    period_concentrations,
    unit_day,
)
from stations.standards import Basis, Edition, LimitSet, rule_set_on
from stations.validity import good_day_percent

Days = dict[date, dict[str, Decimal | None]]


def area_days(stations: Iterable[Station], period: Period) -> Days:
    """Daily values of an area: means of its stations' valid ones, as for a unit."""
    rows = DailyAir.objects.filter(
        on__range=(period.first, period.last), station__in=[s.pk for s in stations]
    ).values(*rankables.DAY_FIELDS)
    by_day: dict[date, list[dict[str, Decimal | None]]] = {}
    for row in rows:
        by_day.setdefault(row["on"], []).append(scoring.day_values(row))
    return {on: unit_day(given) for on, given in sorted(by_day.items())}


def day_aqi(values: Mapping[str, Decimal | None], on: date, edition: Edition | None) -> int | None:
    """AQI of a day with all six; by the edition of its date unless one is given."""
    if not is_valid_day(values):
        return None
    chosen = edition or rule_set_on(on).edition
    return aqi.assess(values, edition=chosen, basis=Basis.DAY).aqi


# --- 同比 --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One indicator of two periods under one standard. `percent` negative: lower than before."""

    indicator: str
    now: Decimal | int | None
    before: Decimal | int | None
    percent: Decimal | None


def year_on_year(stations: Iterable[Station], period: Period, until: date) -> list[Change]:
    """同比 (Z-02): both years by the same rules, and both up to the same day of the year.

    The standard is that of `period`; a comparison across 2026-03-01 judges both by it.
    """
    chosen = list(stations)
    before = period.year_before()
    rules = rule_set_on(min(period.last, until))
    length = (min(period.last, until) - period.first).days
    now_days = _first_days(area_days(chosen, period), period, length)
    old_days = _first_days(area_days(chosen, before), before, length)
    now, old = (_indicators(days, rules.edition, rules.limit_set) for days in (now_days, old_days))
    return [Change(name, now[name], old[name], _percent(now[name], old[name])) for name in now]


def _first_days(days: Days, period: Period, length: int) -> Days:
    return {on: values for on, values in days.items() if (on - period.first).days <= length}


def _indicators(
    days: Days, edition: Edition, limit_set: LimitSet
) -> dict[str, Decimal | int | None]:
    values = period_concentrations(list(days.values()))
    aqis = [day_aqi(given, on, edition) for on, given in days.items()]
    known = [value for value in aqis if value is not None]
    return {
        **values,
        "composite": composite(values, limit_set=limit_set).index,
        "good_days": sum(value <= 100 for value in known) if known else None,
        "good_day_percent": good_day_percent(aqis),
        "valid_days": len(known),
    }


def _percent(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    if now is None or not before:
        return None
    return change_percent(now, before)


@dataclass(frozen=True)
class Standing:
    """A unit in the tables of level and of improvement (Z-03). Ranks None: no index, no 同期."""

    grid: Grid
    index: Decimal | None
    before: Decimal | None
    percent: Decimal | None
    level_rank: int | None = None
    improvement_rank: int | None = None


def level_and_improvement(scheme: GridScheme, period: Period) -> list[Standing]:
    """Two rankings of the same units: by composite index and by its change on the year before."""
    now = {unit.grid: unit for unit in rankables.units(scheme, period)}
    old = {unit.grid: unit for unit in rankables.units(scheme, period.year_before())}
    limit_set = rule_set_on(period.last).limit_set
    rows = {grid: _standing(grid, now[grid], old.get(grid), period, limit_set) for grid in now}
    levels = competition_ranks({g: r.index for g, r in rows.items() if r.index is not None})
    better = competition_ranks({g: r.percent for g, r in rows.items() if r.percent is not None})
    found = [
        Standing(r.grid, r.index, r.before, r.percent, levels.get(g), better.get(g))
        for g, r in rows.items()
    ]
    return sorted(found, key=lambda row: (row.level_rank is None, row.level_rank or 0))


def _standing(
    grid: Grid,
    now: rankables.Unit,
    old: rankables.Unit | None,
    period: Period,
    limit_set: LimitSet,
) -> Standing:
    index = _index(now, period, limit_set)
    before = _index(old, period.year_before(), limit_set) if old else None
    return Standing(grid, index, before, _percent(index, before))


def _index(unit: rankables.Unit, period: Period, limit_set: LimitSet) -> Decimal | None:
    days = scoring.unit_days(period.days, unit.days)
    values = [day["_values"] for day in days]
    if period.kind in spans.KINDS:
        return spans.span_air(dict(zip(period.days, values, strict=True)), period, limit_set).index
    concentrations = period_concentrations(values)
    return composite(concentrations, limit_set=limit_set).index


def items_label(item: str) -> str:
    return {"o3_8h": "O3 8 小时"}.get(item, item.upper().replace("PM25", "PM2.5"))


def micro_good_days(stations: Iterable[Station], period: Period) -> dict[int, dict[str, Any]]:
    """优良天数 of each station in a period (W-20): good, valid, percent, by station id."""
    rows: dict[int, list[int | None]] = {station.pk: [] for station in stations}
    stored = DailyAir.objects.filter(
        on__range=(period.first, period.last), station__in=list(rows), is_valid=True
    )
    for pk, value in stored.values_list("station_id", "aqi"):
        rows[pk].append(value)
    return {
        pk: {
            "good": sum(value is not None and value <= 100 for value in values),
            "valid": len(values),
            "percent": good_day_percent(values),
        }
        for pk, values in rows.items()
    }
