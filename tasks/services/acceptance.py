"""验收销号, 退回, 回头看, 作废: the issuer's side judges, one matter at a time."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import User
from grids.selectors import rule
from tasks import deadlines, selectors
from tasks.deadlines import beijing_date
from tasks.models import Task
from tasks.models.kinds import DeadlineKind
from tasks.services import joining, wording
from tasks.services.handling import minutes
from tasks.services.moves import Change, Step, move
from tasks.workflow import Action

REVISIT_DAYS = 30
"""后续督察 (Y2-24): when a closed matter is looked at again, without a rule `revisit_days`."""
REBOUND = {"kind": "WORKDAYS", "amount": 3}
"""New deadline of a matter that came back, without a rule `rebound_deadline`."""


@transaction.atomic
def approve(
    task: Task, *, by: User, at: datetime, note: str = "", version: int | None = None
) -> Task:
    """验收销号: closes this one matter. Never by who did the work or by the same grid."""

    def plan(locked: Task) -> Change:
        _refuse_missing_files(locked)
        _decide(locked, by=by, at=at, note=note, is_approved=True)
        days = int(rule(locked.scheme, "revisit_days", beijing_date(at), REVISIT_DAYS))
        fields = {
            "closed_at": at,
            "closed_by": by,
            "held_since": at,
            "revisit_on": beijing_date(at) + timedelta(days=days),
        }
        return Change(fields, {"round": locked.round, "minutes": minutes(locked.held_since, at)})

    closed = move(task, Step(Action.APPROVE, by, at, note.strip(), version), plan)
    joining.complete_whole(closed, by=by, at=at)
    return closed


def send_back(
    task: Task, *, reason: str, by: User, at: datetime, version: int | None = None
) -> Task:
    """退回: the reason goes on the card; the next feedback is round n+1."""
    reason = wording.needed(reason, "reason", "请写明退回的理由：哪里没有整改到位。")

    def plan(locked: Task) -> Change:
        _decide(locked, by=by, at=at, note=reason, is_approved=False)
        fields = {"held_since": at, "submitted_at": None, "is_hidden": False}
        return Change(fields, {"round": locked.round})

    return move(task, Step(Action.SEND_BACK, by, at, reason, version), plan)


def revisit(
    task: Task,
    *,
    good: bool,
    note: str,
    by: User,
    at: datetime,
    due_at: datetime | None = None,
    version: int | None = None,
) -> Task:
    """回头看 by a third person: 合格 keeps it closed, 反弹 reopens and counts (W-48).

    `due_at`: the new deadline of a matter that came back; None takes the scheme's default.
    """
    note = wording.needed(note, "note", "请写明现场情况。")
    if good:
        step = Step(Action.REVISIT, by, at, note, version)
        return move(task, step, lambda _: Change({"revisit_on": None}, {"good": True}))
    return _reopen(task, note, by=by, at=at, due_at=due_at, version=version)


@transaction.atomic
def _reopen(
    task: Task,
    note: str,
    *,
    by: User,
    at: datetime,
    due_at: datetime | None,
    version: int | None,
) -> Task:
    def plan(locked: Task) -> Change:
        terms = _rebound_terms(locked, due_at, at=at)
        due = terms["due_at"]
        if due <= at:
            raise Invalid("整改时限已经过去，请重新填写。", fields={"due_at": "时限须在现在之后"})
        fields = {
            "closed_at": None,
            "closed_by": None,
            "submitted_at": None,
            "rebounds": locked.rebounds + 1,
            "revisit_on": None,
            "held_since": at,
            "is_hidden": False,
        }
        return Change(fields | terms, {"rebounds": locked.rebounds + 1, "due_at": due})

    opened = move(task, Step(Action.REOPEN, by, at, note, version), plan)
    joining.reopen_whole(opened, note=note, by=by, at=at)
    return opened


def _rebound_terms(task: Task, due_at: datetime | None, *, at: datetime) -> dict[str, Any]:
    """The columns of the new deadline: the moment that was given, else the scheme's rule."""
    kind, amount, due = DeadlineKind.MOMENT.value, None, due_at
    if due is None:
        usual = rule(task.scheme, "rebound_deadline", beijing_date(at), REBOUND)
        kind, amount = usual["kind"], usual.get("amount")
        due = deadlines.due_at(
            kind,
            start=at,
            amount=amount,
            calendar=selectors.calendar(),
            hours=selectors.office_hours(task.scheme, beijing_date(at)),
        )
    return {
        "due_at": due,
        "deadline_kind": kind,
        "deadline_amount": amount,
        "deadline_from": at,
    }


def _decide(task: Task, *, by: User, at: datetime, note: str, is_approved: bool) -> None:
    card = task.cards.select_for_update().get(round=task.round)
    card.decided_by, card.decided_at = by, at
    card.decision_note, card.is_approved = note.strip(), is_approved
    card.save(update_fields=["decided_by", "decided_at", "decision_note", "is_approved"])


def _refuse_missing_files(task: Task) -> None:
    """A card that announced more files than arrived is not judged yet (n/m)."""
    card = task.cards.get(round=task.round)
    arrived = card.attachments.count()
    if arrived < card.expected:
        raise Refused(f"佐证 {arrived}/{card.expected} 已到服务器，到齐后再验收。")


@transaction.atomic
def void(task: Task, *, reason: str, by: User, at: datetime, version: int | None = None) -> Task:
    """作废: the matter is struck off with its reason; parts of a 总单 go with it."""
    reason = wording.needed(reason, "reason", "请写明作废理由。")

    def plan(locked: Task) -> Change:
        for part in locked.parts.open():
            move(part, Step(Action.VOID, by, at, f"随总单作废：{reason}"), lambda _: Change())
        return Change()

    gone = move(task, Step(Action.VOID, by, at, reason, version), plan)
    joining.complete_whole(gone, by=by, at=at)
    return gone
