"""The chains of events as they are read for checking, also where a row cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tasks import ledger
from tasks.models import TaskEvent

CHUNK = 2000
UNREADABLE = ValueError
"""What Django raises for a moment that cannot be: SQLite keeps moments as text."""


@dataclass(frozen=True)
class Break:
    """A broken link: the task's number, the event's sequence (0: the chain as a whole)."""

    number: str
    sequence: int
    reason: str


def chains() -> Iterator[tuple[str, list[dict[str, Any]], Break | None]]:
    """Every chain with its number; a Break instead of events where a row cannot be read at all."""
    after = 0
    while True:
        try:
            for task_id, number, events in _read(after):
                after = task_id
                yield number, events, None
        except UNREADABLE:
            rows = TaskEvent.objects.filter(task__gt=after).order_by("task")
            for task_id in list(rows.values_list("task", flat=True).distinct()[:CHUNK]):
                after = task_id
                yield _one(task_id)
        else:
            return


def _read(after: int) -> Iterator[tuple[int, str, list[dict[str, Any]]]]:
    rows = _rows().filter(task__gt=after).iterator(CHUNK)
    for task_id, chain in groupby(rows, key=lambda row: row["task_id"]):
        events = [_fields(row) for row in chain]
        yield task_id, events[0]["task"], events


def _one(task_id: int) -> tuple[str, list[dict[str, Any]], Break | None]:
    mine = _rows().filter(task=task_id)
    number = mine.values_list("task__number", flat=True)[0]
    try:
        return number, [_fields(row) for row in mine], None
    except UNREADABLE:
        return number, [], Break(number, _unreadable(mine), "内容已损坏，读不出来")


def _unreadable(mine: Any) -> int:
    """The first sequence whose row cannot be read."""
    for sequence in mine.values_list("sequence", flat=True):
        try:
            mine.get(sequence=sequence)
        except UNREADABLE:
            return int(sequence)
    return 0


def events_of(task_id: int) -> list[dict[str, Any]]:
    """The events of one task in their order, as `ledger.first_break` takes them."""
    return [_fields(row) for row in _rows().filter(task=task_id)]


def _rows() -> Any:
    columns = [*(name for name in ledger.COLUMNS if name != "task"), "prev_hash", "hash"]
    rows = TaskEvent.objects.order_by("task_id", "sequence", "pk")
    return rows.values("task_id", "task__number", *columns)


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"task": row["task__number"]}
