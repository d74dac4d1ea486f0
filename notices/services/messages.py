"""消息: tell a person something once; `key` makes repeats harmless."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from grids.models import User
from notices.escalation import shown_from
from notices.models import Message

LONGEST = 240
WORDED = ("text", "url", "is_urgent", "at", "read_at")


@dataclass(frozen=True)
class Told:
    """One thing for one person; several of one moment become one digest."""

    user_id: int
    text: str
    url: str
    is_urgent: bool = False


@transaction.atomic
def tell(
    users: Iterable[User | int],
    *,
    key: str,
    text: str,
    url: str = "",
    urgent: bool = False,
    at: datetime,
) -> int:
    """One message per person and `key`; how many are new. Not urgent: from 07:00 in the night."""
    ids = {user if isinstance(user, int) else user.pk for user in users}
    known = Message.objects.filter(key=key, user__in=ids).values_list("user_id", flat=True)
    fresh = [
        Message(
            user_id=user_id,
            key=key,
            text=text[:LONGEST],
            url=url,
            is_urgent=urgent,
            at=shown_from(at, is_urgent=urgent),
        )
        for user_id in sorted(ids - set(known))
    ]
    Message.objects.bulk_create(fresh, ignore_conflicts=True)  # a parallel run may be first
    return len(fresh)


@transaction.atomic
def tell_together(
    news: Iterable[Told],
    *,
    key: str,
    heading: str,
    url: str,
    at: datetime,
    so_far: dict[int, list[Told]] | None = None,
) -> int:
    """One message per person and `key`, however much there is: the thing itself, or a digest.

    A digest says `heading` with the number and the first lines, and leads to `url`. With `so_far`,
    which the caller keeps between batches of one run, what comes later goes into the same message.
    Returns how many people were told for the first time.
    """
    by_user: dict[int, list[Told]] = {} if so_far is None else so_far
    touched = set()
    for one in news:
        by_user.setdefault(one.user_id, []).append(one)
        touched.add(one.user_id)
    known = set(Message.objects.filter(key=key, user__in=touched).values_list("user", flat=True))
    rows = [Message(user_id=user_id, key=key) for user_id in sorted(touched)]
    for row in rows:
        _word(row, by_user[row.user_id], heading=heading, url=url, at=at)
    if so_far is None:  # a parallel run may be first
        fresh = [row for row in rows if row.user_id not in known]
        Message.objects.bulk_create(fresh, ignore_conflicts=True)
    else:
        Message.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=("user", "key"), update_fields=WORDED
        )
    return len(touched - known)


def _word(row: Message, things: list[Told], *, heading: str, url: str, at: datetime) -> None:
    single = things[0] if len(things) == 1 else None
    row.text = (single.text if single else _digest(heading, things))[:LONGEST]
    row.url = single.url if single else url
    row.is_urgent = any(thing.is_urgent for thing in things)
    row.at, row.read_at = shown_from(at, is_urgent=row.is_urgent), None


def _digest(heading: str, things: list[Told]) -> str:
    first = "；".join(thing.text for thing in things[:2])
    return f"{heading} {len(things)} 件：{first}{' 等' if len(things) > 2 else ''}"


@transaction.atomic
def read(message: Message, *, at: datetime) -> None:
    """已读: keeps the first moment."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=at)


@transaction.atomic
def read_all(user: User, *, at: datetime) -> int:
    """全部已读: how many were unread; those that still wait for the morning stay."""
    return Message.objects.filter(user=user, read_at=None).shown_at(at).update(read_at=at)
