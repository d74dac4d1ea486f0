"""Fields that a category of pollution source has, and what follows from their values. Pure.

Each demand names the sentence of the documents behind it (clause ids).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NUMBER, TEXT, CHOICE, YES_NO, DAY = "NUMBER", "TEXT", "CHOICE", "YES_NO", "DAY"
YES, NO = "是", "否"


@dataclass(frozen=True)
class Attribute:
    """One field of a category; `unit` for numbers, `choices` for choices."""

    key: str
    label: str
    kind: str = TEXT
    unit: str = ""
    choices: tuple[str, ...] = ()
    clause: str = ""


_SITE = (
    Attribute(
        "kind",
        "类型",
        CHOICE,
        choices=("建筑工地", "砂石场", "混凝土搅拌", "拆迁工地", "道路施工"),
        clause="Y1-40",
    ),
    Attribute(
        "state", "状态", CHOICE, choices=("未开工", "施工", "停工整治", "竣工"), clause="ZY-51"
    ),
    Attribute("area_m2", "面积", NUMBER, unit="平方米"),
    Attribute("department", "责任部门", clause="ZY-56"),
)
_GRADE = Attribute(
    "grade", "环保绩效等级", CHOICE, choices=("A", "B", "C", "D", "绩效引领"), clause="Z-31"
)
_PERMIT = Attribute("permit", "排污许可证号", clause="Y1-19")
_OUTLETS = Attribute("outlets", "废气排放口", NUMBER, unit="个", clause="Z-32")
_RISK = Attribute("risk", "风险等级", CHOICE, choices=("高", "中", "低"), clause="Y1-19")

FIELDS: dict[str, tuple[Attribute, ...]] = {
    "DUST": _SITE,
    "ROAD": (Attribute("length_m", "长度", NUMBER, unit="米"), Attribute("department", "保洁单位")),
    "YARD": (
        Attribute("area_m2", "面积", NUMBER, unit="平方米"),
        Attribute("covered", "已覆盖", YES_NO),
    ),
    "COOKING_FUMES": (
        Attribute(
            "purifier",
            "油烟净化设施",
            CHOICE,
            choices=("正常运行", "未运行", "未安装"),
            clause="ZY-80",
        ),
        Attribute("cleaned_on", "最近清洗", DAY, clause="ZY-80"),
        Attribute("in_residence", "居民住宅楼内", YES_NO, clause="ZY-81"),
    ),
    "VOCS": (
        Attribute(
            "trade",
            "行业",
            CHOICE,
            choices=(
                "汽车4S店",
                "汽车维修",
                "家具喷漆",
                "印刷",
                "喷涂",
                "加油站",
                "储油库",
                "其他",
            ),
            clause="Y1-36",
        ),
        Attribute("source_stage", "源头替代", TEXT, clause="W-37"),
        Attribute("process_stage", "过程收集", TEXT, clause="W-37"),
        Attribute("end_stage", "末端治理", TEXT, clause="W-37"),
        Attribute("sales_t", "年销售汽油", NUMBER, unit="吨", clause="ZY-48"),
        Attribute("online_monitor", "油气回收在线监控", YES_NO, clause="ZY-48"),
        Attribute("tested_on", "最近检测", DAY, clause="ZY-47"),
    ),
    "INDUSTRY": (_PERMIT, _RISK, _OUTLETS, _GRADE),
    "BOILER": (
        Attribute(
            "fuel", "燃料", CHOICE, choices=("天然气", "燃煤", "生物质", "电"), clause="Y1-35"
        ),
        Attribute("capacity_tph", "容量", NUMBER, unit="蒸吨/小时", clause="ZY-12"),
        Attribute("burner", "燃烧器", CHOICE, choices=("低氮", "普通"), clause="Y1-35"),
        Attribute("nox_mgm3", "氮氧化物", NUMBER, unit="毫克/立方米", clause="ZY-19"),
    ),
    "VEHICLE": (
        Attribute("plate", "车牌", TEXT, clause="ZY-63"),
        Attribute("company", "运输公司", TEXT, clause="ZY-67"),
        Attribute("department", "责任部门", TEXT, clause="ZY-63"),
        Attribute("muck_truck", "渣土车", YES_NO, clause="ZY-63"),
        Attribute("locator", "实时在线定位", YES_NO, clause="ZY-65"),
    ),
    "MACHINERY": (
        Attribute("code", "环保编码", TEXT, clause="Z-21"),
        Attribute(
            "stage", "排放阶段", CHOICE, choices=("国一", "国二", "国三", "国四"), clause="Y1-55"
        ),
        Attribute("tagged", "已挂牌", YES_NO, clause="Y1-55"),
    ),
    "FIREWORKS": (Attribute("exited", "已退出", YES_NO, clause="Z-37"),),
    "SMALL_POLLUTER": (
        Attribute("way", "整治方式", CHOICE, choices=("取缔", "搬迁", "升级"), clause="Y1-30"),
    ),
}


def fields_of(category: str) -> tuple[Attribute, ...]:
    return FIELDS.get(category, ())


@dataclass(frozen=True)
class Demand:
    """What the values of a source oblige it to; `clause` is the sentence."""

    text: str
    clause: str


def demands(category: str, values: Mapping[str, Any]) -> list[Demand]:
    """Obligations that a source does not meet, by its own attributes; [] when none."""
    check = _CHECKS.get(category)
    return check(values) if check else []


def _number(values: Mapping[str, Any], key: str) -> float | None:
    try:
        return float(values[key])
    except (KeyError, TypeError, ValueError):
        return None


def _boiler(values: Mapping[str, Any]) -> list[Demand]:
    found = []
    capacity, nox = _number(values, "capacity_tph"), _number(values, "nox_mgm3")
    if values.get("fuel") == "燃煤" and capacity is not None and capacity <= 10:
        found.append(Demand("10 蒸吨/小时及以下燃煤锅炉须拆除或改用清洁能源", "ZY-12"))
    if values.get("fuel") == "天然气" and nox is not None and nox > 30:
        found.append(Demand(f"氮氧化物 {nox:g} 毫克/立方米，应在 30 以下", "ZY-19"))
    if values.get("fuel") == "天然气" and values.get("burner") == "普通":
        found.append(Demand("天然气锅炉未做低氮改造", "Y1-35"))
    return found


def _fumes(values: Mapping[str, Any]) -> list[Demand]:
    found = []
    if values.get("purifier") in ("未安装", "未运行"):
        found.append(Demand(f"油烟净化设施{values['purifier']}", "ZY-80"))
    if values.get("in_residence") == YES:
        found.append(Demand("居民住宅楼内禁止新建产生油烟的餐饮服务经营场所", "ZY-81"))
    return found


def _petrol(values: Mapping[str, Any]) -> list[Demand]:
    sales = _number(values, "sales_t")
    if sales is not None and sales >= 5000 and values.get("online_monitor") != YES:
        return [Demand("年销售 5000 吨以上加油站须安装在线监控设施", "ZY-48")]
    return []


def _truck(values: Mapping[str, Any]) -> list[Demand]:
    if values.get("muck_truck") == YES and values.get("locator") != YES:
        return [Demand("未安装实时在线定位系统，一律不得从事渣土运输业务", "ZY-65")]
    return []


_CHECKS = {"BOILER": _boiler, "COOKING_FUMES": _fumes, "VOCS": _petrol, "VEHICLE": _truck}
