"""The board of a campaign: how far, by grid and by outcome."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from grids.models import Grid, GridScheme
from tasks.models import Campaign, Task
from tasks.models.kinds import Disposition, JoinRole
from tasks.workflow import OPEN, State


@dataclass(frozen=True)
class Tally:
    """Matters of a campaign, 总单 by their parts, voided ones left out."""

    total: int
    closed: int
    overdue: int

    @property
    def percent(self) -> int:
        """Share closed, 0–100, cut down; 0 without matters."""
        return 100 * self.closed // self.total if self.total else 0


@dataclass(frozen=True)
class Line:
    """One grid on the board."""

    grid: Grid
    tally: Tally


def campaigns_of(scheme: GridScheme, at: datetime) -> QuerySet[Campaign]:
    """All of the regime with their figures, the nearest deadline first."""
    single = ~Q(tasks__join_role=JoinRole.WHOLE) & ~Q(tasks__state=State.VOID)
    late = Q(tasks__due_at__lt=at, tasks__state__in=OPEN)
    return scheme.campaigns.annotate(
        total=Count("tasks", filter=Q(tasks__isnull=False) & single),
        closed=Count("tasks", filter=Q(tasks__state=State.CLOSED) & single),
        overdue=Count("tasks", filter=late & single),
    ).order_by("-due_on", "pk")


def tally(tasks: QuerySet[Task], at: datetime) -> Tally:
    row = counted(tasks).aggregate(
        total=Count("pk"),
        closed=Count("pk", filter=Q(state=State.CLOSED)),
        overdue=Count("pk", filter=Q(due_at__lt=at, state__in=OPEN)),
    )
    return Tally(**row)


def counted(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.exclude(join_role=JoinRole.WHOLE).exclude(state=State.VOID)


def is_done(campaign: Campaign, figures: Tally) -> bool:
    """基本完成: the share of closed matters reaches the campaign's own ratio (ZY-27)."""
    if not figures.total:
        return False
    return Decimal(figures.closed) / figures.total >= campaign.done_ratio


def by_grid(campaign: Campaign, at: datetime) -> list[Line]:
    """One line per responsible grid, the fullest first."""
    rows = (
        counted(campaign.tasks.exclude(grid=None))
        .values("grid")
        .annotate(
            total=Count("pk"),
            closed=Count("pk", filter=Q(state=State.CLOSED)),
            overdue=Count("pk", filter=Q(due_at__lt=at, state__in=OPEN)),
        )
        .order_by("-total", "grid")
    )
    found = list(rows)
    grids = Grid.objects.in_bulk([row["grid"] for row in found])
    return [
        Line(grids[row["grid"]], Tally(row["total"], row["closed"], row["overdue"]))
        for row in found
    ]


def by_outcome(campaign: Campaign) -> list[tuple[str, int]]:
    """What became of the closed ones: 退出, 整治, 搬迁 … (Y1-30, Z-25)."""
    rows = counted(campaign.tasks.filter(state=State.CLOSED)).values_list("disposition")
    labels = dict(Disposition.choices)
    counts = rows.annotate(n=Count("pk")).order_by("-n")
    return [(labels.get(code, "结果未注明"), n) for code, n in counts]
