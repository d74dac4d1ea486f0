"""预案修订: each year a dated obligation becomes a task with its deadline (ZY-88)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from grids.models import Grid, GridScheme, SchemeRule
from grids.selectors import rule, rule_row
from tasks.deadlines import beijing_date, end_of
from tasks.models import Plan, Task
from tasks.models.kinds import Category, DeadlineKind, Kind, ListKind, Source
from tasks.selectors import plans
from tasks.selectors.plan_revisions import reference
from tasks.services import life, wording

RULE, OPENS = "response.plan_revision", "response.plan_revision_opens"


@dataclass(frozen=True)
class Obligation:
    """The rule on a day of a year: from `opens_on` the task stands, by the end of `due_on`."""

    row: SchemeRule
    opens_on: date
    due_on: date


def open_revisions(*, at: datetime) -> dict[str, int]:
    """开出修订任务: per regime with the rule, one task a year for each 应急预案 in force, one for
    the office where there is none yet. Safe late, twice and in parallel: a plan's year is opened
    once. After the deadline nothing is opened for that year any more.
    """
    made = 0
    for scheme in GridScheme.objects.order_by("pk"):
        wanted = obligation(scheme, beijing_date(at))
        if wanted is not None and wanted.opens_on <= beijing_date(at) <= wanted.due_on:
            made += _open_all(scheme, wanted, at=at)
    return {"tasks": made}


def obligation(scheme: GridScheme, on: date) -> Obligation | None:
    """The rule `response.plan_revision` of that day, in the year of `on`: `due` is month and day
    (08-31), `response.plan_revision_opens` too; without it the task stands from 1 January."""
    row = rule_row(scheme, RULE, on)
    if row is None:
        return None
    opens, due = str(rule(scheme, OPENS, on, "01-01")), str(row.value["due"])
    return Obligation(
        row, date.fromisoformat(f"{on.year}-{opens}"), date.fromisoformat(f"{on.year}-{due}")
    )


@transaction.atomic
def _open_all(scheme: GridScheme, wanted: Obligation, *, at: datetime) -> int:
    locked = GridScheme.objects.select_for_update().get(pk=scheme.pk)
    found = locked.plans.filter(kind=Plan.Kind.EMERGENCY, state=Plan.State.IN_FORCE)
    rows: list[Plan | None] = [*found.select_related("grid").order_by("pk")]
    made = 0
    for plan in rows or [None]:
        mark = reference(plan, wanted.due_on.year)
        if not Task.objects.filter(scheme=locked, source_ref=mark).exists():
            _open(locked, plan, mark, wanted, at=at)
            made += 1
    return made


def _open(
    scheme: GridScheme, plan: Plan | None, mark: str, wanted: Obligation, *, at: datetime
) -> Task:
    root, year = plans.root_of(scheme), wanted.due_on.year
    grid: Grid = plan.grid if plan is not None and plan.grid is not None else root
    name = plan.name if plan is not None else "重污染天气应急预案"
    request = (
        f"修订《{name}》，{wanted.due_on.month}月{wanted.due_on.day}日前完成：夯实各级别应急减排措施，"
        "细化到具体生产工序，确保措施可统计、可监测、可核查，完善应急减排清单；"
        "新版在方案页面报审，批准后代替旧版。"
    )
    task = life.register(
        scheme=scheme,
        title=f"{year}年修订{name}"[: wording.TITLE_LENGTH],
        category=Category.OTHER,
        source=Source.PLAN,
        origin_grid=root,
        kind=Kind.MATERIAL,
        problem=request,
        source_ref=mark,
        clause=wanted.row.clause,
        lists=(ListKind.KEY_TASK,),
        facts={"plan": plan.code if plan else "", "year": year},
        by=None,
        at=at,
    )
    return life.issue(
        task,
        grid=grid,
        requirement=request,
        supervisor=root.name[: wording.SUPERVISOR_LENGTH],
        deadline_kind=DeadlineKind.MOMENT,
        due_at=end_of(wanted.due_on),
        deadline_text=f"{wanted.due_on.month}月底前"
        if wanted.due_on.day >= 28
        else f"{wanted.due_on:%m-%d}前",
        override_reason=f"《{name}》每年修订",
        by=None,
        at=at,
    )
