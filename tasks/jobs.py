"""What runs by itself: reads nothing but its arguments, calls one service."""

from datetime import datetime
from typing import Any

from tasks.services import evidence, ledger, uploads


def ledger_check(*, at: datetime, due_at: datetime) -> dict[str, Any]:
    """核对流转记录和佐证: verify, seal, sweep what no row names. Safe late and twice."""
    swept = {"swept": evidence.sweep(at=at), "uploads": uploads.sweep(at=at)}
    return ledger.check(at=at).as_record() | swept
