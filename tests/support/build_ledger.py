"""An office's ledger as bytes, and as the sheet that is read from it."""

import csv
import io
from typing import Any

from openpyxl import Workbook

from tasks import sheets
from tasks.ledger_rows import Columns, guess

HEAD = ["编号", "问题", "地点", "责任单位", "整改要求", "整改时限", "督办责任人"]


def csv_bytes(rows: list[list[Any]], *, encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: list[list[Any]]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def ledger(rows: list[list[Any]], head: list[str] = HEAD) -> sheets.Sheet:
    return sheets.read(csv_bytes([head, *rows]))


def columns_of(sheet: sheets.Sheet) -> Columns:
    return guess(sheet.rows)
