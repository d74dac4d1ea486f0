"""Counts for the frame and figures for rankings, duties and notices."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from grids.models import Grid, GridScheme, User
from tasks.deadlines import beijing_date, end_of
from tasks.models import Task, TaskEvent
from tasks.models.lateness import CLOSED_LATE
from tasks.selectors import lists, mishaps
from tasks.workflow import Action

MOST = 1000
"""Counts beside the navigation stop here: beyond it the exact number helps nobody."""


def waiting_counts(user: User, scheme: GridScheme | None, at: datetime) -> dict[str, int]:
    """What waits for me, by the keys of the navigation."""
    if scheme is None or not user.is_authenticated:
        return {}
    seen = lists.seen(user, scheme).single()
    today = seen.open().filter(due_at__gte=at, due_at__lte=end_of(beijing_date(at)))
    again = lists.revisit_list(user, scheme).filter(revisit_on__lte=beijing_date(at))
    querysets = {
        "inbox": lists.inbox(user, scheme),
        "acceptance": lists.acceptance_list(user, scheme),
        "overdue": seen.overdue(at),
        "due_today": today,
        "disputes": lists.dispute_list(user, scheme, at),
        "today": lists.pressing(user, at, scheme=scheme),
        "revisits": again,
    }
    return {key: capped(rows) for key, rows in querysets.items()}


def capped(rows: object, most: int = MOST) -> int:
    """How many rows, counted no further than `most`."""
    return rows.order_by()[:most].count()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Indicators:
    """Figures of one grid with all below, over a span of time (`since` included, `until` not).

    `overdue`, `refused`, `rebounds` and `found_by_others` are those of the weekly score.
    """

    issued: int
    closed: int
    closed_late: int
    extensions: int
    found_itself: int
    solved_at_base: int
    overdue: int
    refused: int
    rebounds: int
    found_by_others: int

    @property
    def supervision(self) -> int:
        """督查 part of the weekly score: fewer is better."""
        return self.overdue + self.refused + self.rebounds + self.found_by_others


def indicators(scheme: GridScheme, grid: Grid, since: datetime, until: datetime) -> Indicators:
    """What reports and duty cards need about a unit."""
    below = Grid.objects.filter(tree_id=grid.tree_id, lft__gte=grid.lft, lft__lte=grid.rght).values(
        "pk"
    )
    tasks = Task.objects.filter(scheme=scheme, grid__in=below).single()
    closed = Q(closed_at__gte=since, closed_at__lt=until)
    registered = Q(registered_at__gte=since, registered_at__lt=until)
    own = Q(origin_grid=F("grid"))
    row = tasks.aggregate(
        issued=Count("pk", filter=Q(issued_at__gte=since, issued_at__lt=until)),
        closed=Count("pk", filter=closed),
        closed_late=Count("pk", filter=closed & CLOSED_LATE),
        found_itself=Count("pk", filter=registered & own),
        solved_at_base=Count("pk", filter=closed & own),
    )
    granted = TaskEvent.objects.filter(task__in=tasks, at__gte=since, at__lt=until)
    granted = granted.filter(action=Action.DECIDE_EXTENSION, data__granted=True)
    return Indicators(**row, extensions=granted.count(), **_against(scheme, grid, since, until))


def _against(scheme: GridScheme, grid: Grid, since: datetime, until: datetime) -> dict[str, int]:
    found = mishaps.mishaps(scheme, since, until)
    kinds = Counter(one.kind for one in found if one.counts_for(grid))
    counted = {name: kinds[name] for name in ("overdue", "refused", "rebounds")}
    return counted | {"found_by_others": kinds["found"]}
