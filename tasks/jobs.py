"""What runs by itself: reads nothing but its arguments, calls one service."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from grids.models import User
from tasks.forms.filters import LedgerFilter, order_of
from tasks.models import LedgerExport, TaskQuerySet
from tasks.selectors.register import register
from tasks.services import evidence, exports, ledger, plan_revisions, uploads


def ledger_check(*, at: datetime, due_at: datetime) -> dict[str, Any]:
    """核对流转记录和佐证: verify, seal, sweep what no row names. Safe late and twice."""
    swept = {"swept": evidence.sweep(at=at), "uploads": uploads.sweep(at=at)}
    return ledger.check(at=at).as_record() | swept


def plan_revisions_due(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """预案修订: opens the task of the year where the regime's rule asks for one."""
    return plan_revisions.open_revisions(at=at)


def ledger_exports(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """大台账: writes the files that people asked for, deletes old ones."""
    return exports.work(_rows, at=at, clock=timezone.now)


def _rows(export: LedgerExport, user: User, at: datetime) -> TaskQuerySet:
    """What the ledger's page would show to the person who asked, in its order."""
    address = QueryDict(export.query)
    given = LedgerFilter(address).filters()
    return register(user, export.scheme, given, at).order_by(order_of(address), "-pk")
