"""What an order of an alarm says: title, problem, requirement with the sources to look at."""

from collections.abc import Sequence

from stations.levels import level_of
from stations.models import Alarm, AlarmOrder
from stations.standards import BEIJING
from stations.surroundings import Target
from stations.upwind import RING_NAMES, Ranked
from tasks.models.kinds import Kind

_NAMED = 5
NO_SPRAYING = "不得在站点周边喷淋、洒水或以其他方式干扰监测（环发〔2015〕175号）。"
_NEAR = f"立即对站点周边的固定源和流动源开展巡查管控，查明原因并报告措施；{NO_SPRAYING}"
_TEXTS: dict[str, tuple[str, str, str]] = {
    Alarm.Kind.NEAR_POLLUTION: (Kind.CONTROL, "{name} AQI {peak}，{level}", _NEAR),
    Alarm.Kind.RISE: (
        Kind.CONTROL,
        "{name} {pollutant} 升至 {peak} µg/m³，高于周边",
        f"周边站点没有同步上升，排查站点附近的局地排放，查明原因并报告措施；{NO_SPRAYING}",
    ),
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
    Alarm.Kind.INTERFERENCE: (
        Kind.CHECK,
        "{name} {pollutant} 骤降至 {peak} µg/m³，疑似干扰",
        "到采样口周边核查有无喷淋、遮挡等人为干扰，调取监控和作业记录，拍照反馈；"
        f"结论记录以前本周排名暂缓发布。{NO_SPRAYING}",
    ),
}


def kind(alarm: Alarm) -> str:
    return _TEXTS[alarm.kind][0]


def title(alarm: Alarm) -> str:
    shown = _TEXTS[alarm.kind][1].format(
        name=alarm.station.name,
        peak=alarm.peak,
        pollutant=alarm.pollutant,
        level=level_words(alarm.peak),
    )
    return shown[:120]


def level_words(aqi: int | None) -> str:
    if aqi is None or aqi <= 100:
        return "临近轻度污染"
    return level_of(aqi).category.label


def problem(alarm: Alarm, target: Target) -> str:
    start = alarm.started_at.astimezone(BEIJING)
    parts = [f"{alarm.station}自 {start:%m-%d %H:00} 起{alarm.get_kind_display()}"]
    if alarm.pollutant:
        label = "首要污染物" if alarm.kind == Alarm.Kind.NEAR_POLLUTION else "污染物"
        parts.append(f"{label} {alarm.pollutant}")
    if target.why != AlarmOrder.Why.OWN:
        parts.append(f"本网格在该站点的{AlarmOrder.Why(target.why).label}")
    if target.why == AlarmOrder.Why.TREE:
        parts.append("站点或网格没有坐标，按网格树上相邻派单")
    return "，".join(parts) + "。由系统按小时数据自动登记。"


def requirement(alarm: Alarm, ranked: Sequence[Ranked]) -> str:
    """`ranked`: the sources of the receiving grid, in the order in which to look at them."""
    text = _TEXTS[alarm.kind][2]
    if not ranked or alarm.kind == Alarm.Kind.LATE:
        return text
    named = "；".join(_named(one) for one in ranked[:_NAMED])
    more = f"等 {len(ranked)} 处" if len(ranked) > _NAMED else ""
    return f"{text}按次序先查：{named}{more}。"


def _named(one: Ranked) -> str:
    side = "，上风向" if one.is_upwind else ""
    return f"{one.source.name}（{one.source.label}，{RING_NAMES[one.ring]} {one.metres} 米{side}）"


def escalated(alarm: Alarm) -> str:
    return (
        f"升级：{alarm.station.name} AQI 已达 {alarm.peak}，{level_words(alarm.peak)}，"
        f"请按本级要求加密巡查管控并报告措施。{NO_SPRAYING}"
    )
