"""PostgreSQL's binary COPY format, read and written by whole columns."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stations.columns.tables import WIDTHS, Columns, Table
from stations.hours import NONE

_CHUNK = 100_000
_EPOCH_2000_HOURS = 262_968  # of 2000-01-01 UTC since 1970
_EPOCH_2000_DAY = date(2000, 1, 1).toordinal()
_HOUR = 3_600_000_000  # microseconds
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_WIDTH = {"smallint": 2, "integer": 4, "bigint": 8, "date": 4, "hour": 8, "boolean": 1}


def parts(columns: Columns, given: list[str], size: int) -> Iterator[Columns]:
    total = len(next(iter(columns.values())))
    for start in range(0, total, size):
        yield {name: columns[name][start : start + size] for name in given}


def encoded(table: Table, given: list[str], columns: Columns) -> Iterator[bytes]:
    yield _HEAD
    for part in parts(columns, given, _CHUNK):
        yield _rows(table, given, part)
    yield b"\xff\xff"


def _rows(table: Table, given: list[str], part: Columns) -> bytes:
    """Rows in which every field has its whole width go out as they are; the others lose bytes."""
    count = len(part[given[0]])
    fields = [_field(table.kinds[name], part[name]) for name in given]
    image = np.zeros((count, 2 + sum(4 + data.shape[1] for data, _ in fields)), dtype=np.uint8)
    image[:, :2] = np.frombuffer(np.array(len(given), ">i2").tobytes(), dtype=np.uint8)
    is_short = np.zeros(count, dtype=bool)
    at = 2
    for data, size in fields:
        width = data.shape[1]
        image[:, at : at + 4] = _bytes_of(size.astype(">i4"))
        image[:, at + 4 : at + 4 + width] = data
        is_short |= (size != width) & (width > 0)
        at += 4 + width
    if not is_short.any():
        return image.tobytes()
    return image[~is_short].tobytes() + _shortened(image[is_short], fields, is_short)


def _shortened(
    image: NDArray[np.uint8], fields: list[tuple[NDArray[np.uint8], NDArray[Any]]], rows: Any
) -> bytes:
    is_kept = np.ones(image.shape, dtype=bool)
    at = 2
    for data, size in fields:
        width = data.shape[1]
        is_kept[:, at + 4 : at + 4 + width] = np.arange(width) < size[rows][:, None]
        at += 4 + width
    return image[is_kept].tobytes()


def _field(kind: str, column: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """The bytes of one column, and how many of them belong to the row: -1 for null.

    A column without any content is no bytes wide.
    """
    nothing = np.zeros((len(column), 0), dtype=np.uint8)
    if kind == "text":
        size = np.char.str_len(column).astype(np.int32)
        return (_bytes_of(column) if size.any() else nothing), size
    is_null = column == NONE
    size = np.where(is_null, -1, _WIDTH[kind])
    if is_null.all():
        return nothing, size
    if kind == "hour":
        column = (column.astype(np.int64) - _EPOCH_2000_HOURS) * _HOUR
    if kind == "date":
        column = column - _EPOCH_2000_DAY
    return _bytes_of(column.astype(f">i{_WIDTH[kind]}")), size


def _bytes_of(column: NDArray[Any]) -> NDArray[np.uint8]:
    whole = np.ascontiguousarray(column)
    return whole.view(np.uint8).reshape(len(whole), whole.dtype.itemsize)


class Stream(io.RawIOBase):
    """Bytes of an iterator as a readable file for COPY."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def selected(table: Table, name: str) -> str:
    """SQL for a column that comes out without nulls and with the same width in every row."""
    kind = table.kinds[name]
    if kind == "text":
        return f'rpad("{name}", {WIDTHS[name]})'
    if name in table.key or kind == "boolean":
        return f'"{name}"'
    return f'COALESCE("{name}", {NONE})'


def _wire(table: Table, name: str) -> str:
    """How a selected column stands in the stream; COALESCE makes a smallint an integer."""
    kind = table.kinds[name]
    if kind == "text":
        return table.dtype(name)
    return {"hour": ">i8", "bigint": ">i8", "boolean": "i1"}.get(kind, ">i4")


def copied_out(cursor: Any, table: Table, wanted: tuple[str, ...], statement: Any) -> Columns:
    """The answer of a query of `selected` columns: every row is as long as every other."""
    buffer = io.BytesIO()
    text = statement.decode() if isinstance(statement, bytes) else str(statement)
    cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT binary)", buffer, 1 << 20)
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name in wanted:
        fields += [(f"{name} width", ">i4"), (name, _wire(table, name))]
    body = buffer.getbuffer()[len(_HEAD) : -2]
    rows = np.frombuffer(body, dtype=np.dtype(fields))
    return {name: _received(table, name, rows[name]) for name in wanted}


def _blank(column: NDArray[Any]) -> bytes:
    return b" " * column.dtype.itemsize


def _received(table: Table, name: str, column: NDArray[Any]) -> NDArray[Any]:
    kind = table.kinds[name]
    if kind == "text":
        stripped, is_given = np.zeros(len(column), dtype=column.dtype), column != _blank(column)
        stripped[is_given] = np.char.rstrip(column[is_given])
        return stripped
    if kind == "hour":
        column = column // _HOUR + _EPOCH_2000_HOURS
    if kind == "date":
        column = column + _EPOCH_2000_DAY
    return column.astype(table.dtype(name))
