"""Opening and closing times of citizens' requests out of any CSV, spread over a year."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from build import BEIJING

Pair = tuple[datetime, datetime | None]
FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
OPENING = ("created_date", "open_dt", "opened", "opened_at", "requested_datetime")
CLOSING = ("closed_date", "closed_dt", "closed", "closed_at", "updated_datetime")


def pairs_of(lines: Iterable[str]) -> tuple[list[Pair], int]:
    """Opening and closing times of a CSV, and how many lines could not have happened.

    A line that was closed before it was opened, or has no readable opening, is left out and
    counted; the others keep their duration. The columns are found by name.
    """
    pairs, impossible = [], 0
    for row in csv.DictReader(lines):
        opened, closed = (_first(row, names) for names in (OPENING, CLOSING))
        if opened is None or (closed is not None and closed < opened):
            impossible += 1
        else:
            pairs.append((opened, closed))
    return sorted(pairs, key=lambda pair: pair[0]), impossible


def _first(row: dict[str, str], names: tuple[str, ...]) -> datetime | None:
    text = next((row[name] for name in names if row.get(name)), "").removesuffix(".000")
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=BEIJING)
        except ValueError:
            continue
    return None


def spread(pairs: list[Pair], since: datetime, until: datetime) -> Iterator[Pair]:
    """The openings stretched evenly over the span, every duration as it really was."""
    first, last = pairs[0][0], pairs[-1][0]
    scale = (until - since) / max(last - first, timedelta(seconds=1))
    for opened, closed in pairs:
        begun = since + (opened - first) * scale
        yield begun, None if closed is None else begun + (closed - opened)
