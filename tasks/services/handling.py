"""签收, 上报, 反馈, 立行立改: what the holder does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import Grid, User
from grids.selectors import rule
from tasks import policies, selectors
from tasks.deadlines import beijing_date
from tasks.models import Attachment, FeedbackCard, Task
from tasks.models.kinds import DeadlineKind, Disposition
from tasks.services import binding, registration, wording
from tasks.services.moves import Change, Step, actor, move
from tasks.workflow import LADDER, Action, Rung, next_rung

FIRST_MOMENT_MINUTES = 30
"""第一时间 where the scheme has no rule `first_moment_minutes`."""


def accept(task: Task, *, by: User, at: datetime, version: int | None = None) -> Task:
    """签收: a time of its own; the clock has been running since 交办."""

    def plan(locked: Task) -> Change:
        return Change({"accepted_at": at}, {"minutes": minutes(locked.held_since, at)})

    return move(task, Step(Action.ACCEPT, by, at, version=version), plan)


def report_up(
    task: Task,
    *,
    reason: str,
    by: User,
    at: datetime,
    stopped: str = "",
    version: int | None = None,
) -> Task:
    """上报: 网格员 → 网格负责人 → 网格长 → the grid above, which starts with its own 网格员.

    `stopped` says what was done at once to stop it (制止, Y2-21). The lower rung or grid stays
    协助; each hop has its own clock (`held_since`), the deadline does not move.
    """
    reason = wording.needed(reason, "reason", "请写明为什么处理不了。")

    def plan(locked: Task) -> Change:
        grid, rung = _one_up(locked, by, at=at)
        fields = {"grid": grid, "rung": rung, "held_since": at, "accepted_at": None}
        if grid != locked.grid:
            locked.assisting.add(_held(locked))
        taken = minutes(locked.held_since, at)
        return Change(fields, _hop(locked, rung) | _promptness(locked, taken, stopped, at))

    return move(task, Step(Action.REPORT_UP, by, at, reason, version), plan)


def _one_up(task: Task, by: User, *, at: datetime) -> tuple[Grid, Rung]:
    """The next holder, counted from the higher of the task's rung and the reporter's own."""
    grid = _held(task)
    rung = max(Rung(task.rung), policies.rung_of(by, grid, at=at), key=LADDER.index)
    above = next_rung(rung, selectors.chairs(grid, at=at))
    if above is not None:
        return grid, above
    if grid.parent is None:
        raise Refused("已到体系的最上级，不能再上报。")
    return grid.parent, selectors.entry_rung(grid.parent, at=at)


def _hop(task: Task, rung: Rung) -> dict[str, Any]:
    return {"from_rung": task.rung, "to_rung": rung}


def _promptness(task: Task, taken: int, stopped: str, at: datetime) -> dict[str, Any]:
    """Whether the report came 第一时间: within the scheme's minutes since it was held (Y1-25)."""
    limit = rule(task.scheme, "first_moment_minutes", beijing_date(at), FIRST_MOMENT_MINUTES)
    return {
        "minutes": taken,
        "within_first_moment": taken <= int(limit),
        "stopped": stopped.strip(),
    }


@dataclass(frozen=True)
class Outcome:
    """What a feedback card says beside measures and result.

    `quantity` in `unit` (m², 台 …); `steps` ticked measures; `expected` files announced by the
    client, of which some may still be on their way.
    """

    disposition: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    steps: tuple[str, ...] = ()
    expected: int = 0

    def check(self) -> None:
        if self.disposition and self.disposition not in Disposition.values:
            raise Invalid("没有这种处置结果。", fields={"disposition": "请从列表中选择"})
        if self.quantity is not None and self.quantity < 0:
            raise Invalid("数量不能为负。", fields={"quantity": "请填 0 或正数"})


NOTHING_MORE = Outcome()


