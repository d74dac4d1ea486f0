"""延期 and 督办: the issuer moves deadlines and raises priority, nobody else."""

from datetime import datetime

from grids.errors import Invalid, Refused
from grids.models import User
from tasks.models import Task
from tasks.models.kinds import DeadlineKind, ListKind
from tasks.services import listing, wording
from tasks.services.moves import Change, Step, move
from tasks.workflow import Action


def ask_extension(
    task: Task,
    *,
    due_at: datetime,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Task:
    """申请延期: to a later moment, with the reason; one request at a time."""
    reason = wording.needed(reason, "reason", "请写明延期理由。")

    def plan(locked: Task) -> Change:
        if locked.extension_asked_to is not None:
            raise Refused("已有一份延期申请等待批复。")
        if locked.due_at is None or due_at <= max(locked.due_at, at):
            sentence = "延期后的时限须晚于现在的时限。"
            raise Invalid(sentence, fields={"due_at": sentence})
        return Change({"extension_asked_to": due_at}, {"due_at": due_at})

    return move(task, Step(Action.ASK_EXTENSION, by, at, reason, version), plan)


def decide_extension(
    task: Task,
    *,
    granted: bool,
    by: User,
    at: datetime,
    note: str = "",
    version: int | None = None,
) -> Task:
    """批复延期: only the issuing side changes a deadline, and its reason is kept (Y1-33)."""
    if not granted:
        wording.needed(note, "note", "不同意延期须写明理由。")

    def plan(locked: Task) -> Change:
        asked = locked.extension_asked_to
        if asked is None:
            raise Refused("没有等待批复的延期申请。")
        data = {"granted": granted, "from": locked.due_at, "to": asked}
        if not granted:
            return Change({"extension_asked_to": None}, data)
        fields = {
            "extension_asked_to": None,
            "due_at": asked,
            "deadline_kind": DeadlineKind.MOMENT,
            "deadline_amount": None,
            "extensions": locked.extensions + 1,
        }
        return Change(fields, data)

    return move(task, Step(Action.DECIDE_EXTENSION, by, at, note.strip(), version), plan)


def supervise(
    task: Task,
    *,
    note: str,
    by: User,
    at: datetime,
    listed: bool = False,
    version: int | None = None,
) -> Task:
    """督办: raises priority and adds the supervising person as watcher; `listed`: 挂牌 (Y2-18)."""
    note = wording.needed(note, "note", "请写明督办要求。")

    def plan(locked: Task) -> Change:
        locked.watchers.add(by)
        if listed:
            listing.put(locked, [ListKind.LISTED], by=by, at=at)
        return Change({"is_listed": locked.is_listed or listed}, {"listed": listed})

    return move(task, Step(Action.SUPERVISE, by, at, note, version), plan)
