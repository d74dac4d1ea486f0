"""Ranking of units (排名): ranks, bottom three, who takes part, the weekly score. Pure.

A unit is a grid; its value comes from the stations in it. Units are any hashable keys.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeVar

from django.db.models import TextChoices

from stations.composite import Composite, composite
from stations.rounding import half_even
from stations.standards import LimitSet, places_of
from stations.validity import mean, percentile

Unit = TypeVar("Unit", bound=Hashable)
Best = Literal["lowest", "highest"]
Ties = Literal["skip", "dense"]

DAY_ITEMS = ("so2", "no2", "pm10", "pm25", "co", "o3_8h")
BOTTOM_SIZE = 3
MIN_RANKED_UNITS = 8
WEEK_DAYS = 7
MIN_VALID_DAYS_OF_WEEK = 5


class Part(TextChoices):
    """What a weekly score is made of (W-53: 小微站数据, 督查情况, 执法办案情况)."""

    AIR = "air", "空气质量"
    SUPERVISION = "supervision", "督查"
    ENFORCEMENT = "enforcement", "执法办案"


# Composite index and problems found by 督查: fewer is better. Cases settled: more is better.
BEST: Mapping[Part, Best] = {
    Part.AIR: "lowest",
    Part.SUPERVISION: "lowest",
    Part.ENFORCEMENT: "highest",
}


@dataclass(frozen=True)
class Weights:
    """Percent of each part, from a day on. `is_example`: the office has yet to confirm them."""

    valid_from: date
    percents: Mapping[Part, Decimal]
    is_example: bool = False

    def __post_init__(self) -> None:
        given = self.percents.values()
        if any(percent < 0 for percent in given) or sum(given) != 100:
            raise ValueError("周排名各部分的权重不能为负，合计应为 100")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that count, in the order of Part."""
        return tuple(part for part in Part if self.percents.get(part, 0) > 0)


EXAMPLE_WEIGHTS = Weights(
    valid_from=date.min,
    percents={
        Part.AIR: Decimal(70),
        Part.SUPERVISION: Decimal(20),
        Part.ENFORCEMENT: Decimal(10),
    },
    is_example=True,
)


@dataclass(frozen=True)
class Participation:
    """Whether a unit is ranked; `reason` is empty when it is."""

    valid_days: int
    takes_part: bool
    reason: str


@dataclass(frozen=True)
class WeekAir:
    """A unit's air of one period: C by pollutant (keys of the composite index) and the index."""

    participation: Participation
    concentrations: Mapping[str, Decimal | None]
    composite: Composite | None


@dataclass(frozen=True)
class UnitWeek:
    """What a unit brings to the weekly score; values of parts without weight may be missing."""

    participation: Participation
    values: Mapping[Part, Decimal | int | None]


@dataclass(frozen=True)
class Row:
    """One line of the weekly table with its working. Not ranked: rank, score None, empty ranks."""

    unit: Any
    participation: Participation
    values: Mapping[Part, Decimal | int | None]
    part_ranks: Mapping[Part, int]
    score: Decimal | None
    formula: str
    rank: int | None
    is_bottom: bool


def weights_on(table: Iterable[Weights], day: date) -> Weights:
    """The weights in force on `day`: the newest that has begun. ValueError when none has."""
    begun = [weights for weights in table if weights.valid_from <= day]
    if not begun:
        raise ValueError(f"{day.isoformat()} 没有生效的周排名权重，请先设置")
    return max(begun, key=lambda weights: weights.valid_from)


def competition_ranks(
    values: Mapping[Unit, Any], *, best: Best = "lowest", ties: Ties = "skip"
) -> dict[Unit, int]:
    """Rank 1 is best; equal value, equal rank; the next rank skips (1, 1, 3) or is dense (1, 1, 2).

    Keys keep their order.
    """
    ordered = sorted(values.values(), reverse=best == "highest")
    if ties == "dense":
        ordered = list(dict.fromkeys(ordered))
    first: dict[Any, int] = {}
    for place, value in enumerate(ordered, start=1):
        first.setdefault(value, place)
    return {unit: first[value] for unit, value in values.items()}


def bottom_units(
    ranks: Mapping[Unit, int], *, size: int = BOTTOM_SIZE, at_least: int = MIN_RANKED_UNITS
) -> frozenset[Unit]:
    """后3位 (W-54): every unit with fewer than `size` units strictly worse.

    Ties at the edge are all in, so it may be more than three. Empty with fewer than `at_least`
    ranked units.
    """
    if len(ranks) < at_least:
        return frozenset()
    return frozenset(
        unit for unit, rank in ranks.items() if sum(other > rank for other in ranks.values()) < size
    )


def participation(
    valid_days: int, *, of: int = WEEK_DAYS, at_least: int = MIN_VALID_DAYS_OF_WEEK
) -> Participation:
    """参与排名: a week needs 5 valid days of 7; the reason says what is missing."""
    takes_part = valid_days >= at_least
    reason = f"{of} 天中有效 {valid_days} 天，不足 {at_least} 天，不参与排名"
    return Participation(valid_days, takes_part, "" if takes_part else reason)


