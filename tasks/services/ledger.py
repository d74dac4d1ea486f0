"""Recomputes every chain, every state and every file; seals what was found whole."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tasks import invariants, ledger
from tasks.models import LedgerSeal, TaskEvent
from tasks.selectors import chains
from tasks.selectors.chains import Break

CHUNK = 2000


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
    for number, events, unreadable in chains.chains():
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
    return ledger.first_break(chains.events_of(task_id))


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
