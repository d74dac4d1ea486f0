"""清单: a matter stands in one list at least, may stand in several, and counts once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import User
from tasks import policies, selectors
from tasks.models import ListEntry, Task
from tasks.models.kinds import ListKind
from tasks.services.moves import Change, Step, move
from tasks.workflow import Action


def put(task: Task, kinds: Iterable[str], *, by: User | None, at: datetime) -> None:
    """Every problem stands in at least one list (Z-11); one that left comes back."""
    for kind in dict.fromkeys(kinds):
        if kind not in ListKind.values:
            raise Invalid("没有这张清单。", fields={"lists": "请从列表中选择"})
        ListEntry.objects.update_or_create(
            task=task,
            kind=kind,
            defaults={"removed_at": None},
            create_defaults={"added_by": by, "added_at": at},
        )


@transaction.atomic
def enlist(task: Task, *, kind: str, by: User, at: datetime) -> None:
    """列入清单: in several lists it still counts once (Z-07)."""
    policies.check(by, Action.SUPERVISE, task, at=at)
    put(task, [kind], by=by, at=at)
    _record(task, f"列入{ListKind(kind).label}", by=by, at=at)


@transaction.atomic
def delist(task: Task, *, kind: str, by: User, at: datetime) -> None:
    """移出清单. Out of the 负面清单 only after a good 回头看 (W-69)."""
    policies.check(by, Action.SUPERVISE, task, at=at)
    if kind == ListKind.NEGATIVE and not selectors.passed_revisit(task):
        raise Refused("负面清单须在“回头看”合格后才能移出。")
    if task.lists.filter(kind=kind, removed_at=None).update(removed_at=at):
        _record(task, f"移出{ListKind(kind).label}", by=by, at=at)


@transaction.atomic
def keep(task: Task, wanted: Iterable[str], *, by: User, at: datetime) -> None:
    """The matter stands in exactly the `wanted` lists afterwards, in one at least (Z-11)."""
    new = set(wanted)
    if not new:
        raise Invalid("每件任务至少列入一张清单。", fields={"lists": "至少选一张"})
    standing = set(task.lists.filter(removed_at=None).values_list("kind", flat=True))
    for kind in sorted(new - standing):
        enlist(task, kind=kind, by=by, at=at)
    for kind in sorted(standing - new):
        delist(task, kind=kind, by=by, at=at)


def _record(task: Task, words: str, *, by: User, at: datetime) -> None:
    move(task, Step(Action.COMMENT, by, at, words), lambda _: Change(data={"list": words}))
