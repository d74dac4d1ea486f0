"""批量办理: one order for many matters, all of them or none, an event on each.

There is no closing, sending back or voiding here and there never will be: what is judged is
judged one by one (Y1-71). Each matter passes the same service, and with it the same policy, as if
it were done alone.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from grids.errors import Refused, Stale
from grids.models import User
from tasks.models import Task
from tasks.selectors import batches
from tasks.selectors.batches import BatchAction
from tasks.services import extensions, listing, registration, supervising

_urge, _list_up = supervising.urge, extensions.supervise


@dataclass(frozen=True)
class Order:
    """What is to happen to each: the action and what its form says."""

    action: BatchAction
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The list that it is about; "" for other actions."""
        return str(self.given.get("kind", ""))


def _issue(task: Task, *, reason: str, **given: Any) -> Any:
    return registration.issue(task, override_reason=reason, **given)


def _list_for(task: Task, *, note: str, **given: Any) -> Any:
    return _list_up(task, note=note, listed=True, **given)


DO: dict[BatchAction, Callable[..., Any]] = {
    BatchAction.URGE: _urge,
    BatchAction.LISTED: _list_for,
    BatchAction.ENLIST: listing.enlist,
    BatchAction.DELIST: listing.delist,
    BatchAction.ISSUE: _issue,
    BatchAction.SUPERVISOR: supervising.change_supervisor,
    BatchAction.WATCHER: supervising.add_watcher,
}


@transaction.atomic
def perform(pks: Iterable[int], order: Order, *, expected: str, by: User, at: datetime) -> int:
    """Does it to every matter or to none; returns how many.

    `expected` is the print of the set that the person confirmed (`batches.print_of`). Raises
    Stale when it is another one by now, and the refusal of a single matter with its number.
    """
    rows = Task.objects.select_for_update(of=("self",)).filter(pk__in=list(pks))
    tasks = list(rows.select_related(*batches.RELATED).order_by("pk"))
    refuse_changed(tasks, expected)
    plan = batches.preview(by, tasks, order.action, kind=order.kind, at=at)
    if plan.refused or not plan.able:
        raise Refused("选中的任务里有不能这样办的，没有办理任何一件。")
    for task in plan.able:
        _one(task, order, by=by, at=at)
    return len(plan.able)


def refuse_changed(tasks: Collection[Task], expected: str) -> None:
    """Raises Stale when these are not the matters, as they were, that the person looked at."""
    if batches.print_of(tasks) != expected:
        raise Stale(
            f"选中的任务在您确认前有了变化（现在 {len(tasks)} 件），没有办理任何一件。"
            "请返回台账重新选择。"
        )


def _one(task: Task, order: Order, *, by: User, at: datetime) -> None:
    try:
        DO[order.action](task, by=by, at=at, **order.given)
    except Refused as refusal:
        sentence = f"{task.number}：{refusal}其余任务也没有办理。"
        raise type(refusal)(sentence, fields=refusal.fields) from refusal
