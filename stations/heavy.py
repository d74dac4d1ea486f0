"""Heavy-pollution warnings (重污染天气预警) from a row of forecast daily AQI. Pure.

The level is a matter of each city's plan: conditions are data (`DEFAULT`, or the rule
`heavy_pollution` of a scheme). A day's AQI stands for its 24 hours, so 48 h are two days in a row;
24 h means across midnight are not seen in a daily row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import TextChoices

HOURS_OF_DAY = 24
LARGEST_AQI = 500


class WarningLevel(TextChoices):
    """Mildest first; the colour words of the plans."""

    YELLOW = "YELLOW", "黄色预警（Ⅲ级）"
    ORANGE = "ORANGE", "橙色预警（Ⅱ级）"
    RED = "RED", "红色预警（Ⅰ级）"


DEFAULT: Mapping[str, Any] = {
    "levels": [
        {"level": "YELLOW", "any": [[{"above": 200, "hours": 24}], [{"above": 150, "hours": 48}]]},
        {"level": "ORANGE", "any": [[{"above": 200, "hours": 48}], [{"above": 150, "hours": 72}]]},
        {"level": "RED", "any": [[{"above": 200, "hours": 72}, {"above": 300, "hours": 24}]]},
    ],
    "lift_hours": 36,
    "bound": "high",
    "apart": ["o3", "dust"],
    "source": "环大气〔2024〕6号；以本市重污染天气应急预案为准",
}
"""`apart`: days led by ozone or dust are dealt with apart from these warnings.

`bound`: which end of a forecast range counts, low or high.
"""


@dataclass(frozen=True)
class Run:
    """AQI above `above` for `hours` or more."""

    above: int
    hours: int

    @property
    def days(self) -> int:
        return -(-self.hours // HOURS_OF_DAY)

    @property
    def text(self) -> str:
        return f"日 AQI > {self.above} 持续 {self.hours} 小时及以上"


@dataclass(frozen=True)
class Condition:
    """All `runs` must hold together, within the longest of them."""

    level: WarningLevel
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return "，且".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Plan:
    """Conditions of all levels, highest level first."""

    conditions: tuple[Condition, ...]
    lift_hours: int
    bound: str
    apart: frozenset[str]
    source: str

    @property
    def lift_days(self) -> int:
        """36 h in a row of days are two days."""
        return -(-self.lift_hours // HOURS_OF_DAY)


@dataclass(frozen=True)
class Hit:
    """A condition that days `first` … `last` (places in the row) fulfil."""

    condition: Condition
    first: int
    last: int


@dataclass(frozen=True)
class Spell:
    """Days under warning without a pause long enough to lift it.

    `lifts` is the place of the first day of that pause; None: the forecast does not reach it.
    """

    hits: tuple[Hit, ...]
    lifts: int | None

    @property
    def first(self) -> int:
        return min(hit.first for hit in self.hits)

    @property
    def last(self) -> int:
        return max(hit.last for hit in self.hits)

    @property
    def top(self) -> Hit:
        """The highest level; the hit that begins first."""
        order = WarningLevel.values
        return max(self.hits, key=lambda hit: (order.index(hit.condition.level), -hit.first))


def plan_from(value: Mapping[str, Any]) -> Plan:
    """The rule `heavy_pollution`; what it leaves out is taken from DEFAULT.

    Raises ValueError with a sentence for what cannot be read.
    """
    given = {**DEFAULT, **value}
    try:
        found = [
            Condition(WarningLevel(row["level"]), tuple(_run(run) for run in runs))
            for row in given["levels"]
            for runs in row["any"]
        ]
        lift_hours = int(given["lift_hours"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"看不懂重污染预警规则，请对照默认写法改正（{error}）") from error
    if given["bound"] not in {"low", "high"} or not all(one.runs for one in found):
        raise ValueError("重污染预警规则的 bound 应为 low 或 high，每个条件至少一项")
    order = WarningLevel.values
    found.sort(key=lambda one: -order.index(one.level))
    apart = frozenset(given["apart"])
    return Plan(tuple(found), lift_hours, given["bound"], apart, str(given["source"]))


def _run(row: Mapping[str, Any]) -> Run:
    run = Run(int(row["above"]), int(row["hours"]))
    if not 0 <= run.above < LARGEST_AQI or run.hours <= 0:
        raise ValueError(f"{run.text} 不在范围内")
    return run


def level(row: Sequence[int | None], plan: Plan) -> WarningLevel | None:
    """The highest level anywhere in the row of daily AQI; None: no warning."""
    found = [spell.top.condition.level for spell in spells(row, plan)]
    return max(found, key=WarningLevel.values.index, default=None)


def spells(row: Sequence[int | None], plan: Plan) -> list[Spell]:
    """Spells of warning days in a row of daily AQI, in time order.

    None is a day without a forecast or one dealt with apart: it breaks a run. A pause shorter
    than `lift_hours` lifts nothing; days without a forecast are no pause.
    """
    hits = [hit for condition in plan.conditions for hit in _hits(condition, row)]
    under = {place for hit in hits for place in range(hit.first, hit.last + 1)}
    groups: list[list[int]] = []
    for place in sorted(under):
        if groups and not _is_lifted(groups[-1][-1], place, row, plan):
            groups[-1].append(place)
        else:
            groups.append([place])
    return [_spell(days, hits, row, plan) for days in groups]


def _hits(condition: Condition, row: Sequence[int | None]) -> list[Hit]:
    """Longest run first decides the days; the others must lie within them."""
    longest, *others = sorted(condition.runs, key=lambda run: (-run.days, run.above))
    return [
        Hit(condition, first, last)
        for first, last in _stretches(row, longest)
        if all(_stretches(row[first : last + 1], run) for run in others)
    ]


def _stretches(row: Sequence[int | None], run: Run) -> list[tuple[int, int]]:
    """First and last place of every unbroken stretch that is long enough."""
    cuts = [-1, *(n for n, aqi in enumerate(row) if aqi is None or aqi <= run.above), len(row)]
    return [
        (before + 1, after - 1)
        for before, after in pairwise(cuts)
        if after - before - 1 >= run.days
    ]


def _is_lifted(last: int, until: int, row: Sequence[int | None], plan: Plan) -> bool:
    """Whether the days between `last` and `until` begin with a pause long enough."""
    pause = row[last + 1 : until][: plan.lift_days]
    return len(pause) == plan.lift_days and None not in pause


def _spell(days: list[int], hits: Sequence[Hit], row: Sequence[int | None], plan: Plan) -> Spell:
    own = tuple(hit for hit in hits if days[0] <= hit.first <= days[-1])
    lifts = days[-1] + 1 if _is_lifted(days[-1], len(row), row, plan) else None
    return Spell(own, lifts)


def is_edge(low: int, high: int, band: Sequence[int]) -> bool:
    """保良 (W-33): the forecast range touches the band between 良 and 轻度污染, both ends in."""
    return low <= band[1] and high >= band[0]
