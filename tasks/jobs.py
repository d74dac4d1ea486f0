"""What runs by itself: reads nothing but its arguments, calls one service."""

from datetime import datetime
from typing import Any

from tasks.services import evidence, ledger, plan_revisions, uploads


def ledger_check(*, at: datetime, due_at: datetime) -> dict[str, Any]:
    """核对流转记录和佐证: verify, seal, sweep what no row names. Safe late and twice."""
    swept = {"swept": evidence.sweep(at=at), "uploads": uploads.sweep(at=at)}
    return ledger.check(at=at).as_record() | swept


def plan_revisions_due(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """预案修订: opens the task of the year where the regime's rule asks for one."""
    return plan_revisions.open_revisions(at=at)
