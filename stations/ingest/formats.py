"""What a table of hourly values means: columns of `Feed` from the headings of each format.

Every format has a declared convention: what its hour label means, whether it writes a false time
zone. The shift to hour-ending is done here, once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stations import figures
from stations.feeds import WEATHER, Feed, weather
from stations.headings import look_like_heads, scaled
from stations.hours import COLUMNS, NONE
from stations.ingest import archives, layouts, noticing, sheets
from stations.ingest.errors import Unreadable
from stations.ingest.layouts import Layout
from stations.standards import POLLUTANTS

__all__ = ["CONVENTIONS", "Table", "Unreadable", "opened", "read", "understood"]


@dataclass(frozen=True)
class Convention:
    """`is_beginning`: the label is the hour's start. `keeps_zone` False: a written Z is false."""

    label: str
    is_beginning: bool = False
    keeps_zone: bool = True


CONVENTIONS = {
    "csv": Convention("本系统表格（站点、时间、六项）"),
    "cnemc": Convention("总站小时数据", keeps_zone=False),
    "platform": Convention("实时发布平台原样（臭氧字段互换）", keeps_zone=False),
    "prsa": Convention("北京多站数据集（CO 为 µg/m³）", is_beginning=True),
}


@dataclass(frozen=True)
class Table:
    """A file before its columns are chosen: one row per station and hour, cells as written.

    `convention`: what the format declares of its hour labels. `is_swapped`: it puts the O3 hour
    under `o3_24h`. `layout`: what the headings say; `repeated`: headings that say the same again.
    """

    sheet: sheets.Sheet
    convention: Convention
    is_snapshot: bool
    is_swapped: bool
    layout: Layout
    repeated: list[str]

    @property
    def heads(self) -> list[str]:
        return [str(head) for head in self.sheet.table.columns]


def read(data: bytes, *, format: str, is_beginning: bool | None = None) -> Feed:
    """A file as columns. Unreadable, with a sentence, when nothing can be made of it.

    `is_beginning` overrides what the format declares about its hour labels.
    """
    table = opened(data, format=format)
    feed = understood(table, replace(table.layout, is_beginning=is_beginning))
    if table.repeated:
        raise Unreadable(f"表头有重复的列：{'、'.join(table.repeated[:5])}，同一项请只留一列")
    return feed


def opened(data: bytes, *, format: str, page: str = "", head: int = 0) -> Table:
    """The file as a table, with the layout that its headings propose.

    `page` names the sheet of a workbook, `head` is the line of the column names (0: looked for).
    """
    if format not in CONVENTIONS:
        raise Unreadable(f"没有格式“{format}”，可用：{'、'.join(CONVENTIONS)}")
    sheet = sheets.read(data, page=page, head=head, looks=look_like_heads)
    convention = CONVENTIONS[format]
    if archives.is_multi_site(sheet):
        sheet = archives.from_multi_site(sheet)
    elif archives.is_wide(sheet):
        sheet = archives.from_wide(sheet)
    is_pm25in = {"station_code", "time_point"} <= set(sheet.table.columns)
    sheet.table.columns = _distinct([str(head) for head in sheet.table.columns])
    layout, repeated = layouts.guess(list(sheet.table.columns))
    is_published = format in {"cnemc", "platform"}
    layout = replace(layout, zero_is_missing=is_pm25in and is_published)
    return Table(sheet, convention, is_published, format == "platform", layout, repeated)


def understood(table: Table, layout: Layout) -> Feed:
    """The rows as the layout reads them. Unreadable when it does not fit the file."""
    figures_of = layouts.arranged(table.sheet.table, layout)
    if layout.zero_is_missing:
        _empty_zeros(figures_of)
    notes = _put_ozone_right(figures_of, is_swapped=table.is_swapped)
    notes += noticing.smoother_ozone(figures_of)
    feed = _feed(table, figures_of, layout, [*table.sheet.notes, *notes])
    return replace(feed, notes=[*feed.notes, *noticing.of_feed(feed, table.is_snapshot)])


def _distinct(heads: Sequence[str]) -> list[str]:
    """Headings that stand twice get a number, so that each column has a name."""
    seen: dict[str, int] = {}
    named = []
    for place, head in enumerate(heads, 1):
        seen[head] = seen.get(head, 0) + 1
        shown = head or f"第{place}列"
        named.append(shown if seen[head] == 1 else f"{shown}（{seen[head]}）")
    return named


