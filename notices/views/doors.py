"""What the doors of the office share: the regime, the frame, the page, refusals in a form."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from grids import access
from grids.errors import Refused
from grids.models import Grid, GridScheme, Role
from notices import policies

DESK_ROLES = {Role.OFFICE, Role.SUPERVISOR, Role.GUEST}
PAGE_SIZE = 30


def scheme_of(request: HttpRequest) -> GridScheme:
    """The regime of the request; who has none sees nothing (404)."""
    scheme: GridScheme | None = request.grid_scheme  # type: ignore[attr-defined]
    if scheme is None:
        raise Http404
    return scheme


def root_of(scheme: GridScheme) -> Grid:
    root = Grid.objects.filter(scheme=scheme, level=0).order_by("pk").first()
    if root is None:
        raise Http404
    return root


def shell(request: HttpRequest) -> str:
    """The frame to draw a page in: the desk for who runs the regime, the phone for the field."""
    if request.user.is_superuser:
        return "base.html"
    roles = access.roles_of(request.user, timezone.localdate())  # type: ignore[arg-type]
    return "base.html" if roles & DESK_ROLES else "phone.html"


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, also when that is nothing; None for a page that is opened."""
    return request.POST if request.method == "POST" else None


def page_of(request: HttpRequest, rows: QuerySet[Any], size: int = PAGE_SIZE) -> Page:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def put(form: Form, refusal: Refused) -> Form:
    """A service's refusal as errors of the form: what was typed stays."""
    own = {name: text for name, text in refusal.fields.items() if name in form.fields}
    for name, sentence in own.items():
        form.add_error(name, sentence)
    if not own:
        form.add_error(None, str(refusal))
    return form


def rights(request: HttpRequest, root: Grid) -> dict[str, bool]:
    """Which buttons to draw; services check again."""
    return {action: policies.may(request.user, action, root) for action in policies.NEEDS}


def back_to(request: HttpRequest, fallback: str) -> str:
    """Where `next` leads, if it stays on this site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else fallback
