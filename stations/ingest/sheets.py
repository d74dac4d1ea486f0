"""Bytes of an uploaded file → a table of texts: encodings, CSV, JSON, XLSX. No meaning yet."""

import csv
import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.reader.excel import load_workbook

_load: Any = load_workbook
LARGEST_BYTES = 200 * 1024 * 1024
_LARGEST_XLSX_BYTES = 400 * 1024 * 1024
_LARGEST_RATIO = 200
_MOST_COLUMNS = 3000
_MOST_ROWS = 1_200_000


class Unreadable(ValueError):
    """The file as a whole cannot be read; the sentence says what to do."""


@dataclass(frozen=True)
class Sheet:
    """All cells as text. `lines`: the line of each row. `broken`: (line, code, sentence)."""

    table: pd.DataFrame
    lines: NDArray[Any]
    broken: list[tuple[int, str, str]]


def read(data: bytes) -> Sheet:
    """Gzip, UTF-8 with or without BOM, UTF-16, GBK; CSV, TSV, JSON, GeoJSON, XLSX."""
    data = _unpacked(data)
    if not data.strip():
        raise Unreadable("文件是空的")
    if data[:4] == b"PK\x03\x04":
        return _from_rows(_xlsx_rows(data))
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable("这是旧版 .xls 文件，请在表格软件里另存为 .xlsx 或 CSV")
    text = decoded(data)
    if text.lstrip()[:1] in {"{", "["}:
        return _from_json(text)
    return _regular(text) or _from_rows(_csv_rows(text))


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
    heads = [str(head).strip() for head in table.columns]
    is_plain = all(heads) and not any(head.startswith("Unnamed: ") for head in heads)
    is_whole = not table.isna().to_numpy().any() and len(table) <= _MOST_ROWS
    is_even = text.count(_delimiter(text)) == (len(heads) - 1) * (len(table) + 1)
    if not len(table) or not is_plain or not is_whole or not is_even:
        return None
    table.columns = heads
    return Sheet(table, np.arange(2, len(table) + 2), [])


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(",\t;", key=head.count)


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
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("认不出文件编码，请另存为 UTF-8 的 CSV 后再导入")


def _csv_rows(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows = []
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                rows.append((reader.line_num, cells))
            if len(rows) > _MOST_ROWS:
                raise Unreadable("超过 120 万行，请分批导入")
    except csv.Error:
        raise Unreadable(f"第 {reader.line_num} 行附近不是合格的 CSV，请检查引号") from None
    return rows


def _from_rows(rows: list[tuple[int, list[str]]]) -> Sheet:
    if len(rows) < 2:
        raise Unreadable("文件里没有数据行（第一行应是表头）")
    heads = [cell.strip() for cell in rows[0][1]]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > _MOST_COLUMNS:
        raise Unreadable("列数太多，请检查文件")
    width, broken, lines, kept = len(heads), [], [], []
    for line, cells in rows[1:]:
        if len(cells) != width:
            if any(cell.strip() for cell in cells[width:]):
                broken.append((line, "invalid", f"有 {len(cells)} 列，表头只有 {width} 列"))
                continue
            cells = (cells + [""] * width)[:width]
        lines.append(line)
        kept.append(cells)
    table = pd.DataFrame(kept, columns=heads, dtype=object)
    return Sheet(table, np.array(lines, dtype=np.int64), broken)


def _from_json(text: str) -> Sheet:
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise Unreadable("JSON 文件不完整或格式不对，请重新取得") from None
    rows = whole
    if isinstance(whole, dict):
        rows = whole.get("features") or whole.get("readings") or whole.get("data") or []
    if not isinstance(rows, list) or not rows:
        raise Unreadable("JSON 里没有数据数组")
    flat = [_properties(row) for row in rows]
    broken = [(n, "invalid", "不是一个对象") for n, row in enumerate(flat, 1) if row is None]
    kept = [(n, row) for n, row in enumerate(flat, 1) if row is not None]
    heads = list(dict.fromkeys(key for _, row in kept for key in row))[:_MOST_COLUMNS]
    cells = [[_cell(row.get(head)) for head in heads] for _, row in kept]
    lines = np.array([number for number, _ in kept], dtype=np.int64)
    return Sheet(pd.DataFrame(cells, columns=heads, dtype=object), lines, broken)


def _properties(row: Any) -> dict[str, Any] | None:
    inner = row.get("properties") if isinstance(row, dict) else None
    found = inner if isinstance(inner, dict) else row
    return found if isinstance(found, dict) else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    isoformat = getattr(value, "isoformat", None)
    return isoformat(sep=" ") if isoformat and hasattr(value, "hour") else str(value)


def _xlsx_rows(data: bytes) -> list[tuple[int, list[str]]]:
    _check_xlsx(data)
    rows = []
    try:
        book: Any = _load(io.BytesIO(data), read_only=True, data_only=True)
        page = book.worksheets[0]
        page.reset_dimensions()
        for line, cells in enumerate(page.iter_rows(values_only=True), 1):
            if len(cells) > _MOST_COLUMNS or line > _MOST_ROWS:
                raise Unreadable("表格太大，请分批导入")
            shown = [_cell(cell) for cell in cells]
            if any(shown):
                rows.append((line, shown))
    except Unreadable:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, zipfile.BadZipFile) as bad:
        raise Unreadable("表格文件已损坏，请重新保存后再导入") from bad
    return rows


def _check_xlsx(data: bytes) -> None:
    """Refuse bombs and XML with entities before anything is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise Unreadable("这个压缩包不是表格文件")
            size = sum(part.file_size for part in parts)
            if size > _LARGEST_XLSX_BYTES or size > _LARGEST_RATIO * max(len(data), 1):
                raise Unreadable("表格解压后大得不正常，已拒绝")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as stream:
                        if b"<!DOCTYPE" in stream.read(2048).upper():
                            raise Unreadable("表格里含有外部实体，已拒绝")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise Unreadable("表格文件已损坏，请重新保存后再导入") from None
