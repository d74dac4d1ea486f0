"""Column headings as offices, platforms and data sets write them → our names. Pure."""

import re
import unicodedata

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
    plain = unicodedata.normalize("NFKC", text).strip().strip("\ufeff").lower()
    unit = _unit_in(plain)
    bare = _SUFFIX.sub("", _UNIT.sub("", plain).strip()).replace(" ", "")
    name = _BY_ALIAS.get(bare, plain)
    if name not in POLLUTANTS:
        return name
    return f"{name}_{unit or ('m' if name == 'co' else 'u')}gm3"


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
    unit, own = found.group(1), "m" if name == "co" else "u"
    if unit == own:
        return name, 1, 1
    return (name, 1, 1000) if unit == "u" else (name, 1000, 1)
