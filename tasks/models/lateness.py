"""按时与逾期 as conditions of the database: the same definition as tasks.punctuality."""

from datetime import datetime

from django.db.models import F, Q

from tasks.punctuality import STRIVE
from tasks.workflow import State


def missed(at: datetime) -> Q:
    """Past the deadline at `at` without a feedback in time; says nothing about the state."""
    unanswered = Q(submitted_at=None) | Q(submitted_at__gt=F("due_at"))
    return Q(due_at__lt=at) & ~Q(strength=STRIVE) & unanswered


_LATE = Q(submitted_at__gt=F("due_at")) | Q(submitted_at=None, closed_at__gt=F("due_at"))
_IN_TIME = Q(submitted_at__lte=F("due_at")) | Q(submitted_at=None, closed_at__lte=F("due_at"))

CLOSED_LATE = Q(state=State.CLOSED) & ~Q(strength=STRIVE) & _LATE
"""逾期销号. A matter closed without a feedback of its own (总单) counts by its closing."""
CLOSED_IN_TIME = Q(state=State.CLOSED) & (Q(strength=STRIVE) | _IN_TIME)
"""按时销号: every closed matter is either this or `CLOSED_LATE`."""
