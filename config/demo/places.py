"""示例 positions, sources and targets, so that maps, rings, upwind side and allowances have a face.

Nothing here is measured or decided by anybody: every row is marked 示例 and the pages say so.
"""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from grids.models import Grid, GridScheme, User
from inspections.services.sources import Facts, propose
from stations.models import Station, Target
from stations.services import places, targets
from stations.services.targets import Wish

WHY = "示例坐标：按地名估计，不是测量结果，请现场定位后更正"
ISSUER = "示例（未下达）"
DOCUMENT = "演示用，文件没有给出数值"
SCHEME = "wangcheng"

POSITIONS = {
    "WC-P01": (112.8216, 28.3087), "WC-M01": (112.8189, 28.3112), "WC-M02": (112.8642, 28.2763),
    "WC-M03": (112.7884, 28.3296), "WC-M04": (112.8127, 28.4518), "WC-M05": (112.8286, 28.4607),
    "WC-M06": (112.8173, 28.3531), "WC-M07": (112.8336, 28.3702), "WC-M08": (112.8615, 28.3247),
    "WC-M09": (112.8893, 28.2934), "WC-M10": (112.8361, 28.2802), "WC-M11": (112.8562, 28.2592),
    "WC-M12": (112.7693, 28.3658), "WC-M13": (112.8957, 28.3936), "WC-M14": (112.8238, 28.4493),
    "WC-M15": (112.9468, 28.4581), "WC-M16": (112.9172, 28.4853), "WC-M17": (112.7246, 28.5037),
    "WC-M18": (112.7641, 28.4402), "WC-M19": (112.7524, 28.2263),
}  # fmt: skip
"""WGS-84 degrees, inside the outline of the district."""

TARGETS = (
    ("", "pm25_mean", "<=", "78"),
    ("", "pm10_mean", "<=", "95"),
    ("", "good_days", ">=", "45"),
    ("", "good_day_ratio", ">=", "55"),
    ("", "co_p95", "<=", "2.5"),
    ("", "o3_8h_p90", "<=", "160"),
    ("", "composite_index", "<=", "6.8"),
    ("430112001", "pm10_mean", "<=", "100"),
    ("WC-P01", "pm25_mean", "<=", "80"),
)
"""(grid or station code, or "" for all; indicator; operator; value)."""

KINDS = ("DUST", "COOKING_FUMES", "VEHICLE", "OPEN_BURNING", "YARD", "INDUSTRY")
SOURCES_OF = ("WC-P01", "WC-M06")
"""Stations that get a few example sources around them."""


def settle(people: dict[str, User], *, at: datetime) -> dict[str, int]:
    """Once; what is there already stays."""
    scheme = GridScheme.objects.filter(code=SCHEME).first()
    if scheme is None:
        return {}
    return {
        "places": _place(at),
        "targets": _wish(scheme, at),
        "sources": _sources(scheme, people["wc-office"], at),
    }


def _place(at: datetime) -> int:
    stations = Station.objects.filter(code__in=POSITIONS, lon=None, places=None)
    for station in stations:
        lon, lat = POSITIONS[station.code]
        places.place(
            station,
            lon=lon,
            lat=lat,
            datum="wgs84",
            reason=WHY,
            by=None,
            at=at,
            is_example=True,
        )
    return len(stations)


def _wish(scheme: GridScheme, at: datetime) -> int:
    if Target.objects.filter(scheme=scheme).exists():
        return 0
    for code, indicator, operator, value in TARGETS:
        wish = Wish(
            indicator=indicator,
            operator=operator,
            value=Decimal(value),
            year=timezone.localdate(at).year,
            strength="MUST",
            issuer=ISSUER,
            document=DOCUMENT,
            grid=Grid.objects.filter(scheme=scheme, code=code).first() if code else None,
            station=Station.objects.filter(scheme=scheme, code=code).first() if code else None,
            is_example=True,
        )
        targets.enter(scheme, wish, reason="演示余量怎样计算", by=None, at=at)
    return len(TARGETS)


def _sources(scheme: GridScheme, office: User, at: datetime) -> int:
    made = 0
    for station in Station.objects.filter(code__in=SOURCES_OF).select_related("grid"):
        dice = random.Random(station.code)  # noqa: S311  (a place on a map)
        lon, lat = POSITIONS[station.code]
        for number, category in enumerate(KINDS, 1):
            facts = Facts(
                name=f"示例污染源 {station.name}-{number}",
                category=category,
                address="示例，按站点周边随机放置",
                lon=round(lon + dice.uniform(-0.018, 0.018), 6),
                lat=round(lat + dice.uniform(-0.016, 0.016), 6),
            )
            key = uuid5(NAMESPACE_URL, f"demo-source-{station.code}-{number}")
            _, is_new = propose(
                grid=station.grid,
                facts=facts,
                by=office,
                at=at - timedelta(days=10),
                client_id=key,
            )
            made += is_new
    return made
