"""The list of episodes, and what 疑似干扰 holds back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet

from grids.models import GridScheme, User
from stations import detection, holds, selectors
from stations.models import Alarm
from stations.periods import Kind, Period
from stations.standards import BEIJING

STATES = (("open", "进行中"), ("ended", "已结束"), ("review", "待核查"))


def table(user: User, scheme: GridScheme, at: datetime, asked: dict[str, str]) -> dict[str, Any]:
    """Episodes of the scope, running ones first, with counts per kind and state.

    `asked`: kind, state, station (code). What does not exist is named in `unknown` and left out.
    """
    rows = Alarm.objects.visible_to(user).filter(station__scheme=scheme)
    running = dict(rows.open().values_list("kind").annotate(n=Count("id")))
    shown, unknown = _filtered(rows, asked)
    ordered = shown.select_related("station__grid", "task").order_by(
        F("ended_at").desc(nulls_first=True), "-started_at", "-pk"
    )
    return {
        "alarms": ordered,
        "unknown": unknown,
        "kinds": [(kind, label, running.get(kind, 0)) for kind, label in Alarm.Kind.choices],
        "states": STATES,
        "running": sum(running.values()),
        "undecided": rows.to_review().count(),
        "recent": rows.filter(started_at__gte=at - timedelta(days=7)).count(),
        "unwatched": [kind.label for kind in detection.unwatched(scheme, at)],
        "held": held(scheme, at),
    }


def _filtered(
    rows: QuerySet[Alarm], asked: dict[str, str]
) -> tuple[QuerySet[Alarm], dict[str, str]]:
    unknown: dict[str, str] = {}
    kind, state, station = asked["kind"], asked["state"], asked["station"]
    if kind in Alarm.Kind.values:
        rows = rows.filter(kind=kind)
    elif kind:
        unknown["情况"] = kind
    if state in dict(STATES):
        rows = _in_state(rows, state)
    elif state:
        unknown["状态"] = state
    if station and rows.filter(station__code=station).exists():
        rows = rows.filter(station__code=station)
    elif station:
        unknown["站点"] = station
    return rows, unknown


def _in_state(rows: QuerySet[Alarm], state: str) -> QuerySet[Alarm]:
    if state == "review":
        return Alarm.objects.to_review().filter(pk__in=rows.values("pk"))
    return rows.filter(ended_at__isnull=state == "open")


@dataclass(frozen=True)
class Held:
    """A period that may not be published yet, with the episodes it waits for."""

    period: Period
    alarms: list[Alarm]
    sentence: str


def held(scheme: GridScheme, at: datetime) -> list[Held]:
    """The week that ended and the one that runs, where 疑似干扰 waits for its verdict."""
    now = Period.containing(Kind.WEEK, at.astimezone(BEIJING).date())
    found = []
    for week in (now.previous(), now):
        if selectors.weekly(scheme, week) is None:
            alarms = holds.holding(scheme, week)
            if alarms:
                found.append(Held(week, alarms, holds.reason(week, alarms)))
    return found
