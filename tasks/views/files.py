"""佐证 in and out: one file up, checked copies down."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from tasks.forms.uploading import UploadForm
from tasks.models import Attachment
from tasks.selectors import files
from tasks.services import evidence
from tasks.views.common import now, unfit
from tasks.views.ranges import partial

COPIES = ("public", "thumb")
PLAYED = ("audio/", "video/")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """One file by session; 201 when new, 200 when this client id was here already."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return unfit(form)
    row, created = evidence.store(by=request.user, at=now(), **form.arguments())  # type: ignore[arg-type]
    answer = {"client_id": str(row.client_id), "sha256": row.sha256, "n": 1}
    return JsonResponse(answer, status=201 if created else 200)


@login_required
@require_GET
def attachment(request: HttpRequest, client_id: UUID, variant: str) -> HttpResponse:
    """A clean copy (`public`, `thumb`) or the `original`; the unseen is a 404."""
    seen = files.visible_to(request.user).select_related("task__issuer_grid", "task__origin_grid")
    row = get_object_or_404(seen.select_related("grid"), client_id=client_id)
    if variant in COPIES:
        return _copy(getattr(row, variant))
    if variant != "original" or not _may_have(request, row):
        raise Http404
    return _original(request, row)


def _may_have(request: HttpRequest, row: Attachment) -> bool:
    """Photos show their clean copies; everything else has only its original."""
    return not row.is_photo or files.may_have_original(request.user, row)  # type: ignore[arg-type]


def _copy(stored: Any) -> HttpResponse:
    if not stored or not stored.storage.exists(stored.name):
        raise Http404
    with stored.open("rb") as file:
        return HttpResponse(file.read(), content_type="image/jpeg", headers=HEADERS)


def _original(request: HttpRequest, row: Attachment) -> HttpResponse:
    """Sound and video play in the page; everything else is downloaded, never opened inline."""
    if not row.file.storage.exists(row.file.name):
        raise Http404
    is_played = row.mime.startswith(PLAYED)
    answer = FileResponse(
        row.file.open("rb"),
        as_attachment=not is_played,
        filename=row.name or f"{row.client_id}",
        content_type=row.mime if is_played else "application/octet-stream",
        headers=HEADERS | {"Accept-Ranges": "bytes", "ETag": f'"{row.sha256}"'},
    )
    return partial(request, answer, row.file.size)
