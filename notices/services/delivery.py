"""送达: new rows of the 流转记录 become messages to the people concerned, once each."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from grids.killpoints import reached
from grids.models import Role
from notices.escalation import is_quiet
from notices.models import Delivery
from notices.selectors.chairs import Chairs, chairs
from notices.services.messages import Told, tell_together
from tasks.deadlines import beijing_date
from tasks.models import FeedbackCard, Task, TaskEvent
from tasks.workflow import Action

log = logging.getLogger(__name__)

BATCH = 300
MOST_BATCHES = 20
"""6,000 events a minute; what is more waits for the next minute."""

ISSUERS = (Role.OFFICE, Role.CHIEF)
LEADERS = (Role.CHIEF, Role.MANAGER)
URGENT = (Action.SUPERVISE, Action.REOPEN)
"""What may wake somebody: 督办 and a matter that came back. So does a deadline in hours."""

People = Callable[[TaskEvent, Chairs], set[int]]


def deliver(*, at: datetime) -> dict[str, int]:
    """Turn every event without a delivery into messages; late, twice and in parallel alike.

    In the quiet hours only urgent ones go out; the rest makes one digest at 07:00. An event
    that cannot be worded is marked as delivered to nobody and logged, so that it stops nothing.
    """
    totals = {"events": 0, "told": 0}
    for _ in range(MOST_BATCHES):
        events = list(_waiting(at)[:BATCH])
        if not events:
            break
        try:
            told = _deliver(events, at=at)
        except IntegrityError:  # a parallel run was first: it has told them
            break
        totals["events"] += len(events)
        totals["told"] += told
    return totals


def _waiting(at: datetime) -> QuerySet[TaskEvent]:
    """By missing delivery, not by the last id: a late commit may have a smaller one."""
    waiting = TaskEvent.objects.filter(delivery=None)
    if is_quiet(at):
        urgent = waiting.filter(action__in=URGENT)
        hours = waiting.filter(task__deadline_kind=Task.DeadlineKind.HOURS)
        waiting = urgent | hours
    related = waiting.select_related("task__grid", "task__issuer_grid", "task__origin_grid")
    return related.order_by("pk")


@transaction.atomic
def _deliver(events: list[TaskEvent], *, at: datetime) -> int:
    """One transaction: the marks that these events are done, and their messages."""
    seats = chairs(_places(events), beijing_date(at))
    doers = _doers(events)
    news: list[Told] = []
    rows = []
    for event in events:
        found = _news(event, seats, doers)
        news += found
        rows.append(Delivery(event=event, told=len(found), at=at))
    Delivery.objects.bulk_create(rows)
    told = tell_together(
        news, key=f"events:{events[0].pk}", heading="新进展", url="/messages/", at=at
    )
    reached("notices.delivery.before-commit")
    return told


def _places(events: Sequence[TaskEvent]) -> set[int | None]:
    found: set[int | None] = set()
    for event in events:
        task = event.task
        found |= {event.grid_id, event.to_grid_id, task.grid_id, task.issuer_grid_id}
        found |= {task.origin_grid_id}
    return found


def _doers(events: Sequence[TaskEvent]) -> dict[int, int]:
    """Task id → who handed in the newest feedback card."""
    ids = {event.task_id for event in events}
    cards = FeedbackCard.objects.filter(task__in=ids).order_by("round")
    return dict(cards.values_list("task_id", "by_id"))


def _news(event: TaskEvent, seats: Chairs, doers: dict[int, int]) -> list[Told]:
    try:
        people = _concerned(event, seats, doers)
    except Exception:  # reported; the other events of the batch go out
        log.exception("流转记录 %s 无法送达", event.pk)
        return []
    return [
        Told(user_id, _text(event), f"/tasks/{event.task.number}/", _is_urgent(event))
        for user_id in sorted(people - {event.by_id})
    ]


def _is_urgent(event: TaskEvent) -> bool:
    if event.action in URGENT:
        return True
    return event.action in TO_HOLDER and event.task.deadline_kind == Task.DeadlineKind.HOURS


def _text(event: TaskEvent) -> str:
    action = Action(event.action).label
    note = f"：{event.note[:60]}" if event.note and event.action in WITH_NOTE else ""
    return f"{action} · {event.task.number} {event.task.title}（{event.by_label}）{note}"


# --- whom an event concerns ----------------------------------------------------------------------

TO_HOLDER = (
    Action.ISSUE,
    Action.TRANSFER,
    Action.RETURN_TRANSFER,
    Action.RULE,
    Action.REPORT_UP,
    Action.REOPEN,
    Action.JOIN,
    Action.REVEAL,
)
TO_ISSUER = (Action.SUBMIT, Action.SETTLE, Action.ASK_EXTENSION)
TO_DOER = (
    Action.APPROVE,
    Action.SEND_BACK,
    Action.DECIDE_EXTENSION,
    Action.VOID,
    Action.RECALCULATE,
)
WITH_NOTE = (
    Action.SEND_BACK,
    Action.SUPERVISE,
    Action.COMMENT,
    Action.TRANSFER,
    Action.RULE,
    Action.RECALCULATE,
)


def _concerned(event: TaskEvent, seats: Chairs, doers: dict[int, int]) -> set[int]:
    """People by the action; a matter still hidden reaches the issuer's side only (暗访)."""
    if event.task.is_hidden:
        return _issuers(event, seats) if event.action in TO_ISSUER else set()
    if event.action in TO_HOLDER:
        return seats.of(event.to_grid_id or event.task.grid_id, (event.task.rung,))
    if event.action in TO_ISSUER:
        return _issuers(event, seats)
    if event.action in TO_DOER:
        return _doer(event, seats, doers)
    if event.action == Action.SUPERVISE:
        holder = seats.of(event.task.grid_id, (event.task.rung,))
        return holder | seats.exactly(event.task.grid_id, LEADERS)
    if event.action == Action.COMMENT:
        return seats.of(event.task.grid_id, (event.task.rung,)) | _issuers(event, seats)
    return set()


def _issuers(event: TaskEvent, seats: Chairs) -> set[int]:
    return seats.of(event.task.issuer_grid_id or event.task.origin_grid_id, ISSUERS)


def _doer(event: TaskEvent, seats: Chairs, doers: dict[int, int]) -> set[int]:
    doer = doers.get(event.task_id)
    holder = seats.of(event.task.grid_id, (event.task.rung,))
    return holder | ({doer} if doer else set())
