"""The page of one episode; outside rankings for the targets page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from grids import access
from grids.models import Clause, GridScheme, User
from grids.selectors import quote
from stations import detection, hours, marks, presence, surroundings
from stations.models import Alarm, AlarmOrder, ExternalRank, HourlyReading, Station
from stations.pages import station as pages
from stations.pages.weather import wind as in_words
from stations.services import verdicts
from stations.standards import SYMBOLS
from tasks.models import Task

_COMPARED = 3
_BEFORE, _AFTER, _MOST = 12, timedelta(hours=6), 168


@dataclass(frozen=True)
class Line:
    """One hour of the episode's table. `beside`: middle of the stations compared with; `wind` in
    words; `marks`: names of the episodes that lie on its values."""

    hour: pages.Hour
    value: float | None
    beside: float | None
    humidity: int | None
    wind: str
    marks: list[str]


def one(alarm: Alarm, user: User, at: datetime) -> dict[str, Any]:
    """Hours with neighbours, wind and humidity; sources, orders, the sentence of the rule."""
    until = min(at, (alarm.ended_at or at) + _AFTER)
    count = min(_MOST, int((until - alarm.started_at).total_seconds() // 3600) + _BEFORE)
    rows = pages.last_hours(alarm.station, until, count, None)
    item = _item(alarm)
    peers = _peers(alarm, user, at)
    weather = _weather(alarm.station, until, count)
    beside = {peer.name: _values(peer, item, until, count) for peer in peers}
    lines = _lines(alarm, rows, item, beside, weather)
    clause: Clause | None = quote(alarm.station.scheme, str(alarm.rule.get("clause", "")))
    seen = set(access.grids_for(user, access.VIEW).values_list("pk", flat=True))
    sources = alarm.around.get("sources", [])
    return {
        "alarm": alarm,
        "item": "AQI" if item == "aqi" else SYMBOLS[item],
        "spec": _chart(alarm, rows, item, beside),
        "damp": _damp_chart(lines),
        "lines": lines[::-1],
        "peers": peers,
        "clause": clause,
        "facts": _facts(alarm),
        "orders": _orders(alarm, user),
        "sources": [source for source in sources if source["grid"] in seen],
        "unseen": sum(source["grid"] not in seen for source in sources),
        "excludes": [
            Alarm.Verdict(verdict).label
            for verdict in verdicts.choices(alarm)
            if verdicts.excludes(alarm, verdict, at)
        ],
    }


def _item(alarm: Alarm) -> str:
    """What the curve shows: the marked pollutant, the AQI where all or none are marked."""
    items = marks.items_of(alarm)
    return items[0] if items and alarm.kind != Alarm.Kind.STUCK else "aqi"


def _peers(alarm: Alarm, user: User, at: datetime) -> list[Station]:
    """The nearest stations that were compared with, as far as the reader may see them."""
    rule = detection.rules(alarm.station.scheme, at).around
    if rule is None:
        return []
    stations = presence.scheme_stations(alarm.station.scheme, at)
    found = surroundings.peers(alarm.station, stations, rule)
    readable = set(Station.objects.readable_by(user).values_list("pk", flat=True))
    return [one for one in found if one.pk in readable][:_COMPARED]


def _values(station: Station, item: str, until: datetime, count: int) -> dict[int, float]:
    rows = _rows(station, until, count)
    if item == "aqi":
        return {hour: float(row.aqi) for hour, row in rows.items() if row.aqi is not None}
    return {hour: float(value) for hour, value in detection.values_of(rows, item).items()}


def _rows(station: Station, until: datetime, count: int) -> dict[int, HourlyReading]:
    since = until - timedelta(hours=count + 1)
    rows = HourlyReading.objects.filter(station=station, hour_ending_at__range=(since, until))
    return {hours.hour_number(row.hour_ending_at): row for row in rows}


def _weather(station: Station, until: datetime, count: int) -> dict[int, tuple[int | None, str]]:
    """(humidity, wind in words) by hour number."""
    return {
        hour: (row.humidity_percent, in_words(row.wind_deg, row.wind_speed_cms))
        for hour, row in _rows(station, until, count).items()
    }


def _lines(
    alarm: Alarm,
    rows: list[pages.Hour],
    item: str,
    beside: dict[str, dict[int, float]],
    weather: dict[int, tuple[int | None, str]],
) -> list[Line]:
    found = []
    given = marks.between(alarm.station, rows[0].at, rows[-1].at) if rows else {}
    for row in rows:
        hour = hours.hour_number(row.at)
        there = sorted(values[hour] for values in beside.values() if hour in values)
        humidity, wind = weather.get(hour, (None, ""))
        on_it = [name for (at, _), names in given.items() if at == hour for name in names]
        found.append(
            Line(
                hour=row,
                value=row.aqi if item == "aqi" else row.values[item],
                beside=there[len(there) // 2] if there else None,
                humidity=humidity,
                wind=wind,
                marks=list(dict.fromkeys(on_it)),
            )
        )
    return found


def _chart(
    alarm: Alarm, rows: list[pages.Hour], item: str, beside: dict[str, dict[int, float]]
) -> dict[str, Any]:
    """The station's curve with its neighbours as dashed lines."""
    spec = pages.chart(rows, item, [alarm])
    numbers = [hours.hour_number(row.at) for row in rows]
    spec["series"][0]["name"] = alarm.station.name
    spec["series"] += [
        {"name": name, "data": [values.get(hour) for hour in numbers], "dashed": True}
        for name, values in beside.items()
    ]
    return spec


