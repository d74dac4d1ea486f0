"""The stream of events in an order that never loses a line."""

from django.db import OperationalError, connection, transaction
from django.db.models import Max, QuerySet

from grids.models import User
from tasks.models import Task, TaskEvent

WRITERS = 0x1A46E  # the advisory lock that every writer of an event shares
PATIENCE_MS = 500


def announce_writer() -> None:
    """Said by every writer before its event gets an id; forgotten at the end of its transaction.

    Writers do not wait for each other, only `horizon` waits for all of them.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [WRITERS])


def horizon(after: int) -> int:
    """The id up to which nothing can still appear: no smaller id is in an open transaction.

    A transaction that commits late has a smaller id than one that began later; a reader that
    went past it would lose it. While a writer takes longer than half a second, `after`.
    """
    if connection.vendor != "postgresql":
        return _last_id()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
            return _last_id()
    except OperationalError:
        return after


def _last_id() -> int:
    return TaskEvent.objects.aggregate(last=Max("pk"))["last"] or 0


def changes(user: User, *, after: int, limit: int) -> tuple[list[TaskEvent], int, int]:
    """Events after the cursor on tasks that `user` may see: (events, next cursor, how many wait).

    The cursor also moves past what he may not see. The last number is 1 when more wait.
    """
    end = horizon(after)
    rows = _seen(user).filter(pk__gt=after, pk__lte=end).order_by("pk")
    page = list(rows.select_related("task__scheme", "to_grid")[: limit + 1])
    if len(page) > limit:
        return page[:limit], page[limit - 1].pk, 1
    return page, max(end, after), 0


def _seen(user: User) -> QuerySet[TaskEvent]:
    if user.is_superuser:
        return TaskEvent.objects.all()
    return TaskEvent.objects.filter(task__in=Task.objects.visible_to(user).values("pk"))
