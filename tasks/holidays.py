"""节假日安排 as offices have it, read into days. Pure: no clock, no database.

Understands a table (`2027-10-01,休,国庆节`, `2027-10-01至2027-10-07 放假 国庆节`) and the
sentences of the State Council's notice (“一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。”).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST_SPAN = 31
"""Days of one stretch; a longer one is a slip of the pen."""

IN_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
SENTENCE = re.compile(r"[\n。；;]+")
DAY = r"(?:(?:(?P<year{0}>\d{{4}})[年./-])?(?P<month{0}>\d{{1,2}})[月./-])?(?P<day{0}>\d{{1,2}})日?"
STRETCH = re.compile(
    rf"(?<!\d){DAY.format(1)}(?:\s*(?:至|到|~|～|—|--)\s*{DAY.format(2)})?(?!\d|\s*天)"
)
WORD = re.compile(r"上班|补班|工作日|班|放假|休假|休息|平日|恢复|取消|(?<!调)休")
WORKS = {"上班": True, "补班": True, "工作日": True, "班": True}
ORDINARY = {"平日", "恢复", "取消"}
NAME = re.compile(r"元旦|春节|清明节?|劳动节|端午节?|中秋节?|国庆节?")
LONG_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节", "国庆": "国庆节"}


@dataclass(frozen=True)
class Day:
    """One Beijing date; `is_workday` None: an ordinary day again, as the weekday says."""

    on: date
    is_workday: bool | None
    name: str = ""


@dataclass(frozen=True)
class Reading:
    """What was understood; `skipped` sentences hold no date and were left alone."""

    days: list[Day]
    skipped: list[str]


class Unclear(ValueError):
    """`faults`: a sentence per passage that cannot be taken as it is."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("；".join(faults))
        self.faults = faults


def read(text: str, year: int) -> Reading:
    """The days of a table or a notice; `year` is meant where none is written.

    Raises Unclear with every passage at fault: a date that does not exist, a date without
    放假 or 上班, one day said twice with different words, nothing at all.
    """
    found: dict[date, Day] = {}
    skipped, faults, name = [], [], ""
    for passage in SENTENCE.split(text):
        words = IN_BRACKETS.sub("", passage).strip()
        named = _name(words)
        name = named or name
        try:
            days = list(_days(words, year, named or _own_name(words) or name))
        except ValueError as error:
            faults.append(f"“{passage.strip()[:40]}”：{error}")
            continue
        if not days and words:
            skipped.append(passage.strip()[:80])
        for day in days:
            before = found.setdefault(day.on, day)
            if before.is_workday != day.is_workday:
                faults.append(f"{day.on:%Y-%m-%d} 写了两次，一次放假一次上班")
    if not found and not faults:
        faults.append("没有读到日期，请按“2027-10-01,休,国庆节”一行一天，或粘贴通知原文")
    if faults:
        raise Unclear(faults)
    return Reading(sorted(found.values(), key=lambda day: day.on), skipped)


def _days(words: str, year: int, name: str) -> Iterator[Day]:
    """Dates wait for the word behind them: 放假, 上班 or 平日."""
    waiting: list[date] = []
    for kind, match in _tokens(words):
        if kind == "day":
            waiting += _stretch(match, year)
            continue
        works = None if match.group() in ORDINARY else WORKS.get(match.group(), False)
        for on in waiting:
            yield Day(on, works, _said(name, works=works))
        waiting = []
    if waiting:
        raise ValueError("没有写明放假还是上班")


def _tokens(words: str) -> list[tuple[str, re.Match[str]]]:
    days = [("day", one) for one in STRETCH.finditer(words) if _is_date(one)]
    marks = [("word", one) for one in WORD.finditer(words)]
    return sorted(days + marks, key=lambda pair: pair[1].start())


def _is_date(match: re.Match[str]) -> bool:
    """A month must be written: a bare number is a count."""
    return match.group("month1") is not None


def _stretch(match: re.Match[str], year: int) -> list[date]:
    first = _date(match.group("year1"), match.group("month1"), match.group("day1"), year)
    if match.group("day2") is None:
        return [first]
    month = match.group("month2") or str(first.month)
    last = _date(match.group("year2") or str(first.year), month, match.group("day2"), year)
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST_SPAN:
        raise ValueError(f"起止日期应从前到后，最多 {LONGEST_SPAN} 天")
    return [first + timedelta(days=n) for n in range(length)]


def _date(year: str | None, month: str, day: str, default: int) -> date:
    try:
        found = date(int(year or default), int(month), int(day))
    except ValueError:
        raise ValueError(f"没有 {year or default}年{month}月{day}日 这一天") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")
    return found


def _name(words: str) -> str:
    found = [LONG_NAMES.get(one, one) for one in NAME.findall(words)]
    return "、".join(dict.fromkeys(found))


def _own_name(words: str) -> str:
    """The third cell of a table's line, when it is no known holiday: 市定调休."""
    cells = [cell.strip() for cell in re.split(r"[,，\t]", words)]
    return cells[2][:30] if len(cells) > 2 else ""


def _said(name: str, *, works: bool | None) -> str:
    if works is None:
        return ""
    return f"{name}调休" if works and not name.endswith("调休") else name
