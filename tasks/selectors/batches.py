"""批量办理, before it happens: which matters, who is left out and why, what exactly was shown."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, TextChoices

from grids.models import User
from tasks import policies
from tasks.models import ListEntry, Task
from tasks.models.kinds import ListKind
from tasks.standing import Standing, standing
from tasks.workflow import OPEN, Action, State, next_state

MOST = 500
"""Matters in one batch."""
RELATED = ("scheme", "grid__parent", "issuer_grid", "origin_grid__parent")


class BatchAction(TextChoices):
    URGE = "urge", "催办"
    LISTED = "listed", "挂牌督办"
    ENLIST = "enlist", "列入清单"
    DELIST = "delist", "移出清单"
    ISSUE = "issue", "交办"
    SUPERVISOR = "supervisor", "变更督办责任人"
    WATCHER = "watcher", "增加督办人"


VERBS = {BatchAction.ISSUE: Action.ISSUE}
"""The action of the workflow behind it; 督办 for all others."""
ON_LISTS = (BatchAction.ENLIST, BatchAction.DELIST)


@dataclass(frozen=True)
class Preview:
    """What would happen: `able` in order of number, `refused` with the sentence, and the print."""

    able: list[Task]
    refused: list[tuple[Task, str]]
    print: str


def preview(
    user: User, tasks: Iterable[Task], action: BatchAction, *, kind: str = "", at: datetime
) -> Preview:
    """Asks for every matter what its service would ask, with a constant number of queries.

    `kind`: the list that it is about; "" while it is not chosen yet.
    """
    rows = list(tasks)
    me = standing(user, at)
    listed = _standing(rows, kind) if action in ON_LISTS else set()
    good = _looked_good(rows) if kind == ListKind.NEGATIVE else set()
    able, refused = [], []
    for task in rows:
        reason = _why_not(me, task, action, at=at) or _why_not_listed(
            task, action, kind, listed, good
        )
        if reason:
            refused.append((task, reason))
        else:
            able.append(task)
    return Preview(able, refused, print_of(able))


def print_of(tasks: Iterable[Task]) -> str:
    """SHA-256 over every matter with its version and lists: any change makes another one."""
    rows = list(tasks)
    entries = ListEntry.objects.filter(task__in=rows, removed_at=None)
    stands = sorted(f"{task}:{kind}" for task, kind in entries.values_list("task", "kind"))
    versions = sorted(f"{one.pk}:{one.version}:{one.state}" for one in rows)
    return hashlib.sha256("\n".join([*versions, "", *stands]).encode()).hexdigest()


def _why_not(me: Standing, task: Task, action: BatchAction, *, at: datetime) -> str:
    verb = VERBS.get(action, Action.SUPERVISE)
    state = State(task.state)
    if action in ON_LISTS:
        possible = state in (*OPEN, State.CLOSED)
    else:
        possible = next_state(state, verb) is not None and policies.fits(verb, task)
    if not possible:
        return f"{state.label}的任务不能{action.label}"
    return policies.why_not(me.user, verb, task, at=at, me=me)


def _why_not_listed(
    task: Task, action: BatchAction, kind: str, standing: set[int], good: set[int]
) -> str:
    if not kind:
        return ""
    if action == BatchAction.ENLIST and task.pk in standing:
        return f"已在{ListKind(kind).label}里"
    if action == BatchAction.DELIST and task.pk not in standing:
        return f"不在{ListKind(kind).label}里"
    if action == BatchAction.DELIST and kind == ListKind.NEGATIVE and task.pk not in good:
        return "负面清单须在“回头看”合格后才能移出"
    return ""


def _standing(tasks: list[Task], kind: str) -> set[int]:
    entries = ListEntry.objects.filter(task__in=tasks, kind=kind, removed_at=None)
    return set(entries.values_list("task", flat=True))


def _looked_good(tasks: list[Task]) -> set[int]:
    """Matters whose last 回头看 found them good."""
    from_events = Task.objects.filter(pk__in=[one.pk for one in tasks])
    rows = from_events.filter(events__action__in=(Action.REVISIT, Action.REOPEN))
    last: dict[int, str] = {}
    for pk, action in rows.order_by("pk", "events__sequence").values_list("pk", "events__action"):
        last[pk] = action
    return {pk for pk, action in last.items() if action == Action.REVISIT}


def chosen(rows: QuerySet[Task]) -> QuerySet[Task]:
    """In order of number, with what the preview looks at."""
    return rows.select_related(*RELATED).order_by("number")
