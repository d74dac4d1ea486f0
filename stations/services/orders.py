"""The tasks behind an alarm: one per episode and grid, handed out at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from grids.models import Grid, GridScheme
from grids.selectors import rule
from stations import hours, surroundings, upwind
from stations.detection import Rows
from stations.models import Alarm, AlarmOrder, Station
from stations.services import order_words as words
from stations.standards import BEIJING
from stations.surroundings import Reach, Target
from stations.upwind import Ranked, Sector, Source
from tasks.models import Task
from tasks.models.kinds import Category, DeadlineKind
from tasks.models.kinds import Source as TaskSource
from tasks.services import life

Around = Callable[[Station, int], Iterable[Source]]
"""Sources on the register within so many metres of a station that has a position."""
_SHOWN = 30
OWN_ONLY = (Alarm.Kind.SPIKE, Alarm.Kind.STUCK, Alarm.Kind.LATE, Alarm.Kind.INTERFERENCE)
"""What the station's own grid checks; high values go to the grids around as well."""


def unknown(station: Station, metres: int) -> Iterable[Source]:
    """No register at hand: orders name no sources."""
    return ()


@dataclass(frozen=True)
class Desk:
    """What orders need to know about the scheme at the moment."""

    scheme: GridScheme
    stations: Sequence[Station]
    rows: Rows
    sources: Around
    at: datetime

    def rule(self, key: str) -> dict[str, Any]:
        value: dict[str, Any] = rule(self.scheme, key, self.at.astimezone(BEIJING).date()) or {}
        return value

    def key_area_m(self, station: Station) -> int:
        """1 km in Yiyang (Y1-42); the station's key ring where the scheme names no radius."""
        on = self.at.astimezone(BEIJING).date()
        return int(rule(self.scheme, "key_area_m", on) or station.key_m)


def give(alarm: Alarm, desk: Desk) -> None:
    """派单 for a new alarm, unless the episode was over long before anybody looked."""
    if not _is_fresh(alarm, desk):
        return
    circle = "near" if alarm.level is None else f"level_{alarm.level}"
    _order(alarm, "rise" if alarm.kind == Alarm.Kind.RISE else circle, desk)


def escalate(alarm: Alarm, desk: Desk) -> None:
    """升级: the running episode reached the next level. Grids that have an order are told in it;
    wider circles get one each. Nothing happens when the rule does not name the level."""
    circle = f"level_{alarm.level}"
    if circle not in desk.rule("alarm_orders"):
        return
    running = alarm.orders.filter(task__in=Task.objects.open()).select_related("task")
    for given in running.order_by("pk"):
        life.comment(given.task, note=words.escalated(alarm), by=None, at=desk.at)
    _order(alarm, circle, desk)


def _is_fresh(alarm: Alarm, desk: Desk) -> bool:
    """An episode that is over calls for a check while it is fresh; 疑似干扰 always does, because
    the ranking waits for it. A high value that is over calls for nothing."""
    if alarm.ended_at is None or alarm.kind == Alarm.Kind.INTERFERENCE:
        return True
    fresh = timedelta(hours=int(desk.rule("alarm_orders").get("fresh_hours", 0)))
    return alarm.kind in OWN_ONLY and alarm.last_at >= desk.at - fresh


def _order(alarm: Alarm, circle: str, desk: Desk) -> None:
    given = desk.rule("alarm_orders")
    wind = _wind(alarm, given, desk)
    ranked = _ranked(alarm, wind, desk)
    circles = () if alarm.kind in OWN_ONLY else tuple(given.get(circle, ()))
    reach = Reach(
        on=desk.at.astimezone(BEIJING).date(),
        circles=circles,
        key_area_m=desk.key_area_m(alarm.station),
        tree=int(given.get("tree", 0)),
        most=int(given.get("most", 1)),
    )
    known = {order.grid_id for order in alarm.orders.all()}
    for target in surroundings.targets(alarm.station, reach, wind, ranked):
        if target.grid.pk not in known:
            _give_one(alarm, target, ranked, desk)
    alarm.around = _kept(alarm, wind, ranked, circles)
    alarm.save(update_fields=["task", "around"])


