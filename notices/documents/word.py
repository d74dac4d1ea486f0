"""DOCX by python-docx, in the layout of GB/T 9704-2012, for offices that edit in Word or WPS."""

from io import BytesIO

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from notices.documents.paper import Paper, Section, Table

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FANG, HEI, SONG = "仿宋_GB2312", "黑体", "方正小标宋简体"
"""Named, not embedded: present on office PCs, not ours to give away."""
LATIN = "Times New Roman"
RED = RGBColor(0xD7, 0x00, 0x0F)
PITCH = Pt(28.9)
AREA = Mm(156)


def docx(paper: Paper) -> bytes:
    """The document as DOCX, the same content as the PDF."""
    document = Document()
    _page(document, paper)
    _head(document, paper)
    for section in paper.sections:
        _section(document, section)
    _end(document, paper)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: Doc, paper: Paper) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.footer_distance = Mm(35 - 7 - 5)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(page.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(page.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    document.core_properties.title = paper.title
    document.core_properties.author = paper.issuer


def _page_number(line: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 —, 14 pt, one character from the edge."""
    line.alignment = side
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(14)
    _run(line, "— ", size=14)
    run = line.add_run()
    _font(run, "宋体", 14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run._r.append(_field(kind, text))
    _run(line, " —", size=14)


def _field(kind: str, text: str) -> BaseOxmlElement:
    if not kind:
        element = OxmlElement("w:instrText")
        element.text = text
        return element
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    return element


def _head(document: Doc, paper: Paper) -> None:
    mark = _line(document, centred=True)
    mark.paragraph_format.space_before = Mm(30)
    mark.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    size = min(36.0, 436 / max(len(paper.issuer), 1))
    _run(mark, paper.issuer, name=SONG, size=size, colour=RED)
    number = _line(document, centred=True)
    number.paragraph_format.space_before = PITCH
    number.paragraph_format.space_after = Mm(4)
    _run(number, paper.number)
    _red_line(number)
    title = _line(document, centred=True)
    title.paragraph_format.space_before = PITCH
    title.paragraph_format.space_after = PITCH
    title.paragraph_format.line_spacing = Pt(34)
    _run(title, paper.title, name=SONG, size=22)
    if paper.to:
        _run(_line(document), paper.to)


def _red_line(line: Paragraph) -> None:
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "10"), ("space", "11"), ("color", "D7000F")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    line._p.get_or_add_pPr().append(border)


def _section(document: Doc, section: Section) -> None:
    if section.heading:
        _run(_line(document, indented=True), section.heading, name=HEI)
    for text in section.paragraphs:
        _run(_line(document, indented=True), text)
    if section.table:
        _table(document, section.table)


def _table(document: Doc, table: Table) -> None:
    _run(_line(document, centred=True), table.caption, name=HEI, size=14)
    grid = document.add_table(rows=0, cols=len(table.heads))
    grid.style = "Table Grid"
    grid.autofit = False
    for index, cells in enumerate([table.heads, *table.rows]):
        row = grid.add_row()
        for cell, text, width in zip(row.cells, cells, table.widths, strict=True):
            cell.width = int(AREA * width)
            line = cell.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(line, text, name=HEI if index == 0 else FANG, size=10.5)
    if grid.rows:
        _repeat(grid.rows[0])
    if table.note:
        _run(_line(document), table.note, size=9)


def _repeat(row: _Row) -> None:
    """The heads stand again on every page."""
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def _end(document: Doc, paper: Paper) -> None:
    _line(document)
    for text, indent in ((paper.signature, 32), (paper.dated, 64)):
        line = _line(document)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(indent)
        _run(line, text)
    if paper.demo:
        _run(_line(document), paper.demo, size=10.5)
    if paper.receivers:
        _run(_line(document), f"主送：{'，'.join(paper.receivers)}。", size=14)
    if paper.printed:
        _run(_line(document), f"{paper.printer}　{paper.printed}", size=14)


# --- lines and runs ------------------------------------------------------------------------------


def _line(document: Doc, *, centred: bool = False, indented: bool = False) -> Paragraph:
    line = document.add_paragraph()
    shape = line.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    if centred:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indented:
        shape.first_line_indent = Pt(32)
    return line


def _run(
    line: Paragraph,
    text: str,
    *,
    name: str = FANG,
    size: float = 16,
    colour: RGBColor | None = None,
) -> None:
    run = line.add_run(text)
    _font(run, name, size)
    if colour is not None:
        run.font.color.rgb = colour


def _font(run: Run, name: str, size: float) -> None:
    """Latin and Chinese fonts are named apart (w:eastAsia), or Word falls back to its default."""
    run.font.name, run.font.size = LATIN, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
