"""指标: published figures, their 口径, and the conditions by which the ledger shows their rows.

A figure is a condition on matters, so that the number on the page and the list behind it are one
query. Counted are single matters (a joint one by its parts) that are not 暗访未公开. A span is
Beijing days, both included; what is open or overdue is as of its end, or of now while it runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db.models import Count, F, Q

from grids.models import Grid, GridKind, GridScheme, User
from tasks.deadlines import end_of
from tasks.models import TaskEvent, TaskQuerySet, lateness
from tasks.models.lateness import CLOSED_LATE
from tasks.selectors import lists
from tasks.workflow import Action, State

TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Window:
    """`since` counts, `until` does not; it ends at `at` while the span still runs."""

    since: datetime
    until: datetime

    def within(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.since, f"{column}__lt": self.until})


def window(first: date, last: date, at: datetime) -> Window:
    since = end_of(first - timedelta(days=1))
    return Window(since, max(since, min(end_of(last), at)))


@dataclass(frozen=True)
class Figure:
    key: str
    label: str
    words: str  # 口径


FIGURES = (
    Figure("registered", "登记", "期内登记的事项，含后来作废的。"),
    Figure("issued", "交办", "期内交办的事项。"),
    Figure("closed", "销号", "期内验收销号的事项。"),
    Figure(
        "on_time", "按时销号", "期内销号、被验收通过的那一轮反馈不晚于整改时限；力争的不计逾期。"
    ),
    Figure("late_closed", "逾期销号", "期内销号、被验收通过的那一轮反馈晚于整改时限。"),
    Figure("open", "未结", "期末（未到期末按此刻）已登记、尚未销号、没有作废的事项。"),
    Figure("overdue", "逾期未结", "未结事项中，时限已过而没有按时反馈的；力争的不计。"),
    Figure("first_round", "一次通过", "期内销号、第一轮反馈就通过验收的事项。"),
    Figure("judged", "验收", "期内作过验收结论（通过或退回）的事项。"),
    Figure("returned", "验收退回", "期内被退回过的事项，一件只计一次。"),
    Figure("voided", "作废", "期内登记、现已作废的事项。"),
    Figure("extended", "获准延期", "期内交办、获准延期过的事项。"),
    Figure("looked_again", "回头看", "期内“回头看”复查过的事项（合格或反弹）。"),
    Figure("rebound", "反弹", "期内“回头看”发现反弹、重新打开的事项。"),
    Figure("solved_at_base", "就地解决", "期内销号、责任网格就是发现网格的事项。"),
)
BY_KEY = {one.key: one for one in FIGURES}


@dataclass(frozen=True)
class Rate:
    key: str
    label: str
    part: str
    whole: str
    words: str


RATES = (
    Rate("on_time_rate", "按时销号率", "on_time", "closed", "按时销号 ÷ 销号"),
    Rate("overdue_rate", "逾期占比", "overdue", "open", "逾期未结 ÷ 未结"),
    Rate("first_rate", "一次通过率", "first_round", "closed", "一次通过 ÷ 销号"),
    Rate("returned_rate", "退回率", "returned", "judged", "验收退回 ÷ 验收"),
    Rate("void_rate", "作废占比", "voided", "registered", "作废 ÷ 登记"),
    Rate("extended_rate", "延期率", "extended", "issued", "获准延期 ÷ 交办"),
    Rate("rebound_rate", "反弹率", "rebound", "looked_again", "反弹 ÷ 回头看"),
    Rate("base_rate", "基层解决率", "solved_at_base", "closed", "就地解决 ÷ 销号"),
)
"""Every part is contained in its whole: no share can pass 100 %."""


def condition(key: str, span: Window) -> Q:
    """The rows of a figure, on top of `countable`. KeyError for an unknown one."""
    closed = span.within("closed_at")
    still = Q(registered_at__lt=span.until) & ~Q(state=State.VOID)
    still &= Q(closed_at=None) | Q(closed_at__gte=span.until)
    registered, issued = span.within("registered_at"), span.within("issued_at")
    simple = {
        "registered": registered,
        "issued": issued,
        "closed": closed,
        "on_time": closed & lateness.CLOSED_IN_TIME,
        "late_closed": closed & CLOSED_LATE,
        "open": still,
        "overdue": still & lateness.missed(span.until),
        "first_round": closed & Q(round=1),
        "voided": registered & Q(state=State.VOID),
        "extended": issued & Q(extensions__gt=0),
        "solved_at_base": closed & Q(origin_grid=F("grid")),
    }
    return simple[key] if key in simple else Q(pk__in=_moved(span, *EVENTS[key]))


EVENTS = {
    "judged": (Action.APPROVE, Action.SEND_BACK),
    "returned": (Action.SEND_BACK,),
    "looked_again": (Action.REVISIT, Action.REOPEN),
    "rebound": (Action.REOPEN,),
}


def _moved(span: Window, *actions: Action) -> Any:
    events = TaskEvent.objects.filter(span.within("at"), action__in=actions)
    return events.values("task")


def countable(tasks: TaskQuerySet) -> TaskQuerySet:
    return tasks.single().filter(is_hidden=False)


def narrowed(tasks: TaskQuerySet, key: str, first: date, last: date, at: datetime) -> TaskQuerySet:
    """The ledger's rows behind a figure."""
    return countable(tasks).filter(condition(key, window(first, last, at)))


# --- the page ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """The figures of one unit with all below it; `unit` None: the whole regime."""

    unit: Grid | None
    counts: Mapping[str, int]

    @property
    def shares(self) -> list[tuple[Rate, int, int, Decimal | None]]:
        """(rate, part, whole, percent to 0.1); None: nothing to divide by."""
        counts = self.counts
        return [
            (one, counts[one.part], counts[one.whole], share(counts[one.part], counts[one.whole]))
            for one in RATES
        ]

    @property
    def cells(self) -> list[tuple[Figure, int]]:
        return [(one, self.counts[one.key]) for one in FIGURES]


def share(part: int, whole: int) -> Decimal | None:
    """Per cent, rounded half-even to 0.1 (GB/T 8170)."""
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(TENTH, ROUND_HALF_EVEN)


def lines(user: User, scheme: GridScheme, first: date, last: date, at: datetime) -> list[Line]:
    """The whole regime first, then every 责任单位 right below the root; one query of counts.

    Matters that nobody has been given yet count for the whole only.
    """
    span = window(first, last, at)
    tasks = countable(lists.seen(user, scheme)).filter(_touched(span))
    sums = {one.key: Count("pk", filter=condition(one.key, span)) for one in FIGURES}
    rows: list[Any] = list(tasks.order_by().values("grid__lft").annotate(**sums))
    units = Grid.objects.open_on(last).filter(scheme=scheme, level=1)
    whole = Line(None, _added(rows))
    found = [whole]
    for unit in units.exclude(kind=GridKind.ENTERPRISE).order_by("lft"):
        inside = [row for row in rows if unit.lft <= (row["grid__lft"] or 0) <= unit.rght]
        if inside and any((line := Line(unit, _added(inside))).counts.values()):
            found.append(line)
    return found


def _touched(span: Window) -> Q:
    """Everything that can count: not closed before the span, or looked at again in it."""
    lasting = Q(closed_at=None) | Q(closed_at__gte=span.since)
    again = Q(pk__in=_moved(span, *EVENTS["looked_again"], *EVENTS["judged"]))
    return Q(registered_at__lt=span.until) & (lasting | again)


def _added(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {one.key: sum(row[one.key] for row in rows) for one in FIGURES}
