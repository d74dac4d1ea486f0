"""The year's table of 法定节假日 and 调休, from the package that follows the State Council."""

from collections.abc import Iterable
from datetime import date

from chinese_calendar import constants
from django.db import transaction

from grids.errors import Invalid
from tasks.holidays import Day
from tasks.models import CalendarDay

SOURCE = "国务院办公厅节假日安排（chinesecalendar 1.11.0）"
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@transaction.atomic
def load_calendar(years: Iterable[int]) -> int:
    """Loads the days that differ from Monday–Friday; returns how many rows changed. Repeatable.

    Raises Invalid for a year that has not been announced yet: enter it by hand then.
    """
    changed = 0
    for year in years:
        days = _days(year)
        if not days:
            raise Invalid(f"{year} 年的节假日安排还没有公布或没有收录，请按通知逐日录入。")
        for on, is_workday, name in days:
            changed += _put(on, is_workday=is_workday, name=name)
    return changed


def package_days(year: int) -> list[Day]:
    """What the package records for `year`; empty while it is not announced or not recorded."""
    return [Day(on, is_workday, name) for on, is_workday, name in _days(year)]


def known_years(first: int, last: int) -> list[int]:
    """The years of the span whose arrangement has been announced and recorded."""
    return [year for year in range(first, last + 1) if _days(year)]


@transaction.atomic
def set_day(on: date, *, is_workday: bool, name: str, source: str) -> bool:
    """One day by hand, as the notice says; True when the table changed."""
    return _put(on, is_workday=is_workday, name=name, source=source)


def _put(on: date, *, is_workday: bool, name: str, source: str = SOURCE) -> bool:
    values = {"is_workday": is_workday, "name": name, "source": source}
    row, created = CalendarDay.objects.get_or_create(on=on, defaults=values)
    stands = all(getattr(row, field) == value for field, value in values.items())
    if created or stands:
        return created
    for field, value in values.items():
        setattr(row, field, value)
    row.save(update_fields=list(values))
    return True


def _days(year: int) -> list[tuple[date, bool, str]]:
    """Holidays on weekdays and weekends alike, and the weekend days that are worked."""
    off = [(on, False, NAMES.get(name, name)) for on, name in constants.holidays.items()]
    make_up = [
        (on, True, f"{NAMES.get(name, name)}调休") for on, name in constants.workdays.items()
    ]
    return sorted(row for row in off + make_up if row[0].year == year)
