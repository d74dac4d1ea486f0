"""催办 and the overdue ladder: each rung once per deadline, in bounded batches."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from grids.killpoints import reached
from grids.models import GridScheme, Role
from grids.selectors import rule
from grids.speaking import moment
from notices.escalation import (
    STOPS_FOR_STRIVE,
    Rung,
    ladder_from,
    rungs_due,
    rungs_for,
)
from notices.models import Escalation
from notices.selectors.chairs import Chairs, chairs
from notices.services.messages import Told, tell_together
from tasks.calendar import WorkCalendar
from tasks.deadlines import beijing_date, warning_at
from tasks.models import Task
from tasks.selectors import calendar

log = logging.getLogger(__name__)

BATCH = 500
LOOK_AHEAD = timedelta(hours=72)
"""How long before a deadline a task is looked at; a ladder may begin that early."""
LATE = timedelta(hours=1)
"""A rung this much behind its moment says so."""


@dataclass(frozen=True)
class Step:
    """A rung of one task whose moment has come."""

    task: Task
    deadline: datetime
    rung: Rung
    moment: datetime


def climb(*, at: datetime) -> dict[str, int]:
    """逾期逐级上报: for every open task whose rung has come, tell who stands on it.

    Safe late, twice and in parallel: one row per task, deadline and rung. A task that cannot
    be handled is counted as parked and logged; the others go on (fault 9). 力争 tasks climb no
    higher than their own grid's 负责人 (Y1-53).
    """
    totals = {"escalated": 0, "told": 0, "parked": 0}
    days, told = calendar(), dict[int, list[Told]]()
    for scheme in GridScheme.objects.order_by("pk"):
        ladder = _ladder(scheme, at=at)
        last = 0
        told.clear()
        while ladder and (batch := list(_waiting(scheme, ladder, at, after=last)[:BATCH])):
            last = batch[-1].pk
            for key, count in _climb_batch(scheme, batch, ladder, days, told, at=at).items():
                totals[key] += count
    return totals


def _ladder(scheme: GridScheme, *, at: datetime) -> list[Rung]:
    """The scheme's dated ladder; an unreadable one stops this scheme only."""
    rows = rule(scheme, "overdue_ladder", beijing_date(at), default=[])
    try:
        return ladder_from(rows)
    except (ValueError, KeyError, TypeError):
        log.exception("体系 %s 的催办规则有误", scheme.code)
        return []


def _waiting(
    scheme: GridScheme, ladder: Sequence[Rung], at: datetime, *, after: int
) -> QuerySet[Task]:
    """Open, issued, not yet handed in, near or past the deadline, with rungs still to climb."""
    steps = len({rung.to for rung in ladder})
    soft = len({rung.to for rung in ladder if rung.to in STOPS_FOR_STRIVE})
    climbed = Count("escalations", filter=Q(escalations__deadline=F("due_at")))
    tasks = (
        Task.objects.open()
        .single()
        .filter(scheme=scheme, pk__gt=after, due_at__lte=at + LOOK_AHEAD, grid__isnull=False)
        .filter(is_hidden=False)
        .exclude(state__in=("SUBMITTED", "REGISTERED"))
        .annotate(climbed=climbed)
    )
    hard = Q(strength=Task.Strength.MUST, climbed__lt=steps)
    return (
        tasks.filter(hard | Q(strength=Task.Strength.STRIVE, climbed__lt=soft))
        .select_related("grid")
        .order_by("pk")
    )


