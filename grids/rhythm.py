"""When a periodic job is due: periods of Beijing time, each with a name and a moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


class Every(StrEnum):
    """周期: how long one period is."""

    MINUTES = "MINUTES"
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True)
class Slot:
    """One period. `period` names the period in which the job runs, not the one it works on."""

    period: str
    due_at: datetime


@dataclass(frozen=True)
class Rhythm:
    """`after`: how long after the period's start the job is due. `minutes` only for MINUTES.

    `catch_up`: how many missed periods are still worth running, the newest included.
    """

    every: Every
    after: timedelta = timedelta()
    minutes: int = 1
    catch_up: int = 1

    def due(self, at: datetime) -> list[Slot]:
        """The last `catch_up` periods whose moment has come by `at`, oldest first."""
        start = self._floor(at.astimezone(BEIJING) - self.after)
        slots = []
        for _ in range(self.catch_up):
            slots.append(Slot(self._name(start), start + self.after))
            start = self._floor(start - timedelta(minutes=1))
        return slots[::-1]

    def following(self, at: datetime) -> Slot:
        """The first period whose moment is later than `at`."""
        start = self._floor(at.astimezone(BEIJING) - self.after)
        start = self._floor(start + self._longest())
        return Slot(self._name(start), start + self.after)

    def _longest(self) -> timedelta:
        return {
            Every.MINUTES: timedelta(minutes=self.minutes),
            Every.HOUR: timedelta(hours=1),
            Every.DAY: timedelta(days=1),
            Every.WEEK: timedelta(weeks=1),
            Every.MONTH: timedelta(days=31),
        }[self.every]

    def _floor(self, moment: datetime) -> datetime:
        minute = moment.replace(second=0, microsecond=0)
        if self.every is Every.MINUTES:
            past = (minute.hour * 60 + minute.minute) % self.minutes
            return minute - timedelta(minutes=past)
        if self.every is Every.HOUR:
            return minute.replace(minute=0)
        day = minute.replace(hour=0, minute=0)
        if self.every is Every.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.every is Every.MONTH else day

    def _name(self, start: datetime) -> str:
        if self.every is Every.WEEK:
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02}"
        pattern = {
            Every.MINUTES: "%Y-%m-%dT%H:%M",
            Every.HOUR: "%Y-%m-%dT%H",
            Every.DAY: "%Y-%m-%d",
            Every.MONTH: "%Y-%m",
        }[self.every]
        return start.strftime(pattern)


def in_season(windows: Iterable[Sequence[str]], on: date) -> tuple[str, str] | None:
    """The window ("10-10", "11-30") that holds the day, both days included; may cross a year."""
    day = f"{on:%m-%d}"
    for first, last in windows:
        inside = first <= day <= last if first <= last else day >= first or day <= last
        if inside:
            return first, last
    return None
