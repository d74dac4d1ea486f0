"""Which permission each action needs, on whose side, and who must keep apart.

Services enforce, pages merely ask. `SIDES` and `NEEDS` are the role × action table.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from grids import access
from grids.models import Grid, Role, User
from tasks import office_policies, separation
from tasks.deadlines import beijing_date
from tasks.models import FeedbackCard, Task, TaskEvent
from tasks.models.kinds import SUPERVISED
from tasks.standing import Standing, standing
from tasks.workflow import LADDER, MOVES, Action, Rung, State


class Side(StrEnum):
    """On which grid the permission is asked."""

    ORIGIN = "ORIGIN"  # where the matter was found
    HOLDER = "HOLDER"  # a post of the holding grid itself, at the task's rung or above
    ISSUER = "ISSUER"  # the grid that issued it, or that it was found under
    ABOVE = "ABOVE"  # the issuer's side or any grid above the holder
    OVER = "OVER"  # the issuer; before that a grid above the one where it was found
    ANY = "ANY"  # one of the grids that have to do with it


NEEDS: dict[Action, tuple[Side, str]] = {
    Action.REGISTER: (Side.ORIGIN, access.REPORT),
    Action.SETTLE: (Side.ORIGIN, access.HANDLE),
    Action.ISSUE: (Side.ISSUER, access.OVERSEE),
    Action.JOIN: (Side.ISSUER, access.OVERSEE),
    Action.ACCEPT: (Side.HOLDER, access.HANDLE),
    Action.REPORT_UP: (Side.HOLDER, access.HANDLE),
    Action.TRANSFER: (Side.HOLDER, access.HANDLE),
    Action.RETURN_TRANSFER: (Side.HOLDER, access.HANDLE),
    Action.SUBMIT: (Side.HOLDER, access.HANDLE),
    Action.ASK_EXTENSION: (Side.HOLDER, access.HANDLE),
    Action.DECIDE_EXTENSION: (Side.ISSUER, access.OVERSEE),
    Action.RULE: (Side.ISSUER, access.OVERSEE),
    Action.APPROVE: (Side.ISSUER, access.OVERSEE),
    Action.SEND_BACK: (Side.ISSUER, access.OVERSEE),
    Action.SUPERVISE: (Side.ABOVE, access.OVERSEE),
    Action.REVISIT: (Side.ABOVE, access.PATROL),
    Action.REOPEN: (Side.ABOVE, access.PATROL),
    Action.VOID: (Side.OVER, access.OVERSEE),
    Action.REVEAL: (Side.ISSUER, access.OVERSEE),
    Action.COMMENT: (Side.ANY, access.HANDLE),
}
ALSO: dict[Action, str] = {Action.COMMENT: access.OVERSEE}
"""A second permission that is enough: 督查 and supervising grids (Y1-21) speak about what they
oversee, though they do none of the work; who only reads (来宾) does not."""
BESIDES: dict[Action, str] = {Action.JOIN: access.MANAGE, Action.RULE: access.MANAGE}
"""A second permission that is needed too: joint orders and rulings are the office's (Y1-76, W-64),
not those of 督查, which oversees but manages nothing."""
OWN_FINDINGS = {
    Action.ISSUE,
    Action.DECIDE_EXTENSION,
    Action.APPROVE,
    Action.SEND_BACK,
    Action.VOID,
}
"""What 督查 does with what 督查 found (任务交办 is one of its forms, Y1-59) and, as nobody stands
above the root, with the work of the root's own office; all else of the kind is the office's."""
BY_SYSTEM = {
    Action.REGISTER,
    Action.ISSUE,
    Action.JOIN,
    Action.COMPLETE,
    Action.REOPEN,
    Action.REVEAL,
    Action.COMMENT,
}
"""What jobs do without a person (`by=None`)."""
APART = {Action.APPROVE, Action.REVISIT, Action.REOPEN}
"""Never by who did the work, nor by anybody of a grid that did it."""
THIRD_PERSON = {Action.REVISIT, Action.REOPEN}
"""Nor by who accepted the work."""
APART_FROM_HOLDER = {Action.DECIDE_EXTENSION, Action.RULE, Action.VOID}
"""Never by the grid that holds the matter."""
ON_WHOLE = {
    Action.COMMENT,
    Action.VOID,
    Action.SUPERVISE,
    Action.COMPLETE,
    Action.REOPEN,
    Action.RECALCULATE,
}
"""What can be done on a 总单 itself; everything else happens in its parts."""
HIDDEN_BUTTONS = {Action.REGISTER, Action.REOPEN, Action.COMPLETE, Action.RECALCULATE}

WORK = (Action.ACCEPT, Action.SUBMIT, Action.SETTLE)
RANKS: dict[str, int] = {
    Role.WORKER: 0,
    Role.MANAGER: 1,
    Role.CHIEF: 2,
    Role.OFFICE: 2,
    Role.ENTERPRISE: 2,
}
RUNG_RANK = {Rung.WORKER: 0, Rung.MANAGER: 1, Rung.CHIEF: 2}


# --- one answer ---------------------------------------------------------------------------------


def why_not(
    user: User | AnonymousUser | None,
    action: Action,
    task: Task,
    *,
    at: datetime,
    me: Standing | None = None,
    works: Iterable[separation.Work] | None = None,
) -> str:
    """The sentence why `user` may not; "" when he may. `me` and `works` save queries in lists."""
    if user is None:
        return "" if action in BY_SYSTEM else "须由有权的人员办理"
    if not user.is_authenticated or not user.is_active:
        return "请先登录"
    if action == Action.RECALCULATE:
        return office_policies.why_not_calendar(user)
    me = me or standing(user, at)
    if reason := _unplaced(me, action, task) or why_not_desk(me.user, action, task):
        return reason
    if action in THIRD_PERSON and task.closed_by_id == user.pk:
        return "这件事由您验收销号，回头看须由第三人办理"
    if action in APART:
        works = works_of([task])[task.pk] if works is None else works
        return separation.conflict(user.pk, me.seats, works, on=me.on, root=_root(task))
    if action in APART_FROM_HOLDER and task.state != State.REGISTERED:
        return _is_party(me, task)
    return ""


def may(user: User | AnonymousUser | None, action: Action, task: Task, *, at: datetime) -> bool:
    return not why_not(user, action, task, at=at)


def check(user: User | AnonymousUser | None, action: Action, task: Task, *, at: datetime) -> None:
    """Raises PermissionDenied with the sentence."""
    if reason := why_not(user, action, task, at=at):
        raise PermissionDenied(reason)


def offered(user: User | AnonymousUser, task: Task, *, at: datetime) -> list[Action]:
    """The actions to show as buttons: possible now and allowed to this user."""
    me, works = standing(user, at), works_of([task])[task.pk]
    possible = [action for state, action in MOVES if state == task.state]
    return [
        action
        for action in dict.fromkeys(possible)
        if action not in HIDDEN_BUTTONS
        and fits(action, task)
        and not why_not(user, action, task, at=at, me=me, works=works)
    ]


def fits(action: Action, task: Task) -> bool:
    """Whether the action makes sense for this task in its state: no dead buttons."""
    if task.join_role == Task.JoinRole.WHOLE:
        return action in ON_WHOLE
    if action == Action.COMPLETE:
        return False
    if action == Action.REVEAL:
        return task.is_hidden
    if action == Action.ASK_EXTENSION:
        return task.extension_asked_to is None
    if action == Action.DECIDE_EXTENSION:
        return task.extension_asked_to is not None
    return True


def check_target(user: User | None, grid: Grid) -> None:
    """交办 and 裁定 need OVERSEE over the grid that receives."""
    if user is not None and not access.holds(user, access.OVERSEE, grid):
        raise PermissionDenied(f"您无权向{grid.name}交办")


def why_not_desk(user: User | AnonymousUser, action: Action, task: Task) -> str:
    """Why 督查 leaves this to the office; "" for everybody who also manages the issuing grid."""
    side = task.issuer_grid or task.origin_grid
    if access.holds(user, access.MANAGE, side):
        return ""
    if action in BESIDES:
        return f"{action.label}由网格办办理"
    if action not in OWN_FINDINGS or task.source in SUPERVISED:
        return ""
    if task.registered_by_id == user.pk or (
        task.grid_id is not None and task.grid_id == _root(task)
    ):
        return ""
    return f"这件事不是督查发现的，由网格办{action.label}"


# --- the parts ----------------------------------------------------------------------------------


def _unplaced(me: Standing, action: Action, task: Task) -> str:
    """By the permission of the action, or by the other one that is enough for it."""
    side, permission = NEEDS[action]
    reason = _misplaced(me, side, permission, task)
    if reason and action in ALSO:
        return _misplaced(me, side, ALSO[action], task)
    return reason


def _misplaced(me: Standing, side: Side, permission: str, task: Task) -> str:
    if side == Side.HOLDER:
        return _not_holder(me, permission, task)
    places: dict[Side, list[Grid | None]] = {
        Side.ORIGIN: [task.origin_grid],
        Side.ISSUER: [task.issuer_grid or task.origin_grid],
        Side.OVER: [task.issuer_grid or _over_origin(task)],
        Side.ABOVE: [task.issuer_grid or task.origin_grid, _above(task)],
        Side.ANY: [task.grid, task.origin_grid, task.issuer_grid],
    }
    if any(access.holds(me.user, permission, grid) for grid in places[side] if grid is not None):
        return ""
    if side == Side.ANY and _assists(me.user, task):
        return ""
    return "您的任职无权办理此事"


def _above(task: Task) -> Grid | None:
    return task.grid.parent if task.grid is not None else None


def _over_origin(task: Task) -> Grid:
    """Nobody makes what was found in the own grid disappear; the root answers to itself."""
    return task.origin_grid.parent or task.origin_grid


def _assists(user: User | AnonymousUser, task: Task) -> bool:
    helpers = task.assisting.filter(access.scope_q(user, access.HANDLE))
    return helpers.exists()


def _not_holder(me: Standing, permission: str, task: Task) -> str:
    if me.user.is_superuser:
        return ""
    if task.grid is None or not access.holds(me.user, permission, task.grid):
        return "这件事不在您手上"
    ranks = [RANKS[role] for role in me.roles_on(task.grid_id) if role in RANKS]
    if not ranks:
        return f"须由{task.grid.name}的任职人员（或其代理）办理"
    if max(ranks) < RUNG_RANK[Rung(task.rung)]:
        return f"已上报到{Rung(task.rung).label}，您现在是协助"
    return ""


def rung_of(user: User, grid: Grid, *, at: datetime) -> Rung:
    """The rung on which `user` sits in this grid; the lowest without a post there."""
    ranks = [RANKS[role] for role in standing(user, at).roles_on(grid.pk) if role in RANKS]
    return LADDER[max(ranks, default=0)]


def _is_party(me: Standing, task: Task) -> str:
    if me.sits_on(task.grid_id) and task.grid_id != _root(task):
        return f"您在承办网格{task.grid.name if task.grid else ''}有任职，须由上级办理"
    return ""


def _root(task: Task) -> int | None:
    grid = task.grid or task.origin_grid
    return Grid.objects.filter(tree_id=grid.tree_id, level=0).values_list("pk", flat=True).first()


def works_of(tasks: Iterable[Task]) -> dict[int, list[separation.Work]]:
    """Who worked on each task, for which grids: from events and cards; three queries."""
    ids = [task.pk for task in tasks]
    works: dict[int, list[separation.Work]] = {pk: [] for pk in ids}
    events = TaskEvent.objects.filter(task__in=ids, action__in=WORK)
    for task_id, by, at, action, data in events.values_list("task", "by", "at", "action", "data"):
        acting = data.get("acting") if action != Action.ACCEPT else None
        grids: frozenset[int] = frozenset() if acting is None else frozenset({int(acting)})
        works[task_id].append(separation.Work(by, grids, beijing_date(at)))
    cards = FeedbackCard.objects.filter(task__in=ids)
    for task_id, by, at, grid in cards.values_list("task", "by", "at", "grid"):
        works[task_id].append(separation.Work(by, frozenset({grid}), beijing_date(at)))
    return works
