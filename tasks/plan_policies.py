"""Who may read a plan, break it down, and report for a unit."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from grids import access
from grids import policies as grid_policies
from grids.models import Grid, GridScheme, Role, User
from tasks import plan_flow, policies
from tasks.deadlines import beijing_date
from tasks.models import Plan
from tasks.standing import standing


def may_read(user: User | AnonymousUser, scheme: GridScheme, *, at: datetime) -> bool:
    """方案 are read by everybody of the regime; 企业 keep to their own matters (Y1-20)."""
    if user.is_superuser:
        return True
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(access.roles_of(user, beijing_date(at), scheme.pk) - {Role.ENTERPRISE})


def may_lead(user: User | AnonymousUser | None, root: Grid) -> bool:
    """Breaking down and receiving is the office's, on the root, not 督查's; None is a job."""
    return user is None or grid_policies.runs_desk(user, root)


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


# --- plans that a unit draws up itself (Y1-87) --------------------------------------------------


def visible_q(user: User | AnonymousUser, prefix: str = "") -> Q:
    """A condition on a plan relation (`prefix` ends in `__`): plans in force or replaced, those
    of one's own side, and as the office what was handed in. Regimes are the caller's matter."""
    own = access.grids_for(user, access.HANDLE).values("pk")
    roots = access.grids_for(user, access.OVERSEE).filter(parent=None).values("scheme")
    public = Q(**{f"{prefix}state__in": plan_flow.PUBLIC})
    led = Q(**{f"{prefix}scheme__in": roots}) & ~Q(**{f"{prefix}state": Plan.State.DRAFT})
    return public | Q(**{f"{prefix}grid__in": own}) | led


def may_draw_up(user: User | AnonymousUser, grid: Grid | None, *, at: datetime) -> bool:
    """A unit draws up its own plan, through somebody with a working post in it or standing in;
    an enterprise has no plans."""
    if grid is None or not may_read(user, grid.scheme, at=at):
        return False
    return may_report(user, grid, at=at)


def check_draw_up(user: User, grid: Grid | None, *, at: datetime) -> None:
    if grid is None:
        raise PermissionDenied("文件方案随体系文件夹载入，不在这里修改")
    if not may_draw_up(user, grid, at=at):
        raise PermissionDenied(f"方案须由{grid.name}的任职人员（或其代理）拟定")


def why_not_judge(user: User, plan: Plan, root: Grid, *, at: datetime) -> str:
    """The sentence why `user` may not approve or send back; "" when he may.

    Never somebody of the unit that drew it up; a plan of the root itself is judged there by
    somebody else than who handed it in.
    """
    if plan.grid is None or not may_lead(user, root):
        return f"实施方案由{root.name}审批，您无权办理"
    if plan.grid_id != root.pk and standing(user, at).sits_on(plan.grid_id):
        return f"您在{plan.grid.name}有任职，须由他人审批"
    last = plan.steps.filter(action=plan_flow.PlanAction.SUBMIT).order_by("-pk").first()
    if last is not None and last.by_id == user.pk:
        return "报审人不能审批自己报审的方案，须由他人审批"
    return ""


def check_judge(user: User, plan: Plan, root: Grid, *, at: datetime) -> None:
    if sentence := why_not_judge(user, plan, root, at=at):
        raise PermissionDenied(sentence)
