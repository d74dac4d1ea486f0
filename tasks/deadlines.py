"""When a matter is due, for every kind of deadline. Pure: no clock, no database.

Beijing time throughout. 24:00 of a day is 00:00 of the next one; `shown` turns it back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tasks.calendar import WorkCalendar
from tasks.office_hours import OfficeHours

BEIJING = ZoneInfo("Asia/Shanghai")
SAME_DAY_WARNING = time(18, 0)
"""不过夜 matters warn at 18:00 of their day (Z-40)."""


@dataclass(frozen=True)
class Terms:
    """What a deadline is computed from: `start` is the moment of issue (交办), not of signing."""

    start: datetime
    amount: int
    moment: datetime | None
    calendar: WorkCalendar
    hours: OfficeHours = field(default_factory=OfficeHours)


def beijing_date(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """当日24时: the first moment of the next day."""
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return next_month - timedelta(days=1)


def _hours(terms: Terms) -> datetime:
    """Calendar hours, not working hours (ZY-62)."""
    return terms.start + timedelta(hours=terms.amount)


def _days(terms: Terms) -> datetime:
    """The day of issue does not count; the last day ends at 24:00."""
    return end_of(beijing_date(terms.start) + timedelta(days=terms.amount))


def _workdays(terms: Terms) -> datetime:
    return end_of(terms.calendar.add_workdays(beijing_date(terms.start), terms.amount))


def _workhours(terms: Terms) -> datetime:
    """工作小时: only while the office is open on workdays; lunch does not count."""
    return terms.hours.after(terms.start, terms.amount, terms.calendar)


def _moment(terms: Terms) -> datetime:
    return _needed(terms.moment, "请填写具体时限")


def _same_day(terms: Terms) -> datetime:
    return end_of(beijing_date(terms.start))


def _month_end(terms: Terms) -> datetime:
    """月底前 of the month of `moment` (of the start when None): ZY-11."""
    return end_of(month_end(beijing_date(terms.moment or terms.start)))


def _before_event(terms: Terms) -> datetime:
    """`amount` calendar days before the day of the event `moment` (ZY-57: 开工前三天)."""
    event = _needed(terms.moment, "请填写事件日期")
    return end_of(beijing_date(event) - timedelta(days=terms.amount))


RULES: dict[str, Callable[[Terms], datetime]] = {
    "HOURS": _hours,
    "DAYS": _days,
    "WORKDAYS": _workdays,
    "WORKHOURS": _workhours,
    "MOMENT": _moment,
    "SAME_DAY": _same_day,
    "MONTH_END": _month_end,
    "BEFORE_EVENT": _before_event,
}
COUNTED = ("HOURS", "DAYS", "WORKDAYS", "WORKHOURS", "BEFORE_EVENT")
"""Kinds that need an amount of at least 1."""
BY_CALENDAR = ("WORKDAYS", "WORKHOURS")
"""Kinds that a change of the work calendar moves."""
MOST = {"HOURS": 24 * 366, "DAYS": 3660, "WORKDAYS": 1000, "WORKHOURS": 1000, "BEFORE_EVENT": 366}


def due_at(
    kind: str,
    *,
    start: datetime,
    amount: int | None = None,
    moment: datetime | None = None,
    calendar: WorkCalendar,
    hours: OfficeHours | None = None,
) -> datetime:
    """The moment after which the matter is overdue, in Beijing time.

    `hours` is when the regime's offices work, for 工作小时; None means the ordinary hours.

    Raises ValueError with a sentence for people when the kind is unknown or its amount or
    moment is missing or absurd.
    """
    if kind not in RULES:
        raise ValueError("时限种类不存在，请从列表中选择")
    if kind in COUNTED and not 1 <= (amount or 0) <= MOST[kind]:
        raise ValueError(f"时限数量应为 1 到 {MOST[kind]} 的整数")
    terms = Terms(start, amount or 0, moment, calendar, hours or OfficeHours())
    return RULES[kind](terms).astimezone(BEIJING)


def warning_at(kind: str, due: datetime) -> datetime:
    """When to warn before `due`: 18:00 of the same day for 不过夜, else 24 hours before."""
    if kind == "SAME_DAY":
        day = beijing_date(due - timedelta(microseconds=1))
        return datetime.combine(day, SAME_DAY_WARNING, BEIJING)
    return due - timedelta(hours=24)


def shown(due: datetime) -> tuple[date, str]:
    """Day and clock time as people write them: midnight is 24:00 of the day that ends."""
    local = due.astimezone(BEIJING)
    if local.time() == time():
        return local.date() - timedelta(days=1), "24:00"
    return local.date(), f"{local:%H:%M}"


def written(due: datetime) -> str:
    """A deadline with its full date, Beijing time: 2026-10-09 24:00."""
    day, clock = shown(due)
    return f"{day:%Y-%m-%d} {clock}"


def _needed(moment: datetime | None, sentence: str) -> datetime:
    if moment is None:
        raise ValueError(sentence)
    return moment
