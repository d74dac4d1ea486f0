"""Who may set what binds a whole regime, or all of them: 派遣规则 and 工作日历."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from grids import policies as grid_policies
from grids.models import Grid, GridScheme, User
from tasks.import_policies import root_of

CALENDAR_SENTENCE = "工作日历对所有体系生效，由系统管理员或主管全部体系的网格办修改。"


def may_route(user: User | AnonymousUser, scheme: GridScheme) -> bool:
    """The office of the root: a rule decides for every grid of the regime."""
    return grid_policies.runs_desk(user, root_of(scheme))


def check_route(user: User | AnonymousUser, scheme: GridScheme) -> None:
    if not may_route(user, scheme):
        raise PermissionDenied(f"派遣规则由{scheme.short_name}的主管网格办设立、启用和停用。")


def why_not_calendar(user: User | AnonymousUser | None) -> str:
    """The table counts in every regime: it needs the office of all roots."""
    if user is None or not user.is_authenticated:
        return CALENDAR_SENTENCE
    roots = list(Grid.objects.filter(level=0, closed_on=None))
    if roots and all(grid_policies.runs_desk(user, root) for root in roots):
        return ""
    return CALENDAR_SENTENCE


def check_calendar(user: User | AnonymousUser | None) -> None:
    if reason := why_not_calendar(user):
        raise PermissionDenied(reason)