@transaction.atomic
def _climb_batch(
    scheme: GridScheme,
    batch: list[Task],
    ladder: list[Rung],
    days: WorkCalendar,
    told_before: dict[int, list[Told]],
    *,
    at: datetime,
) -> dict[str, int]:
    """A fixed number of queries for up to BATCH tasks; runs one at a time within a scheme.

    Whoever was told in an earlier batch of this run reads of these in the same message.
    """
    GridScheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    done = _done(batch)
    steps, parked = _plan(batch, ladder, days, done, at=at)
    if not steps:
        return {"escalated": 0, "told": 0, "parked": parked}
    seats = chairs(_places(steps), beijing_date(at))
    news, rows = [], []
    for step in steps:
        people = _people(step, seats)
        news += [_told(step, user_id, at=at) for user_id in sorted(people)]
        rows.append(_row(step, len(people), at=at))
    Escalation.objects.bulk_create(rows)
    told = tell_together(
        news,
        key=f"ladder:{scheme.pk}:{at:%Y%m%d%H%M%S}",
        heading="催办",
        url="/tasks/?due=overdue",
        at=at,
        so_far=told_before,
    )
    reached("notices.ladder.before-commit")
    return {"escalated": len(rows), "told": told, "parked": parked}


def _done(batch: list[Task]) -> set[tuple[int, datetime, str]]:
    rows = Escalation.objects.filter(task__in=[task.pk for task in batch])
    return set(rows.values_list("task_id", "deadline", "rung"))


def _plan(
    batch: list[Task],
    ladder: list[Rung],
    days: WorkCalendar,
    done: set[tuple[int, datetime, str]],
    *,
    at: datetime,
) -> tuple[list[Step], int]:
    steps: list[Step] = []
    parked = 0
    for task in batch:
        try:
            steps += _steps(task, ladder, days, done, at=at)
        except Exception:  # one bad row must not stop the sweep; it is reported
            log.exception("任务 %s 无法催办", task.number)
            parked += 1
    return steps, parked


def _steps(
    task: Task,
    ladder: list[Rung],
    days: WorkCalendar,
    done: set[tuple[int, datetime, str]],
    *,
    at: datetime,
) -> list[Step]:
    if task.due_at is None:
        return []
    is_same_day = task.deadline_kind == Task.DeadlineKind.SAME_DAY
    due = rungs_due(
        task.due_at,
        at,
        rungs_for(ladder, is_strive=task.strength == Task.Strength.STRIVE),
        days.add_workdays,
        issued_at=task.issued_at,
        warned_at=warning_at(task.deadline_kind, task.due_at) if is_same_day else None,
    )
    return [
        Step(task, task.due_at, rung, moment)
        for rung, moment in due
        if (task.pk, task.due_at, rung.to) not in done
    ]


def _row(step: Step, told: int, *, at: datetime) -> Escalation:
    return Escalation(
        task=step.task,
        deadline=step.deadline,
        rung=step.rung.to,
        due_at=step.moment,
        at=at,
        told=told,
    )


def _told(step: Step, user_id: int, *, at: datetime) -> Told:
    task = step.task
    is_late = at >= step.deadline
    text = f"{'已逾期' if is_late else '即将到期'}：{task.number} {task.title}"
    if at - step.moment > LATE:
        text += f"（应于{moment(step.moment, at=at)}提醒，现补发）"
    return Told(user_id, text, f"/tasks/{task.number}/", is_late and _is_pressing(task))


def _is_pressing(task: Task) -> bool:
    """Only what had to be done within hours may wake somebody; the rest waits for 07:00."""
    return task.deadline_kind == Task.DeadlineKind.HOURS


def _places(steps: list[Step]) -> set[int | None]:
    grids = [step.task.grid for step in steps if step.task.grid]
    return {grid.pk for grid in grids} | {grid.parent_id for grid in grids}


def _people(step: Step, seats: Chairs) -> set[int]:
    """Who stands on the rung; an empty seat falls to whoever sits on the grid."""
    grid, to = step.task.grid, step.rung.to
    if grid is None or to == "BULLETIN":  # listed in the bulletin, nobody is woken for it
        return set()
    if to == "UPPER":
        upper = (Role.CHIEF, Role.OFFICE)
        return seats.of(grid.parent_id or grid.pk, upper)
    if to == "HOLDER":
        return seats.of(grid.pk, (step.task.rung,))
    return seats.of(grid.pk, (to,))
