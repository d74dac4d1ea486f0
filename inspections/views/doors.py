"""What the doors of the field share: the regime, the shell, answers for pages and scripts."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from grids import access
from grids.models import Grid, GridScheme, Role
from inspections.forms.fields import FixForm, client_id_of, files_of
from inspections.models import Inspection
from inspections.services import media
from tasks.models import Attachment

DESK_ROLES = {Role.OFFICE, Role.SUPERVISOR, Role.GUEST}
PAGE_SIZE = 30


def scheme_of(request: HttpRequest) -> GridScheme:
    """The regime of the request; who has none sees nothing (404)."""
    scheme: GridScheme | None = request.grid_scheme  # type: ignore[attr-defined]
    if scheme is None:
        raise Http404
    return scheme


def staff_only(request: HttpRequest) -> GridScheme:
    """The regime, for everybody in it but 企业, who keep to their own matters (Y1-20)."""
    scheme = scheme_of(request)
    roles = access.roles_of(request.user, timezone.localdate(), scheme.pk)  # type: ignore[arg-type]
    if roles <= {Role.ENTERPRISE} and not request.user.is_superuser:
        raise PermissionDenied("企业账号只办理本企业的任务。")
    return scheme


def shell(request: HttpRequest) -> str:
    """The frame to draw a page in: the desk for who runs the regime, the phone for the field."""
    if request.user.is_superuser:
        return "base.html"
    roles = access.roles_of(request.user, timezone.localdate())  # type: ignore[arg-type]
    return "base.html" if roles & DESK_ROLES else "phone.html"


def wants_json(request: HttpRequest) -> bool:
    """Scripts of the queue ask for JSON; a plain form does not."""
    return "application/json" in request.headers.get("Accept", "")


def kept_of(request: HttpRequest, *, at: datetime) -> dict[str, list[Any]]:
    """Files inside the form itself, stored before anything else is looked at."""
    files, record = files_of(request.FILES), client_id_of(request.POST)
    if not files or record is None:
        return {}
    fix = FixForm(request.POST).fix()
    return media.keep(files, record=record, by=request.user, at=at, fix=fix)  # type: ignore[arg-type]


def refusal(form: forms.Form) -> JsonResponse:
    """An invalid form for a script: the first sentence, and all of them by field (422)."""
    errors = {name: [str(one) for one in found] for name, found in form.errors.items()}
    first = next(iter(errors.values()))[0]
    return JsonResponse({"code": "invalid", "detail": first, "errors": errors}, status=422)


def receipt(inspection: Inspection, url: str, *, created: int) -> JsonResponse:
    """What has really arrived: the record and n of m photos. 201 for a new one, else 200."""
    row = Inspection.objects.with_media().get(pk=inspection.pk)
    missing = row.photos.filter(attachment=None).values_list("client_id", flat=True)
    answer = {
        "client_id": str(row.client_id),
        "url": url,
        "expected": row.expected,
        "arrived": row.arrived,
        "missing": [str(client_id) for client_id in missing],
    }
    return JsonResponse(answer, status=201 if created else 200)


def page_of(request: HttpRequest, rows: QuerySet[Any], size: int = PAGE_SIZE) -> Page:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def grid_asked(request: HttpRequest, scheme: GridScheme, key: str = "grid") -> Grid | None:
    """The grid named in the address, if the person may look at it."""
    text = request.GET.get(key, "")
    if not text.isdecimal():
        return None
    seen = access.grids_for(request.user, access.VIEW).filter(scheme=scheme)
    return seen.filter(pk=text).first()


def number_of(request: HttpRequest, key: str) -> float | None:
    """A coordinate in the address; None when missing or no number."""
    field = forms.FloatField(required=False, min_value=-180, max_value=180)
    try:
        return field.clean(request.GET.get(key, ""))
    except forms.ValidationError:
        return None


def back_to(request: HttpRequest, fallback: str) -> str:
    """Where `next` leads, if it stays on this site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else fallback


COPIES = ("thumb", "public")
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=86400",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def picture(attachment: Attachment, variant: str) -> HttpResponse:
    """A re-encoded copy (thumb or public), never the original with its EXIF."""
    stored = getattr(attachment, variant) if variant in COPIES else None
    if not stored or not stored.storage.exists(stored.name):
        raise Http404
    with stored.open("rb") as file:
        return HttpResponse(file.read(), content_type="image/jpeg", headers=SAFE_HEADERS)
