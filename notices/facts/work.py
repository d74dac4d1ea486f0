"""问题整改: what was registered, issued, closed, is overdue, came back; per unit too."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from grids.models import Grid
from notices.facts.span import Span
from notices.wording import Figure, share
from tasks.models import Task, TaskEvent, lateness
from tasks.workflow import Action, State

GROUP = "问题整改"


def counted(span: Span) -> QuerySet[Task]:
    """What a bulletin speaks of: single matters, none that is still secret or void."""
    tasks = Task.objects.single().filter(scheme=span.scheme, is_hidden=False)
    return tasks.exclude(state=State.VOID)


def still_open(span: Span) -> QuerySet[Task]:
    """Registered before the end of the span and not closed by then."""
    tasks = counted(span).filter(registered_at__lt=span.end)
    return tasks.filter(Q(closed_at=None) | Q(closed_at__gte=span.end))


def overdue(span: Span) -> QuerySet[Task]:
    """未结 past their deadline at the end of the span; a part of `still_open`.

    力争 matters are not called overdue in a bulletin (Y1-53).
    """
    late = still_open(span).filter(lateness.missed(span.end))
    return late.select_related("grid").order_by("due_at", "pk")


def figures(span: Span) -> list[Figure]:
    tasks = counted(span)
    closed = tasks.filter(**span.within("closed_at"))
    in_time = _numbers(closed.filter(lateness.CLOSED_IN_TIME))
    closed_numbers = _numbers(closed)
    late = list(overdue(span))
    oldest = late[0] if late else None
    return [
        _figure("registered", "登记问题", _numbers(tasks.filter(**span.within("registered_at")))),
        _figure("issued", "交办任务", _numbers(tasks.filter(**span.within("issued_at")))),
        _figure("closed", "验收销号", closed_numbers),
        Figure(
            "on_time_percent",
            "按时销号率",
            share(len(in_time), len(closed_numbers)),
            "%",
            in_time,
            group=GROUP,
        ),
        _figure("open", "未结任务", _numbers(still_open(span))),
        _figure("overdue", "逾期未结", tuple(task.number for task in late)),
        Figure(
            "longest_overdue",
            "最长逾期",
            _days_late(oldest, span.end) if oldest else None,
            "天",
            (oldest.number,) if oldest else (),
            group=GROUP,
        ),
        _figure("returned", "验收退回", _moved(span, Action.SEND_BACK)),
        _figure("rebounds", "反弹重开", _moved(span, Action.REOPEN)),
        _figure("listed", "挂牌督办", _numbers(still_open(span).filter(is_listed=True))),
    ]


def _figure(key: str, label: str, rows: tuple[str, ...]) -> Figure:
    return Figure(key, label, len(rows), "件", rows, group=GROUP)


def _numbers(tasks: QuerySet[Task]) -> tuple[str, ...]:
    return tuple(tasks.order_by("number").values_list("number", flat=True))


def _days_late(task: Task, end: datetime) -> int | None:
    """Whole days; a matter late by less than a day is late by 1 (最长逾期1天)."""
    return max((end - task.due_at).days, 1) if task.due_at else None


def _moved(span: Span, action: Action) -> tuple[str, ...]:
    """Matters with such a move in the span, each once."""
    events = TaskEvent.objects.filter(action=action, **span.within("at"))
    return _numbers(counted(span).filter(pk__in=events.values("task")))


# --- by unit -------------------------------------------------------------------------------------

COLUMNS = ("registered", "closed", "open", "overdue", "rebounds")


def units(span: Span) -> list[Grid]:
    """责任单位: the grids right below the root, as they stand at the end of the span."""
    grids = Grid.objects.open_on(span.period.last).filter(scheme=span.scheme, level=1)
    return list(grids.exclude(kind="ENTERPRISE").order_by("lft"))


def by_unit(span: Span) -> list[dict[str, Any]]:
    """Counts per unit with all below it; units without any are left out. Six queries."""
    found = {grid.pk: dict.fromkeys(COLUMNS, 0) for grid in units(span)}
    ranges = [(grid.lft, grid.rght, grid.pk) for grid in units(span)]
    tasks = counted(span)
    parts = {
        "registered": tasks.filter(**span.within("registered_at")),
        "closed": tasks.filter(**span.within("closed_at")),
        "open": still_open(span),
        "overdue": overdue(span),
        "rebounds": tasks.filter(number__in=_moved(span, Action.REOPEN)),
    }
    for column, rows in parts.items():
        places = rows.order_by().values_list("grid__lft", "origin_grid__lft")
        for held, origin in places:
            unit = _unit_at(ranges, held or origin)
            if unit is not None:
                found[unit][column] += 1
    return [
        {"unit": grid.name, "grid": grid.pk, **found[grid.pk]}
        for grid in units(span)
        if any(found[grid.pk].values())
    ]


def _unit_at(ranges: list[tuple[int, int, int]], left: int) -> int | None:
    return next((pk for lft, rght, pk in ranges if lft <= left <= rght), None)


MOST_NAMED = 10


def longest(span: Span) -> list[dict[str, Any]]:
    """逾期清单: the longest overdue matters, ten at most, with where they lie."""
    return [
        {
            "number": task.number,
            "title": task.title,
            "unit": task.grid.name if task.grid else "",
            "days": _days_late(task, span.end),
        }
        for task in overdue(span)[:MOST_NAMED]
    ]
