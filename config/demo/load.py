"""Loads the whole demo: accounts, nine weeks of air, matters, rankings, bulletins."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from config.demo import harder, lists, people, places, replay, story
from grids.errors import Refused
from grids.models import GridScheme
from notices import jobs as notice_jobs

WEEKS_RANKED = 6


def load(*, at: datetime) -> dict[str, int]:
    """演示数据, once; run again it adds nothing that is already there.

    Refused on a deployment for real work (`DEPLOYED`), or before the schemes are loaded.
    """
    if settings.DEPLOYED:
        raise Refused("这是正式部署（DEPLOYED=true），不能装入演示数据。")
    if not GridScheme.objects.exists():
        raise Refused("还没有网格体系，请先运行 manage.py load_scheme schemes/*/。")
    cast = people.settle(at=at)
    GridScheme.objects.update(is_demo=True)
    counts = {"accounts": len(cast)} | places.settle(cast, at=at) | replay.advance(at=at)
    for scheme in GridScheme.objects.order_by("pk"):
        if not scheme.tasks.exists():
            story.play(scheme, cast, at=at)
            counts[scheme.code] = harder.play(scheme, cast, at=at)
            lists.fill(scheme, cast, at=at)
    _rank(at)
    return counts


def _rank(at: datetime) -> None:
    """The Mondays that have passed: ranking, proposals and bulletin, each as of its own day."""
    today = timezone.localtime(at).replace(hour=7, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    for back in range(WEEKS_RANKED, -1, -1):
        moment = monday - timedelta(weeks=back)
        if moment <= at:
            notice_jobs.weekly_ranking(at=moment, due_at=moment)
