"""站点: one station with its hours, days, posts, log; either edition of the AQI rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import QuerySet

from grids.models import Grid, GridScheme
from stations import hours, presence, rankables
from stations.interventions import Intervention
from stations.models import (
    Alarm,
    DailyAir,
    HourlyReading,
    ReadingRevision,
    Station,
    StationLog,
    StationPost,
)
from stations.pages import weather
from stations.pages.live import Row, values_of
from stations.pages.weather import Weather
from stations.periods import Kind, Period
from stations.standards import (
    BEIJING,
    POLLUTANTS,
    SYMBOLS,
    Edition,
    limit,
    limits_on,
    rule_set_on,
)
from stations.standards import Period as Averaging
from stations.vector import pollutants_in

SHOWN = {"72": 72, "168": 168}
_LIMITED = (("pm25", Averaging.DAY), ("pm10", Averaging.DAY), ("o3", Averaging.HOUR))
ITEMS = ("aqi", *POLLUTANTS, "humidity")
UNITS = {"aqi": "", "humidity": "%", "co": "mg/m³"}


@dataclass(frozen=True)
class Hour:
    """One hour as shown; `aqi` under the edition asked for."""

    at: datetime
    values: dict[str, float | None]
    aqi: int | None
    primary: str
    standard: str
    flags: str
    is_withdrawn: bool
    revision: int
    weather: Weather


@dataclass(frozen=True)
class CalendarDay:
    """A day of the calendar; `is_out`: of a neighbouring month."""

    on: date
    aqi: int | None
    is_valid: bool
    is_out: bool


def live_row(station: Station, at: datetime) -> Row:
    [item] = presence.live([station], at)
    return Row(item, values_of(item.reading))


def last_hours(
    station: Station, until: datetime, count: int, edition: Edition | None
) -> list[Hour]:
    """The hours before `until`, oldest first; missing hours stand as rows without values."""
    last = hours.hour_number(until)
    rows = HourlyReading.objects.filter(
        station=station,
        hour_ending_at__gt=until - timedelta(hours=count + 1),
        hour_ending_at__lte=until,
    )
    by_hour = {hours.hour_number(row.hour_ending_at): row for row in rows}
    judged = _judged(list(by_hour.values()), edition)
    first = max(last - count + 1, min(by_hour, default=last))
    return [
        _hour(number, by_hour.get(number), judged.get(number)) for number in range(first, last + 1)
    ]


def _judged(
    rows: list[HourlyReading], edition: Edition | None
) -> dict[int, tuple[int | None, int, str]]:
    """AQI, primary bits and edition by hour number; stored ones unless an edition is asked for."""
    if edition is None:
        return {
            hours.hour_number(r.hour_ending_at): (r.aqi, r.primary_bits, r.standard) for r in rows
        }
    numbers = np.array([hours.hour_number(row.hour_ending_at) for row in rows], dtype=np.int64)
    columns = {
        name: np.array([_or_none(getattr(row, name)) for row in rows], dtype=np.int64)
        for name in hours.COLUMNS
    }
    flags = np.array([row.flags for row in rows], dtype="S6")
    withdrawn = np.array([row.withdrawn_bits for row in rows], dtype=np.int64)
    found = hours.assess(numbers, hours.usable(columns, flags, withdrawn), edition)
    return {
        int(number): (None if aqi == hours.NONE else int(aqi), int(bits), edition.value)
        for number, aqi, bits in zip(numbers, found.aqi, found.primary_bits, strict=True)
    }


def _or_none(value: int | None) -> int:
    return hours.NONE if value is None else value


def _hour(
    number: int, row: HourlyReading | None, judged: tuple[int | None, int, str] | None
) -> Hour:
    aqi, bits, standard = judged or (None, 0, "")
    return Hour(
        at=hours.moment_of(number),
        values=values_of(row),
        aqi=aqi,
        primary="、".join(SYMBOLS[name] for name in pollutants_in(bits)),
        standard=standard,
        flags=row.flags if row else "",
        is_withdrawn=bool(row and row.withdrawn_bits),
        revision=row.revision if row else 0,
        weather=weather.of(row),
    )


def chart(
    shown: Iterable[Hour],
    pollutant: str,
    alarms: Iterable[Alarm],
    acts: Iterable[Intervention] = (),
) -> dict[str, Any]:
    """One pollutant, or the AQI, with the limits of the date as thin lines, episodes and what was
    done marked on the curve; acts within one hour share a mark. Missing hours are gaps."""
    rows = list(shown)
    labels = [row.at.strftime("%m-%d %H:00") for row in rows]
    data = [_figure(row, pollutant) for row in rows]
    name = {"aqi": "AQI", "humidity": "相对湿度"}.get(pollutant) or SYMBOLS[pollutant]
    marks = [
        {"x": f"{alarm.started_at.astimezone(BEIJING):%m-%d %H:00}", "name": "报警"}
        for alarm in alarms
    ]
    marks += _act_marks(acts, rows[-1].at) if rows else []
    return {
        "kind": "line",
        "x": labels,
        "x_title": "小时（止）",
        "y_title": name,
        "unit": UNITS.get(pollutant, "µg/m³"),
        "series": [{"name": name, "data": data}],
        "limits": _limits(pollutant, rows[-1].at.date() if rows else None),
        "marks": [mark for mark in marks if mark["x"] in labels],
        "empty": "这段时间没有数据。",
    }


def _figure(row: Hour, item: str) -> float | None:
    if item == "aqi":
        return row.aqi
    return row.weather.humidity if item == "humidity" else row.values[item]


def _act_marks(acts: Iterable[Intervention], newest: datetime) -> list[dict[str, str]]:
    """At the end of the hour in which each was done, what the running hour holds at the newest:
    巡查, or 巡查 2 项 for several."""
    kinds: dict[str, list[str]] = {}
    for act in acts:
        ending = hours.moment_of(hours.hour_number(act.at - timedelta(microseconds=1)) + 1)
        shown = min(ending, newest).astimezone(BEIJING)
        kinds.setdefault(f"{shown:%m-%d %H:00}", []).append(act.kind)
    return [
        {"x": label, "name": f"{given[0]} {len(given)} 项" if len(given) > 1 else given[0]}
        for label, given in kinds.items()
    ]


def _limits(pollutant: str, on: date | None) -> list[dict[str, Any]]:
    if pollutant == "aqi":
        return [{"name": "轻度污染", "value": 101}]
    if on is None or pollutant == "humidity":
        return []
    limit_set = limits_on(on)
    return [
        {"name": "二级", "value": limit(name, averaging, limit_set=limit_set)}
        for name, averaging in _LIMITED
        if name == pollutant
    ]


def calendar(station: Station, month: Period, edition: Edition | None) -> list[CalendarDay]:
    """Whole weeks around a month."""
    first = Period.containing(Kind.WEEK, month.first).first
    last = Period.containing(Kind.WEEK, month.last).last
    rows = DailyAir.objects.filter(station=station, on__range=(first, last))
    by_day = {row["on"]: row for row in rows.values(*rankables.DAY_FIELDS)}
    found, day = [], first
    while day <= last:
        row = by_day.get(day)
        found.append(
            CalendarDay(
                on=day,
                aqi=day_aqi(row, edition) if row else None,
                is_valid=bool(row and row["is_valid"]),
                is_out=not month.first <= day <= month.last,
            )
        )
        day += timedelta(days=1)
    return found


def day_aqi(row: dict[str, Any], edition: Edition | None) -> int | None:
    """The stored AQI, or that of the edition asked for."""
    aqi: int | None = row["aqi"] if edition is None else hours.reported_day(row, edition)["aqi"]
    return aqi


def day_row(station: Station, on: date) -> dict[str, Any] | None:
    """A stored day with both editions' AQI side by side."""
    row: Any = DailyAir.objects.filter(station=station, on=on).values().first()
    if row is None:
        return None
    both = [hours.reported_day(row, edition) for edition in Edition]
    figures = [
        (SYMBOLS[name], row[hours.day_column(name)], row[f"{name}_iaqi"], row[f"{name}_hours"])
        for name in POLLUTANTS
    ]
    co = row["co_mgm3_x10"]
    shown = [
        (symbol, co / 10 if symbol == "CO" and co is not None else value, iaqi, count)
        for symbol, value, iaqi, count in figures
    ]
    return {"row": row, "figures": shown, "both": both, "own": rule_set_on(on).edition}


