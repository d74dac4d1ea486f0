"""An XLSX file → rows of text. Everything is bounded before anything is parsed.

The central directory tells how large the parts claim to be; each part is then unpacked once, in
pieces, to see that the claim is true, that no XML has a DTD, that nothing outside is linked and
that the cells span an area that fits into memory. Formulas are never run, links never followed.
"""

import copy
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from stations.ingest.errors import Unreadable

LARGEST_UNPACKED = 300 * 1024 * 1024
LARGEST_RATIO = 100
MOST_PARTS = 2000
MOST_CELLS = 15_000_000
"""Of the rectangle from the first to the last cell: what the reader holds in memory."""
_PIECE = 4 * 1024 * 1024
_MOST_KNOWN = 100_000
_MOST_TRIED = 10
_LONGEST_TAG = 1024 * 1024
_DAMAGED = "表格文件已损坏，请用表格软件打开、另存一次后再导入"
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OUTSIDE = re.compile(rb"<[^<]*externalLink[^<]*", re.IGNORECASE)
# References of cells as programs write them, and as XML also allows: six times slower to find.
_PLAIN = re.compile(rb' r="([A-Za-z]+)'), re.compile(rb' r="[A-Za-z]*(\d+)')
_ODD = (
    re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]+)"""),
    re.compile(rb"""\sr\s*=\s*["']\s*[A-Za-z]*(\d+)"""),
)
_ODD_SIGNS = (b"'", b"\t", b"\n", b"\r", b" =", b"= ", b'=" ')
_UNSOLVED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Book:
    """`rows` with their line as the program shows it, empty ones left out; `pages` are the names
    of all sheets that can be chosen."""

    rows: list[Row]
    page: str
    pages: tuple[str, ...]
    notes: list[str]


def read(
    data: bytes,
    *,
    page: str = "",
    most_rows: int,
    most_columns: int,
    is_table: Callable[[list[Row]], bool] = bool,
) -> Book:
    """One sheet: the named one, else the first visible one that `is_table` takes for one, else
    the first. Unreadable with a sentence.
    """
    unsolved = check(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        pages = _pages(book)
        if not pages:
            raise Unreadable("表格里没有可读的工作表")
        if page and page not in pages:
            raise Unreadable(f"没有工作表“{page[:30]}”，可选：{'、'.join(pages[:10])}")
        chosen, rows = "", []
        for name in [page] if page else pages[:_MOST_TRIED]:
            found = _page(book, name, most_rows, most_columns)
            if not chosen or is_table(found):
                chosen, rows = name, found
            if is_table(found):
                break
    except Unreadable:
        raise
    except (CalamineError, ValueError, OverflowError, OSError) as bad:
        raise Unreadable(_DAMAGED) from bad
    return Book(rows, chosen, pages, _notes(chosen, pages, page, unsolved))


def _page(book: CalamineWorkbook, name: str, most_rows: int, most_columns: int) -> list[Row]:
    sheet = book.get_sheet_by_name(name)
    if sheet.width > most_columns:
        raise Unreadable(f"工作表有 {sheet.width} 列，最多 {most_columns} 列，请检查文件")
    if sheet.total_height > most_rows:
        raise Unreadable(f"超过 {most_rows // 10_000} 万行，请分批导入")
    return list(_rows(sheet.iter_rows()))


def _pages(book: CalamineWorkbook) -> tuple[str, ...]:
    return tuple(
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    )


def _notes(chosen: str, pages: Sequence[str], asked: str, unsolved: int) -> list[str]:
    notes = []
    if len(pages) > 1 and not asked:
        rest = "、".join(f"“{name}”" for name in pages if name != chosen)
        notes.append(f"读的是工作表“{chosen}”；{rest[:80]}没有读")
    if unsolved:
        notes.append(
            f"表里有 {unsolved} 个公式没有保存计算结果，按缺测读入；"
            "请在表格软件里打开、保存一次再导入"
        )
    return notes


def _rows(sheet: Iterator[list[Any]]) -> Iterator[Row]:
    known = _Texts()
    for line, cells in enumerate(sheet, 1):
        shown = [
            cell
            if type(cell) is str
            else str(cell)
            if cell is True or cell is False
            else known[cell]
            for cell in cells
        ]
        if any(shown):
            yield line, shown


class _Texts(dict[Any, str]):
    """The text of each distinct cell, made once: a column of hours repeats itself."""

    def __missing__(self, cell: Any) -> str:
        if len(self) > _MOST_KNOWN:
            self.clear()
        self[cell] = text = _text(cell)
        return text


def _text(value: Any) -> str:
    """A cell as a table of text would have it; times to the nearest second."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        whole = value + timedelta(microseconds=500_000)
        return whole.isoformat(" ", "seconds")
    if isinstance(value, date):
        return f"{value:%Y-%m-%d} 00:00:00"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    return str(value)


# --- before anything is parsed ------------------------------------------------------------------


def check(data: bytes) -> int:
    """Unreadable for bombs, lies, DTDs and outside links; else how many formulas have no result."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            _check_directory(parts, len(data))
            return sum(_check_part(package, part) for part in parts)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError):
        raise Unreadable(_DAMAGED) from None