def _wind(alarm: Alarm, given: dict[str, Any], desk: Desk) -> Sector | None:
    """Mean of the episode's last hours at the station, else at all stations of the scheme."""
    if "spread_deg" not in given:
        return None
    last = hours.hour_number(alarm.last_at)
    wanted = range(last - int(given["wind_hours"]) + 1, last + 1)
    own = _winds(desk.rows, [alarm.station_id], wanted)
    found = own or _winds(desk.rows, [one.pk for one in desk.stations], wanted)
    return upwind.sector(found, spread=given["spread_deg"], calm_ms=given["calm_ms"])


def _winds(rows: Rows, stations: Iterable[int], wanted: range) -> list[tuple[int, int]]:
    there = (rows.get(pk, {}).get(hour) for pk in stations for hour in wanted)
    return [
        (row.wind_deg, row.wind_speed_cms)
        for row in there
        if row is not None and row.wind_deg is not None and row.wind_speed_cms is not None
    ]


def _ranked(alarm: Alarm, wind: Sector | None, desk: Desk) -> list[Ranked]:
    place = surroundings.place_of(alarm.station)
    if place is None:
        return []
    likely = desk.rule("source_rank")
    first = alarm.pollutant.split("、")[0].lower().replace(".", "")
    near = desk.sources(alarm.station, alarm.station.radiation_m)
    return upwind.rank(near, place, wind, likely.get(first, []))


def _kept(
    alarm: Alarm, wind: Sector | None, ranked: list[Ranked], circles: tuple[str, ...]
) -> dict[str, Any]:
    """What stays with the alarm: the page shows the surroundings as they were then."""
    return {
        "wind": wind
        and {"name": wind.name, "degrees": round(wind.degrees), "speed_ms": wind.speed_ms},
        "has_position": alarm.station.lon is not None,
        "circles": list(circles),
        "sources": [one.plain() for one in ranked[:_SHOWN]],
        "total": len(ranked),
    }


def _give_one(alarm: Alarm, target: Target, ranked: list[Ranked], desk: Desk) -> None:
    task = _shared(alarm, target.grid) or _new_task(alarm, target, ranked, desk)
    AlarmOrder.objects.create(
        alarm=alarm, grid=target.grid, task=task, why=target.why, ordered_at=desk.at
    )
    if target.why == AlarmOrder.Why.OWN:
        alarm.task = task


def _shared(alarm: Alarm, grid: Grid) -> Task | None:
    """A second station of the area joins the order that the grid has for the running episode."""
    rows = Task.objects.open().filter(
        alarm_orders__alarm__kind=alarm.kind,
        alarm_orders__alarm__ended_at=None,
        alarm_orders__grid=grid,
    )
    return None if alarm.ended_at else rows.order_by("pk").first()


def _new_task(alarm: Alarm, target: Target, ranked: list[Ranked], desk: Desk) -> Task:
    station, grid = alarm.station, target.grid
    is_own = target.why == AlarmOrder.Why.OWN
    task = life.register(
        scheme=desk.scheme,
        title=words.title(alarm),
        category=Category.STATION,
        source=TaskSource.ALARM,
        origin_grid=grid,
        kind=words.kind(alarm),
        problem=words.problem(alarm, target),
        place=station.install_place if is_own else "",
        lon=station.lon if is_own else None,
        lat=station.lat if is_own else None,
        source_ref=f"{station.code} {alarm.started_at.astimezone(BEIJING):%Y-%m-%d %H:00}",
        clause=str(alarm.rule.get("clause", "")),
        facts={"alarm": alarm.pk, "station": station.code, "peak": alarm.peak, "why": target.why},
        by=None,
        at=desk.at,
    )
    amount = desk.rule("alarm_hours").get(alarm.kind)
    return life.issue(
        task,
        grid=grid,
        requirement=words.requirement(alarm, [one for one in ranked if _stands_in(one, grid)]),
        supervisor=f"{station.grid.name}值守",
        deadline_kind=DeadlineKind.HOURS if amount else DeadlineKind.SAME_DAY,
        deadline_amount=int(amount) if amount else None,
        deadline_text="" if amount else "体系没有规定核查时限，按当日办结",
        by=None,
        at=desk.at,
    )


def _stands_in(one: Ranked, grid: Grid) -> bool:
    return grid.pk in one.source.grid_path
