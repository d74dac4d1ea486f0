"""The task behind an alarm: registered and handed to the grid of the station at once."""

from datetime import datetime
from typing import Any

from grids.selectors import rule
from stations.levels import level_of
from stations.models import Alarm
from stations.standards import BEIJING
from tasks.models import Task
from tasks.models.kinds import Category, DeadlineKind, Kind, Source
from tasks.services import life

_HOURS: dict[str, int] = {Alarm.Kind.NEAR_POLLUTION: 2}
_OTHER_HOURS = 24

_NEAR = (
    "立即对站点周边的固定源和流动源开展巡查管控，查明原因并报告措施；"
    "不得在站点周边喷淋、洒水或以其他方式干扰监测（环发〔2015〕175号）。"
)
_TEXTS: dict[str, tuple[str, str, str]] = {
    Alarm.Kind.NEAR_POLLUTION: (Kind.CONTROL, "{name} AQI {peak}，{level}", _NEAR),
    Alarm.Kind.SPIKE: (
        Kind.CHECK,
        "{name} {pollutant} 突升至 {peak} µg/m³",
        "到站点周边核查突升原因，区分真实污染、干扰和设备故障，拍照反馈。",
    ),
    Alarm.Kind.STUCK: (
        Kind.CHECK,
        "{name} 数值 {peak} 小时不变",
        "核查仪器和采集传输是否正常，区分设备故障和误报，反馈结论。",
    ),
    Alarm.Kind.LATE: (
        Kind.CHECK,
        "{name} 数据迟到 {peak} 小时",
        "核查站房、供电和网络，排除故障并恢复上传，反馈原因。",
    ),
}


def task_for(alarm: Alarm, *, at: datetime) -> Task:
    """One task per episode and grid: a second station of the grid joins the open one."""
    shared = (
        Task.objects.open()
        .filter(
            alarms__kind=alarm.kind,
            alarms__ended_at=None,
            alarms__station__grid=alarm.station.grid_id,
        )
        .order_by("pk")
        .first()
    )
    return shared or _new_task(alarm, at)


def _new_task(alarm: Alarm, at: datetime) -> Task:
    station, grid = alarm.station, alarm.station.grid
    kind, title, requirement = _TEXTS[alarm.kind]
    shown = title.format(
        name=station.name, peak=alarm.peak, pollutant=alarm.pollutant, level=_level(alarm.peak)
    )
    task = life.register(
        scheme=station.scheme,
        title=shown[:120],
        category=Category.STATION,
        source=Source.ALARM,
        origin_grid=grid,
        kind=kind,
        problem=_problem(alarm),
        place=station.install_place,
        lon=station.lon,
        lat=station.lat,
        source_ref=f"{station.code} {alarm.started_at.astimezone(BEIJING):%Y-%m-%d %H:00}",
        clause=str(alarm.rule.get("clause", "")),
        facts={"alarm": alarm.pk, "station": station.code, "peak": alarm.peak},
        by=None,
        at=at,
    )
    return life.issue(
        task,
        grid=grid,
        requirement=requirement,
        supervisor=f"{grid.name}值守",
        deadline_kind=DeadlineKind.HOURS,
        deadline_amount=_hours_for(alarm, at),
        by=None,
        at=at,
    )


def _level(aqi: int | None) -> str:
    if aqi is None or aqi <= 100:
        return "临近轻度污染"
    return level_of(aqi).category.label


def _problem(alarm: Alarm) -> str:
    start = alarm.started_at.astimezone(BEIJING)
    parts = [f"{alarm.station}自 {start:%m-%d %H:00} 起{alarm.get_kind_display()}"]
    if alarm.pollutant:
        parts.append(f"首要污染物 {alarm.pollutant}")
    return "，".join(parts) + "。由系统按小时数据自动登记。"


def _hours_for(alarm: Alarm, at: datetime) -> int:
    on = at.astimezone(BEIJING).date()
    given: dict[str, Any] = rule(alarm.station.scheme, "alarm_hours", on) or {}
    return int(given.get(alarm.kind) or _HOURS.get(alarm.kind, _OTHER_HOURS))
