"""A few matters of the demo stand in the regime's lists, so that the pages are not empty."""

from datetime import datetime

from django.utils import timezone

from grids.models import GridScheme, User
from tasks.models import Task
from tasks.selectors import list_pages
from tasks.services import life
from tasks.workflow import OPEN

REASONS = ("群众多次反映", "整改进度慢，限期办结", "列入年度重点", "上级督办事项")
EACH = 2
OFFICES = {
    "yiyang": "yy-office",
    "wangcheng": "wc-office",
    "yiyang-patrol": "yp-office",
    "zhongyuan": "zy-office",
    "ziyang": "zi-office",
}


def fill(scheme: GridScheme, people: dict[str, User], *, at: datetime) -> int:
    """Two open matters per list, each next list one matter further; returns how many entries."""
    office = people[OFFICES[scheme.code]]
    rows = Task.objects.filter(scheme=scheme, state__in=OPEN, issued_at__isnull=False)
    tasks = list(rows.single().order_by("pk"))
    entered = 0
    for place, named in enumerate(list_pages.kinds_of(scheme, timezone.localdate(at))):
        for task in (tasks[place:] + tasks[:place])[:EACH]:
            reason = REASONS[place % len(REASONS)]
            life.enlist(task, kind=named.kind, reason=reason, by=office, at=at)
            entered += 1
    return entered
