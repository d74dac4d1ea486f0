"""When an office works on a workday, and where a number of 工作小时 ends. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from tasks.calendar import WorkCalendar

BEIJING = ZoneInfo("Asia/Shanghai")
BAD_SPANS = (
    "体系规则“办公时间”有误：应为每天的起止时刻，如 08:30–12:00、14:30–17:30，先后有序、互不重叠。"
)


@dataclass(frozen=True)
class OfficeHours:
    """`spans`: (opens, closes) of one workday, Beijing clock; the gap between two is lunch.

    Raises ValueError with a sentence for people unless they are in order, apart and not empty.
    """

    spans: tuple[tuple[time, time], ...] = (
        (time(8, 30), time(12, 0)),
        (time(14, 30), time(17, 30)),
    )

    def __post_init__(self) -> None:
        clock = [moment for span in self.spans for moment in span]
        apart = all(first < then for first, then in pairwise(clock))
        if not clock or not apart:
            raise ValueError(BAD_SPANS)

    def after(self, start: datetime, hours: int, calendar: WorkCalendar) -> datetime:
        """The moment, Beijing time, at which `hours` whole working hours since `start` are over.

        Time outside the office, at lunch and on days off does not count; a number that is used
        up exactly when the office closes ends then, not when it opens again.
        """
        left = timedelta(hours=hours)
        begins = start.astimezone(BEIJING)
        for opens, closes in self._from(begins.date(), calendar):
            counted = closes - max(opens, begins)
            if counted >= left:
                return max(opens, begins) + left
            left -= max(counted, timedelta())
        raise ValueError("时限超出了日历的范围，请减少工作小时数")

    def _from(self, day: date, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
        while day < date.max:
            if calendar.is_workday(day):
                for opens, closes in self.spans:
                    yield _at(day, opens), _at(day, closes)
            day += timedelta(days=1)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BEIJING)


def read_spans(value: Sequence[Sequence[str]]) -> OfficeHours:
    """Of the rule `office_hours`: [["08:30", "12:00"], ["14:30", "17:30"]].

    Raises ValueError with a sentence for people when it is anything else.
    """
    try:
        spans = tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in value
        )
    except (TypeError, ValueError) as error:
        raise ValueError(BAD_SPANS) from error
    return OfficeHours(spans)
