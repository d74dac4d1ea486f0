"""What runs by itself: reads nothing but its arguments, calls one service."""

from datetime import datetime
from typing import Any

from tasks.services import evidence, ledger


def ledger_check(*, at: datetime, due_at: datetime) -> dict[str, Any]:
    """核对流转记录和佐证: verify, seal, sweep files without a row. Safe late and twice."""
    swept = evidence.sweep(at=at)
    return ledger.check(at=at).as_record() | {"swept": swept}
