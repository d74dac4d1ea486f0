"""The lists people work from; every one is a filtered queryset of constant query count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from grids import access
from grids.models import Grid, GridScheme, User
from grids.selectors import rule
from tasks import policies
from tasks.deadlines import BEIJING, beijing_date, end_of, shown
from tasks.models import Task, TaskQuerySet
from tasks.models.kinds import Source
from tasks.models.lateness import CLOSED_LATE
from tasks.models.scope import scope_of, sees_many
from tasks.models.words import holding
from tasks.standing import standing
from tasks.workflow import RETURNS_BEFORE_RULING, RUNGS_UP_TO, Action, State

SHOWN = ("scheme", "grid", "origin_grid", "issuer_grid")


def seen(user: User, scheme: GridScheme | None) -> TaskQuerySet:
    """What `user` may see of one regime, without 总单's double count left out."""
    if scheme is None or not user.is_authenticated:
        return Task.objects.none()
    tasks = Task.objects.filter(scheme=scheme)
    if user.is_superuser:
        return tasks
    if scheme.pk in scope_of(user, access.VIEW).schemes:
        whole = scheme.pk in scope_of(user, access.OVERSEE).schemes
        return tasks if whole else tasks.without_secrets(user)
    return tasks.visible_to(user)


# --- the register -------------------------------------------------------------------------------

FOUND_BY = {
    "above": (Source.SUPERIOR, Source.MEETING, Source.PLAN, Source.SUMMONS),
    "own": (Source.PATROL, Source.COVERT, Source.SUPERVISE, Source.QUICK, Source.ALARM),
    "complaint": (Source.HOTLINE, Source.COMPLAINT),
}
"""收件箱 split: from above, own findings, complaints (Y2-14)."""
PLAIN = {
    "state": "state",
    "kind": "kind",
    "category": "category",
    "source": "source",
    "level": "level",
    "strength": "strength",
    "disposition": "disposition",
    "campaign": "campaign_id",
    "join": "join_role",
}
FLAGS = {
    "listed": Q(is_listed=True),
    "extended": Q(extensions__gt=0),
    "rebound": Q(rebounds__gt=0),
    "returned": Q(bounces__gt=0),
    "asked": Q(extension_asked_to__isnull=False),
}


def ledger(
    user: User, scheme: GridScheme | None, filters: Mapping[str, Any], at: datetime
) -> TaskQuerySet:
    """台账: every filter of the address; unknown keys and empty values are ignored.

    `grid` is a code and means the grid with all below; `since`/`until` are Beijing dates of
    registration, both included; `q` searches number, title, place.
    """
    tasks = seen(user, scheme).select_related(*SHOWN)
    given = {key: value for key, value in filters.items() if value not in (None, "", [])}
    exact = {column: given[key] for key, column in PLAIN.items() if key in given}
    tasks = tasks.filter(**exact)
    for key, condition in FLAGS.items():
        if key in given:
            tasks = tasks.filter(condition)
    if words := given.get("q"):
        tasks = tasks.filter(holding(words, among_all=sees_many(user)))
    return _by_time(_by_place(_by_lists(tasks, given), given, scheme), given, at)


def _by_lists(tasks: TaskQuerySet, given: Mapping[str, Any]) -> TaskQuerySet:
    if kind := given.get("list"):
        tasks = tasks.filter(lists__kind=kind, lists__removed_at=None)
    if sources := FOUND_BY.get(str(given.get("found", ""))):
        tasks = tasks.filter(source__in=sources)
    return tasks


def _by_place(
    tasks: TaskQuerySet, given: Mapping[str, Any], scheme: GridScheme | None
) -> TaskQuerySet:
    if "grid" not in given:
        return tasks
    top = Grid.objects.filter(scheme=scheme, code=given["grid"]).first()
    if top is None:
        return tasks.none()
    below = Grid.objects.filter(tree_id=top.tree_id, lft__gte=top.lft, lft__lte=top.rght)
    return tasks.filter(grid__in=below.values("pk"))


def _by_time(tasks: TaskQuerySet, given: Mapping[str, Any], at: datetime) -> TaskQuerySet:
    if "since" in given:
        tasks = tasks.filter(registered_at__gte=end_of(given["since"] - timedelta(days=1)))
    if "until" in given:
        tasks = tasks.filter(registered_at__lt=end_of(given["until"]))
    due = given.get("due")
    if due == "open":
        return tasks.open()
    if due == "overdue":
        return tasks.overdue(at)
    if due == "today":
        return tasks.open().filter(due_at__gte=at, due_at__lte=end_of(beijing_date(at)))
    if due == "late_closed":
        return tasks.filter(CLOSED_LATE)
    return tasks


# --- what waits for me --------------------------------------------------------------------------


def inbox(user: User, scheme: GridScheme | None) -> QuerySet[Task]:
    """受理交办: registered matters that I may issue, oldest first."""
    waiting = seen(user, scheme).filter(state=State.REGISTERED)
    return _on_my_side(waiting, user).select_related(*SHOWN).order_by("registered_at", "pk")


