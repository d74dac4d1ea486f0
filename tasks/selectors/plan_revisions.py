"""预案修订: which task of a year belongs to which plan, and what came of it (ZY-88)."""

from dataclasses import dataclass
from datetime import date

from grids.models import User
from tasks.deadlines import beijing_date
from tasks.models import Plan, Task
from tasks.selectors.plan_drafts import versions

MARK = "plan_revision"


def reference(plan: Plan | None, year: int) -> str:
    """`source_ref` of the task of a year; the same for all versions of a plan."""
    return f"{MARK}/{year}/{lineage(plan) if plan else ''}"


def lineage(plan: Plan) -> str:
    """The code that all versions share."""
    return plan.code.split("-v")[0]


@dataclass(frozen=True)
class Revision:
    """One year's obligation: its task, and the version that came into force in that year."""

    year: int
    task: Task
    version: Plan | None
    was_in_time: bool


def revisions(plan: Plan, user: User) -> list[Revision]:
    """The obligations of a plan that the user may see, newest first."""
    start = f"{MARK}/"
    tasks = Task.objects.visible_to(user).filter(
        scheme=plan.scheme_id,
        source_ref__startswith=start,
        source_ref__endswith=f"/{lineage(plan)}",
    )
    known = [one for one in versions(plan) if one.in_force_at is not None and one.version > 1]
    found = []
    for task in tasks.select_related("grid", "scheme").order_by("-pk"):
        year = int(task.source_ref.split("/")[1])
        came = [one for one in known if _day(one).year == year]
        newest = came[0] if came else None
        first = came[-1].in_force_at if came else None
        in_time = first is not None and task.due_at is not None and first < task.due_at
        found.append(Revision(year, task, newest, in_time))
    return found


def _day(plan: Plan) -> date:
    """The Beijing day of coming into force; callers have left out versions that are not."""
    return beijing_date(plan.in_force_at) if plan.in_force_at else date.min
