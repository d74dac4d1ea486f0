"""A table of forecasts → rows: one day a line, Chinese or English heads, ranges as 90-120."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from stations.figures import hour_ending
from stations.heavy import LARGEST_AQI
from stations.ingest import sheets
from stations.ingest.errors import Unreadable
from stations.standards import POLLUTANTS, SYMBOLS, day_of_hour

HEADS = {
    "on": ("on", "date", "日期"),
    "low": ("aqi_low", "AQI下限", "下限"),
    "high": ("aqi_high", "AQI上限", "上限"),
    "aqi": ("aqi", "AQI"),
    "primary": ("primary", "首要污染物"),
    "unit": ("unit", "grid", "单位", "网格"),
}
_RANGE = re.compile(r"(\d{1,3})\s*(?:[-–—~～至]\s*(\d{1,3}))?", re.ASCII)
_DUST = "沙尘"
_NONE = frozenset({"", "-", "—", "无", "/", "NA"})
_BITS = {SYMBOLS[name].replace(".", ""): 1 << place for place, name in enumerate(POLLUTANTS)}


@dataclass(frozen=True)
class ForecastRow:
    """One line; `unit` is a grid's code or name, empty for 全区."""

    line: int
    on: date
    low: int
    high: int
    primary_bits: int
    is_dust: bool
    unit: str


Reject = tuple[int, str, str]


def read(data: bytes) -> tuple[list[ForecastRow], list[Reject]]:
    """Good rows and (line, code, sentence) of the others. Lines without an AQI are left out.

    Raises Unreadable when the file is no such table.
    """
    sheet = sheets.read(data)
    columns = _columns([str(head) for head in sheet.table.columns])
    good: list[ForecastRow] = []
    bad: list[Reject] = list(sheet.broken)
    for line, cells in zip(sheet.lines, sheet.table.to_dict("records"), strict=True):
        given = {key: str(cells[head]).strip() for key, head in columns.items()}
        if not any(given.get(key) for key in ("low", "high", "aqi")):
            continue
        try:
            good.append(_row(int(line), given))
        except ValueError as error:
            bad.append((int(line), "invalid", str(error)))
    return good, bad


def _columns(heads: list[str]) -> dict[str, str]:
    plain = {head.replace(" ", "").lower(): head for head in heads}
    found = {
        key: plain[name.lower()]
        for key, names in HEADS.items()
        for name in names
        if name.lower() in plain
    }
    if "on" not in found or not {"aqi", "high"} & found.keys():
        raise Unreadable("缺少表头：第一行应有“日期,AQI下限,AQI上限,首要污染物”，或“日期,AQI”")
    return found


def _row(line: int, given: dict[str, str]) -> ForecastRow:
    low, high = _bounds(given)
    if not low <= high <= LARGEST_AQI:
        raise ValueError(f"AQI {low}–{high} 不对：下限不能高于上限，上限不超过 {LARGEST_AQI}")
    words = re.split(r"[、,，;；\s]+", given.get("primary", "").upper())
    bits = 0
    for word in words:
        if word not in _NONE and word != _DUST:
            bits |= _bit(word)
    return ForecastRow(
        line, _day(given["on"]), low, high, bits, _DUST in words, given.get("unit", "")
    )


def _bounds(given: dict[str, str]) -> tuple[int, int]:
    high = given.get("high") or given.get("aqi") or given["low"]
    low = given.get("low") or high
    first, last = (_RANGE.fullmatch(text) for text in (low, high))
    if first is None or last is None:
        raise ValueError(f"“{low}”“{high}”不是 AQI，请写整数或 90-120 这样的范围")
    return int(first[1]), int(last[2] or last[1])


def _bit(word: str) -> int:
    plain = word.replace(".", "").replace("_8H", "").replace("-8H", "")
    if plain not in _BITS:
        raise ValueError(f"不认识首要污染物“{word[:20]}”，请写 {'、'.join(SYMBOLS.values())}或沙尘")
    return _BITS[plain]


def _day(text: str) -> date:
    """2026-11-19, 2026/11/19, 2026年11月19日; a spreadsheet's midnight is cut off."""
    plain = re.sub(r"[T\s]+0?0:00(:00)?$", "", text)
    try:
        hour = hour_ending(f"{plain} 12:00")
    except ValueError:
        raise ValueError(f"看不懂日期“{text[:20]}”，请写成 2026-11-19") from None
    return day_of_hour(datetime.fromtimestamp(hour * 3600, tz=UTC))
