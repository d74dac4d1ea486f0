"""值守台: what the office sees first in the morning; every number has a list behind it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Max, Q, QuerySet

from grids.models import Grid, GridScheme, User
from grids.speaking import span
from tasks import policies as task_policies
from tasks import separation
from tasks.deadlines import beijing_date
from tasks.models import Task
from tasks.models.plan import Plan
from tasks.selectors import acceptance_list, dispute_list, inbox, ledger
from tasks.standing import standing

MOST_JUDGED = 200
"""For so many waiting cards the page works out whether the person may accept them himself."""
LISTED = 8


@dataclass(frozen=True)
class Tile:
    """A number, the line under it, and the page and query of its list."""

    title: str
    count: int
    line: str = ""
    tone: str = ""
    page: str = ""
    query: str = ""
    of: int | None = None


def _tile(
    title: str, count: int, line: str, tone: str, page: str, *, of: int | None = None, **query: str
) -> Tile:
    return Tile(title, count, line, tone if count else "", page, urlencode(query), of)


def work_tiles(user: User, scheme: GridScheme, at: datetime) -> list[Tile]:
    """逾期, 今日到期, 待验收, 退回待裁定 as far as the person sees them."""
    return [
        _overdue_tile(user, scheme, at),
        _today_tile(user, scheme, at),
        _acceptance_tile(user, scheme, at),
        _dispute_tile(user, scheme, at),
    ]


def _single(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """A 总单 is not counted beside its parts."""
    return tasks.exclude(join_role=Task.JoinRole.WHOLE)


def overdue(user: User, scheme: GridScheme, at: datetime) -> QuerySet[Task]:
    """Longest first."""
    return _single(ledger(user, scheme, {"due": "overdue"}, at)).order_by("due_at", "pk")


def _overdue_tile(user: User, scheme: GridScheme, at: datetime) -> Tile:
    late = overdue(user, scheme, at)
    first = late.first()
    line = "没有逾期"
    if first is not None and first.due_at is not None:
        where = f" · {first.grid.name}" if first.grid else ""
        line = f"最久 {span(at - first.due_at)}{where}"
    return _tile("逾期", late.count(), line, "bad", "tasks:ledger", due="overdue")


def _today_tile(user: User, scheme: GridScheme, at: datetime) -> Tile:
    today = _single(ledger(user, scheme, {"due": "today"}, at))
    counts = today.aggregate(
        all=Count("pk"), night=Count("pk", filter=Q(deadline_kind=Task.DeadlineKind.SAME_DAY))
    )
    line = f"其中不过夜 {counts['night']}" if counts["night"] else "其中不过夜 0"
    return _tile("今日到期", counts["all"], line, "w", "tasks:ledger", due="today")


def _acceptance_tile(user: User, scheme: GridScheme, at: datetime) -> Tile:
    waiting = acceptance_list(user, scheme)
    count = waiting.count()
    barred = _barred(user, list(waiting[:MOST_JUDGED]), at)
    line = f"您不能验收的 {barred}" if barred else "都可由您验收" if count else "没有待验收"
    return _tile("待验收", count, line, "", "tasks:acceptance")


def _barred(user: User, tasks: list[Task], at: datetime) -> int:
    """How many of them the person must leave to somebody else (职责分离); a fixed number of
    queries, because all stand on the person's side already."""
    me = standing(user, at)
    works = task_policies.works_of(tasks)
    root_of = dict(Grid.objects.filter(level=0).values_list("tree_id", "pk"))
    return sum(
        bool(
            separation.conflict(
                user.pk,
                me.seats,
                works[task.pk],
                on=me.on,
                root=root_of.get(task.grid.tree_id if task.grid else 0),
            )
        )
        for task in tasks
    )


def _dispute_tile(user: User, scheme: GridScheme, at: datetime) -> Tile:
    rows = dispute_list(user, scheme, at)
    most = rows.order_by().aggregate(most=Max("bounces"))["most"] or 0
    line = f"最多已退回 {most} 次" if most else "没有争议"
    return _tile("退回待裁定", rows.count(), line, "", "tasks:disputes")


def inbox_tile(user: User, scheme: GridScheme, at: datetime) -> Tile:
    """For a regime without stations: what waits to be issued."""
    rows = inbox(user, scheme)
    first = rows.first()
    line = f"最早 {span(at - first.registered_at)}前" if first else "都已交办"
    return _tile("待交办", rows.count(), line, "w", "tasks:inbox")


def waiting(user: User, scheme: GridScheme) -> list[Task]:
    """待验收, longest waiting first."""
    return list(acceptance_list(user, scheme)[:LISTED])


def late_list(user: User, scheme: GridScheme, at: datetime) -> list[Task]:
    return list(overdue(user, scheme, at).select_related("grid")[:LISTED])


@dataclass(frozen=True)
class PlanLine:
    """A plan with how many of its measures are due, done, late on the day."""

    plan: Plan
    measures: int
    due: int
    closed: int
    tasks: int
    overdue: int

    @property
    def percent(self) -> int:
        return 100 * self.closed // self.tasks if self.tasks else 0


def plans(scheme: GridScheme, at: datetime) -> list[PlanLine]:
    """方案进度: measures whose day has come, and the tasks they became."""
    rows = Plan.objects.filter(scheme=scheme, state=Plan.State.IN_FORCE).order_by("-year", "code")
    return [_plan_line(plan, at) for plan in rows]


def _plan_line(plan: Plan, at: datetime) -> PlanLine:
    tasks = Task.objects.single().filter(measure_unit__measure__plan=plan).exclude(state="VOID")
    counts = tasks.aggregate(
        tasks=Count("pk"),
        closed=Count("pk", filter=Q(state="CLOSED")),
        overdue=Count("pk", filter=~Q(state="CLOSED") & Q(due_at__lt=at)),
    )
    measures = plan.measures.aggregate(
        measures=Count("pk"), due=Count("pk", filter=Q(due_on__lte=beijing_date(at)))
    )
    return PlanLine(plan, **measures, **counts)
