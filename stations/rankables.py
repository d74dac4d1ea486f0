"""Who is ranked by what: units, their stations' days, and the dated rules of a scheme."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from grids.models import Grid, GridScheme
from grids.selectors import valid_q
from stations.columns import bulk
from stations.columns.tables import DAYS
from stations.hours import day_column
from stations.models import DailyAir, Station
from stations.periods import Period
from stations.ranking import (
    BOTTOM_SIZE,
    EXAMPLE_WEIGHTS,
    MIN_RANKED_UNITS,
    MIN_VALID_DAYS_OF_WEEK,
    Part,
    Weights,
)
from stations.standards import POLLUTANTS
from stations.weeks import WeekIndices, week_indices

DAY_FIELDS = (
    *("station_id", "on", "aqi", "is_valid", "primary_bits", "rule_set", "co_mgm3_x10"),
    *("pm25_ugm3", "pm10_ugm3", "so2_ugm3", "no2_ugm3", "o3_8h_ugm3", "o3_1h_ngm3"),
)


@dataclass(frozen=True)
class Unit:
    """A ranked grid with the stored days of its stations: station code → day → row."""

    grid: Grid
    stations: list[Station]
    days: dict[str, dict[date, dict[str, Any]]]


@dataclass(frozen=True)
class Settings:
    """The rules of one ranking. `rows` keeps each as it stood: value, clause, example or not."""

    weights: Weights
    days: int
    units: int
    bottom: int
    controls: list[str]
    kinds: list[str]
    rows: dict[str, Any]


_DEFAULTS: dict[str, Any] = {
    "rank.weekly_weights": {
        part.value: str(percent) for part, percent in EXAMPLE_WEIGHTS.percents.items()
    },
    "rank.participation_days": MIN_VALID_DAYS_OF_WEEK,
    "rank.min_units": MIN_RANKED_UNITS,
    "rank.bottom": BOTTOM_SIZE,
    "rank.station_controls": [],
    "rank.kinds": [],
}


def settings(scheme: GridScheme, period: Period) -> Settings:
    """Rules as of the period's last day; where the scheme has none, the shipped example."""
    rows = _rows(scheme, period.last)
    given = {key: row["value"] for key, row in rows.items()}
    weights = rows["rank.weekly_weights"]
    return Settings(
        weights=Weights(
            valid_from=period.first,
            percents={Part(name): Decimal(str(n)) for name, n in weights["value"].items()},
            is_example=weights["is_example"],
        ),
        days=int(given["rank.participation_days"]),
        units=int(given["rank.min_units"]),
        bottom=int(given["rank.bottom"]),
        controls=list(given["rank.station_controls"]),
        kinds=list(given["rank.kinds"]),
        rows=rows,
    )


def _rows(scheme: GridScheme, on: date) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        key: {"value": value, "clause": "", "is_example": True, "valid_from": None}
        for key, value in _DEFAULTS.items()
    }
    rules = scheme.rules.filter(valid_q(on), key__in=list(_DEFAULTS)).order_by("valid_from")
    for row in rules:
        found[row.key] = {
            "value": row.value,
            "clause": row.clause,
            "is_example": row.is_example,
            "valid_from": row.valid_from.isoformat(),
        }
    return found


def ranked_stations(scheme: GridScheme, period: Period) -> list[Station]:
    """Stations that count: of the ruled kinds, standing on the period's last day."""
    chosen = settings(scheme, period)
    stations = Station.objects.open_on(period.last).filter(scheme=scheme)
    if chosen.controls:
        stations = stations.filter(control__in=chosen.controls)
    if chosen.kinds:
        stations = stations.filter(grid__kind__in=chosen.kinds)
    return list(stations.select_related("grid").order_by("grid__tree_id", "grid__lft", "code"))


def week_table(scheme: GridScheme, first: Period, last: Period) -> WeekIndices:
    """Weekly composite indices of every unit for a run of weeks; units are grid ids.

    The same figures as a ranking's air part, without the working; stations are those of `last`.
    """
    stations = ranked_stations(scheme, last)
    unit_of = {station.pk: station.grid_id for station in stations}
    wanted = ("on", "station_id", *(day_column(name) for name in POLLUTANTS))
    marks = ", ".join(["%s"] * len(unit_of)) or "NULL"
    where = f'"on" BETWEEN %s AND %s AND station_id IN ({marks})'
    span = [first.first.isoformat(), last.last.isoformat()]
    rows = bulk.fetch(DAYS, wanted, where, [*span, *unit_of])
    known = np.array(sorted(unit_of), dtype=np.int64)
    grids = np.array([unit_of[pk] for pk in known.tolist()], dtype=np.int64)
    unit = grids[np.searchsorted(known, rows["station_id"])] if len(known) else known
    at_least = settings(scheme, last).days
    return week_indices(unit, rows["on"].astype(np.int64), rows, at_least=at_least)


def units(scheme: GridScheme, period: Period) -> list[Unit]:
    """Every unit with at least one station, in the order of the tree, with its stored days."""
    stations = ranked_stations(scheme, period)
    codes = {station.pk: station.code for station in stations}
    found: dict[int, Unit] = {}
    for station in stations:
        unit = found.setdefault(station.grid_id, Unit(station.grid, [], {}))
        unit.stations.append(station)
        unit.days[station.code] = {}
    owner = {station.pk: found[station.grid_id] for station in stations}
    rows = DailyAir.objects.filter(
        on__range=(period.first, period.last), station__in=list(codes)
    ).values(*DAY_FIELDS)
    for row in rows:
        pk = row["station_id"]
        owner[pk].days[codes[pk]][row["on"]] = row
    return list(found.values())
