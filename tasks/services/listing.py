"""清单: a matter stands in one list at least, may stand in several, and counts once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import User
from tasks import policies, selectors
from tasks.models import ListEntry, Task
from tasks.models.kinds import ListKind
from tasks.services import wording
from tasks.services.moves import Change, Step, move
from tasks.workflow import Action

REASON_LENGTH = 200
ON_ISSUE = "登记时列入"


def put(
    task: Task, kinds: Iterable[str], *, by: User | None, at: datetime, reason: str = ON_ISSUE
) -> None:
    """Every problem stands in at least one list (Z-11); one that left comes back.

    Who stands in the list already keeps the day and the reason with which it came in.
    """
    for kind in dict.fromkeys(kinds):
        if kind not in ListKind.values:
            raise Invalid("没有这张清单。", fields={"lists": "请从列表中选择"})
        came = {"added_by": by, "added_at": at, "reason": reason}
        entry, is_new = ListEntry.objects.get_or_create(task=task, kind=kind, defaults=came)
        if not is_new and entry.removed_at is not None:
            back = came | {"removed_at": None, "removed_by": None, "removal_reason": ""}
            ListEntry.objects.filter(pk=entry.pk).update(**back)


@transaction.atomic
def enlist(task: Task, *, kind: str, reason: str, by: User, at: datetime) -> None:
    """列入清单, with the reason: in several lists it still counts once (Z-07).

    挂牌督办 is the mark on the matter and the list at once. Standing there already: no change.
    """
    policies.check(by, Action.SUPERVISE, task, at=at)
    reason = _reason(reason, "请写明列入清单的理由。")
    if task.lists.filter(kind=kind, removed_at=None).exists():
        return
    put(task, [kind], by=by, at=at, reason=reason)
    _record(task, kind, f"列入{ListKind(kind).label}：{reason}", by=by, at=at, listed=True)


@transaction.atomic
def delist(task: Task, *, kind: str, reason: str, by: User, at: datetime) -> None:
    """移出清单, with the reason. Out of the 负面清单 only after a good 回头看 (W-69).

    A matter leaves its last list for the 问题清单 only (Z-11). Not standing there: no change.
    """
    policies.check(by, Action.SUPERVISE, task, at=at)
    reason = _reason(reason, "请写明移出清单的理由。")
    if kind == ListKind.NEGATIVE and not selectors.passed_revisit(task):
        raise Refused("负面清单须在“回头看”合格后才能移出。")
    standing = task.lists.select_for_update().filter(removed_at=None)
    gone = {"removed_at": at, "removed_by": by, "removal_reason": reason}
    if standing.filter(kind=kind).update(**gone):
        words = f"移出{ListKind(kind).label}：{reason}"
        _record(task, kind, words, by=by, at=at, listed=False)


@transaction.atomic
def keep(task: Task, wanted: Iterable[str], *, by: User, at: datetime, reason: str = "") -> None:
    """The matter stands in exactly the `wanted` lists afterwards, in one at least (Z-11)."""
    new = set(wanted)
    if not new:
        raise Invalid("每件任务至少列入一张清单。", fields={"lists": "至少选一张"})
    standing = set(task.lists.filter(removed_at=None).values_list("kind", flat=True))
    for kind in sorted(new - standing):
        enlist(task, kind=kind, reason=reason, by=by, at=at)
    for kind in sorted(standing - new):
        delist(task, kind=kind, reason=reason, by=by, at=at)


def _reason(words: str, sentence: str) -> str:
    return wording.needed(words, "reason", sentence, longest=REASON_LENGTH)


def _record(task: Task, kind: str, words: str, *, by: User, at: datetime, listed: bool) -> None:
    fields = {"is_listed": listed} if kind == ListKind.LISTED else {}
    data = {"list": kind, "listed": listed}
    move(task, Step(Action.COMMENT, by, at, words), lambda _: Change(fields, data))
