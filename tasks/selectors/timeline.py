"""The life line of a task in the words of the field: steps, history, who has it now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from grids.models import Grid
from grids.speaking import span
from tasks.models import Task, TaskEvent
from tasks.models.kinds import Source, TransferReason
from tasks.workflow import Action, Rung, State

STEPS = ("登记", "交办", "签收", "处置", "验收", "销号")
WHOLE_STEPS = ("登记", "联合交办", "各分单办理", "全部销号")
REACHED = {
    State.REGISTERED: 1,
    State.ISSUED: 2,
    State.HANDLING: 3,
    State.SUBMITTED: 4,
    State.CLOSED: 6,
}
BAD = {Action.SEND_BACK, Action.RETURN_TRANSFER, Action.REOPEN, Action.VOID}
SAID = {Action.SUBMIT: "提交反馈"}


@dataclass(frozen=True)
class Step:
    """One stop of the line on top of the page; `css` done, now or empty."""

    name: str
    css: str


@dataclass(frozen=True)
class Moment:
    """One event as people read it; `took` says how long it lay before."""

    event: TaskEvent
    name: str
    rest: str
    took: str
    css: str


@dataclass(frozen=True)
class Holder:
    """现在在谁手上, and since when; `since` None: nobody's clock runs."""

    who: str
    since: datetime | None
    hint: str = ""


def steps(task: Task) -> list[Step]:
    """登记 → 销号 with the present stop; of a voided task as far as it came."""
    if task.join_role == Task.JoinRole.WHOLE:
        reached = 4 if task.state == State.CLOSED else 2
        return [Step(name, _css(place, reached)) for place, name in enumerate(WHOLE_STEPS)]
    reached = REACHED.get(State(task.state), 0)
    names = list(STEPS)
    turn = task.round + (task.state != State.SUBMITTED)
    if turn > 1 and task.state != State.CLOSED:
        names[4] = f"验收（第 {turn} 轮）"
    return [Step(name, _css(place, reached)) for place, name in enumerate(names)]


def _css(place: int, reached: int) -> str:
    if place < reached:
        return "done"
    return "now" if place == reached else ""


def moments(task: Task) -> list[Moment]:
    """The history, newest first; the newest is marked."""
    events = task.events.select_related("grid", "to_grid", "by").order_by("sequence")
    return [moment_of(task, event) for event in events][::-1]


def moment_of(task: Task, event: TaskEvent) -> Moment:
    """One event in words."""
    action = Action(event.action)
    name = SAID.get(action, action.label)
    css = "bad" if action in BAD else ("sys" if event.by_id is None else "")
    return Moment(event, name, _rest(task, event, action), _took(event, action), css)


def _rest(task: Task, event: TaskEvent, action: Action) -> str:
    """What stands behind the bold word."""
    data, to = event.data, event.to_grid
    words = {
        Action.REGISTER: lambda: Source(task.source).label,
        Action.ISSUE: lambda: _issued(data, to),
        Action.REPORT_UP: lambda: _hop(task, event),
        Action.TRANSFER: lambda: f"→ {_name(to)}，{_reason(data)}",
        Action.RETURN_TRANSFER: lambda: f"→ {_name(to)}",
        Action.RULE: lambda: f"由{_name(to)}办理",
        Action.SUBMIT: lambda: f"第 {data.get('round', '?')} 轮",
        Action.APPROVE: lambda: f"第 {data.get('round', '?')} 轮通过",
        Action.JOIN: lambda: "、".join(data.get("parts", [])),
        Action.DECIDE_EXTENSION: lambda: "同意" if data.get("granted") else "不同意",
        Action.REVISIT: lambda: "合格",
        Action.SUPERVISE: lambda: "挂牌" if data.get("listed") else "",
    }
    return words[action]() if action in words else ""


def _issued(data: dict[str, Any], to: Grid | None) -> str:
    if "part_of" in data:
        return f"{data['part_of']} 的分单，派至{_name(to)}"
    how = "改派至" if data.get("overridden") else f"按{data.get('basis', '')}派至"
    return f"{how}{_name(to)}"


def _hop(task: Task, event: TaskEvent) -> str:
    if event.grid_id != event.to_grid_id:
        return f"{_name(event.grid)} → {_name(event.to_grid)}"
    labels = [
        task.scheme.role_label(event.data[key])
        for key in ("from_rung", "to_rung")
        if event.data.get(key)
    ]
    return " → ".join(labels)


def _reason(data: dict[str, Any]) -> str:
    code = data.get("reason_code", "")
    label = TransferReason(code).label if code in TransferReason.values else ""
    proof = {"INSIDE": "，界线图相符", "ELSEWHERE": "，界线图不符"}.get(data.get("map", ""), "")
    return f"{label}{proof}"


def _took(event: TaskEvent, action: Action) -> str:
    minutes = event.data.get("minutes")
    if minutes is None:
        return ""
    length = span(timedelta(minutes=minutes))
    return f"交办后 {length}" if action == Action.ACCEPT else f"用时 {length}"


def _name(grid: Grid | None) -> str:
    return grid.name if grid is not None else "—"


def holder(task: Task) -> Holder:
    """Who has it now: the office side, the holding rung, or nobody any more."""
    if task.state == State.REGISTERED:
        upper = task.issuer_grid or task.origin_grid
        return Holder(f"待交办：{upper.name}及以上", task.registered_at)
    if task.state == State.SUBMITTED:
        return Holder(f"验收方：{_name(task.issuer_grid)}", task.submitted_at)
    if task.state == State.CLOSED:
        return Holder(f"已销号：{task.closed_by or '各分单均已销号'}", None)
    if task.state == State.VOID:
        return Holder("已作废", None)
    if task.join_role == Task.JoinRole.WHOLE:
        return Holder(
            f"统筹：{_name(task.issuer_grid)}", task.issued_at, "各分单分别办理、分别销号"
        )
    rung = task.scheme.role_label(Rung(task.rung))
    signed = "" if task.state == State.HANDLING else "尚未签收；时限自交办起算"
    return Holder(f"承办：{_name(task.grid)} · {rung}", task.held_since, signed)


def assisting(task: Task) -> Iterable[Grid]:
    """协助 grids: they reported it up and still help."""
    return task.assisting.order_by("level", "code")
