"""Who may take an office's ledger in, and take it back."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from grids import policies as grid_policies
from grids.models import Grid, GridScheme, User


def root_of(scheme: GridScheme) -> Grid | None:
    return scheme.grids.filter(level=0).order_by("tree_id").first()


def may_import(user: User | AnonymousUser, scheme: GridScheme) -> bool:
    """The office of the root: the ledger is the whole regime's."""
    return grid_policies.runs_desk(user, root_of(scheme))


def check_import(user: User | AnonymousUser, scheme: GridScheme) -> None:
    if not may_import(user, scheme):
        raise PermissionDenied(f"台账由{scheme.short_name}的主管网格办导入，您的任职没有这个权限。")
