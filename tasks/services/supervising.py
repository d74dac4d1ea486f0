"""督办 around a matter: who answers for it above, who watches it, 催办 by hand."""

from datetime import datetime

from grids.errors import Refused
from grids.models import User
from tasks.models import Task
from tasks.services import wording
from tasks.services.moves import Change, Step, move
from tasks.workflow import Action


def change_supervisor(
    task: Task, *, supervisor: str, reason: str, by: User, at: datetime, version: int | None = None
) -> Task:
    """变更督办责任人: a mandatory field, so only above the holder, with a reason."""
    name = wording.needed(
        supervisor, "supervisor", "请写明督办责任人。", longest=wording.SUPERVISOR_LENGTH
    )
    reason = wording.needed(reason, "reason", "请写明变更督办责任人的理由。")

    def plan(locked: Task) -> Change:
        if locked.supervisor == name:
            raise Refused(f"{locked.number} 的督办责任人已是{name}。")
        return Change({"supervisor": name}, {"supervisor": [locked.supervisor, name]})

    note = f"督办责任人变更为{name}：{reason}"
    return move(task, Step(Action.SUPERVISE, by, at, note, version), plan)


def add_watcher(
    task: Task, *, person: User, reason: str, by: User, at: datetime, version: int | None = None
) -> Task:
    """增加督办人: this person follows the matter from now on, beside who follows it already."""
    reason = wording.needed(reason, "reason", "请写明增加督办人的理由。")

    def plan(locked: Task) -> Change:
        if locked.watchers.filter(pk=person.pk).exists():
            raise Refused(f"{person}已经在督办 {locked.number}。")
        locked.watchers.add(person)
        return Change({}, {"watcher": person.pk})

    note = f"增加督办人{person}：{reason}"
    return move(task, Step(Action.SUPERVISE, by, at, note, version), plan)


def urge(task: Task, *, note: str, by: User, at: datetime, version: int | None = None) -> Task:
    """催办 by hand: a word to the holder at once, in the history; nothing else changes."""
    note = wording.needed(note, "note", "请写明催办的话。")
    step = Step(Action.SUPERVISE, by, at, f"催办：{note}", version)
    return move(task, step, lambda _: Change({}, {"urged": True}))