def found_by(tasks: QuerySet[Task], way: str) -> QuerySet[Task]:
    """Only what came from above, from own findings or from complaints (Y2-14)."""
    sources = FOUND_BY.get(way)
    return tasks.filter(source__in=sources) if sources else tasks


def acceptance_list(user: User, scheme: GridScheme | None) -> QuerySet[Task]:
    """待验收 on my side, also those that I must not judge myself, longest waiting first."""
    waiting = seen(user, scheme).filter(state=State.SUBMITTED)
    return _on_my_side(waiting, user).select_related(*SHOWN).order_by("submitted_at", "pk")


def dispute_list(user: User, scheme: GridScheme | None, at: datetime) -> QuerySet[Task]:
    """争议: returned as often as the scheme allows and not yet ruled (W-64)."""
    if scheme is None:
        return Task.objects.none()
    most = rule(scheme, "transfer.max_returns", beijing_date(at), RETURNS_BEFORE_RULING)
    open_ones = seen(user, scheme).filter(
        state__in=(State.ISSUED, State.HANDLING), bounces__gte=int(most), ruled_at=None
    )
    return _on_my_side(open_ones, user).select_related(*SHOWN).order_by("held_since", "pk")


def _on_my_side(tasks: QuerySet[Task], user: User) -> QuerySet[Task]:
    if user.is_superuser:
        return tasks
    scope = scope_of(user, access.OVERSEE)
    return tasks.filter(scope.q("issuer_grid") | (Q(issuer_grid=None) & scope.q("origin_grid")))


def revisit_list(user: User, scheme: GridScheme | None) -> QuerySet[Task]:
    """回头看 that is mine to do: not what I closed myself (W-48)."""
    return revisits_due(user, scheme).exclude(closed_by_id=user.pk)


def revisits_due(user: User, scheme: GridScheme | None) -> QuerySet[Task]:
    """Closed matters whose follow-up date is set, by that date."""
    due = seen(user, scheme).filter(state=State.CLOSED, revisit_on__isnull=False)
    due = due.exclude(join_role=Task.JoinRole.WHOLE)
    if not user.is_superuser:
        scope = scope_of(user, access.PATROL)
        due = due.filter(scope.q("issuer_grid") | scope.q("grid__parent"))
    return due.select_related(*SHOWN).order_by("revisit_on", "pk")


# --- 今日清单 -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """One line of 今日清单: the matter and the one thing to do next.

    `group` orders the list: overdue, due until 24:00 today, later day by day, follow-ups.
    Distance may put cards in order inside a group only.
    """

    task: Task
    action: Action
    kind: str  # "task" or "revisit"
    group: str


SOON = timedelta(days=7)


def today_list(user: User, at: datetime, *, scheme: GridScheme | None = None) -> list[Card]:
    """What presses, by deadline; then follow-ups due within a week."""
    mine = pressing(user, at, scheme=scheme).select_related(*SHOWN).order_by("due_at", "pk")
    cards = [Card(task, _next(task), "task", _group(task, at)) for task in mine[:100]]
    if scheme is None:
        return cards
    until = beijing_date(at + SOON)
    again = revisit_list(user, scheme).filter(revisit_on__lte=until)[:20]
    return cards + [Card(task, Action.REVISIT, "revisit", f"3-{task.revisit_on}") for task in again]


def pressing(user: User, at: datetime, *, scheme: GridScheme | None = None) -> QuerySet[Task]:
    """In my hands and not signed yet, late, or due by 24:00 of the seventh day from today."""
    return held_by(user, at, scheme=scheme).exclude(_can_wait(at))


def waiting_later(user: User, at: datetime, *, scheme: GridScheme | None = None) -> QuerySet[Task]:
    """The rest of what is in my hands: signed, and due later than `pressing` reaches."""
    return held_by(user, at, scheme=scheme).filter(_can_wait(at)).order_by("due_at", "pk")


def _can_wait(at: datetime) -> Q:
    return Q(state=State.HANDLING, due_at__isnull=False, due_at__gt=end_of(beijing_date(at + SOON)))


def held_by(user: User, at: datetime, *, scheme: GridScheme | None = None) -> QuerySet[Task]:
    """Open matters at my posts' grids, at my rung or below."""
    condition = Q(pk__in=[])
    for seat in standing(user, at).seats:
        rank = policies.RANKS.get(seat.role)
        if rank is not None and seat.runs(beijing_date(at)):
            condition |= Q(grid=seat.grid, rung__in=RUNGS_UP_TO[rank])
    held = Task.objects.filter(condition, state__in=(State.ISSUED, State.HANDLING))
    held = held.exclude(join_role=Task.JoinRole.WHOLE)
    return held if scheme is None else held.filter(scheme=scheme)


def _group(task: Task, at: datetime) -> str:
    """By the day on which the deadline ends: 24:00 of today is today, not tomorrow."""
    if task.due_at is None or task.due_at < at:
        return "0-overdue"
    day, _ = shown(task.due_at)
    return "1-today" if day == beijing_date(at) else f"2-{day}"


def _next(task: Task) -> Action:
    return Action.ACCEPT if task.state == State.ISSUED else Action.SUBMIT


def beijing_day(at: datetime) -> datetime:
    """Midnight at which the Beijing day of `at` began."""
    return at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
