"""Which permission each decision needs and on which grid. Services enforce, pages merely ask."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from grids import access
from grids.models import Grid, GridScheme, Role, User
from notices.models import Receipt
from notices.selectors.waiting import signing_grids
from tasks.deadlines import beijing_date

NEEDS = {
    "see_all": access.OVERSEE,  # drafts and proposals
    "decide_summons": access.MANAGE,
    "state_side": access.MANAGE,  # on the unit concerned
    "draft_notice": access.MANAGE,
    "review_notice": access.MANAGE,
    "issue_notice": access.MANAGE,
}
LABELS = {
    "see_all": "查看草稿和建议",
    "decide_summons": "办理约谈",
    "state_side": "提交说明",
    "draft_notice": "起草公文",
    "review_notice": "审核公文",
    "issue_notice": "印发公文",
}

LEADERS = {Role.CHIEF, Role.MANAGER, Role.OFFICE}
WATCHERS = {Role.OFFICE, Role.SUPERVISOR, Role.GUEST}


def may(user: User | AnonymousUser, action: str, grid: Grid | None) -> bool:
    return access.holds(user, NEEDS[action], grid)


def check(user: User | AnonymousUser, action: str, grid: Grid | None) -> None:
    """Raises PermissionDenied (403) with the action named."""
    if not may(user, action, grid):
        raise PermissionDenied(f"您无权{LABELS[action]}，请联系本体系的网格办。")


def may_sign(user: User, receipt: Receipt, *, at: datetime) -> bool:
    """签收: by a post of the receiving grid itself, not by somebody above it."""
    return signing_grids(user, None, at).filter(pk=receipt.grid_id).exists()


def check_sign(user: User, receipt: Receipt, *, at: datetime) -> None:
    if not may_sign(user, receipt, at=at):
        raise PermissionDenied(f"须由{receipt.grid.name}的任职人员签收。")


def check_leads(user: User, scheme: GridScheme, *, at: datetime) -> None:
    """领导一页 is for who leads a grid of the regime, or runs the regime."""
    if user.is_superuser:
        return
    roles = access.roles_of(user, beijing_date(at), scheme.pk)
    if not roles & LEADERS:
        raise PermissionDenied("领导一页只对网格长、负责人和网格办开放。")


def check_desk(user: User, scheme: GridScheme, *, at: datetime) -> None:
    """值守台 is for the office of the regime or of a part of it, 督查 and guests; each sees on it
    what lies on the own ground."""
    if user.is_superuser:
        return
    if not access.roles_of(user, beijing_date(at), scheme.pk) & WATCHERS:
        raise PermissionDenied("值守台只对网格办、督查人员和来宾开放。")
