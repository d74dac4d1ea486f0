"""What became of a file, in its own words: refused cells, first rows, columns as understood."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stations.feeds import Feed
from stations.hours import COLUMNS, NONE, moment_of
from stations.ingest.formats import Table
from stations.ingest.layouts import UNITS, Layout
from stations.standards import POLLUTANTS, SYMBOLS

_DANGEROUS = ("=", "+", "@", "\t", "\r")
Rejected = Iterable[tuple[int, str, str]]


@dataclass(frozen=True)
class Refusal:
    """One line that stays out; `heading` and `value` as written, empty for the line as a whole."""

    line: int
    heading: str
    value: str
    code: str
    detail: str


@dataclass(frozen=True)
class Item:
    """One pollutant of the file as it was understood, in the unit that is stored."""

    symbol: str
    heading: str
    written_in: str
    there: int
    missing: int
    lowest: float | None
    middle: float | None
    highest: float | None
    unit: str


def refusals(
    table: Table, layout: Layout, rejected: Rejected, fields: Mapping[int, str]
) -> list[Refusal]:
    """In the order of the file."""
    place_of = _places(table)
    cells = table.sheet.table
    found = []
    for line, code, detail in rejected:
        heading = layout.columns.get(fields.get(line, ""), "")
        if not heading and fields.get(line) == "station":
            heading = layout.columns.get("station_name", "")
        if not heading and fields.get(line) == "hour_ending_at":
            heading = layout.columns.get("date", "")
        place = place_of.get(line)
        value = str(cells[heading].iloc[place]) if heading and place is not None else ""
        found.append(Refusal(line, heading, value[:60], code, detail))
    return found


def _places(table: Table) -> dict[int, int]:
    return {line: place for place, line in enumerate(table.sheet.lines.tolist())}


def as_csv(table: Table, found: list[Refusal]) -> str:
    """The refused lines with their reason and all their cells, to be put right and sent again.

    A cell that a spreadsheet would run as a formula gets an apostrophe.
    """
    place_of, cells = _places(table), table.sheet.table
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(["行", "列", "值", "原因", *map(_harmless, table.heads)])
    for one in found:
        place = place_of.get(one.line)
        row = [] if place is None else [str(text) for text in cells.iloc[place]]
        given = [str(one.line), one.heading, one.value, one.detail, *row]
        writer.writerow([_harmless(text) for text in given])
    return out.getvalue()


def kept_as_csv(rejects: Iterable[Iterable[Any]]) -> str:
    """The refused lines that are kept with a batch: line, reason, code."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(["行", "原因", "代码"])
    for line, code, detail in rejects:
        writer.writerow([line, _harmless(str(detail)), code])
    return out.getvalue()


def _harmless(text: str) -> str:
    is_formula = text.startswith(_DANGEROUS) or (text.startswith("-") and not _is_number(text))
    return f"'{text}" if is_formula else text


def _is_number(text: str) -> bool:
    return text in {"-", "--"} or text[1:].replace(".", "", 1).isdecimal()


def items(table: Table, layout: Layout, feed: Feed) -> list[Item]:
    """Each pollutant that the file has."""
    found = []
    for name, column in zip(POLLUTANTS, COLUMNS, strict=True):
        if name not in layout.columns:
            continue
        there = feed.values[column][feed.values[column] != NONE]
        low, middle, high = (
            (float(np.min(there)), float(np.median(there)), float(np.max(there)))
            if len(there)
            else (None, None, None)
        )
        found.append(
            Item(
                symbol=SYMBOLS[name],
                heading=layout.columns[name],
                written_in=UNITS[layout.units.get(name, "m" if name == "co" else "u")],
                there=len(there),
                missing=len(feed) - len(there),
                lowest=_natural(low),
                middle=_natural(middle),
                highest=_natural(high),
                unit=UNITS["m" if name == "co" else "u"],
            )
        )
    return found


def _natural(thousandths: float | None) -> float | None:
    return None if thousandths is None else thousandths / 1000


def first_rows(feed: Feed, names: Mapping[str, str], most: int = 8) -> list[dict[str, Any]]:
    """The first rows as they will be stored; `names` shows stations by what the file calls them."""
    rows = []
    for place in range(min(most, len(feed))):
        figures = [int(feed.values[column][place]) for column in COLUMNS]
        rows.append(
            {
                "line": int(feed.line[place]),
                "station": names.get(feed.station[place], ""),
                "written": feed.station[place],
                "hour_ending_at": moment_of(feed.hour[place]),
                "figures": [None if one == NONE else one / 1000 for one in figures],
            }
        )
    return rows


def unmatched(feed: Feed, known: Iterable[str], most: int) -> list[tuple[str, int]]:
    """What the file calls stations that nothing is matched to, and how many rows each has."""
    names, counts = np.unique(feed.station.astype(str), return_counts=True)
    is_known = set(known)
    pairs = zip(names.tolist(), counts.tolist(), strict=True)
    missing = [(name, count) for name, count in pairs if name not in is_known and name]
    return sorted(missing, key=lambda pair: -pair[1])[:most]
