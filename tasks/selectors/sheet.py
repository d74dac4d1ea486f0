"""The ledger as a spreadsheet: text that cannot become a formula, numbers that stay numbers."""

import io
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db.models import QuerySet
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles.alignment import Alignment
from openpyxl.styles.fonts import Font
from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook

from grids.models import GridScheme
from tasks.deadlines import BEIJING, shown
from tasks.models import Task
from tasks.punctuality import late_by
from tasks.workflow import State

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "|", "%", "＝", "＋", "－", "＠")
"""First characters that some program may read as a formula."""


def safe(text: str) -> str:
    """Text for a cell: control characters out, an apostrophe before what looks like a formula."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)
    bare = clean.lstrip(" \"'")
    return f"'{clean}" if bare.startswith(DANGEROUS) else clean


def _day(value: datetime | None) -> str:
    return "" if value is None else f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _due(value: datetime | None) -> str:
    """24:00 of the day that ends instead of 00:00 of the next."""
    if value is None:
        return ""
    on, clock = shown(value)
    return f"{on:%Y-%m-%d} {clock}"


def _late_hours(task: Task, at: datetime) -> int | None:
    """Whole hours past the deadline when it was handed in, or so far (tasks.punctuality)."""
    if task.state == State.VOID:
        return None
    handed_in = task.submitted_at or task.closed_at
    late = late_by(task.due_at, handed_in, at=at, strength=task.strength)
    return None if late is None else int(late.total_seconds() // 3600)


Column = tuple[str, int, Callable[[Task, datetime], Any]]
COLUMNS: tuple[Column, ...] = (
    ("编号", 18, lambda task, at: task.number),
    ("事项", 36, lambda task, at: task.title),
    ("种类", 10, lambda task, at: task.get_kind_display()),
    ("类别", 16, lambda task, at: task.get_category_display()),
    ("来源", 10, lambda task, at: task.get_source_display()),
    ("级别", 8, lambda task, at: task.get_level_display()),
    ("发现网格", 16, lambda task, at: task.origin_grid.name),
    ("责任网格", 16, lambda task, at: task.grid.name if task.grid else ""),
    ("交办方", 16, lambda task, at: task.issuer_grid.name if task.issuer_grid else ""),
    ("整改要求", 36, lambda task, at: task.requirement),
    ("督办责任人", 16, lambda task, at: task.supervisor),
    ("登记时间", 17, lambda task, at: _day(task.registered_at)),
    ("交办时间", 17, lambda task, at: _day(task.issued_at)),
    ("整改时限", 17, lambda task, at: _due(task.due_at)),
    ("时限原文", 16, lambda task, at: task.deadline_text),
    ("约束", 6, lambda task, at: task.get_strength_display()),
    ("签收时间", 17, lambda task, at: _day(task.accepted_at)),
    ("反馈时间", 17, lambda task, at: _day(task.submitted_at)),
    ("销号时间", 17, lambda task, at: _day(task.closed_at)),
    ("状态", 8, lambda task, at: task.get_state_display()),
    ("逾期小时", 9, _late_hours),
    ("反馈轮次", 9, lambda task, at: task.round),
    ("延期次数", 9, lambda task, at: task.extensions),
    ("移交退回", 9, lambda task, at: task.bounces),
    ("反弹次数", 9, lambda task, at: task.rebounds),
    ("处置结果", 12, lambda task, at: task.get_disposition_display()),
    ("地点", 24, lambda task, at: task.place),
    ("经度", 11, lambda task, at: task.lon),
    ("纬度", 11, lambda task, at: task.lat),
)


def workbook(scheme: GridScheme, tasks: QuerySet[Task], *, at: datetime) -> bytes:
    """The ledger as XLSX; head frozen, printed on A4 landscape with the head on every page."""
    buffer = io.BytesIO()
    write(buffer, scheme, tasks, at=at)
    return buffer.getvalue()


def write(
    to: io.BytesIO | Path,
    scheme: GridScheme,
    tasks: Iterable[Task],
    *,
    at: datetime,
    every: int = 1000,
    tick: Callable[[int], None] = lambda done: None,
) -> int:
    """The same into a file, row by row; `tick` hears after every so many how many are done, and
    may raise to stop it. How many rows there are."""
    book = Workbook(write_only=True)
    page = _page(book)
    title = f"{scheme.name} 问题整改销号台账（{_day(at)} 导出）"
    page.append([_head(page, title)])
    page.append([_head(page, name) for name, _, _ in COLUMNS])
    done = 0
    try:
        for done, line in enumerate(_lines(tasks, at), start=1):
            page.append(line)
            if done % every == 0:
                tick(done)
    except BaseException:
        with TemporaryFile() as nowhere:  # the only way to have the half sheet cleared away
            book.save(nowhere)
        raise
    book.save(to)
    return done


def _page(book: Workbook) -> Any:
    page = book.create_sheet("整改销号台账")
    for place, (_, width, _read) in enumerate(COLUMNS, start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    page.freeze_panes = "C3"
    page.print_title_rows = "1:2"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    return page


def _head(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, value=safe(text))
    cell.font, cell.alignment = Font(bold=True), Alignment(vertical="center")
    return cell


def _lines(tasks: Iterable[Task], at: datetime) -> Iterable[list[Any]]:
    for task in tasks:
        values = [read(task, at) for _, _, read in COLUMNS]
        yield [safe(value) if isinstance(value, str) else value for value in values]
