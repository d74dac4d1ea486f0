"""报审、退回、批准: a unit's plan on its way into force (Y1-87)."""

from datetime import datetime

from django.db import transaction

from grids.errors import Invalid
from grids.models import User
from tasks import plan_policies
from tasks.models import Plan
from tasks.plan_flow import PlanAction
from tasks.selectors import plans
from tasks.services import plan_versions, wording
from tasks.services.plan_drafts import locked_row, moved


@transaction.atomic
def submit(plan: Plan, *, by: User, at: datetime) -> Plan:
    """报审: with the document, and measures that each name who, until when and how it is assessed
    (明确工作目标，细化工作措施和责任考核). Twice changes nothing."""
    plan_policies.check_draw_up(by, plan.grid, at=at)
    locked = locked_row(plan)
    if locked.state == Plan.State.SUBMITTED:
        return locked
    _refuse_unfinished(locked)
    return moved(locked, PlanAction.SUBMIT, by=by, at=at)


def _refuse_unfinished(plan: Plan) -> None:
    lacking = missing_of(plan)
    if lacking:
        raise Invalid("还不能报审：" + "；".join(lacking) + "。", fields={"plan": lacking[0]})


def missing_of(plan: Plan) -> list[str]:
    """What still has to be there before it can be handed in, in words."""
    found = [] if plan.attachments.exists() else ["请上传方案文件"]
    rows = list(plans.measures_of(plan).prefetch_related("units"))
    if not rows:
        found.append("至少要有一项措施")
    bare = [plans.item(one) for one in rows if not one.units.all()]
    undated = [plans.item(one) for one in rows if one.due_on is None]
    found += [f"{'、'.join(bare[:5])}没有责任单位"] if bare else []
    found += [f"{'、'.join(undated[:5])}没有完成时限"] if undated else []
    return found


@transaction.atomic
def send_back(plan: Plan, *, reason: str, by: User, at: datetime) -> Plan:
    """退回: with what has to be changed; the unit changes it and hands it in again."""
    reason = wording.needed(reason, "reason", "请写明退回的理由。", longest=500)
    locked = locked_row(plan)
    plan_policies.check_judge(by, locked, plans.root_of(locked.scheme), at=at)
    return moved(locked, PlanAction.SEND_BACK, by=by, at=at, note=reason)


@transaction.atomic
def approve(plan: Plan, *, by: User, at: datetime, note: str = "") -> Plan:
    """批准施行: from now on its measures are broken down like those of a document.

    A revision replaces the version before it: open tasks and quantities of measures that stand
    in both go on under the new one. Twice changes nothing.
    """
    locked = locked_row(plan)
    plan_policies.check_judge(by, locked, plans.root_of(locked.scheme), at=at)
    if locked.state == Plan.State.IN_FORCE:
        return locked
    done = moved(locked, PlanAction.APPROVE, by=by, at=at, note=note.strip()[:500])
    done.in_force_at = at
    done.save(update_fields=["in_force_at"])
    if done.previous_id is not None:
        plan_versions.replace(locked_row(Plan(pk=done.previous_id)), done, by=by, at=at)
    return done
