"""The stretch of time that a bulletin is about."""

from dataclasses import dataclass
from datetime import datetime

from grids.models import GridScheme
from stations.periods import Period
from tasks.deadlines import BEIJING, end_of


@dataclass(frozen=True)
class Span:
    """`start` counts, `end` does not; a bulletin drafted early ends at that moment."""

    scheme: GridScheme
    period: Period
    start: datetime
    end: datetime

    def within(self, column: str) -> dict[str, datetime]:
        """Filter arguments for a moment inside the span."""
        return {f"{column}__gte": self.start, f"{column}__lt": self.end}


def span_of(scheme: GridScheme, period: Period, *, at: datetime) -> Span:
    """Beijing days from the first 00:00 to the last 24:00."""
    first = datetime(period.first.year, period.first.month, period.first.day, tzinfo=BEIJING)
    return Span(scheme, period, first, max(first, min(end_of(period.last), at)))
