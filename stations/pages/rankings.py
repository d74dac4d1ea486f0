"""排名: the lists, one ranking with its working, what waits to be published."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from grids.models import Clause, Grid, GridScheme, User
from grids.selectors import quote
from stations import holds, policies, rankables, selectors, spans, supervision
from stations.hours import NONE
from stations.models import Ranking, RankingLine, Station
from stations.periods import Kind, Period
from stations.standards import BEIJING, SYMBOLS

INDICATORS = {
    **{name: f"{symbol} 平均" for name, symbol in SYMBOLS.items()},
    "co": "CO 第 95 百分位",
    "o3": "O3 8 小时第 90 百分位",
    "composite": "综合指数",
    "good_days": "优良天数",
    "good_day_percent": "优良天数比例（%）",
    "valid_days": "有效天数",
}
_EXTREMES = 3
FIELDS = {
    "rank": "名次",
    "air": "空气",
    "valid_days": "有效天",
    "is_bottom": "后三位",
    "score": "得分",
}


@dataclass(frozen=True)
class Line:
    """A line of the table. `moved`: places gained since the ranking before; None: no comparison."""

    line: RankingLine
    streak: selectors.Streak | None
    moved: int | None
    width: Decimal
    tone: str

    @property
    def moved_down(self) -> int:
        return -(self.moved or 0)

    @property
    def streak_text(self) -> str:
        return f"连续 {self.streak.weeks} 周" if self.streak else ""

    @property
    def streak_tone(self) -> str:
        return "late" if self.streak and self.streak.weeks > 2 else "warn"

    @property
    def supervision(self) -> list[tuple[str, int]]:
        parts = self.line.proof.get("parts", {}).get("supervision", {})
        return [(label, parts.get(name, 0)) for name, label in supervision.LABELS.items()]


def page(ranking: Ranking) -> dict[str, Any]:
    """One ranking: lines with streaks and movement, editions, the sentences behind it."""
    period = Period.parse(ranking.period)
    lines = list(ranking.lines.all())
    streaks = (
        {grid.pk: s for grid, s in selectors.streaks(ranking.scheme, period).items()}
        if (period.kind is Kind.WEEK)
        else {}
    )
    before = _ranks_before(ranking, period)
    most = max((line.air for line in lines if line.air), default=Decimal(1))
    return {
        "ranking": ranking,
        "period": period,
        "is_week": period.kind is Kind.WEEK,
        "is_long": period.kind in spans.KINDS,
        "year_before": period.year_before(),
        "lines": [_line(line, streaks.get(line.grid_id), before, most) for line in lines],
        "most": most,
        "editions": _editions(ranking),
        "quotes": _quotes(ranking),
        "weights": [(_PARTS[name], value) for name, value in ranking.weights.items()],
        "rules": [(key, row) for key, row in ranking.inputs.items()],
        "examples": [key for key, row in ranking.inputs.items() if row["is_example"]],
        "fields": FIELDS,
        "symbols": SYMBOLS,
    }


_PARTS = {"air": "空气质量", "supervision": "督查", "enforcement": "执法办案"}


def _line(
    line: RankingLine,
    streak: selectors.Streak | None,
    before: dict[int, int | None],
    most: Decimal,
) -> Line:
    old = before.get(line.grid_id)
    moved = old - line.rank if old and line.rank else None
    tone = "late" if line.is_bottom else "w" if line.air and line.air > most * 2 / 3 else ""
    return Line(line, streak, moved, line.air or Decimal(0), tone)


def _ranks_before(ranking: Ranking, period: Period) -> dict[int, int | None]:
    earlier = (
        Ranking.objects.current()
        .filter(scheme=ranking.scheme_id, kind=ranking.kind, starts_on__lt=period.first)
        .order_by("-starts_on")
        .first()
    )
    return dict(earlier.lines.values_list("grid_id", "rank")) if earlier else {}


def _editions(ranking: Ranking) -> list[Ranking]:
    rows = Ranking.objects.filter(scheme=ranking.scheme_id, period=ranking.period)
    return list(rows.order_by("-edition"))


def _quotes(ranking: Ranking) -> list[Clause]:
    codes = dict.fromkeys(row["clause"] for row in ranking.inputs.values() if row["clause"])
    found = [quote(ranking.scheme, code) for code in codes]
    return [clause for clause in found if clause is not None]


def trend(scheme: GridScheme, at: datetime, weeks: int = 12) -> dict[str, Any]:
    """周综合指数走势 over the last full weeks (Y1-60): the best and the worst of the last one."""
    last = Period.containing(Kind.WEEK, at.astimezone(BEIJING).date()).previous()
    periods = [last]
    for _ in range(weeks - 1):
        periods.insert(0, periods[0].previous())
    table = rankables.week_table(scheme, periods[0], last)
    names = dict(Grid.objects.filter(pk__in=table.units.tolist()).values_list("pk", "name"))
    place = {int(monday): column for column, monday in enumerate(table.mondays)}
    columns = [place.get(period.first.toordinal()) for period in periods]
    series = [
        {"name": names[int(unit)], "data": [_hundredths(row, column) for column in columns]}
        for unit, row in zip(table.units, table.index, strict=True)
    ]
    series.sort(key=lambda one: one["data"][-1] or 0)
    if len(series) > 2 * _EXTREMES:
        series = series[:_EXTREMES] + series[-_EXTREMES:]
    return {
        "kind": "line",
        "x": [period.short for period in periods],
        "y_title": "周综合指数",
        "unit": "",
        "series": series,
        "empty": "这些周没有足够的有效日。",
    }


def _hundredths(row: Any, column: int | None) -> float | None:
    if column is None or row[column] == NONE:
        return None
    return int(row[column]) / 100


def waiting(scheme: GridScheme, user: User, at: datetime, kind: Kind = Kind.WEEK) -> Period | None:
    """The last full period, if it is not published, the person may publish it, the regime has
    stations, and no 疑似干扰 holds it."""
    today = at.astimezone(BEIJING).date()
    period = Period.containing(kind, today).previous()
    if not policies.may_publish(user, scheme) or selectors.weekly(scheme, period):
        return None
    if not Station.objects.filter(scheme=scheme, is_active=True).exists():
        return None
    if holds.holding(scheme, period):
        return None
    return period
