"""Small tables as spreadsheets: text that cannot become a formula, numbers that stay numbers."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles.alignment import Alignment
from openpyxl.styles.fonts import Font
from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook

from tasks.selectors.sheet import safe

Page = tuple[str, str, Sequence[str], Iterable[Sequence[Any]]]
"""Name of the sheet, title, heads, rows."""
WIDEST, NARROWEST = 48, 9


def workbook(pages: Iterable[Page]) -> bytes:
    """One sheet per page, title above, heads frozen, A4 landscape."""
    book = Workbook(write_only=True)
    for name, title, heads, rows in pages:
        page = book.create_sheet(name)
        kept = [list(row) for row in rows]
        for place, head in enumerate(heads):
            longest = max((len(str(row[place])) for row in kept), default=0)
            width = max(NARROWEST, min(WIDEST, 2 * max(len(head), longest)))
            page.column_dimensions[get_column_letter(place + 1)].width = width
        page.freeze_panes = "B3"
        page.print_title_rows = "1:2"
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.append([_bold(page, title)])
        page.append([_bold(page, head) for head in heads])
        for row in kept:
            page.append([safe(cell) if isinstance(cell, str) else cell for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _bold(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, value=safe(text))
    cell.font, cell.alignment = Font(bold=True), Alignment(vertical="center")
    return cell
