"""The register as a workbook (XLSX)."""

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from inspections.attributes import fields_of
from inspections.models import PollutionSource, SourceVersion

HEAD = (
    "编号",
    "名称",
    "类别",
    "网格",
    "地址",
    "经度（WGS-84）",
    "纬度（WGS-84）",
    "固定或流动",
    "状态",
    "最近检查",
    "未结问题",
    "开始日期",
    "结束日期",
    "属性",
    "版本",
)
LOG_HEAD = ("编号", "名称", "版本", "时间", "经办", "原因")
WIDTHS = (14, 30, 18, 20, 32, 13, 13, 10, 12, 17, 9, 12, 12, 50, 6)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def register(rows: Iterable[PollutionSource], *, title: str, note: str) -> bytes:
    """One line per source; a text that a spreadsheet would run as a formula gets a quote."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for column, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + column)].width = width
    sheet.freeze_panes = "C3"
    sheet.append([note])
    sheet.append([_bold(sheet, text) for text in HEAD])
    lines = list(rows)
    for source in lines:
        sheet.append([_safe(value) for value in _line(source)])
    _log(book, [source.pk for source in lines])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _log(book: Workbook, sources: list[int]) -> None:
    """变更记录: every version of the sources on the first sheet (ZY-90)."""
    sheet = book.create_sheet("变更记录")
    for column, width in zip("ABCDEF", (14, 30, 8, 17, 20, 40), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.append([_bold(sheet, text) for text in LOG_HEAD])
    versions = SourceVersion.objects.select_related("source", "by").order_by("source_id", "version")
    wanted = set(sources)
    for row in versions.iterator(2000):
        if row.source_id in wanted:
            line = [row.source.number, row.values["name"], row.version, row.at, str(row.by)]
            sheet.append([_safe(value) for value in (*line, row.reason)])


def _bold(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _line(source: PollutionSource) -> list[Any]:
    return [
        source.number,
        source.name,
        source.get_category_display(),
        source.grid.name,
        source.address,
        source.lon,
        source.lat,
        "流动源" if source.is_mobile else "固定源",
        source.get_status_display(),
        source.last_visited_at,
        getattr(source, "open_problems", None),
        source.starts_on,
        source.ends_on,
        "；".join(attribute_words(source)),
        source.version,
    ]


def attribute_words(source: PollutionSource) -> list[str]:
    """`容量 4 蒸吨/小时`, in the order of the category's fields."""
    values = source.attributes
    return [
        f"{one.label} {values[one.key]}{f' {one.unit}' if one.unit else ''}"
        for one in fields_of(source.category)
        if values.get(one.key) not in (None, "")
    ]


def _safe(value: Any) -> Any:
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
