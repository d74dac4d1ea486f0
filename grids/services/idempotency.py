"""A repeated request gets the first answer again: the memory behind `Idempotency-Key`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from grids.errors import Refused
from grids.models import IdempotentAnswer, User

KEPT = timedelta(days=1)
LOST_AFTER = timedelta(minutes=2)  # the process that had the request is taken for dead


class KeyReused(Refused):
    """The key was used for another request (422)."""

    code = "idempotency_key_reused"
    status = 422


class StillRunning(Refused):
    """The first request with this key has no answer yet (409)."""

    code = "idempotency_key_running"


@dataclass(frozen=True)
class Request:
    """What makes two requests the same. `body_sha256` is over what was sent, in hex."""

    user: User
    key: str
    method: str
    path: str
    body_sha256: str


@transaction.atomic
def claim(request: Request, *, at: datetime) -> tuple[IdempotentAnswer, bool]:
    """The remembered answer and False, or an open row and True: then do the work and `keep` it.

    Raises KeyReused when the key belongs to another request, StillRunning while the first one runs.
    """
    body = {"method": request.method, "path": request.path, "body_sha256": request.body_sha256}
    row, is_new = IdempotentAnswer.objects.get_or_create(
        user=request.user, key=request.key, defaults={**body, "created_at": at}
    )
    if is_new:
        return row, True
    row = IdempotentAnswer.objects.select_for_update().get(pk=row.pk)
    if any(getattr(row, name) != value for name, value in body.items()):
        raise KeyReused("这个 Idempotency-Key 已用于另一个请求，请换一个新的值再提交。")
    if row.finished_at is not None:
        return row, False
    if row.created_at > at - LOST_AFTER:
        raise StillRunning("相同的请求正在处理，请稍后用同一个 Idempotency-Key 再查。")
    row.created_at = at
    row.save(update_fields=["created_at"])
    return row, True


def keep(row: IdempotentAnswer, *, status: int, answer: Any, at: datetime) -> None:
    """Remembers the answer. Call it in the transaction of the work, so that both stand or fall."""
    row.status, row.answer, row.finished_at = status, answer, at
    row.save(update_fields=["status", "answer", "finished_at"])


def release(row: IdempotentAnswer) -> None:
    """Frees the key: the request was refused or failed and changed nothing."""
    row.delete()


def forget(*, at: datetime) -> int:
    """Deletes answers older than a day. Returns how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=at - KEPT).delete()[0]
