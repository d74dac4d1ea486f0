"""Composite index (环境空气质量综合指数), 环办监测〔2018〕19号. Pure.

Not the AQI: six quotients of a period's statistics and the second-grade limits, summed. That the
limits of GB 3095-2026 enter the old formula is an inference; weights and decimals are arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from stations.rounding import Exact, half_even
from stations.standards import LimitSet, Period, limit

PARTS = ("so2", "no2", "pm10", "pm25", "co", "o3")
PERIODS: Mapping[str, Period] = {
    "so2": Period.YEAR,
    "no2": Period.YEAR,
    "pm10": Period.YEAR,
    "pm25": Period.YEAR,
    "co": Period.DAY,
    "o3": Period.DAY_MAX_8H,
}


@dataclass(frozen=True)
class Composite:
    """Parts I_i by pollutant and their weighted sum; `index` is None when a part is missing."""

    parts: Mapping[str, Decimal | None]
    index: Decimal | None


def composite(
    concentrations: Mapping[str, Decimal | None],
    *,
    limit_set: LimitSet,
    weights: Mapping[str, Decimal] | None = None,
    places: int = 2,
) -> Composite:
    """Index of one place and period; smaller is better.

    `concentrations` as reported, by pollutant: period means of SO2, NO2, PM10, PM2.5 (µg/m³), P95
    of CO daily means (mg/m³), P90 of the O3 8 h maxima (µg/m³); they are not rounded again. None or
    negative is missing. Each part is rounded half-even to `places`, then the parts are summed.
    `weights` multiply the rounded parts; a pollutant without one counts once.
    """
    parts = {
        name: _part(concentrations.get(name), composite_limit(name, limit_set), places)
        for name in PARTS
    }
    return Composite(parts=parts, index=_weighted_sum(parts, weights or {}, places))


def composite_limit(pollutant: str, limit_set: LimitSet) -> int:
    """S_i: second-grade limit of the year (SO2, NO2, PM), the day (CO) or the 8 h maximum (O3)."""
    return limit(pollutant, PERIODS[pollutant], limit_set=limit_set)


def change_percent(now: Exact, before: Exact, *, places: int = 1) -> Decimal:
    """变化率 against the period before, percent; negative is better. ValueError when it was 0."""
    if not before:
        raise ValueError("上期数值为 0，无法计算变化率")
    return half_even((Fraction(now) - Fraction(before)) * 100 / Fraction(before), places)


def _part(value: Decimal | None, standard: int, places: int) -> Decimal | None:
    if value is None or value < 0:
        return None
    return half_even(Fraction(value) / standard, places)


def _weighted_sum(
    parts: Mapping[str, Decimal | None], weights: Mapping[str, Decimal], places: int
) -> Decimal | None:
    total = Fraction(0)
    for name, part in parts.items():
        if part is None:
            return None
        total += Fraction(part) * Fraction(weights.get(name, Decimal(1)))
    return half_even(total, places)
