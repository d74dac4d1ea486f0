"""How a bulletin is worded: figures, their marks in the text, document numbers. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

MARK = re.compile(r"\{([^{}\n]{1,40})\}")
"""`{标签}` in a paragraph stands for the figure with that label."""
NOTHING = "—"
MOST_ROWS = 2000
"""So many rows are kept behind one figure; beyond it the number stands, the list is cut."""


@dataclass(frozen=True)
class Figure:
    """One figure of a bulletin: `value` None is not computable and printed as —.

    `rows` name what was counted (task numbers …); `about` says what kind of rows they are.
    """

    key: str
    label: str
    value: int | str | None
    unit: str = ""
    rows: tuple[str, ...] = ()
    about: str = "task"
    group: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "value": self.value,
            "unit": self.unit,
            "about": self.about,
            "group": self.group,
            "rows": list(self.rows[:MOST_ROWS]),
            "url": "",
        }


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph; `figure` is set where a figure stands in it."""

    text: str
    figure: Mapping[str, Any] | None = field(default=None)


def share(part: int, whole: int) -> str | None:
    """Percent with one decimal, half-even; None when there is nothing to share."""
    if not whole:
        return None
    exact = Decimal(100 * part) / Decimal(whole)
    return str(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN))


def said(figure: Mapping[str, Any]) -> str:
    """A figure with its unit, as printed: 7件, 85.7%, —."""
    if figure["value"] is None:
        return NOTHING
    return f"{figure['value']}{figure['unit']}"


def pieces(paragraph: str, figures: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The paragraph cut at its marks; a mark without a figure stays as it was written."""
    by_label = {figure["label"]: figure for figure in figures}
    found: list[Piece] = []
    last = 0
    for match in MARK.finditer(paragraph):
        figure = by_label.get(match[1])
        if figure is None:
            continue
        found += [Piece(paragraph[last : match.start()])] if match.start() > last else []
        found.append(Piece(said(figure), figure))
        last = match.end()
    return found + ([Piece(paragraph[last:])] if last < len(paragraph) else [])


def plain(paragraph: str, figures: Iterable[Mapping[str, Any]]) -> str:
    """The paragraph with its figures in place."""
    return "".join(piece.text for piece in pieces(paragraph, figures))


def unknown_marks(paragraphs: Iterable[str], figures: Iterable[Mapping[str, Any]]) -> list[str]:
    """Marks that name no figure."""
    labels = {figure["label"] for figure in figures}
    marks = [mark for paragraph in paragraphs for mark in MARK.findall(paragraph)]
    return [mark for mark in dict.fromkeys(marks) if mark not in labels]


# --- document numbers ----------------------------------------------------------------------------

_ENDINGS = ("通知", "办发", "函", "发", "字")
SHORT = {
    "DAILY": "日通报",
    "WEEKLY": "周通报",
    "MONTHLY": "月通报",
    "QUARTERLY": "讲评",
    "DISPATCH": "调度",
    "WARNING": "预警",
    "PRAISE": "表扬",
    "CRITICISM": "批评",
}


def issuer_sign(document_number: str, short_name: str) -> str:
    """发文机关代字: 望蓝办 from 望蓝办通知〔2020〕15号; the short name when there is none."""
    sign = document_number.split("〔")[0].strip()
    for ending in _ENDINGS:
        if sign.endswith(ending) and len(sign) > len(ending) + 1:
            sign = sign.removesuffix(ending)
            break
    return sign or short_name


def document_number(sign: str, kind: str, year: int, serial: int) -> str:
    """发文字号 (GB/T 9704-2012 7.2.5): year in 〔〕, no 第, no leading zero."""
    return f"{sign}{SHORT[kind]}〔{year}〕{serial}号"


NUMERALS = "一二三四五六七八九十"


def ordinal(index: int) -> str:
    """First-level heading numbers: 一、 … 十、, then 十一、."""
    return f"{NUMERALS[index]}、" if index < 10 else f"十{NUMERALS[index - 10]}、"