def posts(station: Station, on: date) -> list[tuple[str, StationPost | None]]:
    """点长、副点长、执行副点长 on a day, in that order; None where nobody is named."""
    rows = [
        row
        for row in station.posts.select_related("user").order_by("-from_on")
        if row.from_on <= on and (row.until_on is None or row.until_on >= on)
    ]
    return [
        (role.label, next((row for row in rows if row.role == role), None))
        for role in StationPost.Role
    ]


def roster(scheme: GridScheme, on: date) -> list[dict[str, Any]]:
    """附件2: every station with its place and its three posts."""
    stations = Station.objects.open_on(on).filter(scheme=scheme).select_related("grid")
    ordered = stations.prefetch_related("posts__user").order_by("code")
    return [{"station": station, "posts": posts(station, on)} for station in ordered]


def revisions(station: Station) -> list[tuple[ReadingRevision, dict[str, float | None]]]:
    """The newest corrections of this station's values, with PM2.5 and PM10 in µg/m³."""
    rows = ReadingRevision.objects.filter(station=station).select_related("by", "batch")
    return [
        (row, {"pm25": _ugm3(row.pm25_ngm3), "pm10": _ugm3(row.pm10_ngm3)})
        for row in rows.order_by("-at", "-pk")[:10]
    ]


def _ugm3(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / 1000


def logs(station: Station) -> list[StationLog]:
    return list(station.logs.select_related("by").order_by("-from_at", "-pk")[:10])


def alarms(station: Station) -> list[Alarm]:
    return list(station.alarms.select_related("task").order_by("-started_at", "-pk")[:8])


def units(scheme: GridScheme, on: date) -> QuerySet[Grid]:
    """Who may answer for a station: open grids down to the second level below the root."""
    return Grid.objects.filter(scheme=scheme, level__lte=2).open_on(on).order_by("lft")
