"""Recomputes every chain, every state and every file; seals what was found whole."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction

from tasks import invariants, ledger
from tasks.models import LedgerSeal, TaskEvent

CHUNK = 2000
UNREADABLE = ValueError
"""What Django raises for a moment that cannot be: SQLite keeps moments as text."""


@dataclass(frozen=True)
class Break:
    """A broken link: the task's number, the event's sequence (0: the chain as a whole)."""

    number: str
    sequence: int
    reason: str


@dataclass(frozen=True)
class Report:
    """What a check found; `is_whole` when nothing is broken."""

    at: datetime
    tasks: int
    events: int
    files: int
    digest: str
    breaks: list[Break]

    @property
    def is_whole(self) -> bool:
        return not self.breaks

    def as_record(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat(), "whole": self.is_whole}


def verify(*, at: datetime, with_files: bool = True) -> Report:
    """核对: hash chains, seals, states against their events, files against their hashes.

    The first break of each chain is named. Read-only; `check` also keeps a seal.
    """
    breaks: list[Break] = []
    counted = {"tasks": 0, "events": 0}
    for number, events, unreadable in _chains():
        counted["tasks"] += 1
        counted["events"] += len(events)
        found = ledger.first_break(events)
        if unreadable is not None:
            breaks.append(unreadable)
        elif found is not None:
            breaks.append(Break(number, *found))
    digest = _digest()[1]
    breaks += _broken_seals()
    breaks += [Break("", 0, line) for line in invariants.states_are_their_events()]
    files, lost = invariants.count_files() if with_files else (0, [])
    breaks += [Break("", 0, line) for line in lost]
    return Report(at, files=files, digest=digest, breaks=breaks, **counted)


def check(*, at: datetime) -> Report:
    """The nightly check: verifies, and seals the chains when they are whole."""
    report = verify(at=at)
    if report.is_whole:
        seal(at=at)
    return report


@transaction.atomic
def seal(*, at: datetime) -> LedgerSeal:
    """Keeps count and digest of all events so far: a chain removed as a whole will show."""
    last_id, _ = _digest()
    count, digest = ledger.seal(_hashes(last_id))
    return LedgerSeal.objects.create(at=at, last_event_id=last_id, events=count, digest=digest)


def chain_of(task_id: int) -> tuple[int, str] | None:
    """First broken link of one task's chain; None when it holds (the page's 链校验)."""
    return ledger.first_break([_fields(row) for row in _rows().filter(task=task_id)])


def _broken_seals() -> list[Break]:
    """The newest seal must be met again: same count, same digest up to its last event."""
    newest = LedgerSeal.objects.order_by("-at", "-pk").first()
    if newest is None:
        return []
    count, digest = ledger.seal(_hashes(newest.last_event_id))
    if count != newest.events:
        gone = newest.events - count
        return [Break("", 0, f"与 {newest.at:%Y-%m-%d} 的封存相比少了 {gone} 条流转记录")]
    if digest != newest.digest:
        return [Break("", 0, f"与 {newest.at:%Y-%m-%d} 的封存摘要不符")]
    return []


def _digest() -> tuple[int, str]:
    last = TaskEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return last, ledger.seal(_hashes(last))[1]


def _hashes(last_id: int) -> Iterator[str]:
    rows = TaskEvent.objects.filter(pk__lte=last_id).order_by("pk")
    return rows.values_list("hash", flat=True).iterator(CHUNK)


def _rows() -> Any:
    columns = [*(name for name in ledger.COLUMNS if name != "task"), "prev_hash", "hash"]
    rows = TaskEvent.objects.order_by("task_id", "sequence", "pk")
    return rows.values("task_id", "task__number", *columns)


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"task": row["task__number"]}


def _chains() -> Iterator[tuple[str, list[dict[str, Any]], Break | None]]:
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
