"""What a change of the work calendar would move, before anything is written."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from grids.models import GridScheme
from tasks.calendar import WorkCalendar
from tasks.deadlines import BY_CALENDAR, beijing_date, due_at, end_of, shown
from tasks.holidays import Day
from tasks.models import CalendarDay, Task
from tasks.models.calendar import CalendarChange
from tasks.office_hours import OfficeHours
from tasks.selectors.dates import calendar, office_hours

AT_ONCE = 500

Side = tuple[bool, str] | None
"""(works, name) of a day that differs from Monday–Friday; None: an ordinary day."""


@dataclass(frozen=True)
class DayChange:
    on: date
    before: Side
    after: Side


@dataclass(frozen=True)
class Moved:
    """An open task whose deadline is counted anew; amount in 工作日 or 工作小时 from `start`."""

    task: Task
    old: datetime
    new: datetime
    start: datetime
    amount: int

    def turns_late(self, at: datetime) -> bool:
        """Not overdue before, overdue afterwards."""
        return self.new < at <= self.old

    def turns_timely(self, at: datetime) -> bool:
        return self.old < at <= self.new


@dataclass(frozen=True)
class Preview:
    """`token` names exactly this change on exactly this calendar and these tasks."""

    changes: list[DayChange]
    moved: list[Moved]
    counted: int
    fixed: int
    token: str

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.moved

    def later(self) -> int:
        return sum(one.new > one.old for one in self.moved)

    def earlier(self) -> int:
        return sum(one.new < one.old for one in self.moved)


def preview(days: Iterable[Day]) -> Preview:
    """The days that would change and the open tasks whose deadline would move.

    Only deadlines in 工作日 and 工作小时 are counted anew, from their own start and amount, the
    office hours those of the day of issue; calendar hours and days, moments and ends of days
    stand as they are. Deadlines that an earlier change of the table left behind are among the
    moved ones. Four queries, one per 500 moved tasks, and one per regime and day of issue with
    工作小时.
    """
    table = {row.on: (row.is_workday, row.name) for row in CalendarDay.objects.all()}
    changes = _changes(table, days)
    now = calendar()
    then = WorkCalendar(_exceptions(table, changes))
    found, counted = _recounted(now, then)
    moved = _with_tasks(found)
    return Preview(changes, moved, counted, _fixed(), _token(table, changes, moved))


def _changes(table: dict[date, tuple[bool, str]], days: Iterable[Day]) -> list[DayChange]:
    changes = []
    for day in sorted(days, key=lambda one: one.on):
        after = None if day.is_workday is None else (day.is_workday, day.name)
        before = table.get(day.on)
        if before != after:
            changes.append(DayChange(day.on, before, after))
    return changes


def _exceptions(
    table: dict[date, tuple[bool, str]], changes: Iterable[DayChange]
) -> dict[date, bool]:
    found = {on: works for on, (works, _) in table.items()}
    for change in changes:
        if change.after is None:
            found.pop(change.on, None)
        else:
            found[change.on] = change.after[0]
    return found


Row = tuple[int, datetime, datetime, datetime, int]


def _recounted(now: WorkCalendar, then: WorkCalendar) -> tuple[list[Row], int]:
    """(pk, old, new, start, amount) of every task that moves, and how many were looked at."""
    counting = Task.objects.open().filter(
        deadline_kind__in=BY_CALENDAR, due_at__isnull=False, issued_at__isnull=False
    )
    rows = counting.order_by("pk").values_list(
        "pk",
        "due_at",
        "deadline_from",
        "issued_at",
        "deadline_amount",
        "deadline_kind",
        "scheme_id",
    )
    due_of = _remembering(then)
    hours_of = _hours()
    found, counted = [], 0
    for pk, old, since, issued, kept, kind, scheme in rows.iterator(chunk_size=2000):
        counted += 1
        start = since or issued
        if start is None or old is None:
            continue
        is_days = kind == Task.DeadlineKind.WORKDAYS
        amount = kept or (_amount(now, start, old) if is_days else 0)
        if not amount:
            continue
        on = beijing_date(start)
        if is_days:
            new = due_of(on, amount)
        else:
            new = due_at(
                kind, start=start, amount=amount, calendar=then, hours=hours_of(scheme, on)
            )
        if new != old:
            found.append((pk, old, new, start, amount))
    return found, counted


def _amount(now: WorkCalendar, start: datetime, due: datetime) -> int:
    """Of a task from before the amount was kept: counted back on the present table; 0 when its
    deadline is not the end of a workday that this gives."""
    first = beijing_date(start)
    last, _ = shown(due)
    amount = now.workdays_between(first, last)
    if amount < 1 or end_of(now.add_workdays(first, amount)) != due:
        return 0
    return amount


def _remembering(days: WorkCalendar) -> Callable[[date, int], datetime]:
    known: dict[tuple[date, int], datetime] = {}

    def due_of(start: date, amount: int) -> datetime:
        if (start, amount) not in known:
            known[start, amount] = end_of(days.add_workdays(start, amount))
        return known[start, amount]

    return due_of


def _hours() -> Callable[[int, date], OfficeHours]:
    """Office hours of a regime on a day, asked once each."""
    schemes = GridScheme.objects.in_bulk()
    known: dict[tuple[int, date], OfficeHours] = {}

    def hours_of(scheme: int, on: date) -> OfficeHours:
        if (scheme, on) not in known:
            known[scheme, on] = office_hours(schemes[scheme], on)
        return known[scheme, on]

    return hours_of


def _with_tasks(rows: list[Row]) -> list[Moved]:
    tasks: dict[int, Task] = {}
    wanted = Task.objects.select_related("grid", "scheme")
    for place in range(0, len(rows), AT_ONCE):
        tasks |= wanted.in_bulk([row[0] for row in rows[place : place + AT_ONCE]])
    return [Moved(tasks[pk], old, new, start, amount) for pk, old, new, start, amount in rows]


def _fixed() -> int:
    """Open tasks whose deadline does not depend on the calendar."""
    issued = Task.objects.open().filter(due_at__isnull=False)
    return issued.exclude(deadline_kind__in=BY_CALENDAR).count()


def _token(
    table: dict[date, tuple[bool, str]], changes: list[DayChange], moved: list[Moved]
) -> str:
    """Changes with the table, the wish, the tasks, and with every change applied since."""
    last = CalendarChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    seen = {
        "after": last,
        "table": sorted((on.isoformat(), *side) for on, side in table.items()),
        "changes": [[one.on.isoformat(), one.before, one.after] for one in changes],
        "moved": [[one.task.pk, one.old.timestamp(), one.new.timestamp()] for one in moved],
    }
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()


def inverse(change: CalendarChange) -> tuple[list[Day], list[date]]:
    """The days that take `change` back, and those changed again since, which stay."""
    now = {row.on: [row.is_workday, row.name] for row in CalendarDay.objects.all()}
    back, kept = [], []
    for row in change.days:
        on = date.fromisoformat(row["on"])
        if now.get(on) != row["after"]:
            kept.append(on)
            continue
        works, name = row["before"] or (None, "")
        back.append(Day(on, works, name))
    return back, kept


def year_of_package(days: Iterable[Day], year: int) -> list[Day]:
    """The package's days, and the days of the year that it does not know back to ordinary."""
    wanted = {day.on: day for day in days}
    strange = CalendarDay.objects.filter(on__year=year).exclude(on__in=wanted)
    gone = [Day(on, None) for on in strange.values_list("on", flat=True)]
    return [*wanted.values(), *gone]


