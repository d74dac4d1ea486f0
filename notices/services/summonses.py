"""约谈: a person decides, the unit states its side, the talk is held and closed (W-54…W-56)."""

from datetime import datetime

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import Role, User
from notices import policies
from notices.models import Summons
from notices.selectors.chairs import chairs
from notices.services.messages import tell
from tasks.deadlines import beijing_date
from tasks.models import Task
from tasks.services import life

WORKDAYS_TO_RECTIFY = 10
LONGEST = 5000
State = Summons.State


def _locked(summons: Summons, by: User, *states: str) -> Summons:
    rows = Summons.objects.select_for_update(of=("self",)).select_related(
        "scheme_root", "grid", "scheme", "task"
    )
    row = rows.get(pk=summons.pk)
    policies.check(by, "decide_summons", row.scheme_root)
    if row.state not in states:
        raise Refused(f"这条约谈现在是“{row.get_state_display()}”，不能进行这一步。请刷新页面。")
    return row


def _needed(text: str, field: str, sentence: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(sentence, fields={field: sentence})
    if len(text) > LONGEST:
        raise Invalid(f"最多 {LONGEST} 个字。", fields={field: f"现在有 {len(text)} 个字"})
    return text


@transaction.atomic
def decide(summons: Summons, *, approve: bool, note: str, by: User, at: datetime) -> Summons:
    """批准 or 不予约谈: a person decides, with a reason when declining."""
    row = _locked(summons, by, State.PROPOSED)
    if not approve:
        note = _needed(note, "note", "不予约谈请写明理由。")
    row.state = State.APPROVED if approve else State.DECLINED
    row.decided_by, row.decided_at, row.decision_note = by, at, note.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    if approve:
        _tell_unit(row, f"将约谈{row.target_title}，可在约谈前提交说明", at=at)
    return row


@transaction.atomic
def state(summons: Summons, *, text: str, by: User, at: datetime) -> Summons:
    """说明: the unit's side, before the talk is held; a later one replaces the earlier."""
    row = Summons.objects.select_for_update(of=("self",)).select_related("grid").get(pk=summons.pk)
    policies.check(by, "state_side", row.grid)
    if row.state != State.APPROVED:
        raise Refused(f"这条约谈现在是“{row.get_state_display()}”，不能再提交说明。")
    row.statement = _needed(text, "text", "请写明情况说明。")
    row.statement_by, row.statement_at = by, at
    row.save(update_fields=["statement", "statement_by", "statement_at"])
    return row


@transaction.atomic
def hold(
    summons: Summons, *, held_at: datetime, minutes: str, requirement: str, by: User, at: datetime
) -> Summons:
    """约谈: minutes, and the rectification task that follows, in one transaction."""
    row = _locked(summons, by, State.APPROVED)
    row.minutes = _needed(minutes, "minutes", "请填写约谈纪要。")
    requirement = _needed(requirement, "requirement", "请填写整改要求。")
    if held_at > at:
        raise Invalid("约谈时间不能晚于现在。", fields={"held_at": "请核对时间"})
    if row.decided_at is not None and held_at < row.decided_at:
        raise Invalid("约谈时间早于批准时间。", fields={"held_at": "请核对时间"})
    row.task = _open_task(row, requirement, by=by, at=at)
    row.state, row.held_at = State.HELD, held_at
    row.save(update_fields=["state", "held_at", "minutes", "task"])
    return row


def _open_task(row: Summons, requirement: str, *, by: User, at: datetime) -> Task:
    task = life.register(
        scheme=row.scheme,
        title=f"约谈整改：{row.grid.name}",
        kind=Task.Kind.SUMMONS,
        category=Task.Category.OTHER,
        source=Task.Source.SUMMONS,
        source_ref=f"summons:{row.pk}",
        clause=row.clause,
        problem=f"{row.fired} 触发约谈（{row.get_to_display()}）。",
        origin_grid=row.scheme_root,
        by=by,
        at=at,
    )
    return life.issue(
        task,
        grid=row.grid,
        requirement=requirement,
        supervisor=str(by)[:80],
        deadline_kind=Task.DeadlineKind.WORKDAYS,
        deadline_amount=WORKDAYS_TO_RECTIFY,
        deadline_text=f"约谈后 {WORKDAYS_TO_RECTIFY} 个工作日内",
        override_reason="约谈的单位就是承办网格",
        by=by,
        at=at,
    )


@transaction.atomic
def close(summons: Summons, *, by: User, at: datetime) -> Summons:
    """办结: only after its rectification task has left the ledger (已销号)."""
    row = _locked(summons, by, State.HELD)
    if row.task is not None and row.task.closed_at is None:
        raise Refused(f"整改任务 {row.task.number} 还没有销号，约谈不能办结。")
    row.state, row.closed_at = State.CLOSED, at
    row.save(update_fields=["state", "closed_at"])
    return row


@transaction.atomic
def withdraw(summons: Summons, *, note: str, by: User, at: datetime) -> Summons:
    """撤回: after corrected data, with the reason kept."""
    row = _locked(summons, by, State.PROPOSED, State.APPROVED)
    was_decided = row.state == State.APPROVED
    row.decision_note = _needed(note, "note", "撤回请写明理由。")
    row.state, row.decided_by, row.decided_at = State.WITHDRAWN, by, at
    row.is_questioned = False
    row.save(update_fields=["state", "decision_note", "decided_by", "decided_at", "is_questioned"])
    if was_decided:
        _tell_unit(row, f"对{row.target_title}的约谈已撤回", at=at)
    return row


@transaction.atomic
def uphold(summons: Summons, *, note: str, by: User, at: datetime) -> Summons:
    """复核维持: a flagged summons stands in spite of the correction; the reason is kept."""
    row = _locked(summons, by, State.APPROVED, State.HELD, State.CLOSED)
    if not row.is_questioned:
        raise Refused("这条约谈没有待复核的更正。")
    reason = _needed(note, "note", "维持请写明理由。")
    row.is_questioned = False
    row.decision_note = f"{row.decision_note}\n更正后复核维持（{by}）：{reason}".strip()
    row.save(update_fields=["is_questioned", "decision_note"])
    return row


def _tell_unit(row: Summons, text: str, *, at: datetime) -> None:
    seats = chairs([row.grid_id], beijing_date(at))
    people = seats.of(row.grid_id, (Role.CHIEF, Role.MANAGER))
    key = f"summons:{row.pk}:{row.state}"
    tell(people, key=key, text=text, url=f"/summonses/{row.pk}/", at=at)