def unit_day(stations: Sequence[Mapping[str, Decimal | None]]) -> dict[str, Decimal | None]:
    """A unit's daily values by DAY_ITEMS: means of its stations' valid ones, rounded half-even.

    µg/m³ integers, CO mg/m³ with 1 decimal; None where no station is valid.
    """
    return {item: _reported(item, mean([day.get(item) for day in stations])) for item in DAY_ITEMS}


def is_valid_day(day: Mapping[str, Decimal | None]) -> bool:
    """A unit's day is valid with all six items."""
    return all(day.get(item) is not None for item in DAY_ITEMS)


def period_concentrations(
    days: Sequence[Mapping[str, Decimal | None]],
) -> dict[str, Decimal | None]:
    """C of a period from a unit's days, valid days only, by the keys of the composite index.

    Means of SO2, NO2, PM10, PM2.5; P95 of CO; P90 of O3 8 h; rounded as a day is. All None when
    no day is valid.
    """
    valid = [day for day in days if is_valid_day(day)]
    if not valid:
        return {key_of(item): None for item in DAY_ITEMS}
    return {key_of(item): statistic(item, valid) for item in DAY_ITEMS}


def week_air(
    days: Sequence[Mapping[str, Decimal | None]],
    *,
    limit_set: LimitSet,
    at_least: int = MIN_VALID_DAYS_OF_WEEK,
) -> WeekAir:
    """A unit's week from its daily values (`unit_day`); no index for a unit that is not ranked.

    `limit_set` is that of the week's Sunday.
    """
    taking = participation(sum(map(is_valid_day, days)), at_least=at_least)
    concentrations = period_concentrations(days)
    index = composite(concentrations, limit_set=limit_set) if taking.takes_part else None
    return WeekAir(participation=taking, concentrations=concentrations, composite=index)


def rank_week(units: Mapping[Unit, UnitWeek], *, weights: Weights) -> list[Row]:
    """周排名 (W-53): score = weighted sum of the ranks in each part; the lowest score is first.

    Part ranks are among the units that take part. Rows come best first, ties in the given order,
    the unranked last. ValueError when a ranked unit lacks the value of a part with weight.
    """
    ranked = {unit: week for unit, week in units.items() if week.participation.takes_part}
    part_ranks = {
        part: competition_ranks(_values_of(part, ranked), best=BEST[part]) for part in weights.parts
    }
    scores = {
        unit: _score({part: ranks[unit] for part, ranks in part_ranks.items()}, weights)
        for unit in ranked
    }
    ranks = competition_ranks(scores)
    bottom = bottom_units(ranks)
    rows = []
    for unit, week in units.items():
        own = {part: ranked_in[unit] for part, ranked_in in part_ranks.items() if unit in ranked}
        rows.append(
            Row(
                unit=unit,
                participation=week.participation,
                values=week.values,
                part_ranks=own,
                score=scores.get(unit),
                formula=_formula(own, scores.get(unit), weights),
                rank=ranks.get(unit),
                is_bottom=unit in bottom,
            )
        )
    return sorted(rows, key=lambda row: len(rows) + 1 if row.rank is None else row.rank)


def _values_of(part: Part, ranked: Mapping[Unit, UnitWeek]) -> dict[Unit, Decimal | int]:
    values = {}
    for unit, week in ranked.items():
        value = week.values.get(part)
        if value is None:
            raise ValueError(f"参与排名的单位缺少“{part.label}”数据，请补齐或把该部分权重设为 0")
        values[unit] = value
    return values


def _score(part_ranks: Mapping[Part, int], weights: Weights) -> Decimal:
    return (
        sum((weights.percents[part] * rank for part, rank in part_ranks.items()), Decimal(0)) / 100
    )


def _formula(part_ranks: Mapping[Part, int], score: Decimal | None, weights: Weights) -> str:
    if score is None:
        return ""
    terms = [
        f"{part.label}第{rank}名×{weights.percents[part]}%" for part, rank in part_ranks.items()
    ]
    return f"{' + '.join(terms)} = {score}"


def statistic(item: str, days: Sequence[Mapping[str, Decimal | None]]) -> Decimal | None:
    """C of one item over the days that have it, reported; None without any."""
    values = [value for day in days if (value := day[item]) is not None]
    if not values:
        return None
    if item == "co":
        return _reported(item, percentile(values, 95))
    if item == "o3_8h":
        return _reported(item, percentile(values, 90))
    return _reported(item, mean(values))


def _reported(item: str, exact: Fraction | None) -> Decimal | None:
    return None if exact is None else half_even(exact, places_of(item))


def key_of(item: str) -> str:
    """The key of the composite index for one of DAY_ITEMS."""
    return "o3" if item == "o3_8h" else item
