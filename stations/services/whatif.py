"""试算: the published weeks again under other rules; nothing is stored.

Each week starts from the rules and figures it was published with; only what is asked for is
changed. Stations and units stay those of the published lines.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from grids.errors import Invalid
from grids.models import Grid, GridScheme, SchemeRule
from stations.composite import composite
from stations.models import Ranking, RankingLine
from stations.periods import Period
from stations.ranking import Part, UnitWeek, Weights, bottom_units, participation, rank_week
from stations.standards import rule_set_on
from stations.streaks import Firing, Step, Week, firings

WEEKS = 52
WEIGHTS, DAYS, UNITS, BOTTOM, STREAK = (
    "rank.weekly_weights",
    "rank.participation_days",
    "rank.min_units",
    "rank.bottom",
    "summons.streak",
)
_DOTS = 12
_LEVELS = ("EXECUTIVE", "CHIEF")
_MOST = {DAYS: 7, UNITS: 1000, BOTTOM: 1000}


@dataclass(frozen=True)
class Row:
    """A unit: its weeks and 约谈 as published (`was`) and as they would have been (`now`)."""

    grid: Grid
    was: tuple[Week, ...]
    now: tuple[Week, ...]
    was_called: tuple[Firing, ...]
    now_called: tuple[Firing, ...]

    @property
    def bottoms(self) -> tuple[int, int]:
        """Weeks in the bottom group, published and replayed."""
        return sum(week.is_bottom is True for week in self.was), sum(
            week.is_bottom is True for week in self.now
        )

    @property
    def marks(self) -> tuple[str, str]:
        """The last weeks for the `dots` tag: published and replayed."""
        return _marks(self.was), _marks(self.now)

    @property
    def is_changed(self) -> bool:
        return self.was != self.now or _plain(self.was_called) != _plain(self.now_called)


@dataclass(frozen=True)
class Replay:
    """`weeks` are the published weeks that were replayed, oldest first."""

    changes: Mapping[str, Any]
    weeks: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def called(self) -> tuple[int, int]:
        """约谈 in all: as published and as it would have been."""
        return sum(len(row.was_called) for row in self.rows), sum(
            len(row.now_called) for row in self.rows
        )


def changes_from(pairs: Iterable[str]) -> dict[str, Any]:
    """`rank.bottom=2`, `rank.weekly_weights=air:60,supervision:30,enforcement:10`,
    `summons.streak=2,4` (or JSON as in rules.toml) → values of rules.

    Raises Invalid with a sentence.
    """
    found = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        reader = {WEIGHTS: _weights, STREAK: _steps}.get(key.strip(), _whole)
        if not equals or key.strip() not in {WEIGHTS, DAYS, UNITS, BOTTOM, STREAK}:
            known = "、".join((WEIGHTS, DAYS, UNITS, BOTTOM, STREAK))
            raise Invalid(f"“{pair[:60]}”应写成 规则=取值，可以试算的规则：{known}")
        try:
            found[key.strip()] = reader(key.strip(), text.strip())
        except (ValueError, TypeError, KeyError, InvalidOperation) as error:
            raise Invalid(f"看不懂“{pair[:60]}”，请核对取值") from error
    return found


def _whole(key: str, text: str) -> int:
    number = int(text)
    if not 1 <= number <= _MOST[key]:
        raise ValueError(text)
    return number


def _weights(key: str, text: str) -> dict[str, str]:
    given = (
        json.loads(text)
        if text.startswith("{")
        else dict(part.split(":", 1) for part in text.split(","))
    )
    percents = {Part(name.strip()): Decimal(str(value).strip()) for name, value in given.items()}
    Weights(valid_from=date.min, percents=percents)
    return {part.value: str(percent) for part, percent in percents.items()}


def _steps(key: str, text: str) -> list[dict[str, Any]]:
    """Two numbers: weeks until 分管领导 and until 主要领导."""
    rows: list[dict[str, Any]]
    if text.startswith("["):
        rows = [{"weeks": int(row["weeks"]), "to": str(row["to"])} for row in json.loads(text)]
    else:
        numbers = [int(part) for part in text.split(",")]
        rows = [{"weeks": n, "to": to} for n, to in zip(numbers, _LEVELS, strict=True)]
    if any(row["weeks"] < 1 or row["to"] not in _LEVELS for row in rows):
        raise ValueError(text)
    return rows


def replay(
    scheme: GridScheme, changes: Mapping[str, Any], *, until: Period, weeks: int = WEEKS
) -> Replay:
    """The last `weeks` published weeks up to `until`; a streak that began before is cut there."""
    newest = Ranking.objects.current().filter(
        scheme=scheme, kind=Ranking.Kind.WEEK, starts_on__lte=until.last
    )
    rankings = list(newest.order_by("-starts_on")[:weeks])[::-1]
    lines = _lines(rankings)
    was: dict[int, list[Week]] = {}
    now: dict[int, list[Week]] = {}
    for ranking in rankings:
        own = lines.get(ranking.pk, [])
        bottom = _replayed(ranking, own, changes)
        for line in own:
            old = None if line["rank"] is None else line["is_bottom"]
            was.setdefault(line["grid"], []).append(Week(ranking.period, old))
            now.setdefault(line["grid"], []).append(Week(ranking.period, bottom.get(line["grid"])))
    grids = Grid.objects.filter(pk__in=was).order_by("tree_id", "lft")
    rules = list(scheme.rules.filter(key=STREAK).order_by("valid_from"))
    rows = [
        Row(
            grid,
            tuple(was[grid.pk]),
            tuple(now[grid.pk]),
            _called(was[grid.pk], rules, None),
            _called(now[grid.pk], rules, changes.get(STREAK)),
        )
        for grid in grids
    ]
    return Replay(changes, tuple(ranking.period for ranking in rankings), tuple(rows))


def _lines(rankings: list[Ranking]) -> dict[int, list[dict[str, Any]]]:
    """By ranking, in table order; without the long working."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = RankingLine.objects.filter(ranking__in=rankings).order_by("ranking", "pk")
    wanted = ("ranking", "grid", "rank", "is_bottom", "valid_days", "air", "supervision")
    for row in rows.values(*wanted, "enforcement", "proof__concentrations"):
        found.setdefault(row["ranking"], []).append(row)
    return found


