"""Recurring duties: their periods and their words. Pure: no models, no clock."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

PERIODS = ("DAY", "WEEK", "HALF_MONTH", "MONTH", "QUARTER", "HALF_YEAR", "YEAR")

WORD_MODES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("双随机", ("RANDOM",)),
    ("突击检查", ("SURPRISE",)),
    ("交叉执法", ("CROSS",)),
    ("联合执法", ("JOINT",)),
    ("回头看", ("REVISIT",)),
    ("暗访", ("COVERT",)),
    ("督查", ("SUPERVISION",)),
    ("抽查", ("SAMPLE",)),
    ("巡查", ("PATROL", "ROUTINE", "LEADER", "PERIMETER", "SPECIAL")),
)
"""Words of an activity → modes of visiting that count for it; the first match takes the word."""


OTHER_WAYS = ("调度", "调研", "会议", "行动")
"""Words that let a meeting or a campaign count beside visits."""


def bounds(period: str, on: date) -> tuple[date, date]:
    """First and last day of the `period` that holds the day `on` (Beijing dates).

    Weeks run Monday–Sunday; a half month is 1–15 or 16–end (W-17). Raises ValueError for an
    unknown period.
    """
    if period == "DAY":
        return on, on
    if period == "WEEK":
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)
    if period == "HALF_MONTH":
        return _half_month(on)
    months = {"MONTH": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}.get(period)
    if months is None:
        raise ValueError(f"未知周期 {period}")
    first = (on.month - 1) // months * months + 1
    last = first + months - 1
    return date(on.year, first, 1), date(on.year, last, calendar.monthrange(on.year, last)[1])


def _half_month(on: date) -> tuple[date, date]:
    if on.day <= 15:
        return on.replace(day=1), on.replace(day=15)
    return on.replace(day=16), on.replace(day=calendar.monthrange(on.year, on.month)[1])


def shortfall(done: int, times: int) -> int:
    """How many times are still missing; never negative."""
    return max(0, times - done)


def modes_of(activity: str) -> tuple[str, ...]:
    """Modes of visiting that count for an activity such as 巡查、暗访或督查; () for a meeting."""
    modes: list[str] = []
    for word, counted in WORD_MODES:
        if word in activity:
            modes += counted
            activity = activity.replace(f"{word}抽查", "").replace(word, "")
    return tuple(dict.fromkeys(modes))


def takes_records(activity: str) -> bool:
    """True when something else than a visit fulfils it: a meeting, or 工作调度、调研或巡查."""
    return not modes_of(activity) or any(word in activity for word in OTHER_WAYS)


def stricter(periods: Iterable[str]) -> str:
    """The shortest of several periods: it decides when two sentences bind the same person."""
    return min(periods, key=PERIODS.index)
