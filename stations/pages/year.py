"""站点一年: every day of a year as a coloured cell, and the roses of wind and concentration."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from stations import hours, rankables, roses, selectors
from stations.levels import LEVELS, level_of
from stations.models import DailyAir, HourlyReading, Station
from stations.pages.station import day_aqi
from stations.periods import Kind, Period
from stations.standards import POLLUTANTS, SYMBOLS, Edition

SPANS = {"": 30, "90": 90, "365": 365}


@dataclass(frozen=True)
class Cell:
    """A day; `aqi` None: none published. `is_out` pads the week of another month."""

    on: date
    aqi: int | None
    is_out: bool


@dataclass(frozen=True)
class Month:
    period: Period
    cells: list[Cell]

    @property
    def has_data(self) -> bool:
        return any(cell.aqi is not None for cell in self.cells if not cell.is_out)


def year_of(station: Station, year: Period, edition: Edition | None) -> list[Month]:
    """Twelve months in whole weeks, each day by its own edition unless one is asked for."""
    rows = DailyAir.objects.filter(station=station, on__range=(year.first, year.last))
    aqis = {row["on"]: day_aqi(row, edition) for row in rows.values(*rankables.DAY_FIELDS)}
    found, month = [], Period.containing(Kind.MONTH, year.first)
    while month.first <= year.last:
        found.append(Month(month, _cells(month, aqis)))
        month = month.following()
    return found


def _cells(month: Period, aqis: dict[date, int | None]) -> list[Cell]:
    first = month.first - timedelta(days=month.first.weekday())
    last = month.last + timedelta(days=6 - month.last.weekday())
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [Cell(on, aqis.get(on), not month.first <= on <= month.last) for on in days]


def levels(months: list[Month]) -> list[tuple[Any, int]]:
    """Days of the year in each level, and how many have no AQI among those that have one or not."""
    aqis = [cell.aqi for month in months for cell in month.cells if not cell.is_out]
    numbers = [level_of(aqi).number for aqi in aqis if aqi is not None]
    return [(level, numbers.count(level.number)) for level in LEVELS]


def calendar_chart(months: list[Month], year: Period) -> dict[str, Any]:
    """The same as a chart, for the table and the download."""
    cells = [cell for month in months for cell in month.cells if not cell.is_out]
    return {
        "kind": "calendar",
        "range": [f"{year.first}", f"{year.last}"],
        "days": [[f"{cell.on}", cell.aqi] for cell in cells if cell.aqi is not None],
        "empty": "这一年没有日 AQI。",
    }


def rose_of(station: Station, pollutant: str, until: datetime, days: int) -> roses.Rose:
    """Hours with wind of the days before `until`; concentrations that count, µg/m³ (CO mg/m³)."""
    place = POLLUTANTS.index(pollutant)
    column = hours.COLUMNS[place]
    rows = HourlyReading.objects.filter(
        station=station,
        hour_ending_at__gt=until - timedelta(days=days),
        hour_ending_at__lte=until,
        wind_speed_cms__isnull=False,
    ).values("wind_speed_cms", "wind_deg", "flags", "withdrawn_bits", column)
    return roses.rose(
        roses.Hour(
            Decimal(row["wind_speed_cms"]) / 100,
            row["wind_deg"],
            Decimal(row[column]) / 1000 if selectors.counts(row, place, column) else None,
        )
        for row in rows.iterator()
    )


def wind_chart(rose: roses.Rose) -> dict[str, Any]:
    """Share of the hours by sector, stacked by speed."""
    series = [
        {
            "name": name,
            "data": [_number(rose.percent(one.by_class[place])) for one in rose.sectors],
        }
        for place, name in enumerate(roses.CLASS_NAMES)
    ]
    return _rose(rose, series, "%", "风向")


def concentration_chart(rose: roses.Rose, pollutant: str) -> dict[str, Any]:
    data = [_number(one.mean) for one in rose.sectors]
    unit = "mg/m³" if pollutant == "co" else "µg/m³"
    return _rose(rose, [{"name": f"{SYMBOLS[pollutant]} 平均", "data": data}], unit, "风向")


def _rose(rose: roses.Rose, series: list[dict[str, Any]], unit: str, title: str) -> dict[str, Any]:
    return {
        "kind": "rose",
        "x": list(roses.SECTORS),
        "x_title": title,
        "unit": unit,
        "series": series if rose.hours else [],
        "empty": "这段时间没有风的数据。上传的小时值带风速、风向后，这里画玫瑰图。",
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
