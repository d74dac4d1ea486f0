"""Days as offices write them in a ledger. Pure: no clock, no database."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tasks.deadlines import BEIJING, end_of, month_end

EARLIEST, LATEST = 2000, 2100
EXCEL_DAY_ZERO = date(1899, 12, 30)
EXCEL_DAYS = range(36526, 73051)  # 2000-01-01 … 2100-01-01
LASTING = (
    "长期",
    "持续",
    "常态",
    "立行立改",
    "立即",
    "即知即改",
    "全年",
    "按要求",
    "无",
    "/",
    "-",
    "—",
)
"""Words instead of a day: the matter is registered without a deadline."""

_TAIL = r"(?:日|号)?(?:之前|以前|前|止|为止)?"
_CLOCK = r"(?:[T ]?(\d{1,2})[:点时](\d{2})?(?::\d{2})?分?)?"
_FULL = re.compile(rf"(\d{{4}})[年./-](\d{{1,2}})[月./-](\d{{1,2}}){_TAIL}{_CLOCK}{_TAIL}")
_PACKED = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TAIL}")
_YEARLESS = re.compile(rf"(\d{{1,2}})[月./-](\d{{1,2}}){_TAIL}")
_MONTH_END = re.compile(r"(?:(\d{4})年)?(\d{1,2})月份?(?:底|末)(?:之前|以前|前)?")
_YEAR_END = re.compile(r"(?:(\d{4})年?)?年?(?:底|末)(?:之前|以前|前)?")
_SHORT = re.compile(r"\d{1,2}\.[123]")


@dataclass(frozen=True)
class Day:
    """A day, with a clock time when the text names one (24:00 is the day's end)."""

    on: date
    clock: time | None = None

    @property
    def until(self) -> datetime:
        """The moment at which it is over, Beijing time; without a clock time 24:00."""
        if self.clock is None or self.clock == time():
            return end_of(self.on)
        return datetime.combine(self.on, self.clock, BEIJING)


def plain(text: str) -> str:
    """Half-width, without blanks at the ends."""
    return unicodedata.normalize("NFKC", text).strip()


def is_lasting(text: str) -> bool:
    words = plain(text)
    return words in LASTING or words.startswith(LASTING[:6])


def parse_day(text: str, *, on: date, is_number: bool = False) -> Day:
    """2026年11月3日, 2026-11-03 18:00, 20261103, 11.3, 11月底前, 年底前, a serial day of Excel.

    Without a year it is the one that puts the day nearest to `on`. `is_number`: the cell held
    a number, where 11.3 may once have been 11.30. Raises ValueError with a sentence.
    """
    words = re.sub(r"\s+", " ", plain(text))
    if is_number and _SHORT.fullmatch(words):
        raise ValueError(f"“{words}”是数值，分不清是 {words} 还是 {words}0，请写成 2026-11-03")
    tight = words.replace(" ", "") if ":" not in words else words
    found = _dated(tight) or _monthly(tight, on) or _yearless(tight, on) or _serial(tight)
    if found is None:
        raise ValueError(f"“{words[:30]}”不是日期，请写成 2026-11-03 或 2026年11月3日")
    if not EARLIEST <= found.on.year < LATEST:
        raise ValueError(f"“{words[:30]}”的年份不对")
    return found


def _dated(words: str) -> Day | None:
    match = _FULL.fullmatch(words) or _PACKED.fullmatch(words)
    if match is None:
        return None
    numbers = match.groups()
    on = _date(int(numbers[0]), int(numbers[1]), int(numbers[2]), words)
    if len(numbers) < 5 or numbers[3] is None:
        return Day(on)
    hour, minute = int(numbers[3]), int(numbers[4] or 0)
    if (hour, minute) == (24, 0):
        return Day(on)
    if hour > 23 or minute > 59:
        raise ValueError(f"“{words[:30]}”的钟点不对")
    return Day(on, time(hour, minute))


def _monthly(words: str, on: date) -> Day | None:
    """月底前 and 年底前: the last day of that month."""
    match, month = _MONTH_END.fullmatch(words), 12
    if match is not None:
        month = int(match.group(2))
    else:
        match = _YEAR_END.fullmatch(words)
    if match is None:
        return None
    if match.group(1):
        return Day(month_end(_date(int(match.group(1)), month, 1, words)))
    return Day(month_end(_nearest(month, 1, on, words)))


def _yearless(words: str, on: date) -> Day | None:
    match = _YEARLESS.fullmatch(words)
    return match and Day(_nearest(int(match.group(1)), int(match.group(2)), on, words))


def _nearest(month: int, day: int, on: date, words: str) -> date:
    """The year that puts it nearest to `on`: 12.31 read in January was last year's."""
    days = []
    for year in (on.year - 1, on.year, on.year + 1):
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue
    if not days:
        raise ValueError(f"没有“{words[:30]}”这一天")
    return min(days, key=lambda one: abs(one - on))


def _serial(words: str) -> Day | None:
    if not (words.isascii() and words.isdigit() and len(words) == 5 and int(words) in EXCEL_DAYS):
        return None
    return Day(EXCEL_DAY_ZERO + timedelta(days=int(words)))


def _date(year: int, month: int, day: int, words: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"没有“{words[:30]}”这一天") from None
