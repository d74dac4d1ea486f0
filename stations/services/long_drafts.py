"""A ranking of a month, quarter, half-year or year by the composite index; nothing is written."""

from collections.abc import Mapping
from typing import Any

from grids.models import Grid, GridScheme
from stations import rankables, scoring
from stations.composite import composite_limit
from stations.periods import Period
from stations.ranking import Part
from stations.services.drafts import Draft, fields_of
from stations.spans import SpanAir, Standing, span_air, standings
from stations.standards import LimitSet, rule_set_on

FORMULA = (
    "单位日值为各站有效日值的平均；每项每月有效日值不少于 27 天（二月 25 天），年不少于 324 天，"
    "季、半年、年内各月都有效。SO2、NO2、PM10、PM2.5 取平均，CO 取第 95 百分位，O3 取日最大 8 小时"
    "第 90 百分位，除以二级标准后两位小数修约相加为综合指数，越小越好，同值同名次。"
    "变化率 =（本期 − 上年同期）÷ 上年同期，两期用同一标准计算，越小改善越大。"
)
_RULES = ("rank.station_controls", "rank.kinds")


def long_draft(scheme: GridScheme, period: Period) -> Draft:
    """Level decides the order; the working carries completeness, the year before, improvement."""
    rules = rule_set_on(period.last)
    before = period.year_before()
    now = airs(rankables.units(scheme, period), period, rules.limit_set)
    old = airs(rankables.units(scheme, before), before, rules.limit_set)
    places = standings(now, old)
    lines = [
        _line(grid, air, places[grid], before.code, old.get(grid), rules.limit_set)
        for grid, air in now.items()
    ]
    lines.sort(key=lambda line: (line["rank"] is None, line["rank"] or 0))
    settings = rankables.settings(scheme, period)
    fields = fields_of(period, settings, rules.code, lines) | {
        "formula": FORMULA,
        "weights": {Part.AIR.value: "100"},
        "inputs": {key: settings.rows[key] for key in _RULES},
    }
    return Draft(scheme, period, fields, lines)


def airs(units: list[rankables.Unit], period: Period, limit_set: LimitSet) -> dict[Grid, SpanAir]:
    """Each unit's statistics under the given limits, whatever the period's own are."""
    found = {}
    for unit in units:
        days = scoring.unit_days(period.days, unit.days)
        values = dict(zip(period.days, (day["_values"] for day in days), strict=True))
        found[unit.grid] = span_air(values, period, limit_set)
    return found


def _line(
    grid: Grid,
    air: SpanAir,
    place: Standing,
    before: str,
    old: SpanAir | None,
    limit_set: LimitSet,
) -> dict[str, Any]:
    return {
        "grid": grid,
        "rank": place.level_rank,
        "score": air.index,
        "reason": air.reason,
        "valid_days": air.fewest_days,
        "air": air.index,
        "air_rank": place.level_rank,
        "is_bottom": False,
        "proof": {
            **_working(air, limit_set),
            "before": {"period": before, **_before(old, limit_set)},
            "improvement": {
                "percent": None if place.percent is None else str(place.percent),
                "rank": place.improvement_rank,
            },
        },
    }


def _before(old: SpanAir | None, limit_set: LimitSet) -> dict[str, Any]:
    if old is None:
        return {"air": None, "reason": "上年同期没有站点", "terms": []}
    index = None if old.index is None else str(old.index)
    return {"air": index, "reason": old.reason, **_working(old, limit_set)}


def _working(air: SpanAir, limit_set: LimitSet) -> dict[str, Any]:
    parts: Mapping[str, Any] = air.composite.parts if air.composite else {}
    return {
        "completeness": {item: dict(months) for item, months in air.days.items()},
        "concentrations": {
            name: None if value is None else str(value)
            for name, value in air.concentrations.items()
        },
        "terms": [
            {
                "pollutant": name,
                "concentration": str(air.concentrations[name]),
                "limit": composite_limit(name, limit_set),
                "part": str(part),
            }
            for name, part in parts.items()
        ],
    }
