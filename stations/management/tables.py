"""CSV in, CSV or JSON out, row by row, for the commands that compute. Offices' files are welcome.

UTF-8 with or without BOM and GBK are read. Whatever cannot be read ends the command with a Chinese
sentence and exit status 2.
"""

import csv
import gzip
import json
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from django.core.management.base import CommandError

MISSING_MARKS = frozenset({"", "-", "—", "－", "–", "--", "——", "na", "n/a", "nan", "null", "none"})
NOT_MONITORED = "/"
_NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})(e[+-]?\d{1,2})?", re.IGNORECASE)
_NOT_TEXT = {
    b"PK\x03\x04": "这是 Excel 工作簿，请另存为 CSV 后再试",
    b"\xd0\xcf\x11\xe0": "这是 Excel 工作簿，请另存为 CSV 后再试",
    b"\x1f\x8b": "这是压缩文件，请解压后再试",
    b"\xff\xfe": "文件是 UTF-16 编码，请另存为 UTF-8 或 GBK 的 CSV",
    b"\xfe\xff": "文件是 UTF-16 编码，请另存为 UTF-8 或 GBK 的 CSV",
}


class Output(Protocol):
    """What rows are written to; Django's wrapper ends each piece with a line break."""

    def write(self, text: str, /) -> Any: ...


class BadInput(CommandError):
    """The input cannot be used; the sentence says where and what to do. Exit status 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=2)


@dataclass(frozen=True)
class Line:
    """One data row: its line number in the file and its cells by column name, as written."""

    number: int
    cells: Mapping[str, str]

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells.values())


@dataclass(frozen=True)
class Table:
    """A CSV that is being read: the header as written, and the rows."""

    header: Sequence[str]
    lines: Iterator[Line]


@contextmanager
def opened(name: str) -> Iterator[Table]:
    """The CSV file `name`, plain or as .gz; `-` is standard input."""
    if name == "-":
        yield _read(sys.stdin.buffer)
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise BadInput(f"打不开文件 {name}：{reason(error)}") from error
    with stream:
        if not name.endswith(".gz"):
            yield _read(stream)
            return
        try:
            yield _read(cast(BinaryIO, gzip.open(stream)))  # noqa: SIM115 - closed with the stream
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadInput(f"{name} 不是完好的 .gz 文件，请重新下载后再试") from error


def column_of(header: Iterable[str], wanted: Sequence[str]) -> dict[str, str]:
    """Which header names the wanted columns: case, blanks, dots and underscores do not matter.

    Wanted columns that are absent are absent from the answer.
    """
    found: dict[str, str] = {}
    plain = {_plain(name): name for name in wanted}
    for written in header:
        name = plain.get(_plain(written))
        if name in found:
            raise BadInput(f"第 1 行的 {found[name]} 和 {written} 是同一列，请去掉一列")
        if name:
            found[name] = written
    return found


def require(found: Mapping[str, str], wanted: Sequence[str], header: Sequence[str]) -> None:
    absent = [name for name in wanted if name not in found]
    if absent:
        raise BadInput(
            f"第 1 行缺少列 {'、'.join(absent)}；文件里的列是 {'、'.join(header)}，请核对列名"
        )


def number(line: Line, column: str) -> Decimal | None:
    """The number in a cell; None for the usual marks of a missing value."""
    text = line.cells[column]
    try:
        return _number(text)
    except ValueError:
        raise BadInput(
            f"第 {line.number} 行 {column} 列“{text.strip()[:30]}”不是数值，"
            "请改为数值，缺测请留空或写 -"
        ) from None


def note_replaced(err: Output, table: Table, added: Sequence[str]) -> None:
    """Say which input columns the result replaces."""
    replaced = [name for name in table.header if name in added]
    if replaced:
        err.write(f"提示：输入已有列 {'、'.join(replaced)}，输出中换成本次计算的结果")


def write(
    out: Output, header: Sequence[str], rows: Iterable[Mapping[str, Any]], *, as_json: bool
) -> None:
    """Stream the rows as CSV, None as an empty cell, or as one JSON array of objects."""
    with _reader_may_leave():
        (_write_json if as_json else _write_csv)(out, header, rows)


def computed(
    table: Table, added: Sequence[str], compute: Callable[[Line], Mapping[str, Any]]
) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """The table with the `added` columns at its end; input columns of these names are replaced."""
    kept = [name for name in table.header if name not in added]
    rows = ({**{name: line.cells[name] for name in kept}, **compute(line)} for line in table.lines)
    return [*kept, *added], rows


@lru_cache(maxsize=65536)
def _number(text: str) -> Decimal | None:
    text = text.strip()
    if text.lower() in MISSING_MARKS or text == NOT_MONITORED:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _read(stream: BinaryIO) -> Table:
    reader = csv.reader(_decoded(stream), strict=True)
    header = [name.strip() for name in _next(reader) or []]
    if not any(header):
        raise BadInput("没有列名：文件第 1 行应为列名")
    twice = sorted({name or "（空）" for name in header if header.count(name) > 1})
    if twice:
        raise BadInput(f"第 1 行的列名 {'、'.join(twice)} 重复，请改名后再试")
    return Table(header=header, lines=_lines(reader, header))


def _lines(reader: Any, header: Sequence[str]) -> Iterator[Line]:
    while (cells := _next(reader)) is not None:
        if not cells:
            continue
        if len(cells) != len(header):
            raise BadInput(
                f"第 {reader.line_num} 行有 {len(cells)} 列，表头有 {len(header)} 列，"
                "请核对逗号和引号"
            )
        yield Line(reader.line_num, dict(zip(header, cells, strict=True)))


def _next(reader: Any) -> list[str] | None:
    try:
        row: list[str] | None = next(reader, None)
    except csv.Error as error:
        raise BadInput(f"第 {reader.line_num} 行不是合格的 CSV，请检查引号和换行") from error
    return row


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Text lines: UTF-8 until a line is not, from there on GBK (as its superset GB 18030)."""
    encoding = "utf-8"
    for place, raw in enumerate(stream, start=1):
        line = raw
        if place == 1:
            line = raw.removeprefix(b"\xef\xbb\xbf")
            _refuse_binary(line)
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError:
            encoding = "gb18030"
            yield _as_gbk(line, place)


def _as_gbk(line: bytes, place: int) -> str:
    try:
        return line.decode("gb18030")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"第 {place} 行既不是 UTF-8 也不是 GBK 文字，请另存为 UTF-8 的 CSV"
        ) from error


def _refuse_binary(start: bytes) -> None:
    for mark, sentence in _NOT_TEXT.items():
        if start.startswith(mark):
            raise BadInput(sentence)


def _write_csv(out: Output, header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row[name] for name in header] for row in rows)


def _write_json(out: Output, header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    out.write("[\n")
    pending = ""
    for row in rows:
        if pending:
            out.write(f"{pending},\n")
        pending = json.dumps(dict(row), ensure_ascii=False, default=float)
    out.write(f"{pending}\n]\n" if pending else "]\n")


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """`… | head` closes the pipe early: stop without a word, also at the interpreter's end."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain(name: str) -> str:
    return re.sub(r"[\s._]", "", name).lower()


def reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "没有这个文件"
    if isinstance(error, IsADirectoryError):
        return "这是一个目录"
    if isinstance(error, PermissionError):
        return "没有读取权限"
    return error.strerror or "读取失败"
