"""The hash chain of 流转记录: canonical form and digest. Pure: no models, no database."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

COLUMNS = (
    "task",
    "sequence",
    "action",
    "from_state",
    "to_state",
    "by",
    "by_label",
    "on_behalf_of",
    "grid",
    "to_grid",
    "at",
    "note",
    "data",
)
"""What the hash covers: every column of an event but its id and the two hashes."""


def plain(value: Any) -> Any:
    """JSON without anything that a database could store differently: no floats, no dates.

    Moments become UTC with microseconds, decimals and floats become text.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, date | Decimal | float | UUID):
        return str(value)
    return value


def canonical(fields: Mapping[str, Any]) -> str:
    """One line of JSON: sorted keys, no spaces, Chinese as it is."""
    chosen = {name: plain(fields[name]) for name in COLUMNS}
    return json.dumps(chosen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(prev_hash: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 in hex over the previous hash and the canonical line."""
    text = f"{prev_hash}\n{canonical(fields)}"
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(events: Iterable[Mapping[str, Any]]) -> tuple[int, str] | None:
    """Sequence and reason of the first broken link of one task's events; None: all hold.

    `events` come in sequence order with `prev_hash` and `hash`.
    """
    previous, expected = "", 1
    for event in events:
        if event["sequence"] != expected:
            return expected, "记录缺失或序号不连续"
        if event["prev_hash"] != previous:
            return expected, "与上一条记录的校验值不衔接"
        if event["hash"] != digest(previous, event):
            return expected, "内容与校验值不符"
        previous, expected = event["hash"], expected + 1
    return None


def seal(hashes: Iterable[str], start: str = "") -> tuple[int, str]:
    """Count and running SHA-256 over event hashes in id order."""
    running, count = hashlib.sha256(start.encode()), 0
    for one in hashes:
        running.update(one.encode())
        count += 1
    return count, running.hexdigest()
