"""What the page doors of grids share: the grid one may see, and the regime one looks at."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from grids import access, policies, register
from grids.models import Grid, GridScheme, Post
from grids.policies import GridAction


def seen_grid(request: HttpRequest, pk: int, action: GridAction | None = None) -> Grid:
    """The grid if the person may read its card (else 404) and do the action (else 403)."""
    grids = register.readable(request.user, timezone.localdate())
    grid = get_object_or_404(grids.select_related("scheme", "parent"), pk=pk)
    if action is not None:
        policies.check(request.user, action, grid)
    return grid


def seen_post(request: HttpRequest, pk: int) -> Post:
    """The post if its grid may be read, else 404."""
    grids = register.readable(request.user, timezone.localdate()).select_related(None)
    posts = Post.objects.filter(grid__in=grids).select_related("grid__scheme", "user")
    return get_object_or_404(posts, pk=pk)


def current_scheme(request: HttpRequest) -> GridScheme:
    """The regime of the session; 403 for people without any post."""
    scheme: GridScheme | None = request.grid_scheme  # type: ignore[attr-defined]
    if scheme is None:
        raise PermissionDenied("您还没有任职，请联系网格办。")
    return scheme


def check_reader(request: HttpRequest, scheme: GridScheme, on: date) -> None:
    """企业 keep to their own matters: the register, map and rules are 403 for them (Y1-20)."""
    user = request.user
    if user.is_superuser:
        return
    if access.roles_of(user, on, scheme.pk) <= {"ENTERPRISE"}:
        raise PermissionDenied("企业账号只办理本企业的任务。")
