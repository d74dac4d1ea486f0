"""Rankings as somebody else published them, beside our own of the same cities and period. Pure.

A published list names the first places from the best on and the last places from the worst back;
places between are not known. Where two places are equal ours carry the same number (1, 1, 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from stations.periods import Kind, Period
from stations.ranking import competition_ranks
from stations.spans import SpanAir


@dataclass(frozen=True)
class Ranking:
    """One published list. `unordered`: the last places where their order was not given."""

    period: Period
    places: tuple[str, ...]
    by: str
    best: tuple[str, ...]
    worst: tuple[str, ...]
    unordered: frozenset[str] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A published place: `rank` counts from the best, for the last places from the worst.

    `own_rank` counts from the same side, None with the `reason` when we have no index;
    `own_there`: whom we have at that place; `off`: how far ours lies from theirs.
    """

    rank: int | None
    place: str
    own_rank: int | None
    index: Decimal | None
    own_there: str
    reason: str = ""

    @property
    def off(self) -> int | None:
        if self.rank is None or self.own_rank is None:
            return None
        return self.own_rank - self.rank


@dataclass(frozen=True)
class Side:
    """One end of the list: its lines, how many places both name, how many at the same rank."""

    lines: tuple[Line, ...]
    common: int
    same: int


@dataclass(frozen=True)
class Comparison:
    """Both ends beside ours; `ranked` of the places have an index, `unranked` gives why not."""

    ranking: Ranking
    best: Side
    worst: Side
    ranked: int
    unranked: Mapping[str, str] = field(default_factory=dict)


def read(document: Mapping[str, Any]) -> list[Ranking]:
    """The lists that can be recomputed, from {"city_sets": …, "rankings": […]}.

    ValueError with a sentence when a list names no known set of places or no whole month.
    """
    return [_ranking(row, document) for row in document["rankings"] if row.get("checkable", True)]


def _ranking(row: Mapping[str, Any], document: Mapping[str, Any]) -> Ranking:
    first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    period = Period.containing(Kind.MONTH, first)
    if (period.first, period.last) != (first, last):
        raise ValueError(f"{first} 至 {last} 不是一个整月，无法对照")
    places = document["city_sets"].get(row["city_set"])
    if places is None:
        raise ValueError(f"没有名为“{row['city_set']}”的城市名单")
    return Ranking(
        period=period,
        places=tuple(places),
        by=row.get("published_by", ""),
        best=tuple(row.get("best", ())),
        worst=tuple(row.get("worst", ())),
        unordered=frozenset(row.get("worst_unordered", ())),
        note=row.get("note", ""),
    )


def compare(ranking: Ranking, air: Mapping[str, SpanAir]) -> Comparison:
    """`air` by place, of the ranking's period; a place that is absent has no data."""
    indices = {name: found.index for name, found in air.items() if name in ranking.places}
    known = {name: index for name, index in indices.items() if index is not None}
    reasons = {
        name: air[name].reason if name in air else "没有数据"
        for name in ranking.places
        if name not in known
    }
    up = competition_ranks(known)
    down = competition_ranks(known, best="highest")
    worst = ranking.worst or tuple(sorted(ranking.unordered, key=lambda name: down.get(name, 0)))
    is_ordered = bool(ranking.worst)
    return Comparison(
        ranking=ranking,
        best=_side(ranking.best, up, known, reasons, is_ordered=True),
        worst=_side(worst, down, known, reasons, is_ordered=is_ordered),
        ranked=len(known),
        unranked=reasons,
    )


def _side(
    theirs: Iterable[str],
    ranks: Mapping[str, int],
    indices: Mapping[str, Decimal],
    reasons: Mapping[str, str],
    *,
    is_ordered: bool,
) -> Side:
    names = tuple(theirs)
    lines = tuple(
        Line(
            rank=place if is_ordered else None,
            place=name,
            own_rank=ranks.get(name),
            index=indices.get(name),
            own_there="、".join(other for other, rank in ranks.items() if rank == place),
            reason=reasons.get(name, ""),
        )
        for place, name in enumerate(names, start=1)
    )
    own = {name for name, rank in ranks.items() if rank <= len(names)}
    return Side(lines, len(own & set(names)), sum(line.off == 0 for line in lines))
