"""All figures of one period in the form that a notice keeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grids.models import GridScheme
from notices.facts import air, field, work
from notices.facts.span import Span, span_of
from stations.models import Ranking
from stations.periods import Period


@dataclass(frozen=True)
class Collected:
    """What a bulletin is made of: the span, the ranking as published, and the facts as data."""

    span: Span
    ranking: Ranking | None
    facts: dict[str, Any]


def collect(scheme: GridScheme, period: Period, *, at: datetime) -> Collected:
    """Figures with their rows, the ranking table, counts by unit, the longest overdue."""
    span = span_of(scheme, period, at=at)
    ranking = air.ranking_of(span)
    rows = air.table(ranking) if ranking else None
    figures = [*air.figures(span, rows), *work.figures(span), *field.figures(span)]
    facts: dict[str, Any] = {
        "period": period.code,
        "until": span.end.isoformat(),
        "figures": [figure.as_data() for figure in figures],
        "ranking": _ranking(ranking, rows),
        "units": work.by_unit(span),
        "overdue": work.longest(span),
    }
    return Collected(span, ranking, facts)


def _ranking(ranking: Ranking | None, rows: list[dict[str, Any]] | None) -> dict[str, Any]:
    if ranking is None or rows is None:
        return {}
    return {
        "id": ranking.pk,
        "edition": ranking.edition,
        "digest": ranking.digest,
        "index": "AQI" if ranking.kind == Ranking.Kind.DAY else "综合指数",
        "formula": ranking.formula,
        "weights": ranking.weights,
        "rows": rows,
    }