def _check_directory(parts: list[zipfile.ZipInfo], packed: int) -> None:
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names:
        raise Unreadable("这个压缩包不是 XLSX 表格")
    size = sum(part.file_size for part in parts)
    if size > LARGEST_UNPACKED or size > LARGEST_RATIO * packed or len(parts) > MOST_PARTS:
        raise Unreadable("表格解压后大得不正常，已拒绝；请另存为 CSV 或分批导入")
    if len(set(names)) != len(names):
        raise Unreadable(_DAMAGED)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("表格有打开密码，请去掉密码后再导入")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise Unreadable(_DAMAGED)
    if any(name.lower().startswith("xl/externallinks/") for name in names):
        raise Unreadable("表格引用了别的文件（外部链接），已拒绝；请把公式粘贴为数值后另存")


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Unpacks one part in pieces, keeping no more than one; the count of unsolved formulas."""
    box, unsolved, is_sheet = _Box(), 0, False
    for piece in _pieces(package, part):
        if _DTD.search(piece):
            raise Unreadable("表格里含有外部实体（DTD），已拒绝")
        if part.filename.endswith(".rels") and _OUTSIDE.search(piece):
            raise Unreadable("表格引用了别的文件（外部链接），已拒绝；请把公式粘贴为数值后另存")
        is_sheet = is_sheet or b"sheetData" in piece
        if is_sheet:
            box.add(piece)
            unsolved += len(_UNSOLVED.findall(piece))
    return unsolved


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes, cut before a `<` so that no tag is cut in two."""
    claimed = copy.copy(part)
    claimed.file_size += 1  # one byte more than claimed shows a lie
    size, rest = 0, b""
    with package.open(claimed) as stream:
        while read := stream.read(_PIECE):
            if not size and part.filename.endswith((".xml", ".rels")) and read[:2] in _UTF16:
                raise Unreadable(_DAMAGED)
            size += len(read)
            if size > part.file_size:
                raise Unreadable("表格解压后大得不正常，已拒绝；请另存为 CSV 或分批导入")
            whole = rest + read
            cut = whole.rfind(b"<")
            if cut <= 0 or len(whole) - cut > _LONGEST_TAG:
                cut = len(whole)
            yield whole[:cut]
            rest = whole[cut:]
    if rest:
        yield rest


class _Box:
    """The rectangle that the cells of one sheet span, by their references."""

    def __init__(self) -> None:
        self.columns = self.rows = 1
        self._seen: set[bytes] = set()

    def add(self, piece: bytes) -> None:
        """Unreadable as soon as the rectangle is too large."""
        is_odd = any(sign in piece for sign in _ODD_SIGNS)
        column, row = _ODD if is_odd else _PLAIN
        for letters in set(column.findall(piece)) - self._seen:
            self._seen.add(letters)
            self.columns = max(self.columns, _column_number(letters))
        for digits in set(row.findall(piece)):
            self.rows = max(self.rows, int(digits[:12]))
        if self.columns * self.rows > MOST_CELLS:
            raise Unreadable(
                f"工作表的范围太大（{self.rows} 行 × {self.columns} 列），"
                "请删除多余的空行空列后另存，或分批导入"
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
