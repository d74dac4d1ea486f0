"""空气: the published ranking of the period, good days, alarms, streaks, talks called for."""

from decimal import Decimal
from typing import Any

from grids.models import GridScheme
from grids.selectors import rule
from notices.facts.span import Span
from notices.models import Summons
from notices.selectors.streaks import streaks
from notices.wording import NOTHING, Figure, share
from stations.models import Alarm, DailyAir, Ranking, RankingLine, Station
from stations.periods import Kind

GROUP = "空气质量"
GOOD_AQI = 100
"""优良: AQI at most 100 (HJ 633 table 2)."""


def ranking_of(span: Span) -> Ranking | None:
    rankings = Ranking.objects.current().filter(scheme=span.scheme, period=span.period.code)
    return rankings.first()


def table(ranking: Ranking) -> list[dict[str, Any]]:
    """The lines as published, best first, those not ranked last; with streaks for a week."""
    runs = streaks(ranking.scheme, ranking.period) if ranking.kind == Ranking.Kind.WEEK else {}
    lines = list(ranking.lines.select_related("grid", "ranking").order_by("grid__lft", "pk"))
    ordered = sorted(lines, key=lambda line: (line.rank is None, line.rank or 0))
    return [_row(line, runs[line.grid_id].weeks if line.grid_id in runs else 0) for line in ordered]


def _row(line: RankingLine, streak: int) -> dict[str, Any]:
    return {
        "rank": line.rank,
        "unit": line.grid.name,
        "grid": line.grid_id,
        "air": _index(line.air, line.ranking.kind),
        "supervision": _text(line.supervision),
        "enforcement": _text(line.enforcement),
        "score": _text(line.score),
        "valid_days": line.valid_days,
        "is_bottom": line.is_bottom,
        "reason": line.reason,
        "streak": streak,
    }


def _text(value: Decimal | int | None) -> str:
    """Without empty decimals (a score of 5.2000 is 5.2), — where there is nothing."""
    if value is None:
        return NOTHING
    return str(value) if isinstance(value, int) else f"{value.normalize():f}"


def _index(value: Decimal | None, kind: str) -> str:
    """Weeks are ranked by the composite index (2.40), days by the AQI (87); never mixed."""
    if value is None:
        return NOTHING
    return f"{value:.0f}" if kind == Ranking.Kind.DAY else f"{value:.2f}"


def has_stations(scheme: GridScheme) -> bool:
    return Station.objects.filter(scheme=scheme, is_active=True).exists()


def figures(span: Span, rows: list[dict[str, Any]] | None) -> list[Figure]:
    """Nothing for a regime without stations."""
    if rows is None and not has_stations(span.scheme):
        return []
    return [*_ranking_figures(rows), *_day_figures(span), _alarms(span), _summonses(span)]


def _ranking_figures(rows: list[dict[str, Any]] | None) -> list[Figure]:
    if rows is None:
        return []
    ranked = tuple(row["unit"] for row in rows if row["rank"] is not None)
    out = tuple(row["unit"] for row in rows if row["rank"] is None)
    bottom = tuple(row["unit"] for row in rows if row["is_bottom"])
    repeated = tuple(row["unit"] for row in rows if row["streak"] >= 2)
    return [
        Figure("ranked", "参与排名单位", len(ranked), "个", ranked, "unit", GROUP),
        Figure("not_ranked", "不参与排名单位", len(out), "个", out, "unit", GROUP),
        Figure("bottom", "后三位单位", len(bottom), "个", bottom, "unit", GROUP),
        Figure("repeated", "连续后三位单位", len(repeated), "个", repeated, "unit", GROUP),
    ]


def _day_figures(span: Span) -> list[Figure]:
    """优良站次日: days of the stations that are ranked, those with a published AQI."""
    controls = rule(span.scheme, "rank.station_controls", span.period.last, default=None)
    days = DailyAir.objects.filter(
        station__scheme=span.scheme,
        on__gte=span.period.first,
        on__lte=span.period.last,
        aqi__isnull=False,
    )
    if controls:
        days = days.filter(station__control__in=controls)
    rows = list(days.order_by("on", "station__code").values_list("station__code", "on", "aqi"))
    known = tuple(f"{code} {on}" for code, on, _ in rows)
    good = tuple(f"{code} {on}" for code, on, aqi in rows if (aqi or 0) <= GOOD_AQI)
    ratio = share(len(good), len(known))
    return [
        Figure("valid_days", "有效站日", len(known), "站日", known, "day", GROUP),
        Figure("good_days", "优良站日", len(good), "站日", good, "day", GROUP),
        Figure("good_day_percent", "优良率", ratio, "%", good, "day", GROUP),
    ]


def _alarms(span: Span) -> Figure:
    alarms = Alarm.objects.filter(station__scheme=span.scheme, **span.within("started_at"))
    rows = alarms.order_by("started_at", "pk").values_list("pk", flat=True)
    keys = tuple(str(pk) for pk in rows)
    return Figure("alarms", "高值与异常", len(keys), "起", keys, "alarm", GROUP)


def _summonses(span: Span) -> Figure:
    """约谈建议 that the weeks of the period called for, as far as they stand."""
    rows = Summons.objects.filter(scheme=span.scheme, basis=Summons.Basis.STREAK)
    rows = rows.exclude(state__in=(Summons.State.WITHDRAWN, Summons.State.DECLINED))
    if span.period.kind is Kind.WEEK:
        rows = rows.filter(fired=span.period.code)
    else:
        rows = rows.filter(**span.within("proposed_at"))
    keys = tuple(str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True))
    return Figure("summonses", "约谈建议", len(keys), "条", keys, "summons", GROUP)
