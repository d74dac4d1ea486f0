"""Bytes of an office's table (XLSX or CSV) → rows of text with their lines. No meaning yet.

Everything is bounded before anything is parsed: size, unpacked size, lines, columns. XML with
a DTD is refused, formulas are never run (the stored result counts), links are never followed.
"""

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl.reader.excel import load_workbook

from tasks.errors import Unreadable

LARGEST_BYTES = 10 * 1024 * 1024
UNPACKED_BYTES = 40 * 1024 * 1024
MOST_COLUMNS = 500
MOST_ROWS = 500
"""Data rows of one file: all are registered and issued in one transaction, about 20 ms each."""
MOST_LINES = 20_000
"""Lines of the sheet, empty ones included: where a file claims a million rows, we stop."""
LONGEST_CELL = 5000
DTD = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
DAMAGED = "表格文件已损坏，请用表格软件打开、另存一次后再导入。"


@dataclass(frozen=True)
class Row:
    """`line` as the spreadsheet shows it, from 1. `fractions`: cells that are numbers with
    decimals, where 11.3 may have been typed as 11.30."""

    line: int
    cells: tuple[str, ...]
    fractions: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """Rows that are not empty, in order; `notes` say what was left aside."""

    sha256: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def read(data: bytes) -> Sheet:
    """XLSX, or CSV/TSV in UTF-8 (with or without BOM), UTF-16 or GBK.

    Raises Unreadable with a sentence that says what to do.
    """
    if len(data) > LARGEST_BYTES:
        raise Unreadable(f"文件超过 {LARGEST_BYTES // 1024**2} MB，请分批导入。")
    if not data.strip():
        raise Unreadable("文件是空的。")
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable("这是旧版 .xls 文件，请在表格软件里另存为 .xlsx 或 CSV。")
    digest = hashlib.sha256(data).hexdigest()
    if data[:4] == b"PK\x03\x04":
        rows, notes = _workbook(data)
    else:
        rows, notes = _bounded(_csv(_decoded(data))), ()
    if len(rows) < 2:
        raise Unreadable("文件里没有数据行：应有一行表头，表头下面一行一件。")
    return Sheet(digest, rows, notes)


def _bounded(rows: Iterator[Row]) -> tuple[Row, ...]:
    kept: list[Row] = []
    for row in rows:
        if row.line > MOST_LINES or len(kept) > MOST_ROWS + 20:
            raise Unreadable(f"一次最多导入 {MOST_ROWS} 行，请分批导入。")
        if len(row.cells) > MOST_COLUMNS:
            raise Unreadable(f"第 {row.line} 行超过 {MOST_COLUMNS} 列，请检查文件。")
        if any(row.cells):
            kept.append(row)
    return tuple(kept)


# --- CSV ----------------------------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("认不出这个文件，请另存为 XLSX 或 UTF-8 的 CSV 后再导入。")


def _csv(text: str) -> Iterator[Row]:
    head = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=head.count))
    line = 1
    try:
        for cells in reader:
            yield Row(line, tuple(_text(cell) for cell in cells))
            line = reader.line_num + 1
    except csv.Error:
        sentence = f"第 {line} 行附近不是合格的 CSV，请检查引号。"
        raise Unreadable(sentence) from None


# --- XLSX ---------------------------------------------------------------------------------------


def _workbook(data: bytes) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    _check_package(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        pages = [page for page in book.worksheets if page.sheet_state == "visible"]
        rows: tuple[Row, ...] = _bounded(_lines(pages[0]))
    except Unreadable:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, OSError) as bad:
        raise Unreadable(DAMAGED) from bad
    except (SyntaxError, zipfile.BadZipFile) as bad:  # XML that does not parse
        raise Unreadable(DAMAGED) from bad
    rest = "、".join(f"“{page.title}”" for page in pages[1:6])
    note = f"只读第一个工作表“{pages[0].title}”；{rest}没有读。"
    return rows, (note,) if rest else ()


def _lines(page: Any) -> Iterator[Row]:
    page.reset_dimensions()
    for line, values in enumerate(page.iter_rows(values_only=True), 1):
        values = _trimmed(values)
        fractions = {i for i, one in enumerate(values) if _is_fraction(one)}
        yield Row(line, tuple(_text(value) for value in values), frozenset(fractions))


def _trimmed(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without the empty end; formatted but empty columns may run to the sheet's edge."""
    last = max((i for i, one in enumerate(values) if one is not None), default=-1)
    return values[: last + 1]


def _is_fraction(value: Any) -> bool:
    return isinstance(value, float) and not value.is_integer()


def _text(value: Any) -> str:
    """A cell as people read it; midnight of a date cell falls away."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    shown = "".join(one for one in str(value) if one >= " " or one in "\n\t")
    return shown.strip()[: LONGEST_CELL + 1]


def _check_package(data: bytes) -> None:
    """Refuses bombs and XML with entities before anything is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise Unreadable("这个压缩包不是 XLSX 表格。")
            if len(parts) > 2000 or sum(part.file_size for part in parts) > UNPACKED_BYTES:
                raise Unreadable("表格解压后大得不正常，已拒绝。")
            if any(_has_dtd(package.read(part)) for part in parts if _is_xml(part.filename)):
                raise Unreadable("表格里含有外部实体，已拒绝。")
    except Unreadable:
        raise
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError) as bad:
        raise Unreadable(DAMAGED) from bad


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _has_dtd(content: bytes) -> bool:
    return any(mark in content for mark in DTD)
