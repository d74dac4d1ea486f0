"""月报: prefilled from the rows, who reported, who is missing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q

from grids.models import Grid
from grids.selectors import rule
from tasks.deadlines import beijing_date, shown
from tasks.models import Attachment, ClaimState, Measure, MeasureClaim, Plan, PlanReport, Task
from tasks.selectors import plans
from tasks.selectors.counts import indicators
from tasks.selectors.plan_terms import Term, reporters, term
from tasks.selectors.plans import Key, Part, PartState
from tasks.workflow import State

CLAIMED = {
    PartState.NOT_STARTED: ClaimState.NOT_STARTED,
    PartState.DONE: ClaimState.DONE,
}
"""What a report proposes for a part; everything under way is 推进中 until it is accepted."""


@dataclass(frozen=True)
class Figures:
    """A unit with all grids below, over the span of the report (all kinds of tasks).

    `missed`: deadlines inside the span that were missed, as the weekly score counts them;
    `open` and `overdue`: how many stand at the end; `evidence`: files that arrived.
    """

    issued: int
    closed: int
    closed_late: int
    missed: int
    open: int
    overdue: int
    evidence: int


@dataclass(frozen=True)
class DraftLine:
    """The unit's part of one measure and what the report proposes to say about it."""

    measure: Measure
    item: str
    part: Part
    state: ClaimState
    quantity: Decimal | None


@dataclass(frozen=True)
class Draft:
    """A report as the system would write it: figures, a line per measure, a text to edit."""

    grid: Grid
    term: Term
    until: datetime
    figures: Figures
    lines: tuple[DraftLine, ...]
    text: str


def prefill(grid: Grid, plan: Plan, month: str, *, at: datetime) -> Draft:
    """The report of a unit out of its data, up to `at` or the deadline, whichever is earlier."""
    wanted = term(plan, month)
    until = min(at, wanted.due_at)
    figures = figures_of(plan, grid, wanted.since or until, until)
    lines = tuple(_lines(plan, grid, until)) if wanted.is_monthly else ()
    return Draft(grid, wanted, until, figures, lines, _text(wanted, until, figures, lines))


def figures_of(plan: Plan, grid: Grid, since: datetime, until: datetime) -> Figures:
    """Four queries. `since` counts, `until` does not."""
    below = Grid.objects.filter(tree_id=grid.tree_id, lft__gte=grid.lft, lft__lte=grid.rght)
    tasks = Task.objects.filter(scheme=plan.scheme, grid__in=below.values("pk")).single()
    flow = indicators(plan.scheme, grid, since, until)
    begun = tasks.filter(issued_at__lt=until).exclude(state=State.VOID)
    still = Q(closed_at=None) | Q(closed_at__gte=until)
    files = Attachment.objects.filter(task__in=tasks, uploaded_at__gte=since)
    late = still & plans.unanswered_q(until)
    stock = begun.aggregate(open=Count("pk", filter=still), overdue=Count("pk", filter=late))
    evidence = files.filter(uploaded_at__lt=until).count()
    return Figures(
        flow.issued, flow.closed, flow.closed_late, flow.overdue, **stock, evidence=evidence
    )


def _lines(plan: Plan, grid: Grid, until: datetime) -> Iterable[DraftLine]:
    seats, parts = plans.seats_of(plan), plans.parts_of(plan, until, [grid])
    for measure in plans.measures_of(plan):
        key = (measure.pk, grid.pk)
        part = parts.get(key, Part(PartState.NOT_STARTED))
        if key in seats and part.state != PartState.VOID:
            state = CLAIMED.get(part.state, ClaimState.GOING)
            yield DraftLine(measure, plans.item(measure), part, state, part.quantity)