# --- the page ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A day of the year view; `css` off, work, weekend or empty."""

    on: date
    css: str
    name: str
    is_today: bool


@dataclass(frozen=True)
class Month:
    number: int
    weeks: list[list[Cell | None]]
    workdays: int


def year_view(year: int, today: date) -> list[Month]:
    """Twelve months of Monday-first weeks with 法定节假日 and 调休 marked."""
    rows = {row.on: row for row in CalendarDay.objects.filter(on__year=year)}
    return [_month(year, number, rows, today) for number in range(1, 13)]


def _month(year: int, number: int, rows: dict[date, CalendarDay], today: date) -> Month:
    first = date(year, number, 1)
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    cells = [_cell(first + timedelta(days=n), rows, today) for n in range((after - first).days)]
    padded: list[Cell | None] = [*[None] * first.weekday(), *cells]
    padded += [None] * (-len(padded) % 7)
    weeks = [padded[place : place + 7] for place in range(0, len(padded), 7)]
    workdays = sum(cell.css in ("", "work") for cell in cells)
    return Month(number, weeks, workdays)


def _cell(on: date, rows: dict[date, CalendarDay], today: date) -> Cell:
    row = rows.get(on)
    if row is not None:
        return Cell(on, "work" if row.is_workday else "off", row.name, on == today)
    return Cell(on, "weekend" if on.weekday() > 4 else "", "", on == today)
