"""Hostile and odd XLSX files: refused before they are parsed, or read as they are meant."""

import io
import struct
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from stations.ingest import sheets, workbooks
from stations.ingest.errors import Unreadable

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
TOP = (
    f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
RELS = (
    f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def sheet_of(cells, dimension="A1:B2"):
    return (
        f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{cells}</sheetData></worksheet>"
    )


CELLS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c></row>'
)


def package(**parts):
    out = io.BytesIO()
    usual = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": TOP,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELS,
        "xl/worksheets/sheet1.xml": sheet_of(CELLS),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in (usual | parts).items():
            file.writestr(name, content)
    return out.getvalue()


def lying(data, name, claimed):
    """The same package, whose directory and header claim another size for a part."""
    place, raw = 0, bytearray(data)
    while (place := data.find(name.encode(), place)) >= 0:
        for sign, size_at, name_at in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
            if data[place - name_at : place - name_at + 4] == sign:
                struct.pack_into("<I", raw, place - name_at + size_at, claimed)
        place += 1
    return bytes(raw)


SHEET = "xl/worksheets/sheet1.xml"
BOMB = sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 40_000_000)


def with_sheet(content):
    return package(**{SHEET: content})


def with_cell(cell):
    return with_sheet(sheet_of(f"{CELLS}<row r='9'>{cell}</row>"))


def reference(place):
    return f"{chr(65 + place // 676)}{chr(65 + place // 26 % 26)}{chr(65 + place % 26)}1"


WIDE = "".join(f'<c r="{reference(n)}"><v>1</v></c>' for n in range(5000))
OUTSIDE = RELS.replace("worksheet", "externalLinkPath")
DTD = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (with_sheet(BOMB), "大得不正常"),
        (lying(with_sheet(BOMB), SHEET, 4000), "大得不正常|损坏"),
        (lying(package(), SHEET, 3), "大得不正常|损坏"),
        (with_sheet(DTD + CELLS), "DTD"),
        (with_sheet(" " * 9000 + "<!doctype a>" + CELLS), "DTD"),
        (package(**{"docProps/core.xml": "<!DOCTYPE a><a/>"}), "DTD"),
        (with_sheet(("\ufeff" + sheet_of(CELLS)).encode("utf-16-le")), "损坏"),
        (package(**{"xl/externalLinks/externalLink1.xml": "<a/>"}), "外部链接"),
        (package(**{"xl/_rels/workbook.xml.rels": OUTSIDE}), "外部链接"),
        (with_cell('<c r="XFD1048576"><v>1</v></c>'), "范围太大"),
        (with_cell("<c r = 'XFD1048576'><v>1</v></c>"), "范围太大"),
        (with_cell('<c a=">" r="AAAAAAA9"><v>1</v></c>'), "范围太大"),
        (with_sheet(sheet_of(f'<row r="1">{WIDE}</row>')), "列"),
        (with_sheet("<worksheet"), "损坏|没有数据行"),
        (package()[:-40], "损坏"),
        (b"PK\x03\x04" + bytes(500), "损坏"),
    ],
    ids=range(16),
)
def test_a_hostile_workbook_is_refused_with_a_sentence(data, words):
    with pytest.raises(Unreadable, match=words):
        sheets.read(data)


def test_a_bomb_is_refused_by_its_directory_alone(monkeypatch):
    """Four gigabytes are never unpacked: the claim of the directory is enough."""
    data = lying(package(), SHEET, 4_000_000_000)
    monkeypatch.setattr(workbooks, "_check_part", lambda *_: pytest.fail("a part was unpacked"))

    with pytest.raises(Unreadable, match="大得不正常"):
        workbooks.check(data)


def test_a_part_named_twice_is_refused():
    out = io.BytesIO(package())
    with zipfile.ZipFile(out, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr(SHEET, sheet_of(""))

    with pytest.raises(Unreadable, match="损坏"):
        sheets.read(out.getvalue())


def test_a_huge_declared_dimension_is_only_a_claim():
    sheet = sheets.read(package(**{SHEET: sheet_of(CELLS, dimension="A1:XFD1048576")}))

    assert sheet.table["x"].tolist() == ["1"]


def _book(*rows, title="S"):
    book = Workbook()
    book.active.title = title
    for cells in rows:
        book.active.append(cells)
    return book


def _saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_become_the_text_that_they_show():
    rows = [
        ["a", "b"],
        [datetime(2026, 11, 17, 8), 35.5],  # noqa: DTZ001 (a cell has no zone)
        [datetime(2026, 11, 17, 7, 59, 59, 999_000), 35.0],  # noqa: DTZ001
        [date(2026, 11, 18), True],
        [time(8, 0), "#N/A"],
    ]

    table = sheets.read(_saved(_book(*rows))).table

    assert table["a"].tolist() == [
        "2026-11-17 08:00:00",
        "2026-11-17 08:00:00",
        "2026-11-18 00:00:00",
        "08:00",
    ]
    assert table["b"].tolist() == ["35.5", "35", "True", ""]


def test_lines_are_those_of_the_sheet_whatever_stands_above():
    book = _book(["某站小时值"], [], ["station", "time", "pm25"], ["S-1", "x", 1])

    sheet = sheets.read(_saved(book), looks=lambda cells: "time" in cells)

    assert (sheet.head, sheet.lines.tolist()) == (3, [4])


def test_formulas_without_a_result_and_unread_sheets_are_told():
    book = _book(["a", "b"], [1, "=1+1"], ["x", 2])
    book.create_sheet("附表").append([1])
    book.create_sheet("藏着").sheet_state = "hidden"

    sheet = sheets.read(_saved(book))

    assert sheet.pages == ("S", "附表")
    assert any("附表" in note for note in sheet.notes)
    assert any("1 个公式没有保存计算结果" in note for note in sheet.notes)
