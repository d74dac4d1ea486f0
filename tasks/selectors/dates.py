"""The work calendar out of its table."""

from datetime import date

from grids.models import GridScheme
from grids.selectors import rule
from tasks.calendar import WorkCalendar
from tasks.models import CalendarDay
from tasks.office_hours import OfficeHours, read_spans

DECEMBER = 12


def calendar() -> WorkCalendar:
    """All days that differ from Monday–Friday; a few dozen rows per year, one query."""
    return WorkCalendar(dict(CalendarDay.objects.values_list("on", "is_workday")))


def office_hours(scheme: GridScheme, on: date) -> OfficeHours:
    """The regime's rule `office_hours` of the day `on`; the ordinary hours without one.

    Raises ValueError with a sentence for people when the rule is not a list of spans.
    """
    value = rule(scheme, "office_hours", on)
    return OfficeHours() if value is None else read_spans(value)


def calendar_missing_for(year: int) -> bool:
    """True when the holidays of `year` were not loaded: an alarm from 1 December on."""
    return not CalendarDay.objects.filter(on__year=year, is_workday=False).exists()


def calendar_wanted(on: date) -> int | None:
    """The year whose holidays are missing although they are needed, None when all is there.

    This year's always, next year's from 1 December on: deadlines begin to reach into it.
    """
    years = (on.year, on.year + 1) if on.month == DECEMBER else (on.year,)
    return next((year for year in years if calendar_missing_for(year)), None)
