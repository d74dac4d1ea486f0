"""A list as rows of a spreadsheet."""

from datetime import datetime
from typing import Any

from tasks.deadlines import BEIJING, shown
from tasks.models import ListEntry
from tasks.punctuality import late_by

HEADS = (
    "编号",
    "事项",
    "责任网格",
    "督办责任人",
    "整改时限",
    "状态",
    "逾期小时",
    "列入理由",
    "列入时间",
    "列入人",
    "移出时间",
    "移出理由",
)


def line(entry: ListEntry, at: datetime) -> list[Any]:
    """`逾期小时` in whole hours, empty when in time (tasks.punctuality)."""
    task = entry.task
    late = late_by(task.due_at, task.submitted_at or task.closed_at, at=at, strength=task.strength)
    due = "" if task.due_at is None else "{:%Y-%m-%d} {}".format(*shown(task.due_at))
    return [
        task.number,
        task.title,
        task.grid.name if task.grid else "",
        task.supervisor,
        due,
        task.get_state_display(),
        None if late is None else int(late.total_seconds() // 3600),
        entry.reason,
        _moment(entry.added_at),
        str(entry.added_by or "系统"),
        _moment(entry.removed_at),
        entry.removal_reason,
    ]


def _moment(value: datetime | None) -> str:
    return "" if value is None else f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}"
