"""按时与逾期: the one definition behind ledger, board, figures and bulletins. Pure: no database.

What was handed in decides, not when it was accepted: acceptance lies in the issuer's hand, so a
slow office must not make a punctual unit late. A feedback that was sent back does not count, the
one that was accepted (or still waits) does. 力争 is never called overdue (Y1-53). See ADR 0016;
tasks.models.lateness says the same to the database.
"""

from datetime import datetime, timedelta

STRIVE = "STRIVE"


def late_by(
    due_at: datetime | None, handed_in_at: datetime | None, *, at: datetime, strength: str = "MUST"
) -> timedelta | None:
    """How long past its deadline; None when in time, without a deadline, or 力争.

    `handed_in_at`: when the feedback that counts was handed in, None: not yet, so that `at`
    (now, or the end of the span that is looked at) is what counts. On the moment is in time.
    """
    if due_at is None or strength == STRIVE:
        return None
    done = at if handed_in_at is None else handed_in_at
    return done - due_at if done > due_at else None
