"""Which permission each action of the field needs. Pages, API and services all ask here."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from grids import access
from grids.models import Grid, User
from inspections.models import Mode

NEEDS: dict[str, tuple[str, ...]] = {
    "report": (access.REPORT,),
    "visit": (access.PATROL,),
    "covert": (access.MANAGE, access.OVERSEE),
    "supervise": (access.MANAGE, access.OVERSEE),
    "lead": (access.OVERSEE,),
    "fix": (access.HANDLE,),
    "release": (access.OVERSEE,),
    "propose_source": (access.PATROL,),
    "confirm_source": (access.MANAGE,),
}
"""Action → permissions, any of which is enough."""

LABELS = {
    "report": "登记问题",
    "visit": "登记巡查",
    "covert": "登记暗访",
    "supervise": "登记督查",
    "lead": "登记领导带队巡查",
    "fix": "登记现场纠正",
    "release": "公开暗访记录",
    "propose_source": "登记污染源",
    "confirm_source": "确认污染源",
}

MODE_ACTIONS: dict[str, str] = {
    Mode.QUICK: "report",
    Mode.COVERT: "covert",
    Mode.CROSS: "covert",
    Mode.SUPERVISION: "supervise",
    Mode.SURPRISE: "supervise",
    Mode.SAMPLE: "supervise",
    Mode.RANDOM: "supervise",
    Mode.LEADER: "lead",
}
"""The action that a mode of visiting needs; `visit` when it is not named."""


def may(user: User | AnonymousUser, action: str, grid: Grid | None) -> bool:
    return any(access.holds(user, permission, grid) for permission in NEEDS[action])


def may_anywhere(user: User | AnonymousUser, action: str) -> bool:
    """True if there is any grid on which `user` may do it: decides whether a page exists."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or any(access.granted_spans(user, one) for one in NEEDS[action])


def check(user: User | AnonymousUser, action: str, grid: Grid | None) -> None:
    """Raises PermissionDenied (403) with a sentence that names the place."""
    if not may(user, action, grid):
        where = grid.name if grid else "该网格"
        raise PermissionDenied(f"您不能在{where}{LABELS[action]}：不在您的职责范围内。")


def check_anywhere(user: User | AnonymousUser, action: str) -> None:
    """Raises PermissionDenied (403) when there is no place at all for it."""
    if not may_anywhere(user, action):
        raise PermissionDenied(f"您的任职不能{LABELS[action]}。")


def action_of(mode: str) -> str:
    return MODE_ACTIONS.get(mode, "visit")


def modes_for(user: User | AnonymousUser, grid: Grid | None = None) -> list[Mode]:
    """Modes to offer, in the given grid or (None) anywhere; 快速上报 has its own page."""
    modes = [mode for mode in Mode if mode != Mode.QUICK]
    if grid is None:
        return [mode for mode in modes if may_anywhere(user, action_of(mode))]
    return [mode for mode in modes if may(user, action_of(mode), grid)]
