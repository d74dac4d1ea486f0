"""修订: a plan in force gets a next version, which replaces it when it is approved (ZY-88)."""

from datetime import datetime

from django.db import transaction

from grids.errors import Refused
from grids.models import User
from tasks import plan_policies
from tasks.deadlines import beijing_date
from tasks.models import Measure, MeasureUnit, Milestone, Plan, Progress
from tasks.plan_flow import PlanAction
from tasks.selectors import plans
from tasks.services.plan_drafts import locked_row, moved, step


@transaction.atomic
def revise(plan: Plan, *, by: User, at: datetime, year: int | None = None) -> Plan:
    """修订: a draft of the next version with everything that stands in this one (ZY-88).

    Refused unless this one is in force, or when a next version is under way already. The files
    of the old version stay with it: a revision comes with its own document.
    """
    plan_policies.check_draw_up(by, plan.grid, at=at)
    locked = locked_row(plan)
    if locked.state != Plan.State.IN_FORCE:
        raise Refused(f"方案{locked.get_state_display()}，只有施行中的方案可以修订。")
    if Plan.objects.filter(previous=locked).exists():
        raise Refused("新的一版已经在拟定，请在那一版上修改。")
    number = locked.version + 1
    draft = Plan.objects.create(
        scheme=locked.scheme,
        code=f"{locked.code.split('-v')[0]}-v{number}",
        name=locked.name,
        year=year or beijing_date(at).year,
        kind=locked.kind,
        state=Plan.State.DRAFT,
        grid=locked.grid,
        goal=locked.goal,
        assessment=locked.assessment,
        version=number,
        previous=locked,
    )
    for measure in plans.measures_of(locked).prefetch_related("units", "milestones"):
        _copy(measure, draft)
    step(draft, PlanAction.DRAW_UP, by=by, at=at, note=f"据第 {locked.version} 版修订")
    return draft


def _copy(measure: Measure, draft: Plan) -> None:
    units, steps = list(measure.units.all()), list(measure.milestones.all())
    measure.pk, measure._state.adding, measure.plan = None, True, draft  # type: ignore[assignment]
    measure.save()
    MeasureUnit.objects.bulk_create(
        [
            MeasureUnit(measure=measure, role=one.role, grid_id=one.grid_id, via_set=one.via_set)
            for one in units
        ]
    )
    Milestone.objects.bulk_create(
        [Milestone(measure=measure, name=s.name, due_on=s.due_on, done_on=s.done_on) for s in steps]
    )


def replace(old: Plan, new: Plan, *, by: User, at: datetime) -> None:
    """What goes on under the new version is handed to it; the old one keeps its wording.

    A measure goes on when number and title are the same; tasks of others stay with the old.
    """
    moved(old, PlanAction.REPLACE, by=by, at=at, note=f"第 {new.version} 版施行")
    old.replaced_at = at
    old.save(update_fields=["replaced_at"])
    kept = {(one.number, one.part): one for one in new.measures.all()}
    for measure in old.measures.prefetch_related("units"):
        heir = kept.get((measure.number, measure.part))
        if heir is not None and heir.title == measure.title:
            _hand_over(measure, heir)


def _hand_over(measure: Measure, heir: Measure) -> None:
    """Units that stand in both versions change places: the row with the tasks goes on with the
    heir, a row like it stays with the old wording. Quantities follow while the unit is the same."""
    heirs = {(one.role, one.grid_id): one for one in heir.units.all()}
    for unit in measure.units.all():
        twin = heirs.get((unit.role, unit.grid_id))
        if twin is None:
            continue
        twin.delete()
        MeasureUnit.objects.filter(pk=unit.pk).update(measure=heir)
        MeasureUnit.objects.create(
            measure=measure, role=unit.role, grid_id=unit.grid_id, via_set=unit.via_set
        )
    if measure.unit == heir.unit:
        Progress.objects.filter(measure=measure).update(measure=heir)
