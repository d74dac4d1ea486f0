"""回头看抽样: the pool and who stays out of it, and what became of what was drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from grids import access
from grids.models import Grid, GridScheme, Post, Role, User
from tasks import policies, sampling, separation
from tasks.deadlines import end_of
from tasks.models import RevisitDraw, Task, TaskEvent
from tasks.models.scope import scope_of
from tasks.punctuality import late_by
from tasks.selectors import lists
from tasks.standing import Standing, standing
from tasks.workflow import Action, State

MOST = 5000
"""Matters in one pool."""


@dataclass(frozen=True)
class Pool:
    """`rows` are (number, weight), `excluded` (number, sentence), both by number."""

    rows: list[tuple[str, int]]
    excluded: list[tuple[str, str]]


def closed_between(scheme: GridScheme, first: date, last: date) -> QuerySet[Task]:
    """Closed on these Beijing days, both included, and not looked at since; single matters."""
    since, until = end_of(first - timedelta(days=1)), end_of(last)
    rows = Task.objects.single().filter(scheme=scheme, state=State.CLOSED, is_hidden=False)
    rows = rows.filter(closed_at__gte=since, closed_at__lt=until, revisit_on__isnull=False)
    return rows.select_related("grid").order_by("number")


def pool_of(
    scheme: GridScheme,
    first: date,
    last: date,
    revisitors: Iterable[User],
    *,
    is_random: bool,
    at: datetime,
) -> Pool:
    """Everything closed in the span but what one of the two did, accepted or may not look at."""
    tasks = list(closed_between(scheme, first, last)[: MOST + 1])
    works = policies.works_of(tasks)
    root = Grid.objects.filter(scheme=scheme, level=0).values_list("pk", flat=True).first()
    reasons: dict[str, str] = {}
    for person in revisitors:
        me = standing(person, at)
        reach = _reach(person, scheme, tasks)
        for task in tasks:
            why = _why_out(me, person, task, works[task.pk], root, reach)
            if why:
                reasons.setdefault(task.number, f"{person}：{why}")
    rows = [(one.number, 1 if is_random else risk_of(one).weight) for one in tasks]
    return Pool([row for row in rows if row[0] not in reasons], sorted(reasons.items()))


def _reach(person: User, scheme: GridScheme, tasks: list[Task]) -> set[int]:
    """Which of them the person's posts let him look at (回头看: the issuer's side or above)."""
    rows = Task.objects.filter(pk__in=[task.pk for task in tasks])
    if not person.is_superuser:
        scope = scope_of(person, access.PATROL)
        rows = rows.filter(scope.q("issuer_grid") | scope.q("grid__parent"))
    return set(rows.values_list("pk", flat=True))


def _why_out(
    me: Standing,
    person: User,
    task: Task,
    works: list[separation.Work],
    root: int | None,
    reach: set[int],
) -> str:
    if task.pk not in reach:
        return "任职范围不含这件任务"
    if task.closed_by_id == person.pk:
        return "由本人验收销号"
    return separation.conflict(person.pk, me.seats, works, on=me.on, root=root)


def risk_of(task: Task) -> sampling.Risk:
    late = late_by(
        task.due_at,
        task.submitted_at or task.closed_at,
        at=task.closed_at or task.registered_at,
        strength=task.strength,
    )
    return sampling.Risk(
        task.rebounds, task.is_listed, late is not None, task.extensions, task.round
    )


def replayed(draw: RevisitDraw) -> list[str]:
    """Drawn again from what was frozen: equal to `draw.picked` unless somebody touched it."""
    return sampling.draw([(number, weight) for number, weight in draw.pool], draw.wanted, draw.seed)


def revisitors(scheme: GridScheme) -> QuerySet[User]:
    """Who may be asked to look again: 督查, 网格办, 网格长 of the regime with a post now."""
    roles = (Role.SUPERVISOR, Role.OFFICE, Role.CHIEF)
    posts = Post.objects.filter(grid__scheme=scheme, role__in=roles, until_on=None)
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("display_name")


@dataclass(frozen=True)
class Picked:
    """One drawn matter and what the look found: None still to do, True good, False 反弹."""

    task: Task
    weight: int
    is_good: bool | None
    event: TaskEvent | None


def picked(user: User, draw: RevisitDraw) -> list[Picked]:
    """In the order drawn; only what `user` may see. The first 回头看 after the draw counts."""
    seen = lists.seen(user, draw.scheme).filter(number__in=draw.picked).select_related("grid")
    tasks = {task.number: task for task in seen}
    events = TaskEvent.objects.filter(
        task__in=tasks.values(), at__gte=draw.drawn_at, action__in=(Action.REVISIT, Action.REOPEN)
    )
    first: dict[int, TaskEvent] = {}
    for event in events.order_by("task", "sequence"):
        first.setdefault(event.task_id, event)
    weights = dict(draw.pool)
    found = []
    for number in draw.picked:
        if (task := tasks.get(number)) is not None:
            look = first.get(task.pk)
            good = None if look is None else look.action == Action.REVISIT
            found.append(Picked(task, weights.get(number, 1), good, look))
    return found
