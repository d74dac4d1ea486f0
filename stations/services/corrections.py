"""After a day has closed: its ranking, and new editions of rankings that late data touched."""

from datetime import date, datetime, timedelta

from grids.models import GridScheme
from grids.selectors import rule
from stations.models import IngestBatch, Ranking
from stations.periods import Kind, Period
from stations.rankables import units
from stations.services import ranking

REASON = "发布后有迟到或更正的数据"
_LOOK_BACK = timedelta(days=42)


def after_day(on: date, *, at: datetime) -> dict[str, int]:
    """日排名 of the day for schemes that have one, then corrections; counts of both."""
    return {"daily_rankings": publish_days(on, at=at), "corrected": correct_late(at=at)}


def publish_days(on: date, *, at: datetime) -> int:
    """日排名 (W-52): once per scheme and day, where the rule `rank.daily` asks for it."""
    period, count = Period.containing(Kind.DAY, on), 0
    for scheme in GridScheme.objects.filter(stations__isnull=False).distinct().order_by("code"):
        if rule(scheme, "rank.daily", on) and units(scheme, period):
            ranking.publish(scheme, period, by=None, at=at)
            count += 1
    return count


def correct_late(*, at: datetime) -> int:
    """Rankings of the last six weeks that came out before the newest change of data."""
    newest = IngestBatch.objects.filter(days__gt=0).order_by("-at").first()
    if newest is None:
        return 0
    since = (at - _LOOK_BACK).date()
    rows = Ranking.objects.current().filter(ends_on__gte=since, published_at__lt=newest.at)
    return sum(
        ranking.correct(row, reason=REASON, by=None, at=at).pk != row.pk
        for row in rows.order_by("starts_on", "pk")
    )
