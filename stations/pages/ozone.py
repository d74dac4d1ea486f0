"""臭氧 on the station's page: the moving mean as a curve, today's maximum, the season."""

from datetime import datetime
from typing import Any

from stations import ozone
from stations.models import Station
from stations.standards import Period, limit, limits_on


def panel(station: Station, at: datetime) -> dict[str, Any]:
    """What the card says: season or None, the day so far, the limit of its 8 h maximum."""
    found = ozone.today(station, at)
    return {
        "season": ozone.season(station.scheme, found.day),
        "today": found,
        "windows": ozone.WINDOWS_OF_DAY,
        "limit": limit_of(found),
    }


def limit_of(found: ozone.Today) -> int:
    """Grade 2, µg/m³, by the date."""
    return limit("o3", Period.DAY_MAX_8H, limit_set=limits_on(found.day))


def chart(station: Station, at: datetime, count: int) -> dict[str, Any]:
    """O3 8 小时滑动平均 of the last hours with the limit as a thin line."""
    rows = ozone.moving(station, at, count)
    return {
        "kind": "line",
        "x": [row.at.strftime("%m-%d %H:00") for row in rows],
        "x_title": "小时（止）",
        "y_title": "O3 8 小时滑动平均",
        "unit": "µg/m³",
        "series": [{"name": "O3 8 小时", "data": [row.mean_ugm3 for row in rows]}],
        "limits": [{"name": "二级（日最大）", "value": limit_of(ozone.today(station, at))}],
        "empty": "这段时间没有臭氧数据。",
    }