def _feed(table: Table, given: pd.DataFrame, layout: Layout, notes: list[str]) -> Feed:
    lines, broken = table.sheet.lines, table.sheet.broken
    is_beginning = layout.is_beginning
    if is_beginning is None:
        is_beginning = table.convention.is_beginning
    refused = _Refused()
    reader = _hour_reader(is_beginning=is_beginning, keeps_zone=table.convention.keeps_zone)
    hour = refused.read(_times(given), reader, "hour_ending_at")
    values = {
        column: _pollutant(given, name, layout, refused)
        for name, column in zip(POLLUTANTS, COLUMNS, strict=True)
    }
    for key, (stored, _) in WEATHER.items():
        if key in given:
            written = _Refused().read(given[key].to_numpy(), figures.thousandths, key)
            values[stored] = np.array([weather(key, number) for number in written.tolist()])
    is_read = np.ones(len(given), dtype=bool)
    is_read[list(refused.detail)] = False
    feed = Feed(
        line=lines,
        station=_stations(given, layout),
        hour=hour,
        values=values,
        flags=np.zeros(len(given), dtype="S6"),
        rejected=broken
        + [(int(lines[place]), "invalid", detail) for place, detail in refused.detail.items()],
        notes=notes,
        fields={int(lines[place]): field for place, field in refused.field.items()},
    )
    return feed.keep(is_read)


def _stations(given: pd.DataFrame, layout: Layout) -> NDArray[Any]:
    if layout.station:
        return np.full(len(given), layout.station, dtype=object)
    named = "station" if "station" in given else "station_name"
    place, distinct = pd.factorize(given[named].to_numpy(dtype=object))
    return np.array([str(text).strip() for text in distinct], dtype=object)[place]


def _times(given: pd.DataFrame) -> NDArray[Any] | list[str]:
    if "hour_ending_at" in given:
        return given["hour_ending_at"].to_numpy()
    both = zip(given["date"], given["hour"], strict=True)
    return [f"{_day(date)} {hour.strip()}" for date, hour in both]


def _day(text: str) -> str:
    """A spreadsheet's date is a midnight; 20260117 is a date, too."""
    plain = text.strip().removesuffix("00:00:00").strip()
    if len(plain) == 8 and plain.isdecimal():
        return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    return plain


def _hour_reader(*, is_beginning: bool, keeps_zone: bool) -> Callable[[str], int]:
    def read_one(text: str) -> int:
        return figures.hour_ending(text, is_beginning=is_beginning, keeps_zone=keeps_zone)

    return read_one


def _pollutant(given: pd.DataFrame, name: str, layout: Layout, refused: "_Refused") -> NDArray[Any]:
    own = [(heading, scale) for heading in given if (scale := scaled(heading)) and scale[0] == name]
    if not own:
        return np.full(len(given), NONE, dtype=np.int64)
    heading, (_, times, by) = own[0]
    shown = layout.columns[name]
    read = refused.read(given[heading].to_numpy(), figures.thousandths, name, f"{shown}：")
    return np.where(read == NONE, NONE, read * times // by)


class _Refused:
    """The first reason of each row that cannot be read, and the field that it lies in."""

    def __init__(self) -> None:
        self.detail: dict[int, str] = {}
        self.field: dict[int, str] = {}

    def read(
        self, texts: Any, reader: Callable[[str], int], field: str, prefix: str = ""
    ) -> NDArray[Any]:
        """Each distinct text is read once; the rows of an unreadable one are refused."""
        place, distinct = pd.factorize(np.asarray(texts, dtype=object))
        known = np.full(len(distinct), NONE, dtype=np.int64)
        for number, text in enumerate(distinct):
            try:
                known[number] = reader(text)
            except ValueError as error:
                for row in np.flatnonzero(place == number).tolist():
                    self.detail.setdefault(row, f"{prefix}{error}")
                    self.field.setdefault(row, field)
        return known[place]


def _empty_zeros(table: pd.DataFrame) -> None:
    """The source wrote 0 for 'no value'; a true 0 cannot be told from it."""
    for heading in table:
        if scaled(heading) or heading == "o3_24h":
            table[heading] = table[heading].where(~table[heading].isin(["0", "0.0", "0.00"]), "")


_MIN_EVIDENCE = 10


def _put_ozone_right(table: pd.DataFrame, *, is_swapped: bool) -> list[str]:
    """The platform gives the hour under `o3_24h` and the day's maximum under `o3`.

    The day's maximum is never below the hour: many figures say themselves which names are right.
    """
    ozone = next((name for name in ("o3_ugm3", "o3_mgm3") if name in table), "")
    if "o3_24h" not in table or not ozone:
        return []
    hour, highest = (pd.to_numeric(table[name], errors="coerce") for name in (ozone, "o3_24h"))
    above, below = int((hour > highest).sum()), int((hour < highest).sum())
    is_evident = above + below >= _MIN_EVIDENCE and min(above, below) * 10 < above + below
    found = above > below if is_evident else is_swapped
    if found:
        table[ozone] = table["o3_24h"]
    if found == is_swapped:
        return ["臭氧小时值取自 o3_24h（平台字段互换）"] if found else []
    return [
        "臭氧字段与所选格式的惯例相反，已按数值大小关系识别："
        f"小时值取自 {'o3_24h' if found else 'o3'}，请复核"
    ]
