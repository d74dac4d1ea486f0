"""A ranking of a day or a week, computed with its working; nothing is written."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grids.models import Grid, GridScheme
from stations import rankables, scoring
from stations.periods import Kind, Period
from stations.ranking import (
    Part,
    Row,
    UnitWeek,
    Weights,
    bottom_units,
    competition_ranks,
    rank_week,
)
from stations.standards import rule_set_on

FORMULAS = {
    Kind.WEEK: (
        "周得分 = 各部分名次 × 权重之和，越小越好。空气：各站有效日值的平均为单位日值"
        "（六项齐全为有效日），SO2、NO2、PM10、PM2.5 取有效日平均，CO 取第 95 百分位，"
        "O3 取日最大 8 小时第 90 百分位，除以二级标准后两位小数修约相加为综合指数，越小越好。"
        "督查：逾期、验收退回、反弹、督查发现之和，越少越好。执法办案：自查自办数，越多越好。"
    ),
    Kind.DAY: "单位日值（各站有效日值的平均）按当日标准计算 AQI，越小越好；六项不全不参与。",
}


@dataclass(frozen=True)
class Draft:
    """A ranking as it would be published; `lines` are field values of `RankingLine`."""

    scheme: GridScheme
    period: Period
    fields: dict[str, Any]
    lines: list[dict[str, Any]]

    @property
    def digest(self) -> str:
        """SHA-256 over everything that a reader is shown."""
        plain = {
            "scheme": self.scheme.code,
            "period": self.period.code,
            **{name: self.fields[name] for name in ("rule_set", "weights", "inputs", "formula")},
            "lines": [{**line, "grid": line["grid"].code} for line in self.lines],
        }
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def week_draft(
    scheme: GridScheme,
    period: Period,
    units: list[rankables.Unit],
    parts: Mapping[int, Mapping[str, Any]],
) -> Draft:
    settings = rankables.settings(scheme, period)
    rules = rule_set_on(period.last)
    airs = {
        unit.grid: scoring.week(
            scoring.unit_days(period.days, unit.days), rules=rules, at_least=settings.days
        )
        for unit in units
    }
    rows = rank_week(
        {grid: _unit_week(air, parts[grid.pk]) for grid, air in airs.items()},
        weights=settings.weights,
    )
    bottom = bottom_units(
        {row.unit: row.rank for row in rows if row.rank},
        size=settings.bottom,
        at_least=settings.units,
    )
    lines = [
        _week_line(row, airs[row.unit], parts[row.unit.pk], is_bottom=row.unit in bottom)
        for row in rows
    ]
    return Draft(scheme, period, fields_of(period, settings, rules.code, lines), lines)


def _unit_week(air: scoring.UnitAir, parts: Mapping[str, Any]) -> UnitWeek:
    return UnitWeek(
        participation=air.participation,
        values={
            Part.AIR: air.value,
            Part.SUPERVISION: parts["supervision"]["total"],
            Part.ENFORCEMENT: parts["enforcement"] or 0,
        },
    )


def _week_line(
    row: Row, air: scoring.UnitAir, parts: Mapping[str, Any], *, is_bottom: bool
) -> dict[str, Any]:
    return {
        "grid": row.unit,
        "rank": row.rank,
        "score": row.score,
        "reason": row.participation.reason,
        "valid_days": row.participation.valid_days,
        "air": air.value,
        "air_rank": row.part_ranks.get(Part.AIR),
        "supervision": parts["supervision"]["total"],
        "supervision_rank": row.part_ranks.get(Part.SUPERVISION),
        "enforcement": parts["enforcement"],
        "enforcement_rank": row.part_ranks.get(Part.ENFORCEMENT),
        "is_bottom": is_bottom,
        "proof": {**air.proof, "parts": dict(parts), "formula": row.formula},
    }


def day_draft(scheme: GridScheme, period: Period, units: list[rankables.Unit]) -> Draft:
    settings = rankables.settings(scheme, period)
    airs = {unit.grid: scoring.day(scoring.unit_days(period.days, unit.days)) for unit in units}
    ranks = competition_ranks({grid: a.value for grid, a in airs.items() if a.value is not None})
    lines = [_day_line(grid, air, ranks.get(grid)) for grid, air in airs.items()]
    lines.sort(key=lambda line: (line["rank"] is None, line["rank"] or 0))
    rules = rule_set_on(period.last)
    fields = fields_of(period, settings, rules.code, lines) | {"weights": {Part.AIR.value: "100"}}
    return Draft(scheme, period, fields, lines)


def _day_line(grid: Grid, air: scoring.UnitAir, rank: int | None) -> dict[str, Any]:
    return {
        "grid": grid,
        "rank": rank,
        "score": air.value,
        "reason": air.participation.reason,
        "valid_days": air.participation.valid_days,
        "air": air.value,
        "air_rank": rank,
        "is_bottom": False,
        "proof": air.proof,
    }


def fields_of(
    period: Period, settings: rankables.Settings, rule_set: str, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "kind": period.kind.value,
        "period": period.code,
        "starts_on": period.first,
        "ends_on": period.last,
        "rule_set": rule_set,
        "formula": FORMULAS.get(period.kind, ""),
        "weights": _shown(settings.weights),
        "inputs": settings.rows,
        "ranked": sum(line["rank"] is not None for line in lines),
    }


def _shown(weights: Weights) -> dict[str, str]:
    return {part.value: str(percent) for part, percent in weights.percents.items()}
