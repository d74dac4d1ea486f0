"""Who may read a plan, break it down, and report for a unit."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from grids import access
from grids.models import Grid, GridScheme, Role, User
from tasks import policies
from tasks.deadlines import beijing_date
from tasks.standing import standing


def may_read(user: User | AnonymousUser, scheme: GridScheme, *, at: datetime) -> bool:
    """方案 are read by everybody of the regime; 企业 keep to their own matters (Y1-20)."""
    if user.is_superuser:
        return True
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(access.roles_of(user, beijing_date(at), scheme.pk) - {Role.ENTERPRISE})


def may_lead(user: User | AnonymousUser | None, root: Grid) -> bool:
    """Breaking down and receiving is the office's: 交办 authority on the root; None is a job."""
    return user is None or access.holds(user, access.OVERSEE, root)


def check_lead(user: User | None, root: Grid) -> None:
    if not may_lead(user, root):
        raise PermissionDenied(f"方案由{root.name}分解和签收，您无权办理")


def own_units(user: User | AnonymousUser, grids: Iterable[Grid], *, at: datetime) -> set[int]:
    """Of these units, by id, those the user reports for: a unit speaks for itself, through
    somebody with a working post in it or standing in. Two queries for any number."""
    if user.is_superuser:
        return {grid.pk for grid in grids}
    me = standing(user, at)
    able = [grid for grid in grids if access.holds(user, access.HANDLE, grid)]
    return {grid.pk for grid in able if me.roles_on(grid.pk) & set(policies.RANKS)}


def may_report(user: User | AnonymousUser, grid: Grid, *, at: datetime) -> bool:
    return grid.pk in own_units(user, [grid], at=at)


def check_report(user: User, grid: Grid, *, at: datetime) -> None:
    if not may_report(user, grid, at=at):
        raise PermissionDenied(f"材料须由{grid.name}的任职人员（或其代理）报送")


def check_apart(user: User, grid: Grid, *, at: datetime) -> None:
    """What a unit claims is not confirmed by anybody who sits in that unit."""
    if standing(user, at).sits_on(grid.pk):
        raise PermissionDenied(f"您在{grid.name}有任职，须由他人核定或签收")