def _damp_chart(lines: list[Line]) -> dict[str, Any] | None:
    if all(line.humidity is None for line in lines):
        return None
    return {
        "kind": "line",
        "x": [line.hour.at.strftime("%m-%d %H:00") for line in lines],
        "y_title": "相对湿度",
        "unit": "%",
        "series": [{"name": "相对湿度", "data": [line.humidity for line in lines]}],
        "empty": "这段时间没有湿度。",
    }


_FACTS = {
    "before": "此前数值 {} µg/m³",
    "humidity": "湿度由 {0[0]}% 升到 {0[1]}%",
    "compared": "比较了周边 {} 个站点",
    "neighbours": "周边中位数 {} µg/m³",
    "neighbours_ratio": "周边中位数升到 {} 倍",
    "neighbours_fall_percent": "周边中位数下降 {}%",
}


def _facts(alarm: Alarm) -> list[str]:
    given = alarm.facts
    if given.get("compared") == 0:
        return [_FACTS["before"].format(given["before"]), "周边没有足够的站点可比较，只按本站判断"]
    return [words.format(given[name]) for name, words in _FACTS.items() if name in given]


def _orders(alarm: Alarm, user: User) -> list[tuple[AlarmOrder, bool]]:
    """Each order, and whether the reader may open its task."""
    orders = list(alarm.orders.select_related("grid", "task").order_by("pk"))
    seen = Task.objects.visible_to(user).filter(pk__in=[order.task_id for order in orders])
    visible = set(seen.values_list("pk", flat=True))
    return [(order, order.task_id in visible) for order in orders]


def ranks(scheme: GridScheme) -> list[tuple[ExternalRank, int | None]]:
    """外部排名, newest period first, with the places gained since the period before (进位)."""
    rows = list(
        ExternalRank.objects.filter(scheme=scheme).order_by(
            "issuer", "scope", "indicator", "kind", "period"
        )
    )
    found: list[tuple[ExternalRank, int | None]] = []
    before: ExternalRank | None = None
    for row in rows:
        is_same = before is not None and _series(before) == _series(row)
        found.append((row, before.rank - row.rank if before and is_same else None))
        before = row
    return found[::-1]


def _series(row: ExternalRank) -> tuple[str, str, str, str]:
    return row.issuer, row.scope, row.indicator, row.kind
