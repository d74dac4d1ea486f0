"""Times and figures as people say them. Pure: the moment "now" is always an argument.

Aware datetimes are read in Asia/Shanghai; plain dates are Beijing dates already.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
NEAR_DAYS = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
MINUTE, HOUR, DAY = 60, 3600, 86400

AQI_LEVELS = ((50, 1, "优"), (100, 2, "良"), (150, 3, "轻度"), (200, 4, "中度"), (300, 5, "重度"))
"""Upper end, level and short category of each AQI band (HJ 633 table 2); above 300: 6, 严重."""


def aqi_level(aqi: int | None) -> int:
    """Level 1–6 of an AQI; 0 when there is none."""
    if aqi is None:
        return 0
    return next((level for upper, level, _ in AQI_LEVELS if aqi <= upper), 6)


def aqi_category(aqi: int | None) -> str:
    """Short category as spoken (轻度 for 轻度污染); "无数据" when there is no AQI."""
    if aqi is None:
        return "无数据"
    return next((word for upper, _, word in AQI_LEVELS if aqi <= upper), "严重")


def span(length: timedelta) -> str:
    """A length of time in at most two units, cut down: 55 分钟, 1 小时 20 分, 3 天."""
    seconds = abs(int(length.total_seconds()))
    if seconds < HOUR:
        return f"{max(seconds // MINUTE, 1)} 分钟"
    if seconds >= 2 * DAY:
        return f"{seconds // DAY} 天"
    if seconds >= DAY:
        return _pair(seconds // DAY, "天", seconds % DAY // HOUR, "小时")
    if seconds >= 6 * HOUR:
        return f"{seconds // HOUR} 小时"
    return _pair(seconds // HOUR, "小时", seconds % HOUR // MINUTE, "分")


def _pair(first: int, unit: str, second: int, part: str) -> str:
    return f"{first} {unit} {second} {part}" if second else f"{first} {unit}"


def day(on: date, *, today: date) -> str:
    """A day as said today: 昨天, 周三 (within the coming six days), 11-14, 2025-11-14."""
    ahead = (on - today).days
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    if 0 < ahead <= 6:
        return WEEKDAYS[on.weekday()]
    return f"{on:%m-%d}" if on.year == today.year else f"{on:%Y-%m-%d}"


def moment(value: datetime, *, at: datetime) -> str:
    """A moment as said at `at`: 今天 16:17, 昨天 15:40, 周三 09:00, 11-14 10:31."""
    local, now = value.astimezone(BEIJING), at.astimezone(BEIJING)
    return f"{day(local.date(), today=now.date())} {local:%H:%M}"


def exact(value: datetime | date) -> str:
    """The full moment for a title attribute: 2026-11-16 16:17:05 周一."""
    if not isinstance(value, datetime):
        return f"{value:%Y-%m-%d} {WEEKDAYS[value.weekday()]}"
    local = value.astimezone(BEIJING)
    return f"{local:%Y-%m-%d %H:%M:%S} {WEEKDAYS[local.weekday()]}"


def due(due_at: datetime, *, at: datetime) -> str:
    """A deadline as said at `at`: 逾期 2 小时, 今日 18:00 到期 · 剩 1 小时 20 分, 周三前."""
    if due_at < at:
        return f"逾期 {span(at - due_at)}"
    local, today = due_at.astimezone(BEIJING), at.astimezone(BEIJING).date()
    # A deadline at midnight belongs to the day that ends then: 当日24时.
    ends_day = (local.hour, local.minute) in ((0, 0), (23, 59))
    on = (local - timedelta(minutes=1)).date()
    if on == today:
        clock = "24:00" if ends_day else f"{local:%H:%M}"
        return f"今日 {clock} 到期 · 剩 {span(due_at - at)}"
    said = day(on, today=today)
    return f"{said}前" if ends_day else f"{said} {local:%H:%M} 前"


def due_tone(due_at: datetime, *, at: datetime) -> str:
    """Tone of a deadline: late when missed, warn on its last day or within 24 hours, else none."""
    if due_at < at:
        return "late"
    ends_on = (due_at.astimezone(BEIJING) - timedelta(minutes=1)).date()
    is_near = ends_on == at.astimezone(BEIJING).date() or due_at - at <= timedelta(days=1)
    return "warn" if is_near else ""
