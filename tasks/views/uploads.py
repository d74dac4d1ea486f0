"""续传 by session: announce a file, send its pieces, ask how far it is, complete it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from grids.errors import Invalid
from tasks.errors import TooLarge
from tasks.forms.uploading import AnnounceForm
from tasks.models import Upload
from tasks.selectors import uploads as selecting
from tasks.services import uploads
from tasks.views.common import now, unfit


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """201 when new, 200 with what has arrived when this file was announced before."""
    form = AnnounceForm(request.POST)
    if not form.is_valid():
        return unfit(form)
    found, created = uploads.begin(by=request.user, at=now(), **form.arguments())  # type: ignore[arg-type]
    return JsonResponse(told(found), status=201 if created else 200)


@login_required
@require_http_methods(["GET", "PUT", "DELETE"])
def upload(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """How far it is; `PUT ?offset=` takes a piece as the raw body; DELETE gives it up."""
    found = _mine(request, client_id)
    if request.method == "GET" or found.attachment is not None:
        return JsonResponse(told(found))
    row = get_object_or_404(Upload, client_id=client_id, by=request.user)
    if request.method == "DELETE":
        uploads.abandon(row)
        return HttpResponse(status=204)
    offset = offset_of(request.GET.get("offset", "0"))
    return JsonResponse(told(uploads.append(row, offset=offset, piece=body_of(request), at=now())))


@login_required
@require_POST
def complete(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Answers as the upload in one piece does; 201 when new, 200 when it was complete before."""
    found = _mine(request, client_id)
    if found.attachment is not None:
        done, created = found.attachment, False
    else:
        mine = Upload.objects.filter(by=request.user).select_related("by", "grid")  # type: ignore[misc]
        row = get_object_or_404(mine, client_id=client_id)
        done, created = uploads.complete(row, at=now())
    answer = {"client_id": str(done.client_id), "sha256": done.sha256, "n": 1}
    return JsonResponse(answer, status=201 if created else 200)


def _mine(request: HttpRequest, client_id: UUID) -> selecting.Standing:
    found = selecting.standing(client_id, request.user)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


def told(found: selecting.Standing) -> dict[str, object]:
    """Sizes in bytes; `piece` is the most that one request may carry."""
    return {
        "client_id": str(found.client_id),
        "size": found.size,
        "received": found.received,
        "piece": uploads.MOST_PIECE,
        "done": found.attachment is not None,
    }


def offset_of(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        words = "offset 应为从第几个字节开始，如 0。"
        raise Invalid(words, fields={"offset": words})
    return int(text)


def body_of(request: HttpRequest) -> bytes:
    """The raw body, read no further than a piece may be long; a broken one is no piece."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > uploads.MOST_PIECE:
        raise TooLarge("这一段太大，请分得小一些。")
    piece = request.read(length)
    if len(piece) < length:
        raise Invalid("这一段没有传完整，请重新上传这一段。", fields={"piece": "不完整"})
    return piece
