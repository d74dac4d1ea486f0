"""What counts against a unit in a span of time: the 督查 part of the weekly score (W-53)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from grids.models import Grid, GridScheme
from tasks.models import Task, TaskEvent, lateness
from tasks.models.kinds import SUPERVISED
from tasks.workflow import OPEN, Action, State

Place = tuple[int, int]
"""(tree_id, lft) of a grid."""
OPENING = (Action.ISSUE, Action.JOIN, Action.REVEAL, Action.SEND_BACK)
"""With the first of these a hidden matter (暗访) is no secret any more."""


@dataclass(frozen=True)
class Mishap:
    """One line against the place; `finder` is whose 督查 found it, None when nobody is named."""

    kind: str  # "overdue", "refused", "rebounds" or "found"
    place: Place
    finder: Place | None = None

    def counts_for(self, unit: Grid) -> bool:
        """Inside the unit, and not found by the unit itself."""
        return _is_in(self.place, unit) and not (self.finder and _is_in(self.finder, unit))


def _is_in(place: Place, unit: Grid) -> bool:
    return place[0] == unit.tree_id and unit.lft <= place[1] <= unit.rght


def missed_q(since: datetime, until: datetime) -> Q:
    """Deadlines inside the span that were missed; `since` counts, `until` does not.

    Judged by when the feedback was handed in that was accepted or still waits, never by when
    the office got round to accepting it. 力争 is never overdue (Y1-53).
    """
    still_late = Q(state__in=OPEN) & lateness.missed(until)
    return Q(due_at__gte=since) & Q(due_at__lt=until) & (still_late | lateness.CLOSED_LATE)


def mishaps(scheme: GridScheme, since: datetime, until: datetime) -> Iterator[Mishap]:
    """逾期, 验收退回, 反弹, 督查发现 of the whole regime, each once.

    A refusal or rebound counts for the grid that had done the work, whoever holds the matter
    now. 总单 count by their parts; what is still hidden counts when it is made public.
    """
    tasks = Task.objects.filter(scheme=scheme, is_hidden=False).single()
    late = tasks.filter(missed_q(since, until), grid__isnull=False)
    for place in late.values_list("grid__tree_id", "grid__lft"):
        yield Mishap("overdue", place)
    events = TaskEvent.objects.filter(task__in=tasks, at__gte=since, at__lt=until)
    done = events.filter(action__in=(Action.SEND_BACK, Action.REOPEN), grid__isnull=False)
    for action, tree, left in done.values_list("action", "grid__tree_id", "grid__lft"):
        kind = "refused" if action == Action.SEND_BACK else "rebounds"
        yield Mishap(kind, (tree, left))
    yield from _found(tasks.exclude(state=State.VOID), since, until)


# --- 督查发现 -------------------------------------------------------------------------------------


def _found(tasks: QuerySet[Task], since: datetime, until: datetime) -> Iterator[Mishap]:
    """Found by 督查 or 暗访, by the day on which the unit could know of it."""
    told = TaskEvent.objects.filter(action__in=(Action.REGISTER, *OPENING)).order_by("sequence")
    known = told.filter(at__gte=since, at__lt=until)
    rows = list(
        tasks.filter(source__in=SUPERVISED, pk__in=known.values("task"))
        .select_related("grid", "origin_grid")
        .prefetch_related(Prefetch("events", queryset=told, to_attr="told"))
    )
    finders = _finders(row.told[0].data for row in rows if row.told)  # type: ignore[attr-defined]
    for row in rows:
        first, at = _opened(row.told)  # type: ignore[attr-defined]
        if at is not None and since <= at < until:
            yield Mishap("found", _where(row), finders.get(first.data.get("visitor")))


def _opened(events: list[TaskEvent]) -> tuple[TaskEvent, datetime | None]:
    """The registration, and when the matter became known: at once, or when it was opened."""
    first = events[0]
    if not first.data.get("hidden"):
        return first, first.at
    return first, next((event.at for event in events if event.action in OPENING), None)


def _finders(registrations: Iterable[dict[str, Any]]) -> dict[int, Place]:
    ids = {data["visitor"] for data in registrations if data.get("visitor")}
    rows = Grid.objects.filter(pk__in=ids).values_list("pk", "tree_id", "lft")
    return {pk: (tree, left) for pk, tree, left in rows}


def _where(task: Task) -> Place:
    """The place where it was found; the holder when that lies below (registered higher up)."""
    origin, holder = task.origin_grid, task.grid
    if holder is not None and _is_in((holder.tree_id, holder.lft), origin):
        return holder.tree_id, holder.lft
    return origin.tree_id, origin.lft
