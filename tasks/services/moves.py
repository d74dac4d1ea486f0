"""The only door to a task's state: lock, check, look up, save, record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from grids import access
from grids.errors import Refused, Stale
from grids.killpoints import reached
from grids.models import Grid, Post, User
from grids.services.patience import patient
from grids.speaking import moment
from tasks import ledger, policies
from tasks.deadlines import beijing_date
from tasks.models import Task, TaskEvent
from tasks.selectors.changes import announce_writer
from tasks.selectors.missed import QUIET, missed
from tasks.workflow import Action, State, next_state

SYSTEM = "系统"
SAME_CLICK = timedelta(seconds=60)
REPEATABLE = {Action.COMMENT, Action.SUPERVISE, Action.ASK_EXTENSION, Action.REVISIT}
"""Actions that do not change the state: an identical one within a minute is a double click."""


@dataclass(frozen=True)
class Step:
    """What was asked: the action, who, when, the words, and the version that was looked at."""

    action: Action
    by: User | None
    at: datetime
    note: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Change:
    """What the step does to the task: its columns, and what the event keeps of it."""

    fields: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


Plan = Callable[[Task], Change]


@dataclass(frozen=True)
class Actor:
    """Who acted, as the event names it; `grid` is the grid for which the person acted."""

    label: str
    on_behalf_of: str = ""
    grid: Grid | None = None


@patient
@transaction.atomic
def move(task: Task, step: Step, plan: Plan) -> Task:
    """The only place where a task changes: row lock, policy, table, save, event.

    `plan` sees the locked row and says what changes. Raises PermissionDenied, Stale with what
    others changed when somebody was faster, Busy when somebody holds the row, Refused when the
    action does not exist in the state. A repeated request (same person, action and words on the
    same version) changes nothing.
    """
    locked = lock(task)
    last = locked.events.order_by("-sequence").first()
    if last is not None and _is_repeat(locked, last, step):
        return locked
    _refuse_stale(locked, step)
    policies.check(step.by, step.action, locked, at=step.at)
    target = _target(locked, step.action)
    before = (State(locked.state), locked.grid)
    change = plan(locked)
    _save(locked, target, step, change)
    _append(locked, step, change, before=before, last=last)
    reached("task-moved")
    return locked


def lock(task: Task) -> Task:
    """The row for update, its 总单 before it: everybody locks in this order."""
    rows = Task.objects.select_for_update(of=("self",))
    if task.parent_id is not None:
        rows.filter(pk=task.parent_id).first()
    related = rows.select_related("scheme", "grid__parent", "issuer_grid", "origin_grid")
    return related.get(pk=task.pk)


def _target(task: Task, action: Action) -> State:
    target = next_state(State(task.state), action)
    if target is None or not policies.fits(action, task):
        raise Refused(f"{_named(task)}的任务不能{action.label}")
    return target


def _named(task: Task) -> str:
    if task.join_role == Task.JoinRole.WHOLE:
        return "总单由各分单办理，这样"
    return State(task.state).label


def _save(task: Task, target: State, step: Step, change: Change) -> None:
    task.state = target
    for name, value in change.fields.items():
        setattr(task, name, value)
    if step.action not in QUIET:
        task.version += 1
    task.save(update_fields=["state", "version", *change.fields])


def _is_repeat(task: Task, last: TaskEvent, step: Step) -> bool:
    same = (last.by_id, last.action) == (step.by.pk if step.by else None, step.action)
    if not same or last.note != step.note:
        return False
    if step.version is not None and step.action not in QUIET:
        return task.version == step.version + 1
    return step.action in REPEATABLE and abs(step.at - last.at) < SAME_CLICK


def _refuse_stale(task: Task, step: Step) -> None:
    if step.version is None or step.version == task.version or step.action in QUIET:
        return
    last = task.events.exclude(action__in=QUIET).order_by("-sequence").first()
    who = f"{last.by_label}已于{moment(last.at, at=step.at)}" if last else "已有人"
    what = Action(last.action).label if last else "修改"
    state = State(task.state).label
    said = f"{who}办理“{what}”，现在是“{state}”。您看到的内容已过期，请刷新后再办。"
    raise Stale(said, changes=missed(task, step.version))


# --- the event ----------------------------------------------------------------------------------


def open_chain(task: Task, step: Step, change: Change) -> None:
    """The first event of a new task (登记)."""
    _append(task, step, change, before=(None, None), last=None)


def _append(
    task: Task,
    step: Step,
    change: Change,
    *,
    before: tuple[State | None, Grid | None],
    last: TaskEvent | None,
) -> None:
    who = actor(step.by, task, at=step.at)
    acting = {} if who.grid is None else {"acting": who.grid.pk}
    event = TaskEvent(
        task=task,
        sequence=last.sequence + 1 if last else 1,
        action=step.action,
        from_state=before[0] or "",
        to_state=task.state,
        by=step.by,
        by_label=who.label,
        on_behalf_of=who.on_behalf_of,
        grid=before[1],
        to_grid=task.grid,
        at=step.at,
        note=step.note,
        data=ledger.plain(change.data | acting),
        prev_hash=last.hash if last else "",
    )
    announce_writer()
    event.hash = ledger.digest(event.prev_hash, fields_of(event, task.number))
    event.save(force_insert=True)


def fields_of(event: TaskEvent, number: str) -> dict[str, Any]:
    """The hashed columns of an event, by the names of `ledger.COLUMNS`."""
    return {
        "task": number,
        "sequence": event.sequence,
        "action": str(event.action),
        "from_state": str(event.from_state),
        "to_state": str(event.to_state),
        "by": event.by_id,
        "by_label": event.by_label,
        "on_behalf_of": event.on_behalf_of,
        "grid": event.grid_id,
        "to_grid": event.to_grid_id,
        "at": event.at,
        "note": event.note,
        "data": event.data,
    }


def actor(by: User | None, task: Task, *, at: datetime) -> Actor:
    """How the event names the person: the post nearest to the task's grid decides."""
    if by is None:
        return Actor(SYSTEM)
    place = task.grid or task.origin_grid
    posts = access.posts_of(by, beijing_date(at)).filter(grid__scheme_id=task.scheme_id)
    chosen = min(posts, key=lambda post: _distance(post, place), default=None)
    if chosen is None:
        return Actor(str(by))
    role = task.scheme.role_label(chosen.role)
    behalf = "" if chosen.user_id == by.pk else f"{chosen.grid.name} {chosen.title}"
    return Actor(f"{chosen.grid.name} · {role}", behalf, chosen.grid)


def _distance(post: Post, place: Grid) -> tuple[int, int, int]:
    """The grid itself first, then the nearest grid above, then anything else."""
    grid = post.grid
    is_above = grid.tree_id == place.tree_id and grid.lft <= place.lft <= grid.rght
    return (0 if is_above else 1, abs(place.level - grid.level), post.pk)
