"""What others did to a task since somebody looked at it: the readable side of a 409."""

from typing import Any

from grids.models import Grid
from tasks.deadlines import BEIJING, shown
from tasks.models import Task, TaskEvent
from tasks.selectors import timeline
from tasks.workflow import Action, State

QUIET = {Action.COMMENT}
"""Actions that leave the version alone: a remark does not make an open form stale."""
MOST = 20


def missed(task: Task, version: int) -> dict[str, Any]:
    """Steps after `version`, oldest first and twenty at most, and what they changed on the whole.

    `fields` names state, grid and what the last step set anew (deadline, 要求, 督办责任人), each
    with `before` and `after` in words of people; `before` is "" where the history does not say it.
    Empty for a version that does not exist yet.
    """
    if (count := min(task.version - version, MOST)) <= 0:
        return {}
    events = task.events.exclude(action__in=QUIET).select_related("grid", "to_grid")
    steps = list(events.order_by("-sequence")[:count])[::-1]
    return {
        "version": task.version,
        "steps": [_step(task, event) for event in steps],
        "fields": _fields(task, steps),
    }


def _step(task: Task, event: TaskEvent) -> dict[str, Any]:
    moment = timeline.moment_of(task, event)
    return {
        "action": event.action,
        "said": f"{moment.name} {moment.rest}".strip(),
        "by": event.by_label,
        "at": event.at.astimezone(BEIJING).isoformat(),
        "note": event.note,
    }


def _fields(task: Task, steps: list[TaskEvent]) -> list[dict[str, str]]:
    first = steps[0]
    before = State(first.from_state).label if first.from_state else ""
    rows = [
        ("state", "状态", before, State(task.state).label),
        ("grid", "责任网格", _name(first.grid), _name(task.grid)),
    ]
    actions = {event.action for event in steps}
    if actions & {Action.ISSUE, Action.DECIDE_EXTENSION, Action.RECALCULATE, Action.REOPEN}:
        rows.append(("due_at", "整改时限", "", _due(task)))
    if Action.ISSUE in actions:
        rows.append(("requirement", "整改要求", "", task.requirement))
        rows.append(("supervisor", "督办责任人", "", task.supervisor))
    return [
        {"field": field, "label": label, "before": old, "after": new}
        for field, label, old, new in rows
        if old != new
    ]


def _name(grid: Grid | None) -> str:
    return grid.name if grid is not None else ""


def _due(task: Task) -> str:
    if task.due_at is None:
        return ""
    day, clock = shown(task.due_at)
    return f"{day:%Y-%m-%d} {clock}"