def submit(
    task: Task,
    *,
    measures: str,
    by: User,
    at: datetime,
    result: str = "",
    attachments: Iterable[Attachment] = (),
    outcome: Outcome = NOTHING_MORE,
    version: int | None = None,
) -> Task:
    """反馈: the card of round n with the evidence that this kind of task requires (Y1-66)."""
    measures = wording.needed(measures, "measures", "请写明采取的整改措施。")
    files = list(attachments)

    def plan(locked: Task) -> Change:
        outcome.check()
        _demand_evidence(locked, files, outcome, at=at)
        card = _write_card(locked, measures, result, outcome, files, by=by, at=at)
        fields = {
            "round": card.round,
            "submitted_at": at,
            "held_since": at,
            "disposition": outcome.disposition or locked.disposition,
        }
        return Change(fields, {"round": card.round, "files": _hashes(files)})

    return move(task, Step(Action.SUBMIT, by, at, measures, version), plan)


@transaction.atomic
def settle(
    task: Task,
    *,
    measures: str,
    result: str,
    attachments: Iterable[Attachment],
    requirement: str,
    supervisor: str,
    by: User,
    at: datetime,
    outcome: Outcome = NOTHING_MORE,
    version: int | None = None,
) -> Task:
    """立行立改: found and fixed on the spot; a before/after pair, filed for acceptance above."""
    measures = wording.needed(measures, "measures", "请写明采取的措施。")
    files = list(attachments)
    order = registration.Order(requirement, supervisor, DeadlineKind.SAME_DAY)

    def plan(locked: Task) -> Change:
        outcome.check()
        _demand_pair(locked, files)
        fields = order.columns(locked.scheme, at=at) | {
            "grid": locked.origin_grid,
            "issuer_grid": _filing_grid(locked),
            "accepted_at": at,
            "submitted_at": at,
            "disposition": outcome.disposition,
        }
        locked.grid = locked.origin_grid
        card = _write_card(locked, measures, result, outcome, files, by=by, at=at)
        return Change(fields | {"round": card.round}, {"round": 1, "files": _hashes(files)})

    return move(task, Step(Action.SETTLE, by, at, measures, version), plan)


def _filing_grid(task: Task) -> Grid:
    """备案: with the grid above; 暗访 matters stay with who sees them already."""
    return task.issuer_grid or task.origin_grid.parent or task.origin_grid


def _write_card(
    task: Task,
    measures: str,
    result: str,
    outcome: Outcome,
    files: list[Attachment],
    *,
    by: User,
    at: datetime,
) -> FeedbackCard:
    card = FeedbackCard.objects.create(
        task=task,
        round=task.round + 1,
        grid=_held(task),
        by=by,
        by_label=actor(by, task, at=at).label,
        at=at,
        measures=measures,
        result=result.strip(),
        disposition=outcome.disposition,
        quantity=outcome.quantity,
        unit=outcome.unit.strip(),
        steps=list(outcome.steps),
        expected=max(outcome.expected, len(files)),
    )
    binding.attach(task, files, by=by, card=card)
    return card


def _demand_evidence(
    task: Task, files: list[Attachment], outcome: Outcome, *, at: datetime
) -> None:
    """Refuses a card without its evidence. 整改前 may be the scene photo of the registration;
    everything else must be new in every round."""
    fresh = {one.purpose for one in files}
    purpose = Attachment.Purpose
    standing = set(task.attachments.values_list("purpose", flat=True))
    have = fresh | ({purpose.BEFORE} if standing & {purpose.BEFORE, purpose.SCENE} else set())
    required = selectors.required_evidence(task, at=at, disposition=outcome.disposition)
    missing = [purpose(one).label for one in required if one not in have]
    if missing:
        sentence = f"还缺{'、'.join(missing)}的照片或文件，补齐后再提交。"
        raise Invalid(sentence, fields={"attachments": sentence})


def _demand_pair(task: Task, files: list[Attachment]) -> None:
    purpose = Attachment.Purpose
    have = {one.purpose for one in files} | set(task.attachments.values_list("purpose", flat=True))
    if purpose.AFTER not in have or not have & {purpose.BEFORE, purpose.SCENE}:
        sentence = "立行立改须有整改前、整改后的照片各一张。"
        raise Invalid(sentence, fields={"attachments": sentence})


def _hashes(files: list[Attachment]) -> list[str]:
    return sorted(one.sha256 for one in files)


def _held(task: Task) -> Grid:
    if task.grid is None:
        raise Refused("这件事还没有责任网格。")
    return task.grid


def minutes(since: datetime | None, at: datetime) -> int:
    """Whole minutes between two moments, 0 when the first is unknown."""
    return 0 if since is None else max(int((at - since).total_seconds() // 60), 0)
