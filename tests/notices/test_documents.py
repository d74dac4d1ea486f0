"""公文 on paper: the same facts in PDF and DOCX, in the layout of GB/T 9704-2012."""

import io

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from pypdf import PdfReader

from build import NOON
from build_notices import MONDAY, make_week
from notices.documents import pdf as pdf_maker
from notices.documents import word
from notices.documents.paper import Paper, Section, Table, chinese_date, paper_of
from notices.services import bulletins, issuing

DEMO = "演示数据"


def pdf_lines(content: bytes) -> list[str]:
    pages = PdfReader(io.BytesIO(content)).pages
    return [line.strip() for page in pages for line in page.extract_text().splitlines()]


def pdf_text(content: bytes) -> str:
    return "".join("".join(pdf_lines(content)).split())


def docx_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join("".join([p.text for p in document.paragraphs] + cells).split())


@pytest.fixture
def issued(scheme, units, office):
    scheme.is_demo = True
    scheme.document_number = "望蓝办通知〔2020〕15号"
    scheme.save(update_fields=["is_demo", "document_number"])
    make_week(scheme, "2026-W46", {unit: n for n, unit in enumerate(units, 1)})
    notice = bulletins.draft_weekly(scheme, "2026-W46", by=None, at=MONDAY)
    issuing.review(notice, by=office, at=MONDAY)
    return issuing.number_and_issue(notice, serial=46, by=office, at=MONDAY)


@pytest.mark.django_db
@pytest.mark.clause("W-52")
def test_pdf_and_docx_say_the_same(issued):
    paper = paper_of(issued)
    for text in (pdf_text(pdf_maker.pdf(paper)), docx_text(word.docx(paper))):
        assert "望蓝办周通报〔2026〕46号" in text
        assert "关于2026年第46周（11月9日—15日）空气质量排名及问题整改情况的通报" in text
        assert "测试指挥部" in text
        assert "2026年11月16日" in text
        assert "排名后三位的单位是：H街道" in text
        assert "登记问题0件" in text
        assert "—" in text
        assert DEMO in text
        assert "{" not in text
        for letter in "ABCDEFGHIJ":
            assert f"{letter}街道" in text


@pytest.mark.django_db
def test_a_draft_says_that_it_is_one_and_real_data_carry_no_demo_note(scheme, tree):
    notice = bulletins.draft_weekly(scheme, "2026-W46", by=None, at=MONDAY)

    text = pdf_text(pdf_maker.pdf(paper_of(notice)))

    assert "草稿，未编号" in text
    assert DEMO not in text


SAMPLE = Paper(
    issuer="某市领导小组办公室",
    number="某办周通报〔2026〕1号",
    title="关于第 46 周情况的通报",
    to="各单位：",
    sections=[
        Section("一、情况", ["正文。" * 400]),
        Section("二、表", ["见表。"], Table("表", ["甲", "乙"], [["1", "2"]], [0.5, 0.5])),
    ],
    signature="某市领导小组办公室",
    dated="2026年11月16日",
    printer="某市领导小组办公室",
    printed="2026年11月16日印发",
)


def font_programs(content: bytes) -> dict[str, bool]:
    """Base name of every font of the file → whether its program is inside the file."""
    found = {}
    for page in PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            keys = ("/FontFile", "/FontFile2", "/FontFile3")
            found[inner["/BaseFont"]] = any(key in descriptor for key in keys)
    return found


def test_the_pdf_is_a4_with_page_numbers_between_dashes_and_embedded_fonts():
    content = pdf_maker.pdf(SAMPLE)

    sizes = {tuple(page.mediabox) for page in PdfReader(io.BytesIO(content)).pages}
    assert [[round(float(edge)) for edge in size] for size in sizes] == [[0, 0, 595, 842]]
    assert "—1—" in pdf_text(content)
    assert "—2—" in pdf_text(content)
    fonts = font_programs(content)
    assert fonts
    assert all(fonts.values())  # embedded
    assert all(name[7] == "+" for name in fonts)  # and only the letters that are used


def test_a_full_line_of_the_pdf_has_28_characters():
    lines = [line for line in pdf_lines(pdf_maker.pdf(SAMPLE)) if "正文。正文" in line]

    assert 27 <= max(map(len, lines)) <= 29


def test_the_docx_has_the_measures_and_fonts_of_the_standard():
    document = docx.Document(io.BytesIO(word.docx(SAMPLE)))
    page = document.sections[0]

    sizes = [page.page_width, page.page_height, page.top_margin, page.left_margin]
    assert [round(size / Mm(1)) for size in sizes] == [210, 297, 37, 28]
    fonts = {run._r.rPr.rFonts.get(qn("w:eastAsia")) for p in document.paragraphs for run in p.runs}
    assert fonts == {"仿宋_GB2312", "黑体", "方正小标宋简体"}
    body = next(p for p in document.paragraphs if p.text.startswith("正文"))
    assert body.runs[0].font.size.pt == 16
    title = next(p for p in document.paragraphs if p.text == SAMPLE.title)
    assert title.runs[0].font.size.pt == 22


@pytest.mark.parametrize(
    "text", ["#set page(width: 1cm)", "*粗* _斜_ `码` $x$", "<b>&amp;</b>", "\\"]
)
def test_text_is_data_and_never_markup(text):
    paper = Paper(**{**SAMPLE.__dict__, "sections": [Section("", [f"{text}到此为止。"])]})

    assert "".join(f"{text}到此为止".split()) in pdf_text(pdf_maker.pdf(paper))
    assert "".join(f"{text}到此为止".split()) in docx_text(word.docx(paper))


def test_dates_have_arabic_digits_without_padding():
    assert chinese_date(NOON.replace(month=3, day=5).date()) == "2026年3月5日"
