"""What the page doors share: regime, frame, visible task, paging that never counts a million."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property

from grids import access
from grids.models import GridScheme, Role
from tasks.models import Task
from tasks.selectors.counts import capped

PAGE_SIZE = 50
MOST_COUNTED = 10_000
DESK_ROLES = {Role.OFFICE, Role.SUPERVISOR, Role.GUEST}
RELATED = (
    "scheme",
    "grid__parent",
    "origin_grid",
    "issuer_grid",
    "ministry_grid",
    "parent",
    "campaign",
)


class Pages(Paginator):
    """Counts no further than `MOST_COUNTED`: beyond it people filter."""

    @cached_property
    def count(self) -> int:
        return capped(self.object_list, MOST_COUNTED)


def page_of(request: HttpRequest, rows: QuerySet[Any], size: int = PAGE_SIZE) -> Page:
    return Pages(rows, size).get_page(request.GET.get("page"))


def scheme_of(request: HttpRequest) -> GridScheme:
    """The regime of the session; 403 for people without any post."""
    scheme: GridScheme | None = request.grid_scheme  # type: ignore[attr-defined]
    if scheme is None:
        raise PermissionDenied("您还没有任职，请联系网格办。")
    return scheme


def staff_only(request: HttpRequest, scheme: GridScheme) -> None:
    """企业 keep to their own list and matters (Y1-20)."""
    user = request.user
    if user.is_superuser:
        return
    if access.roles_of(user, timezone.localdate(), scheme.pk) <= {Role.ENTERPRISE}:
        raise PermissionDenied("企业账号只办理本企业的任务。")


def desk_only(request: HttpRequest, scheme: GridScheme) -> None:
    """Pages of who issues and judges: needs 交办与验收 somewhere in the regime."""
    user = request.user
    mine = access.grids_for(user, access.OVERSEE).filter(scheme=scheme)
    if not user.is_superuser and not mine.exists():
        raise PermissionDenied("您的任职没有交办和验收的权限。")


def shell(request: HttpRequest) -> str:
    """The frame: the desk for who runs the regime, the phone for the field."""
    if request.user.is_superuser:
        return "base.html"
    roles = access.roles_of(request.user, timezone.localdate())  # type: ignore[arg-type]
    return "base.html" if roles & DESK_ROLES else "phone.html"


def task_of(request: HttpRequest, number: str) -> Task:
    """The task if the person may see it, else 404."""
    seen = Task.objects.visible_to(request.user).select_related(*RELATED)  # type: ignore[arg-type]
    return get_object_or_404(seen, number=number)


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def unfit(form: Form) -> JsonResponse:
    """An invalid form for a script: the first sentence, and all of them by field (422)."""
    errors = {name: [str(one) for one in found] for name, found in form.errors.items()}
    detail = next(iter(errors.values()))[0]
    return JsonResponse({"code": "invalid", "detail": detail, "errors": errors}, status=422)


def now() -> datetime:
    """The one place of these doors that reads the clock: Beijing time, so that its day is the day
    that people have, also between midnight and eight."""
    return timezone.localtime()
