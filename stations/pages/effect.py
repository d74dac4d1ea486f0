"""成效: the air beside a matter, a week before it was issued and a week after it was handed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from grids.geo import distance_m
from grids.models import User
from stations.models import DailyAir, Station
from stations.pages.near import around
from stations.standards import BEIJING
from stations.validity import mean
from tasks.models import Task

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
REACH_M = 5000
"""A station farther away says nothing about one site."""
FEWEST = 5
"""Valid days of seven, as for a weekly ranking; with fewer nothing is compared."""
MOST = 90
"""Days drawn at most; of a longer matter the newest."""


@dataclass(frozen=True)
class Change:
    """One pollutant: means of valid days in µg/m³ (whole, half-even) and how many days they have;
    `percent` is None when a side has fewer than `fewest` days."""

    name: str
    before: int | None
    before_days: int
    after: int | None
    after_days: int
    fewest: int = FEWEST

    @property
    def percent(self) -> int | None:
        if not self.before or self.after is None:
            return None
        if min(self.before_days, self.after_days) < self.fewest:
            return None
        return round((self.after - self.before) * 100 / self.before)


def effect(task: Task, user: User, at: datetime) -> dict[str, Any] | None:
    """None without an issue or without a station that says anything about the place.

    Beijing days; the days of issue and of hand-in belong to neither side (Y1-01).
    """
    station = _station(task, user, at)
    if station is None or task.issued_at is None:
        return None
    issued = task.issued_at.astimezone(BEIJING).date()
    done = _settled_on(task)
    today = at.astimezone(BEIJING).date()
    last = min((done or today) + WEEK, today - DAY)
    first = max(issued - WEEK, last - MOST * DAY)
    rows = {
        row.on: row
        for row in DailyAir.objects.filter(station=station, on__gte=issued - WEEK, on__lte=last)
    }
    before = [rows.get(issued - n * DAY) for n in range(1, 8)]
    after = [rows.get(done + n * DAY) for n in range(1, 8)] if done else []
    return {
        "station": station,
        "changes": [
            change("PM10", "pm10_ugm3", before, after),
            change("PM2.5", "pm25_ugm3", before, after),
        ],
        "done": done,
        "waits": done is not None and last < done + WEEK,
        "spec": spec(rows, first, last, [(issued, "交办"), (done, "反馈")]),
    }


def _settled_on(task: Task) -> date | None:
    """The Beijing day of the accepted hand-in; None while the matter is open."""
    if task.closed_at is None:
        return None
    return (task.submitted_at or task.closed_at).astimezone(BEIJING).date()


def _station(task: Task, user: User, at: datetime) -> Station | None:
    on = at.astimezone(BEIJING).date()
    readable = Station.objects.readable_by(user).open_on(on).filter(scheme=task.scheme_id)
    if task.lon is not None and task.lat is not None:
        placed = readable.exclude(lon=None).exclude(lat=None)
        ranked = [(_metres(one, task), one.pk, one) for one in placed]
        metres, _, nearest = min(ranked, default=(REACH_M + 1, 0, None))
        if metres <= REACH_M:
            return nearest
    own = around(task.grid, readable.select_related("grid").order_by("code")) if task.grid else []
    return own[0] if own else None


def _metres(station: Station, task: Task) -> float:
    spots = (station.lon, station.lat, task.lon, task.lat)
    return distance_m(*(float(one) for one in spots if one is not None))


def change(
    name: str,
    column: str,
    before: Iterable[DailyAir | None],
    after: Iterable[DailyAir | None],
    *,
    fewest: int = FEWEST,
) -> Change:
    """Means of the valid days on either side; compared from `fewest` days on."""
    first, second = _valid(column, before), _valid(column, after)
    return Change(name, _mean(first), len(first), _mean(second), len(second), fewest)


def _valid(column: str, days: Iterable[DailyAir | None]) -> list[int]:
    values = (getattr(day, column) for day in days if day is not None)
    return [value for value in values if value is not None]


def _mean(values: list[int]) -> int | None:
    exact = mean([Decimal(value) for value in values])
    return None if exact is None else round(exact)


def spec(
    rows: dict[date, DailyAir], first: date, last: date, marks: list[tuple[Any, str]]
) -> dict[str, Any]:
    """Daily PM10 and PM2.5 of these days as a line, with what happened on which."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return {
        "kind": "line",
        "x": [f"{day:%m-%d}" for day in days],
        "x_title": "日期",
        "y_title": "日均浓度",
        "unit": "µg/m³",
        "series": [
            {"name": name, "data": [getattr(rows.get(day), column, None) for day in days]}
            for name, column in (("PM10", "pm10_ugm3"), ("PM2.5", "pm25_ugm3"))
        ],
        "marks": [{"x": f"{day:%m-%d}", "name": name} for day, name in marks if day in days],
        "empty": "这个站点在这段时间没有日值。",
    }
