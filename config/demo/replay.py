"""Real hours of Beijing 2015/16 replayed on the demo's stations, on today's calendar."""

import csv
import gzip
from datetime import date, datetime, timedelta
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

from django.utils import timezone

from stations.humidity import relative_percent
from stations.models import HourlyReading, Station
from stations.services.ingest import Outcome, ingest

FILE = Path(__file__).parent / "data" / "beijing_prsa_2015.csv.gz"
SOURCE = "演示回放：UCI Beijing Multi-Site Air-Quality（CC BY 4.0），非本地数据"
FIRST, LAST = date(2015, 3, 1), date(2016, 2, 29)
HISTORY = timedelta(weeks=9)
HOURS_LATE = {"WC-M17": 4}
"""Stations whose hours arrive that much later, so that the desk has a late station to show."""
FIELDS = (
    *("pm25_ugm3", "pm10_ugm3", "so2_ugm3", "no2_ugm3", "co_mgm3", "o3_ugm3"),
    *("wind_speed_ms", "wind_deg", "temperature_c"),
)

Hours = dict[tuple[str, date, int], tuple[str, ...]]


@cache
def _recorded() -> tuple[list[str], Hours]:
    """Source stations in order, and their values by station, date and hour of beginning."""
    names: list[str] = []
    hours: Hours = {}
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        next(rows)
        for name, year, month, day, hour, *values in rows:
            if name not in names:
                names.append(name)
            hours[name, date(int(year), int(month), int(day)), int(hour)] = tuple(values)
    return names, hours


def source_day(day: date) -> date:
    """The recorded day that stands for `day`: same season, same weekday."""
    year = FIRST.year if day.month >= FIRST.month else LAST.year
    wanted = date(year, day.month, day.day)
    shift = (day.weekday() - wanted.weekday() + 3) % 7 - 3
    found = wanted + timedelta(days=shift)
    if found < FIRST:
        return found + timedelta(days=7)
    return found - timedelta(days=7) if found > LAST else found


def rows_for(stations: list[Station], since: datetime, until: datetime) -> list[dict[str, Any]]:
    """API rows for every hour ending in (since, until]; hours the source lacks are left out."""
    names, hours = _recorded()
    found = []
    ending = since.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while ending <= until:
        begins = timezone.localtime(ending) - timedelta(hours=1)
        for place, station in enumerate(stations):
            back = timedelta(days=7 * (place // len(names)))
            key = (names[place % len(names)], source_day(begins.date() - back), begins.hour)
            if key in hours:
                found.append(_row(station, ending, hours[key]))
        ending += timedelta(hours=1)
    return found


def _row(station: Station, ending: datetime, values: tuple[str, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {"station": station.code, "hour_ending_at": ending.isoformat()}
    for name, value in zip(FIELDS, values[: len(FIELDS)], strict=True):
        number = float(value) if value else None
        if number is not None and name == "co_mgm3":
            number /= 1000  # the source gives CO in µg/m³
        row[name] = number
    row["humidity_percent"] = humidity(row["temperature_c"], values[len(FIELDS)])
    return row


def humidity(temperature_c: float | None, dew_point: str) -> int | None:
    """Whole percent; the source has the dew point instead."""
    if temperature_c is None or not dew_point:
        return None
    percent = float(relative_percent(temperature_c, float(dew_point)))
    return None if isnan(percent) else round(percent)


def advance(*, at: datetime, due_at: datetime | None = None) -> dict[str, int]:
    """Brings the demo's stations up to `at`; nothing outside a demo. Safe late, twice, parallel."""
    stations = list(Station.objects.filter(scheme__is_demo=True).order_by("code"))
    if not stations:
        return {"created": 0}
    newest = HourlyReading.objects.filter(station__in=stations).order_by("-hour_ending_at").first()
    since = at - HISTORY
    if newest is not None:
        since = max(since, newest.hour_ending_at - timedelta(hours=max(HOURS_LATE.values()) + 2))
    rows = [row for row in rows_for(stations, since, at) if _has_arrived(row, at)]
    outcome: Outcome = ingest(rows, source=SOURCE, by=None, at=at)
    return {"created": outcome.created, "rejected": len(outcome.rejected)}


def _has_arrived(row: dict[str, Any], at: datetime) -> bool:
    late = timedelta(hours=HOURS_LATE.get(row["station"], 0))
    return datetime.fromisoformat(row["hour_ending_at"]) + late <= at
