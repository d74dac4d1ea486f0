"""Column headings as offices, platforms and data sets write them → our names. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from stations.standards import POLLUTANTS

_ALIASES = {
    "station": (
        "station station_code stationcode code site site_code 站点 站点编码 站点代码 站点编号 "
        "监测点编码 点位编码 点位代码"
    ),
    "station_name": "positionname position_name name station_name 站点名称 监测点名称 点位名称",
    "hour_ending_at": (
        "hour_ending_at timepoint time_point time datetime at 时间 监测时间 数据时间 日期时间"
    ),
    "date": "date day 日期 监测日期",
    "hour": "hour 小时 时次 时",
    "pm25": "pm2.5 pm25 pm2_5 细颗粒物",
    "pm10": "pm10 可吸入颗粒物",
    "so2": "so2 二氧化硫",
    "no2": "no2 二氧化氮",
    "co": "co 一氧化碳",
    "o3": "o3 臭氧",
    "o3_24h": "o3_24h",
    "o3_8h": "o3_8h 臭氧8小时 o38h o3-8h",
    "wind_speed_ms": "wind_speed_ms wind_speed wspm 风速",
    "wind_deg": "wind_deg wind_direction 风向",
    "temperature_c": "temperature_c temperature temp 气温 温度",
    "humidity_percent": "humidity_percent humidity rh 湿度 相对湿度",
    "flags": "flags 标记",
}
_BY_ALIAS = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_UNIT = re.compile(r"[(（\[](.*?)[)）\]]")
_SUFFIX = re.compile(r"_(u|m)gm3$", re.ASCII)


def read_heading(text: str) -> str:
    """'PM2.5(μg/m³)' → 'pm25_ugm3', '站点编码' → 'station'; unknown ones come back as they are.

    A pollutant without a unit is µg/m³, CO mg/m³.
    """
    plain = _plain(text)
    name = _name_of(plain)
    if name not in POLLUTANTS:
        return name
    return f"{name}_{_unit_in(plain) or usual_unit(name)}gm3"


def _name_of(plain: str) -> str:
    bare = _SUFFIX.sub("", _UNIT.sub("", plain).strip()).replace(" ", "")
    return _BY_ALIAS.get(bare, plain)


def usual_unit(pollutant: str) -> str:
    """'u' for µg/m³, 'm' for mg/m³ where nothing is said."""
    return "m" if pollutant == "co" else "u"


def look_like_heads(cells: Sequence[str]) -> bool:
    """Whether a row of cells names columns: two of them are known, one a time or a pollutant."""
    known = [_name_of(_plain(cell)) for cell in cells if cell.strip()]
    found = {name for name in known if name in _ALIASES}
    wanted = {"hour_ending_at", "date", *POLLUTANTS}
    return bool(found & wanted) and (len(found) > 1 or "type" in known)


def is_average(text: str) -> bool:
    """Whether a heading says that the figures are no hourly means: 8 h, 24 h, day."""
    plain = _plain(text)
    return bool(re.search(r"(8|24)\s*(h|小时)|滑动|日均|均值|日最大", plain))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().strip("\ufeff").lower()


def _unit_in(plain: str) -> str:
    if found := _SUFFIX.search(plain):
        return found.group(1)
    written = "".join(_UNIT.findall(plain)).replace("μ", "u").replace("微克", "ug")
    if "mg" in written or "毫克" in written:
        return "m"
    return "u" if "ug" in written else ""


def scaled(heading: str) -> tuple[str, int, int] | None:
    """'co_ugm3' → ('co', 1, 1000): stored thousandths are the written ones times 1 by 1000."""
    found = _SUFFIX.search(heading)
    name = heading[: found.start()] if found else ""
    if not found or name not in POLLUTANTS:
        return None
    unit, own = found.group(1), usual_unit(name)
    if unit == own:
        return name, 1, 1
    return (name, 1, 1000) if unit == "u" else (name, 1000, 1)
