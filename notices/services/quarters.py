"""两个季度: problems that 督查 found in one quarter and that return in the next (Y1-100)."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import transaction

from grids.models import Grid, GridScheme
from grids.selectors import rule_row
from inspections.models import SUPERVISING_MODES, Finding
from notices.facts.span import span_of
from notices.models import Summons
from notices.services.proposals import target_of
from stations.periods import Period
from tasks.deadlines import beijing_date
from tasks.models import Task

NOT_RECTIFIED, NEW_PROBLEM = "NOT_RECTIFIED", "NEW_PROBLEM"
Found = dict[int, list[Task]]


@transaction.atomic
def propose_from_quarters(scheme: GridScheme, quarter: Period, *, at: datetime) -> list[Summons]:
    """约谈网格长的建议: for grids with problems in the quarter before that are not repaired by
    the end of `quarter`, or with new ones in it; once per grid and quarter.

    Only released visits count; a regime without the rule `quarter_summons` proposes nothing.
    """
    row = rule_row(scheme, "quarter_summons", quarter.last)
    if row is None:
        return []
    GridScheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    before, now = _found(scheme, quarter.previous(), at=at), _found(scheme, quarter, at=at)
    end = span_of(scheme, quarter, at=at).end
    fresh = []
    for grid in Grid.objects.filter(pk__in=before).order_by("lft"):
        left = [task for task in before[grid.pk] if _is_open(task, end)]
        given = {NOT_RECTIFIED: left, NEW_PROBLEM: now.get(grid.pk, [])}
        causes = {cause: given[cause] for cause in row.value["causes"] if given.get(cause)}
        if causes and not _known(scheme, grid, quarter):
            proof = _proof(quarter, before[grid.pk], causes)
            fresh.append(_propose(scheme, grid, quarter, row.value["to"], row.clause, proof, at))
    return fresh


def _found(scheme: GridScheme, quarter: Period, *, at: datetime) -> Found:
    """Grid id → matters that 督查 found there in the quarter, each once."""
    span = span_of(scheme, quarter, at=at)
    findings = Finding.objects.filter(
        inspection__scheme=scheme,
        inspection__mode__in=SUPERVISING_MODES,
        inspection__is_released=True,
        task__grid__isnull=False,
        **span.within("inspection__at"),
    ).exclude(task__state="VOID")
    found: dict[int, dict[int, Task]] = defaultdict(dict)
    for finding in findings.select_related("task").order_by("pk"):
        if finding.task is not None and finding.task.grid_id is not None:
            found[finding.task.grid_id][finding.task.pk] = finding.task
    return {grid_id: list(tasks.values()) for grid_id, tasks in found.items()}


def _is_open(task: Task, end: datetime) -> bool:
    return task.closed_at is None or task.closed_at >= end


def _known(scheme: GridScheme, grid: Grid, quarter: Period) -> bool:
    rows = Summons.objects.filter(scheme=scheme, grid=grid, basis=Summons.Basis.QUARTERS)
    return rows.filter(fired=quarter.code).exists()


def _proof(quarter: Period, first: list[Task], causes: dict[str, list[Task]]) -> dict[str, Any]:
    words = {NOT_RECTIFIED: "未整改到位", NEW_PROBLEM: "新增问题"}
    again = [{"cause": words[cause], "tasks": _numbers(tasks)} for cause, tasks in causes.items()]
    return {
        "quarters": [
            {
                "period": quarter.previous().code,
                "lines": [{"cause": "督查发现", "tasks": _numbers(first)}],
            },
            {"period": quarter.code, "lines": again},
        ]
    }


def _numbers(tasks: list[Task]) -> list[dict[str, str]]:
    return [{"number": task.number, "title": task.title} for task in tasks]


def _propose(
    scheme: GridScheme,
    grid: Grid,
    quarter: Period,
    to: str,
    clause: str,
    proof: dict[str, Any],
    at: datetime,
) -> Summons:
    return Summons.objects.create(
        scheme=scheme,
        scheme_root=grid.get_root(),
        grid=grid,
        basis=Summons.Basis.QUARTERS,
        to=to,
        target_title=target_of(grid, to, on=beijing_date(at)),
        streak_started=quarter.previous().code,
        fired=quarter.code,
        proof=proof,
        clause=clause,
        proposed_at=at,
    )