def _replayed(
    ranking: Ranking, lines: list[dict[str, Any]], changes: Mapping[str, Any]
) -> dict[int, bool]:
    """Ranked units of a week → in the bottom group or not, under the changed rules."""
    given = {key: row["value"] for key, row in ranking.inputs.items()} | dict(changes)
    percents = {Part(name): Decimal(str(n)) for name, n in given[WEIGHTS].items()}
    units = {line["grid"]: _unit(line, ranking, int(given[DAYS])) for line in lines}
    table = rank_week(units, weights=Weights(valid_from=ranking.starts_on, percents=percents))
    ranks = {row.unit: row.rank for row in table if row.rank}
    bottom = bottom_units(ranks, size=int(given[BOTTOM]), at_least=int(given[UNITS]))
    return {unit: unit in bottom for unit in ranks}


def _unit(line: dict[str, Any], ranking: Ranking, at_least: int) -> UnitWeek:
    return UnitWeek(
        participation=participation(line["valid_days"], at_least=at_least),
        values={
            Part.AIR: line["air"] if line["air"] is not None else _index(line, ranking),
            Part.SUPERVISION: line["supervision"] or 0,
            Part.ENFORCEMENT: line["enforcement"] or 0,
        },
    )


def _index(line: dict[str, Any], ranking: Ranking) -> Decimal | None:
    """Of a unit that took no part: from the concentrations that were kept with its line."""
    kept = line["proof__concentrations"] or {}
    values = {name: None if text is None else Decimal(text) for name, text in kept.items()}
    return composite(values, limit_set=rule_set_on(ranking.ends_on).limit_set).index


def _called(weeks: list[Week], rules: list[SchemeRule], asked: Any) -> tuple[Firing, ...]:
    """约谈 by the rule of the week in which each fired, or by the one asked for."""
    if asked is not None:
        return tuple(firings(weeks, _as_steps(asked)))
    steps = {step for one in rules for step in _as_steps(one.value)}
    return tuple(
        firing
        for firing in firings(weeks, sorted(steps, key=lambda step: step.weeks))
        if firing.step in _steps_on(rules, Period.parse(firing.fired).last)
    )


def _steps_on(rules: list[SchemeRule], day: date) -> list[Step]:
    """`rules` by the day they begin, the newest last."""
    valid = [
        one for one in rules if one.valid_from <= day and (not one.valid_to or day <= one.valid_to)
    ]
    return _as_steps(valid[-1].value) if valid else []


def _as_steps(value: Any) -> list[Step]:
    return [Step(int(row["weeks"]), str(row["to"])) for row in value or ()]


def _plain(called: Iterable[Firing]) -> list[tuple[str, str]]:
    return [(firing.fired, firing.step.to) for firing in called]


def _marks(weeks: tuple[Week, ...]) -> str:
    marks = {True: "b", False: "g", None: "x"}
    return "".join(marks[week.is_bottom] for week in weeks[-_DOTS:])
