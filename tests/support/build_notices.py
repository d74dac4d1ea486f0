"""Builders of published weeks, ladders and papers."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from build import BEIJING, NOON
from grids.models import Grid, GridScheme, SchemeRule
from stations.models import Ranking, RankingLine
from stations.periods import Period

LADDER = [
    {"offset": "-24h", "to": "HOLDER"},
    {"offset": "0h", "to": "MANAGER"},
    {"offset": "+1wd", "to": "CHIEF"},
    {"offset": "+3wd", "to": "UPPER"},
    {"offset": "+3wd", "to": "BULLETIN"},
]
STREAK = [{"weeks": 2, "to": "EXECUTIVE"}, {"weeks": 3, "to": "CHIEF"}]
MONDAY = datetime(2026, 11, 16, 7, 0, tzinfo=BEIJING)


def make_rule(scheme: GridScheme, key: str, value: Any, **over: Any) -> SchemeRule:
    values = {"valid_from": date(2020, 11, 1), "clause": "W-54"}
    return SchemeRule.objects.create(scheme=scheme, key=key, value=value, **values | over)


def make_week(
    scheme: GridScheme,
    code: str,
    ranks: Mapping[Grid, int | None],
    *,
    bottom: int = 3,
    **over: Any,
) -> Ranking:
    """A published week; `ranks` None: 不参与排名. Bottom: fewer than `bottom` strictly worse."""
    period = Period.parse(code)
    given = [rank for rank in ranks.values() if rank is not None]
    values: dict[str, Any] = {
        "kind": Ranking.Kind.WEEK,
        "period": code,
        "starts_on": period.first,
        "ends_on": period.last,
        "rule_set": "HJ633-2026",
        "formula": "示例算法",
        "weights": {"air": "70", "supervision": "20", "enforcement": "10"},
        "ranked": len(given),
        "published_at": datetime.combine(period.last, time(7), BEIJING) + timedelta(days=1),
        "digest": "d" * 64,
    }
    ranking = Ranking.objects.create(scheme=scheme, **values | over)
    RankingLine.objects.bulk_create(
        _line(ranking, grid, rank, given, bottom) for grid, rank in ranks.items()
    )
    return ranking


def _line(
    ranking: Ranking, grid: Grid, rank: int | None, given: list[int], bottom: int
) -> RankingLine:
    worse = sum(other > rank for other in given) if rank is not None else 0
    return RankingLine(
        ranking=ranking,
        grid=grid,
        rank=rank,
        score=None if rank is None else rank,
        air=None if rank is None else f"{2 + rank / 10:.3f}",
        air_rank=rank,
        supervision=0,
        enforcement=1,
        valid_days=4 if rank is None else 7,
        reason="7 天中有效 4 天，不足 5 天，不参与排名" if rank is None else "",
        is_bottom=rank is not None and worse < bottom,
    )


def correct_week(ranking: Ranking, ranks: Mapping[Grid, int | None], **over: Any) -> Ranking:
    """A second edition with other ranks, as late data make one."""
    values = {
        "edition": ranking.edition + 1,
        "corrects": ranking,
        "reason": "迟到数据",
        "published_at": NOON,
    }
    return make_week(ranking.scheme, ranking.period, ranks, **values | over)
