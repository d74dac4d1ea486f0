"""Builders of the air side: stations and hours, always through the ingest service."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from build import BEIJING, NOON
from grids.models import Grid, User
from stations.models import Station
from stations.services.ingest import Outcome, ingest

CLEAN = {
    "pm25_ugm3": 20,
    "pm10_ugm3": 40,
    "so2_ugm3": 8,
    "no2_ugm3": 20,
    "co_mgm3": 0.6,
    "o3_ugm3": 80,
}


def make_station(grid: Grid, code: str = "S-1", **over: Any) -> Station:
    values: dict[str, Any] = {"name": f"{code} 站", "control": Station.Control.MICRO}
    return Station.objects.create(code=code, grid=grid, scheme=grid.scheme, **values | over)


def hour_of(day: date, hour: int) -> str:
    """ISO time of hour 1 … 24 of a Beijing day."""
    start = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    return (start + timedelta(hours=hour)).isoformat()


def row(station: Station | str, at: str, **over: Any) -> dict[str, Any]:
    code = station if isinstance(station, str) else station.code
    return {"station": code, "hour_ending_at": at, **CLEAN, **over}


def day_rows(
    station: Station, day: date, hours: Iterable[int] = range(1, 25), **over: Any
) -> list[Mapping[str, Any]]:
    return [row(station, hour_of(day, hour), **over) for hour in hours]


def put(
    rows: list[Any], *, by: User | None = None, at: datetime = NOON, source: str = "测试"
) -> Outcome:
    return ingest(rows, source=source, by=by, at=at)
