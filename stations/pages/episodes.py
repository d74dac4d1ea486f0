"""Pages of episodes: the table and one episode; outside rankings for the targets page."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F

from grids.models import Clause, GridScheme, User
from grids.selectors import quote
from stations.models import Alarm, ExternalRank
from stations.pages import station as pages


def table(user: User, scheme: GridScheme, at: datetime, asked: dict[str, str]) -> dict[str, Any]:
    """Episodes of the scope, running ones first, with counts per kind."""
    rows = Alarm.objects.visible_to(user).filter(station__scheme=scheme)
    counts = rows.filter(ended_at=None).values_list("kind").annotate(n=Count("id"))
    running = dict(counts)
    undecided = rows.filter(verdict="").exclude(kind=Alarm.Kind.NEAR_POLLUTION)
    if asked["kind"] in Alarm.Kind.values:
        rows = rows.filter(kind=asked["kind"])
    if asked["open"]:
        rows = rows.filter(ended_at=None)
    if asked["verdict"] == "none":
        rows = rows.filter(verdict="")
    ordered = rows.select_related("station__grid", "task").order_by(
        F("ended_at").desc(nulls_first=True), "-started_at", "-pk"
    )
    return {
        "alarms": ordered,
        "kinds": [(kind, label, running.get(kind, 0)) for kind, label in Alarm.Kind.choices],
        "running": sum(running.values()),
        "undecided": undecided.count(),
        "recent": rows.filter(started_at__gte=at - timedelta(days=7)).count(),
    }


def one(alarm: Alarm, at: datetime) -> dict[str, Any]:
    """An episode with the hours around it and the sentence behind its rule."""
    until = min(at, (alarm.ended_at or at) + timedelta(hours=6))
    count = min(168, int((until - alarm.started_at).total_seconds() // 3600) + 12)
    rows = pages.last_hours(alarm.station, until, count, None)
    item = "pm10" if alarm.kind == Alarm.Kind.SPIKE else "aqi"
    clause: Clause | None = quote(alarm.station.scheme, str(alarm.rule.get("clause", "")))
    return {
        "alarm": alarm,
        "spec": pages.chart(rows, item, [alarm]),
        "hours": list(reversed(rows)),
        "clause": clause,
    }


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
