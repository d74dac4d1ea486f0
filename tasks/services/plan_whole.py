"""全部分解: everything that a plan still has to give out, in one transaction."""

from datetime import datetime

from django.db import transaction

from grids.errors import Invalid, Stale
from grids.models import User
from tasks import plan_policies
from tasks.models import Plan
from tasks.selectors import plans
from tasks.selectors.plan_whole import Whole, whole
from tasks.services.plans import Expansion, check_in_force, expand


@transaction.atomic
def expand_all(
    plan: Plan, *, expected: int, by: User, at: datetime, due_at: datetime | None = None
) -> Expansion:
    """全部分解: one task per measure and unit that has none yet; all of them or none.

    `expected` is the number that was shown before: Stale (409) when it is another one by now,
    so nobody hands out what he has not seen. Running again finds nothing to do. `due_at` is for
    those measures alone whose own deadline is missing or has passed; Invalid names them when it
    is not given.
    """
    plan_policies.check_lead(by, plans.root_of(plan.scheme))
    locked = Plan.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=plan.pk)
    check_in_force(locked)
    found = whole(locked, at)
    if found.count != expected:
        words = (
            f"现在要派发的是 {found.count} 件，不是您看到的 {expected} 件。请看过新的清单再派发。"
        )
        raise Stale(words)
    _refuse_undated(found, due_at, at=at)
    done = Expansion(closed=found.closed)
    for share in found.to_do:
        due = None if share.due_at is not None else due_at
        one = expand(share.measure, by=by, at=at, due_at=due)
        done.created += one.created
        done.skipped += one.skipped
    return done


def _refuse_undated(found: Whole, due_at: datetime | None, *, at: datetime) -> None:
    if not found.undated:
        return
    names = "、".join(share.item for share in found.undated)
    if due_at is None:
        words = f"{names}没有写明时限或时限已过，请另定时限。"
        raise Invalid(words, fields={"due_at": words, "due_on": words})
    if due_at <= at:
        words = "另定的时限已经过去，请重新填写。"
        raise Invalid(words, fields={"due_at": words, "due_on": words})
