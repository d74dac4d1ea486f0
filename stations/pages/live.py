"""实时: the list of stations, the wall, the public board."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser

from grids.models import GridScheme, User
from stations import hours, policies, presence, selectors
from stations.levels import SENSITIVE_GROUPS, Level, level_of
from stations.models import Alarm, HourlyReading, Ranking, Station
from stations.pages import weather
from stations.presence import BEHIND, STATES, Live
from stations.standards import BEIJING, POLLUTANTS, SYMBOLS, Edition

TONES = {"ONLINE": "go", "LATE": "warn", "SILENT": "late", "MAINTENANCE": "info", "NONE": ""}


@dataclass(frozen=True)
class Row:
    """A line of the live table; figures as shown, None is missing."""

    live: Live
    values: dict[str, float | None]

    @property
    def station(self) -> Station:
        return self.live.station

    @property
    def tone(self) -> str:
        return TONES[self.live.state]

    @property
    def state_label(self) -> str:
        return STATES[self.live.state]

    @property
    def primary(self) -> str:
        return "、".join(SYMBOLS[name] for name in self.live.primary)

    @property
    def weather(self) -> str:
        """Of the newest hour; "" when nothing is known."""
        return weather.of(self.live.reading).words

    @property
    def standard(self) -> str:
        """The edition that the newest hour was judged by, as it is written: HJ 633-2026."""
        return Edition(self.live.reading.standard).label if self.live.reading else ""


def values_of(reading: HourlyReading | None) -> dict[str, float | None]:
    """µg/m³, CO mg/m³, by pollutant; what does not count is left out."""
    if reading is None:
        return dict.fromkeys(POLLUTANTS)
    row = {name: getattr(reading, name) for name in (*hours.COLUMNS, "flags", "withdrawn_bits")}
    return {
        name: row[column] / 1000 if selectors.counts(row, place, column) else None
        for place, (name, column) in enumerate(zip(POLLUTANTS, hours.COLUMNS, strict=True))
    }


def station_rows(
    user: User | AnonymousUser, scheme: GridScheme, at: datetime, *, control: str, state: str
) -> dict[str, Any]:
    """The live table with its counts; the denominators are what the person may see.

    `state` one of STATES, or BEHIND: 迟到 and 离线 together; anything else shows all.
    """
    on = at.astimezone(BEIJING).date()
    stations = Station.objects.readable_by(user).open_on(on).filter(scheme=scheme)
    if control in Station.Control.values:
        stations = stations.filter(control=control)
    ordered = stations.select_related("grid").order_by("grid__tree_id", "grid__lft", "code")
    found = presence.live(ordered, at)
    counts = Counter(item.state for item in found)
    chosen = BEHIND if state == "BEHIND" else {state} & STATES.keys() or STATES.keys()
    rows = [Row(item, values_of(item.reading)) for item in found]
    open_alarms = Alarm.objects.visible_to(user).open().filter(station__scheme=scheme)
    return {
        "rows": [row for row in rows if row.live.state in chosen],
        "total": len(rows),
        "states": [(key, label, counts[key]) for key, label in STATES.items()],
        "high": open_alarms.exclude(kind=Alarm.Kind.LATE).count(),
        "worst_late": next(iter(presence.behind(found)), None),
        "controls": Station.Control.choices,
        "symbols": [(name, SYMBOLS[name]) for name in POLLUTANTS],
        "has_stations": bool(rows)
        or Station.objects.filter(scheme=scheme, is_active=True).exists(),
        "may_register": policies.may_register(user, scheme) if user.is_authenticated else False,
    }


@dataclass(frozen=True)
class Advice:
    """What the level means for people (HJ 633-2026 tables 1 and 2)."""

    level: Level
    sensitive: list[tuple[str, str]]


def advice(air: selectors.AirNow | None) -> Advice | None:
    if air is None or air.aqi is None:
        return None
    level = level_of(air.aqi)
    groups = [(SYMBOLS[name], SENSITIVE_GROUPS[name]) for name in air.primary]
    return Advice(level, groups if air.aqi > 100 else [])


def board(scheme: GridScheme, at: datetime) -> dict[str, Any]:
    """公众空气质量牌: published figures only, nothing of the inner work."""
    air = selectors.air_now(scheme, at)
    stations = presence.scheme_stations(scheme, at)
    found = presence.live(stations, at)
    rows = [Row(item, values_of(item.reading)) for item in found]
    half = len(rows) if len(rows) <= 10 else (len(rows) + 1) // 2
    return {
        "shown": scheme,
        "air": air,
        "advice": advice(air),
        "rows": rows,
        "columns": [rows[:half], rows[half:]] if rows[half:] else [rows],
        "data_at": air.at if air else None,
        "primary": [SYMBOLS[name] for name in air.primary] if air else [],
    }


def wall(scheme: GridScheme, at: datetime) -> dict[str, Any]:
    """大屏: now, worst stations, episodes, the last ranking, 24 hours of the area.

    `total` 0: the regime has no stations, and nothing is late.
    """
    air = selectors.air_now(scheme, at)
    stations = presence.scheme_stations(scheme, at)
    found = presence.live(stations, at)
    current = [item for item in found if item.is_current and item.reading]
    worst = sorted(current, key=lambda x: -((x.reading and x.reading.aqi) or 0))
    newest = Ranking.objects.current().filter(scheme=scheme, kind="WEEK").order_by("-starts_on")
    ranking = newest.prefetch_related("lines__grid").first()
    return {
        "air": air,
        "data_at": air.at if air else None,
        "primary": [SYMBOLS[name] for name in air.primary] if air else [],
        "advice": advice(air),
        "worst": worst[:8],
        "online": sum(item.state == "ONLINE" for item in found),
        "late": [item for item in found if item.is_missing],
        "upkeep": sum(item.state == "MAINTENANCE" for item in found),
        "total": len(found),
        "alarms": open_alarms(scheme),
        "alarm_count": Alarm.objects.open().filter(station__scheme=scheme).count(),
        "symbols": [(name, SYMBOLS[name]) for name in POLLUTANTS],
        "ranking": ranking,
        "bottom": [line for line in ranking.lines.all() if line.is_bottom] if ranking else [],
        "best": [line for line in ranking.lines.all() if line.rank and line.rank <= 3]
        if ranking
        else [],
        "spec": area_chart(stations, at),
    }


def open_alarms(scheme: GridScheme) -> list[Alarm]:
    rows = Alarm.objects.open().filter(station__scheme=scheme)
    return list(rows.select_related("station__grid", "task").order_by("-peak", "pk")[:8])


def area_chart(stations: list[Station], at: datetime) -> dict[str, Any]:
    """PM2.5, PM10 and O3 of the last 24 hours, means over the stations."""
    rows = HourlyReading.objects.filter(
        station__in=[station.pk for station in stations],
        hour_ending_at__gt=at - timedelta(hours=25),
        hour_ending_at__lte=at,
    ).values("hour_ending_at", "flags", "withdrawn_bits", *hours.COLUMNS)
    by_hour: dict[datetime, list[dict[str, Any]]] = {}
    for row in rows:
        by_hour.setdefault(row["hour_ending_at"], []).append(row)
    moments = sorted(by_hour)
    series = []
    for name in ("pm25", "pm10", "o3"):
        place, column = POLLUTANTS.index(name), hours.COLUMNS[POLLUTANTS.index(name)]
        data = [_mean(by_hour[moment], place, column) for moment in moments]
        series.append({"name": SYMBOLS[name], "data": data})
    return {
        "kind": "line",
        "x": [moment.astimezone(BEIJING).strftime("%H:00") for moment in moments],
        "unit": "µg/m³",
        "y_title": "浓度",
        "series": series,
        "empty": "最近 24 小时没有数据。",
    }


def _mean(rows: list[dict[str, Any]], place: int, column: str) -> float | None:
    given = [row[column] for row in rows if selectors.counts(row, place, column)]
    return round(sum(given) / len(given) / 1000, 1) if given else None
