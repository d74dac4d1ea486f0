"""Which permission each action on a grid needs. Services enforce it, pages merely ask.

| action | needs |
|---|---|
| see | view on the grid |
| profile, papers, plain posts, stand-ins | manage on the grid |
| leading posts (网格长, 网格负责人, 网格办, 督查) | manage and oversee on the grid above |
| open, close, move a grid; outlines | manage and oversee on the root of the tree |
"""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import TextChoices

from grids import access
from grids.models import Grid, Post, Role, User


class GridAction(TextChoices):
    SEE = "see", "查看网格"
    PROFILE = "profile", "填写五定"
    DOCUMENT = "document", "上传材料"
    APPOINT = "appoint", "任命"
    APPOINT_LEADER = "appoint_leader", "任命负责人员"
    SUBSTITUTE = "substitute", "安排代理"
    OPEN = "open", "设立网格"
    CLOSE = "close", "撤销网格"
    MOVE = "move", "调整上级"
    REDRAW = "redraw", "划定边界"


NEEDS = {
    GridAction.SEE: (access.VIEW,),
    GridAction.PROFILE: (access.MANAGE,),
    GridAction.DOCUMENT: (access.MANAGE,),
    GridAction.APPOINT: (access.MANAGE,),
    GridAction.APPOINT_LEADER: (access.MANAGE, access.OVERSEE),
    GridAction.SUBSTITUTE: (access.MANAGE,),
    GridAction.OPEN: (access.MANAGE, access.OVERSEE),
    GridAction.CLOSE: (access.MANAGE, access.OVERSEE),
    GridAction.MOVE: (access.MANAGE, access.OVERSEE),
    GridAction.REDRAW: (access.MANAGE, access.OVERSEE),
}
ASKED_ABOVE = {GridAction.APPOINT_LEADER}
ASKED_AT_ROOT = {GridAction.OPEN, GridAction.CLOSE, GridAction.MOVE, GridAction.REDRAW}
LEADING_ROLES = frozenset({Role.CHIEF, Role.MANAGER, Role.OFFICE, Role.SUPERVISOR})


def _asked(action: GridAction, grid: Grid) -> int:
    """Where in its tree the grants decide: itself, the one above (the root has none), the root."""
    if action in ASKED_AT_ROOT:
        return 1
    if action in ASKED_ABOVE and grid.parent is not None:
        return grid.parent.lft
    return grid.lft


def may(user: User | AnonymousUser, action: GridAction, grid: Grid) -> bool:
    if user.is_superuser:
        return user.is_active
    if action != GridAction.SEE and not access.holds(user, access.VIEW, grid):
        return False
    lft = _asked(action, grid)
    return all(access.holds_at(user, needed, grid.tree_id, lft) for needed in NEEDS[action])


def check(user: User | AnonymousUser, action: GridAction, grid: Grid) -> None:
    """Raises PermissionDenied with a sentence for people."""
    if not may(user, action, grid):
        raise PermissionDenied(f"您的任职不能在“{grid.name}”{action.label}。")


def offered(user: User | AnonymousUser, grid: Grid) -> list[GridAction]:
    """The actions to show as buttons."""
    return [action for action in GridAction if may(user, action, grid)]


def appointing(role: str) -> GridAction:
    """Leading posts are filled from above, all others by the grid itself."""
    return GridAction.APPOINT_LEADER if role in LEADING_ROLES else GridAction.APPOINT


def check_substitution(user: User, post: Post) -> None:
    """The holder may name the stand-in for his own absence; else it needs 安排代理."""
    if post.user_id != user.pk:
        check(user, GridAction.SUBSTITUTE, post.grid)


def runs_desk(user: User | AnonymousUser, grid: Grid | None) -> bool:
    """The office itself: manage and oversee. 督查 oversees, but manages nothing (ADR 0018)."""
    return access.holds(user, access.OVERSEE, grid) and access.holds(user, access.MANAGE, grid)


def may_keep_people(user: User | AnonymousUser) -> bool:
    """Accounts are kept by those who oversee a whole tree: 网格办 at the root."""
    if user.is_superuser:
        return user.is_active
    if not user.is_authenticated or not user.is_active:
        return False
    return any(left == 1 for _, left, _ in access.granted_spans(user, access.OVERSEE)) and any(
        left == 1 for _, left, _ in access.granted_spans(user, access.MANAGE)
    )


def check_people(user: User) -> None:
    if not may_keep_people(user):
        raise PermissionDenied("人员账号由网格办管理。")
