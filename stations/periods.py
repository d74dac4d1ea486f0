"""Periods of statistics in Beijing days: day, ISO week, half-month, month, quarter … Pure.

Codes: `2026-11-16`, `2026-W46` (Monday to Sunday), `2026-11-A` / `2026-11-B` (to the 15th / rest),
`2026-11`, `2026-Q4`, `2026-H2`, `2026`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    DAY = "DAY"
    WEEK = "WEEK"
    HALF_MONTH = "HALF_MONTH"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF_YEAR = "HALF_YEAR"
    YEAR = "YEAR"


_ONE_DAY = timedelta(days=1)
_HALVES = "AB"
_SHAPES = (
    (Kind.DAY, re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)),
    (Kind.WEEK, re.compile(r"(\d{4})-W(\d{2})", re.ASCII)),
    (Kind.HALF_MONTH, re.compile(r"(\d{4})-(\d{2})-([AB])", re.ASCII)),
    (Kind.MONTH, re.compile(r"(\d{4})-(\d{2})", re.ASCII)),
    (Kind.QUARTER, re.compile(r"(\d{4})-Q([1-4])", re.ASCII)),
    (Kind.HALF_YEAR, re.compile(r"(\d{4})-H([12])", re.ASCII)),
    (Kind.YEAR, re.compile(r"(\d{4})", re.ASCII)),
)


@dataclass(frozen=True, order=True)
class Period:
    """Both `first` and `last` belong to the period."""

    first: date
    last: date
    kind: Kind

    @classmethod
    def parse(cls, code: str) -> "Period":
        """Raises ValueError with a sentence for a code that names no period."""
        for kind, shape in _SHAPES:
            if found := shape.fullmatch(code.strip()):
                try:
                    return cls.containing(kind, _first_day(kind, found.groups()))
                except ValueError:
                    break
        raise ValueError(
            f"看不懂周期“{code[:40]}”：周写 2026-W46，日写 2026-11-16，月写 2026-11，"
            "季写 2026-Q4，年写 2026"
        )

    @classmethod
    def containing(cls, kind: Kind, day: date) -> "Period":
        return cls(*_bounds(kind, day), kind)

    @property
    def code(self) -> str:
        year, month = self.first.year, self.first.month
        iso_year, week, _ = self.first.isocalendar()
        return {
            Kind.DAY: self.first.isoformat(),
            Kind.WEEK: f"{iso_year:04}-W{week:02}",
            Kind.HALF_MONTH: f"{year:04}-{month:02}-{_HALVES[self.first.day > 15]}",
            Kind.MONTH: f"{year:04}-{month:02}",
            Kind.QUARTER: f"{year:04}-Q{(month + 2) // 3}",
            Kind.HALF_YEAR: f"{year:04}-H{1 if month < 7 else 2}",
            Kind.YEAR: f"{year:04}",
        }[self.kind]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def previous(self) -> "Period":
        return Period.containing(self.kind, self.first - _ONE_DAY)

    def following(self) -> "Period":
        return Period.containing(self.kind, self.last + _ONE_DAY)

    def year_before(self) -> "Period":
        """同期: the period with the same number a year earlier; 29 February becomes the 28th.

        Week 53 is compared with the last week of a year that has only 52.
        """
        if self.kind is Kind.WEEK:
            year, week, _ = self.first.isocalendar()
            try:
                return Period.containing(self.kind, date.fromisocalendar(year - 1, week, 1))
            except ValueError:
                return Period.containing(self.kind, date.fromisocalendar(year - 1, week - 1, 1))
        day = self.first
        if (day.month, day.day) == (2, 29):
            day -= _ONE_DAY
        return Period.containing(self.kind, day.replace(year=day.year - 1))

    @property
    def label(self) -> str:
        """As people say it: 2026年第46周（11月9日—15日）, 2026 年 11 月."""
        if self.kind is Kind.WEEK:
            return f"{self.short}（{self._span()}）"
        year, month = self.first.year, self.first.month
        return {
            Kind.DAY: f"{year} 年 {month} 月 {self.first.day} 日",
            Kind.HALF_MONTH: f"{year} 年 {month} 月{'下' if self.first.day > 15 else '上'}半月",
            Kind.MONTH: f"{year} 年 {month} 月",
            Kind.QUARTER: f"{year} 年第 {(month + 2) // 3} 季度",
            Kind.HALF_YEAR: f"{year} 年{'上' if month < 7 else '下'}半年",
            Kind.YEAR: f"{year} 年",
        }[self.kind]

    @property
    def short(self) -> str:
        """The label without the days of a week: 2026年第46周."""
        if self.kind is not Kind.WEEK:
            return self.label
        year, week, _ = self.first.isocalendar()
        return f"{year}年第{week}周"

    def _span(self) -> str:
        """11月9日—15日; the month, or the year, is said again where it changes."""
        first, last = self.first, self.last
        end = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
        if last.year != first.year:
            end = f"{last.year}年{end}"
        return f"{first.month}月{first.day}日—{end}"

    def __str__(self) -> str:
        return self.code


def _first_day(kind: Kind, parts: tuple[str, ...]) -> date:
    year = int(parts[0])
    if kind is Kind.WEEK:
        return date.fromisocalendar(year, int(parts[1]), 1)
    if kind is Kind.HALF_MONTH:
        return date(year, int(parts[1]), 1 if parts[2] == _HALVES[0] else 16)
    if kind is Kind.QUARTER:
        return date(year, 3 * int(parts[1]) - 2, 1)
    if kind is Kind.HALF_YEAR:
        return date(year, 6 * int(parts[1]) - 5, 1)
    return date(year, *([int(part) for part in parts[1:]] + [1, 1])[:2])


def _bounds(kind: Kind, day: date) -> tuple[date, date]:
    if kind is Kind.DAY:
        return day, day
    if kind is Kind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if kind is Kind.HALF_MONTH:
        late = day.day > 15
        return day.replace(day=16 if late else 1), _month_end(day) if late else day.replace(day=15)
    months = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.HALF_YEAR: 6, Kind.YEAR: 12}[kind]
    start = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return start, _month_end(start.replace(month=start.month + months - 1))


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