def _text(wanted: Term, until: datetime, figures: Figures, lines: Iterable[DraftLine]) -> str:
    """A first sentence to edit; nothing for a one-off submission."""
    if wanted.since is None:
        return ""
    states = [line.state for line in lines]
    going = states.count(ClaimState.GOING)
    first, (last, _) = beijing_date(wanted.since), shown(until)
    return (
        f"{first.month}月{first.day}日至{last.month}月{last.day}日，接办任务 {figures.issued} 件，"
        f"销号 {figures.closed} 件（其中逾期销号 {figures.closed_late} 件），"
        f"在办 {figures.open} 件，逾期未销号 {figures.overdue} 件，上传佐证 {figures.evidence} 份。"
        f"承担方案措施 {len(states)} 项，已验收销号 {states.count(ClaimState.DONE)} 项，"
        f"推进中 {going} 项，未启动 {states.count(ClaimState.NOT_STARTED)} 项。"
    )


def as_record(figures: Figures) -> dict[str, int]:
    return asdict(figures)


# --- who reported --------------------------------------------------------------------------------


class ReportState(StrEnum):
    DUE = "DUE"
    MISSING = "MISSING"
    LATE = "LATE"
    IN_TIME = "IN_TIME"

    @property
    def label(self) -> str:
        return {"DUE": "未到期", "MISSING": "缺报", "LATE": "迟报", "IN_TIME": "按时"}[self]


@dataclass(frozen=True)
class ReportLine:
    """One unit in the list of a submission."""

    grid: Grid
    state: ReportState
    report: PlanReport | None


def latest(plan: Plan, key: str) -> dict[int, PlanReport]:
    """The valid revision of every unit's report, by grid id."""
    rows = PlanReport.objects.filter(plan=plan, period=key, is_latest=True)
    return {report.grid_id: report for report in rows.select_related("grid", "by", "received_by")}


def report_list(plan: Plan, month: str, *, at: datetime) -> list[ReportLine]:
    """Every unit that must report, and whether it did: 按时, 迟报, 缺报, 未到期."""
    wanted = term(plan, month)
    arrived = latest(plan, wanted.key)
    units = reporters(plan, wanted.due_on)
    return [_report_line(grid, arrived.get(grid.pk), wanted, at) for grid in units]


def _report_line(grid: Grid, report: PlanReport | None, wanted: Term, at: datetime) -> ReportLine:
    if report is not None:
        state = ReportState.LATE if report.is_late else ReportState.IN_TIME
    else:
        state = ReportState.MISSING if at >= wanted.due_at else ReportState.DUE
    return ReportLine(grid, state, report)


def missing(plan: Plan, month: str, *, at: datetime) -> list[Grid]:
    """缺报: units whose report is due and has not arrived."""
    lines = report_list(plan, month, at=at)
    return [line.grid for line in lines if line.state == ReportState.MISSING]


def to_remind(plan: Plan, month: str, *, at: datetime) -> list[Grid]:
    """Units without a report on one of the days of the rule `report_reminder_days` before it."""
    wanted = term(plan, month)
    today = beijing_date(at)
    days = rule(plan.scheme, "report_reminder_days", today) or []
    if (wanted.due_on - today).days not in days:
        return []
    lines = report_list(plan, month, at=at)
    return [line.grid for line in lines if line.state == ReportState.DUE]


def claims_of(reports: Iterable[PlanReport]) -> dict[Key, MeasureClaim]:
    rows = MeasureClaim.objects.filter(report__in=list(reports)).select_related("report")
    return {(claim.measure_id, claim.report.grid_id): claim for claim in rows}


def history(plan: Plan, grid: Grid, key: str) -> list[PlanReport]:
    """Every revision of a unit's report, newest first, with its claims."""
    rows = PlanReport.objects.filter(plan=plan, grid=grid, period=key).select_related("by")
    return list(rows.prefetch_related("claims__measure", "attachments").order_by("-revision"))


def said(report: PlanReport) -> dict[str, Any]:
    """What a report claimed, by the field names of its form."""
    found: dict[str, Any] = {}
    for claim in report.claims.all():
        pk = claim.measure_id
        values = {"state": claim.state, "quantity": claim.quantity, "note": claim.note}
        found |= {f"{name}-{pk}": value for name, value in values.items()}
    return found


def counted(lines: Iterable[ReportLine]) -> dict[str, Any]:
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        found[line.state.name] += 1
    return dict(found)
