"""Bytes of an uploaded file → a table of texts: encodings, CSV, JSON, XLSX. No meaning yet."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stations.ingest import workbooks
from stations.ingest.errors import Unreadable
from stations.ingest.workbooks import Row

LARGEST_BYTES = 200 * 1024 * 1024
HEAD_WITHIN = 15
"""Rows among which the head is looked for: titles and notes may stand above it."""
_MOST_COLUMNS = 3000
_MOST_ROWS = 1_200_000
_MOST_DIGITS = 40

_NO_TABLES = {
    b"\xd0\xcf\x11\xe0": "旧版 .xls 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"%PDF": " PDF 文件",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
    b"{\\rtf": "文字文档",
}
"""First bytes of files that are taken for tables now and then."""

Looks = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class Sheet:
    """All cells as text. `lines`: the line of each row. `broken`: (line, code, sentence).

    `head` is the line of the column names (0: the file has names in every row), `top` the first
    rows as they stand there, `pages` the sheets of a workbook.
    """

    table: pd.DataFrame
    lines: NDArray[Any]
    broken: list[tuple[int, str, str]]
    head: int = 1
    top: list[Row] = field(default_factory=list)
    page: str = ""
    pages: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def read(data: bytes, *, page: str = "", head: int = 0, looks: Looks | None = None) -> Sheet:
    """Gzip, UTF-8 with or without BOM, UTF-16, GBK; CSV, TSV, JSON, GeoJSON, XLSX.

    `head` is the line of the column names; 0: the first that `looks` like them, else the first.
    """
    data = _unpacked(data)
    if not data.strip():
        raise Unreadable("文件是空的")
    if data[:4] == b"PK\x03\x04":

        def is_table(rows: list[Row]) -> bool:
            first = rows[:HEAD_WITHIN]
            return len(rows) > 1 and (looks is None or any(looks(cells) for _, cells in first))

        book = workbooks.read(
            data,
            page=page,
            most_rows=_MOST_ROWS,
            most_columns=_MOST_COLUMNS,
            is_table=is_table,
        )
        sheet = _from_rows(book.rows, head, looks)
        return replace(sheet, page=book.page, pages=book.pages, notes=book.notes)
    _refuse_other_kinds(data)
    text = decoded(data)
    if text.lstrip()[:1] in {"{", "["}:
        return _from_json(text)
    if _first_line(text).count(_delimiter(text)) >= _MOST_COLUMNS:
        raise Unreadable(f"第一行超过 {_MOST_COLUMNS} 列，请检查文件")
    found = _regular(text) if head in {0, 1} else None
    if found and (head or looks is None or looks(list(found.table.columns))):
        return found
    return _from_rows(_csv_rows(text), head, looks)


def _refuse_other_kinds(data: bytes) -> None:
    what = next((name for begins, name in _NO_TABLES.items() if data.startswith(begins)), "")
    if what:
        raise Unreadable(f"这是{what}，请在表格软件里另存为 .xlsx 或 CSV")


def _regular(text: str) -> Sheet | None:
    """A plain table without quotes, read at once; None: something is odd, read line by line."""
    if '"' in text:
        return None
    try:
        table = pd.read_csv(
            io.StringIO(text),
            sep=_delimiter(text),
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            quoting=csv.QUOTE_NONE,
            index_col=False,
            nrows=_MOST_ROWS + 1,
        )
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    heads = [head.strip() for head in _first_line(text).split(_delimiter(text))]
    is_plain = all(heads) and len(heads) == len(table.columns)
    is_whole = not table.isna().to_numpy().any() and len(table) <= _MOST_ROWS
    is_even = text.count(_delimiter(text)) == (len(heads) - 1) * (len(table) + 1)
    if not len(table) or not is_plain or not is_whole or not is_even:
        return None
    table.columns = heads
    rows = [heads, *table.head(HEAD_WITHIN - 1).to_numpy().tolist()]
    return Sheet(table, np.arange(2, len(table) + 2), [], top=list(enumerate(rows, 1)))


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]


def _delimiter(text: str) -> str:
    return max(",\t;", key=_first_line(text).count)


def sha256_of(data: bytes) -> str:
    """Of the file as it came, packed or not."""
    return hashlib.sha256(data).hexdigest()


def _unpacked(data: bytes) -> bytes:
    if len(data) > LARGEST_BYTES:
        raise Unreadable("文件超过 200 MB，请分批导入")
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            plain = packed.read(LARGEST_BYTES + 1)
    except (OSError, EOFError):
        raise Unreadable("压缩文件已损坏，请重新取得") from None
    if len(plain) > LARGEST_BYTES:
        raise Unreadable("解压后超过 200 MB，请分批导入")
    return plain


def decoded(data: bytes) -> str:
    """Text of office files: the encoding is recognised, never guessed silently wrong."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings = ["utf-16"]
    elif b"\0" in data[:200]:
        is_little = data[1:200:2].count(0) > data[0:200:2].count(0)
        encodings = ["utf-16-le" if is_little else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("认不出文件编码，请另存为 UTF-8 的 CSV 后再导入")


def _csv_rows(text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[Row] = []
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                rows.append((reader.line_num, cells))
            if len(rows) > _MOST_ROWS:
                raise Unreadable("超过 120 万行，请分批导入")
    except csv.Error:
        raise Unreadable(f"第 {reader.line_num} 行附近不是合格的 CSV，请检查引号") from None
    return rows


def _from_rows(rows: list[Row], head: int, looks: Looks | None) -> Sheet:
    start = _head_of(rows, head, looks)
    if len(rows) < start + 2:
        raise Unreadable("文件里没有数据行（第一行应是表头）")
    heads = [cell.strip() for cell in rows[start][1]]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > _MOST_COLUMNS:
        raise Unreadable("列数太多，请检查文件")
    width, broken, lines, kept = len(heads), [], [], []
    for line, cells in rows[start + 1 :]:
        if len(cells) != width:
            if any(cell.strip() for cell in cells[width:]):
                broken.append((line, "invalid", f"有 {len(cells)} 列，表头只有 {width} 列"))
                continue
            cells = (cells + [""] * width)[:width]
        lines.append(line)
        kept.append(cells)
    table = pd.DataFrame(kept, columns=heads, dtype=object)
    numbers = np.array(lines, dtype=np.int64)
    return Sheet(table, numbers, broken, head=rows[start][0], top=rows[:HEAD_WITHIN])


def _head_of(rows: list[Row], head: int, looks: Looks | None) -> int:
    """Place of the row with the column names."""
    first = rows[:HEAD_WITHIN]
    if head:
        found = [place for place, (line, _) in enumerate(first) if line == head]
        if not found:
            raise Unreadable(f"第 {head} 行不能作表头，请在前 {HEAD_WITHIN} 行里选")
        return found[0]
    return next((n for n, (_, cells) in enumerate(first) if looks and looks(cells)), 0)


def _from_json(text: str) -> Sheet:
    try:
        whole = json.loads(text, parse_int=_whole)
    except (ValueError, RecursionError):
        raise Unreadable("JSON 文件不完整或格式不对，请重新取得") from None
    rows = whole
    if isinstance(whole, dict):
        rows = whole.get("features") or whole.get("readings") or whole.get("data") or []
    if not isinstance(rows, list) or not rows:
        raise Unreadable("JSON 里没有数据数组")
    if len(rows) > _MOST_ROWS:
        raise Unreadable("超过 120 万行，请分批导入")
    flat = [_properties(row) for row in rows]
    broken = [(n, "invalid", "不是一个对象") for n, row in enumerate(flat, 1) if row is None]
    kept = [(n, row) for n, row in enumerate(flat, 1) if row is not None]
    if not any(row for _, row in kept):
        raise Unreadable('JSON 数组里没有一条带列名的记录，应为 [{"station": …}]')
    heads = list(dict.fromkeys(key for _, row in kept for key in row))[:_MOST_COLUMNS]
    cells = [[_cell(row.get(head)) for head in heads] for _, row in kept]
    lines = np.array([number for number, _ in kept], dtype=np.int64)
    top = [(0, heads), *zip(lines.tolist(), cells[: HEAD_WITHIN - 1], strict=False)]
    return Sheet(pd.DataFrame(cells, columns=heads, dtype=object), lines, broken, head=0, top=top)


def _whole(digits: str) -> int | str:
    """An absurdly long number stays a text, for its row to be refused."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits[:_MOST_DIGITS] + "…"


def _properties(row: Any) -> dict[str, Any] | None:
    inner = row.get("properties") if isinstance(row, dict) else None
    found = inner if isinstance(inner, dict) else row
    return found if isinstance(found, dict) else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
