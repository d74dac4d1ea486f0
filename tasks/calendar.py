"""Workdays with 法定节假日 and 调休. Pure: built from a table, no clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """`exceptions`: day → works or not, where it differs from Monday–Friday (Beijing dates)."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def add_workdays(self, start: date, count: int) -> date:
        """The `count`-th workday after `start`; the day itself does not count.

        With 0: `start` itself when it is a workday, else the next one.
        """
        day = start
        if count == 0:
            while not self.is_workday(day):
                day += ONE_DAY
        for _ in range(count):
            day += ONE_DAY
            while not self.is_workday(day):
                day += ONE_DAY
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Workdays after `first` up to and including `last`; negative when `last` is earlier."""
        if last < first:
            return -self.workdays_between(last, first)
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(self.is_workday(day) for day in days)

    def covers(self, year: int) -> bool:
        """True when the table holds the holidays of `year`: every year has some."""
        return any(day.year == year and not works for day, works in self.exceptions.items())
