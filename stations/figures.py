"""Reading figures and times as people and machines write them. Pure.

Figures become integers in thousandths of the unit they are written in, rounded half-even beyond
three decimals; NONE is missing. Every refusal is a ValueError with a sentence.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from stations.hours import NONE
from stations.rounding import half_even
from stations.standards import BEIJING

MISSING_WORDS = frozenset(
    {
        "",
        "-",
        "--",
        "-;",
        "/",
        "NA",
        "N/A",
        "NAN",
        "NULL",
        "NONE",
        "缺测",
        "缺",
        "无",
        "—",
        "–",
        "——",
    }
)
MISSING_CODES = frozenset({-99, -999, -9999, -99999})
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LARGEST = 2_000_000_000  # what an integer column holds
_EXACT_FLOAT = 1e6  # below it a float tells three decimals apart
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_STAMP = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]*(\d{1,2})(?:[:时点](\d{1,2})?)?分?(?::(\d{1,2})"
    r"(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


@lru_cache(maxsize=65536)
def thousandths(text: str) -> int:
    """'35.5' → 35500; '-', '—', 'NA', -999 … → NONE. Full-width digits are read as digits."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if plain.upper() in MISSING_WORDS:
        return NONE
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise ValueError(_not_a_figure(text))
    return _whole(Decimal(plain))


def exact_thousandths(value: Any) -> int:
    """The same for a JSON value: a number, a numeric text or null; NaN and Infinity are refused."""
    if value is None:
        return NONE
    if type(value) is float and -99 < value < _EXACT_FLOAT:  # nearly every value of nearly all
        near = round(value * 1000)
        if value == near / 1000:
            return near
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise ValueError(_not_a_figure(str(value)))
    if isinstance(value, str):
        return thousandths(value)
    if isinstance(value, int):
        is_small = -99 < value < _EXACT_FLOAT
        return value * 1000 if is_small else _whole(Decimal(value))
    try:
        return _whole(Decimal(str(value)))
    except InvalidOperation:
        raise ValueError(_not_a_figure(str(value))) from None


def _whole(value: Decimal) -> int:
    if not value.is_finite():
        raise ValueError("数值不是有限数（NaN 或无穷大），请改正或留空")
    if value in MISSING_CODES:
        return NONE
    scaled = value * 1000
    if abs(scaled) > _LARGEST:
        raise ValueError(f"数值 {value:.6g} 超出范围，请核对单位")
    whole = int(scaled)
    return whole if whole == scaled else int(half_even(value, 3) * 1000)


def _not_a_figure(text: str) -> str:
    shown = text.strip()[:20]
    if shown.startswith(("<", "＜", ">", "＞")):
        return f"“{shown}”带大小于号，请填检出限的一半或留空"
    return f"“{shown}”不是数值，缺测请留空或写“-”"


@lru_cache(maxsize=65536)
def hour_ending(text: str, *, is_beginning: bool = False, keeps_zone: bool = True) -> int:
    """The hour number of a written time; without a zone it is Beijing time.

    24:00 is 00:00 of the next day. `is_beginning`: the label is the hour's start, one hour is
    added. `keeps_zone` False: the source writes a wrong zone, it is Beijing time all the same.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _STAMP.fullmatch(plain)
    if not found or found.group(4) is None:
        raise ValueError(f"看不懂时间“{plain[:30]}”，请写成 2026-11-18 13:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if minute or second:
        raise ValueError(f"时间“{plain[:30]}”不是整点")
    if hour > 24:
        raise ValueError(f"时间“{plain[:30]}”的小时应在 0 到 24 之间")
    zone = _zone(found.group(7), keeps_zone)
    try:
        local = datetime(year, month, day, tzinfo=zone)
        moment = local + timedelta(hours=hour)
    except (ValueError, OverflowError):
        raise ValueError(f"没有“{plain[:30]}”这一天") from None
    return whole_hour(moment, is_beginning=is_beginning)


def whole_hour(moment: datetime, *, is_beginning: bool = False) -> int:
    """The hour number of an aware moment on the hour."""
    seconds = moment.timestamp()
    if seconds % 3600:
        raise ValueError("时间不是整点")
    if moment < _OLDEST:
        raise ValueError("时间早于 1990 年，请核对")
    return int(seconds) // 3600 + is_beginning


def _zone(written: str | None, keeps_zone: bool) -> Any:  # noqa: FBT001
    if written is None or not keeps_zone:
        return BEIJING
    if written == "Z":
        return UTC
    digits = written.replace(":", "")
    ahead = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    if ahead > timedelta(hours=14):
        raise ValueError(f"没有“{written}”这个时区，北京时间请写 +08:00")
    shown = datetime.fromisoformat(f"2000-01-01T00:00:00{written[0]}{digits[1:3]}:{digits[3:5]}")
    return shown.tzinfo
