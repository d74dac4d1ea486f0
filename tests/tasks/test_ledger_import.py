"""台账导入: an office brings its own ledger, looks first, and can take it back."""

import io
import re
import zipfile
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from build import BEIJING, NOON, make_post, make_user
from build_ledger import HEAD, columns_of, csv_bytes, ledger, xlsx_bytes
from grids.errors import Refused
from tasks import sheets
from tasks.errors import Unreadable
from tasks.ledger_dates import parse_day
from tasks.ledger_rows import CATEGORY_WORDS, FIELDS, HEADS, category_of, guess
from tasks.models import ImportBatch, ImportedRow, Task, TaskEvent
from tasks.models.kinds import Category
from tasks.selectors import sheet as exported
from tasks.services import life
from tasks.services.ledger import verify
from tasks.services.ledger_import import commit_batch, kept_of, rehearse, undo
from tasks.workflow import State

ROW = ["WT-001", "城北工地裸土未覆盖", "城北路口", "学门口社区", "立即覆盖", "2026-11-30", "周督办"]
OTHER = ["WT-002", "烧烤店油烟直排", "东门街", "三里桥社区", "安装净化器", "12.15", "吴督办"]
ON = date(2026, 11, 18)


def look(cast, sheet, at=NOON):
    return rehearse(cast.scheme, sheet, columns_of(sheet), at=at)


def take(cast, sheet, *, at=NOON, by=None, **expected):
    counts = expected or {"NEW": look(cast, sheet, at).counts["NEW"]}
    return commit_batch(
        scheme=cast.scheme,
        sheet=sheet,
        name="整改台账.xlsx",
        columns=columns_of(sheet),
        expected=counts,
        by=by or cast.office,
        at=at,
    )


def changed(row, **over):
    return [over.get(name, value) for name, value in zip(HEAD, row, strict=True)]


# --- reading the file ---------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_csv_is_read_in_the_encodings_of_offices(encoding):
    sheet = sheets.read(csv_bytes([HEAD, ROW], encoding=encoding))

    assert sheet.rows[1].cells == tuple(ROW)


def test_lines_count_as_the_spreadsheet_shows_them():
    data = csv_bytes([["整改台账"], HEAD, [], ["1", "第一行\n第二行"], ["2", "路面积尘"]])

    assert [row.line for row in sheets.read(data).rows] == [1, 2, 4, 6]


def test_a_workbook_gives_days_and_numbers_as_people_read_them():
    when = datetime(2026, 11, 3)  # noqa: DTZ001 - a cell has no zone
    data = xlsx_bytes([["问题", "整改时限", "数"], ["裸土", when, 3.0]])

    assert sheets.read(data).rows[1].cells == ("裸土", "2026-11-03", "3")


def test_a_formula_without_result_stays_empty_and_text_stays_text():
    data = xlsx_bytes([["问题", "备注"], ["裸土", "=1+1"]])

    assert sheets.read(data).rows[1].cells == ("裸土",)


def packed(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {"xl/workbook.xml": b"<workbook/>", **parts}.items():
            package.writestr(name, data)
    return content.getvalue()


BOMB = packed(**{"xl/worksheets/sheet1.xml": b"0" * (sheets.UNPACKED_BYTES + 1)})
DTD = packed(**{"xl/sharedStrings.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'})
LATE_DTD = packed(**{"xl/a.xml": b"<!--" + b" " * 9000 + b"--><!DOCTYPE a><a/>"})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "是空的"),
        (BOMB, "大得不正常"),
        (DTD, "外部实体"),
        (LATE_DTD, "外部实体"),
        (packed()[:-30], "已损坏"),
        (packed(), "已损坏"),
        (b"PK\x03\x04nonsense", "已损坏"),
        (b"\xd0\xcf\x11\xe0old", "另存为"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "认不出"),
        (csv_bytes([HEAD]), "没有数据行"),
        (csv_bytes([HEAD, *[ROW] * (sheets.MOST_ROWS + 30)]), "分批"),
        (csv_bytes([HEAD, ["x"] * (sheets.MOST_COLUMNS + 1)]), "列"),
        (b"a,b\n" + b'"' + b"x" * 200_000 + b'",1\n', "检查引号"),
        (b"x" * (sheets.LARGEST_BYTES + 1), "超过 10 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(Unreadable, match=sentence):
        sheets.read(data)


def test_a_sheet_that_claims_a_billion_lines_is_refused_at_once():
    book = io.BytesIO(xlsx_bytes([HEAD, ROW]))
    forged = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(forged, "w") as new:
        for part in old.infolist():
            data = old.read(part).replace(b'<row r="2"', b'<row r="1000000000"')
            new.writestr(part.filename, re.sub(rb'r="([A-G])2"', rb'r="\g<1>1000000000"', data))

    with pytest.raises(Unreadable, match="分批"):
        sheets.read(forged.getvalue())


# --- what a row says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026年11月3日", "2026-11-04 00:00"),
        ("2026-11-03", "2026-11-04 00:00"),
        ("2026/11/3前", "2026-11-04 00:00"),
        ("20261103", "2026-11-04 00:00"),
        ("11.3", "2026-11-04 00:00"),
        ("11月3日之前", "2026-11-04 00:00"),
        ("１１月３日", "2026-11-04 00:00"),  # full-width
        ("11月底前", "2026-12-01 00:00"),
        ("2027年2月底", "2027-03-01 00:00"),
        ("年底前", "2027-01-01 00:00"),
        ("46329", "2026-11-04 00:00"),  # the serial day of 2026-11-03
        ("2026-11-03 18:00", "2026-11-03 18:00"),
        ("2026年11月3日18时前", "2026-11-03 18:00"),
        ("2026-11-03 24:00", "2026-11-04 00:00"),  # as our own export writes it
        ("1.5", "2027-01-06 00:00"),  # the January that is nearer
        ("6.1", "2026-06-02 00:00"),
    ],
)
def test_days_are_read_as_offices_write_them(text, until):
    expected = datetime.strptime(until, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)

    assert parse_day(text, on=ON).until == expected


@pytest.mark.parametrize(
    "text", ["2026-02-30", "13.1", "尽快", "11月", "3个工作日", "2026-11", "11.3-11.10", "1899-1-1"]
)
def test_what_is_no_day_is_never_guessed(text):
    with pytest.raises(ValueError, match=re.escape(text[:4])):
        parse_day(text, on=ON)


def test_a_number_like_11_3_may_have_been_11_30_and_is_refused():
    with pytest.raises(ValueError, match="分不清"):
        parse_day("11.3", on=ON, is_number=True)

    assert parse_day("11.25", on=ON, is_number=True).on == date(2026, 11, 25)


def test_the_head_is_found_below_a_title_and_the_serial_number_is_no_number():
    head = [
        "序号",
        "存在问题",
        "具体地点",
        "整改责任单位",
        "完成时限（必填）",
        "督办责任人（签字）",
    ]
    sheet = sheets.read(csv_bytes([["某街道整改台账"], head, ["1", *ROW[1:6]]]))

    found = guess(sheet.rows)

    assert found.head == 2
    assert found.of == {"title": 1, "place": 2, "grid": 3, "due": 4, "supervisor": 5}


def test_every_field_has_heads_and_every_word_a_category():
    assert HEADS.keys() == FIELDS.keys()
    assert set(CATEGORY_WORDS) <= set(Category.values)


@pytest.mark.parametrize(
    ("word", "about", "category"),
    [
        ("扬尘", "", "DUST"),
        ("", "渣土车抛洒", "ROAD"),
        ("餐饮油烟", "工地", "COOKING_FUMES"),
        ("其他", "裸土", "OTHER"),
        ("", "噪声", "OTHER"),
    ],
)
def test_the_category_comes_from_its_word_else_from_the_matter(word, about, category):
    assert category_of(word, about) == category


# --- looking first ------------------------------------------------------------------------------


def test_a_rehearsal_writes_nothing(cast):
    found = look(cast, ledger([ROW, OTHER]))

    assert (found.counts["NEW"], found.counts["ISSUED"]) == (2, 2)
    assert not Task.objects.exists()


def test_a_wrong_day_names_its_line_and_column(cast):
    found = look(cast, ledger([ROW, changed(OTHER, 整改时限="11月35日")]))

    (line,) = found.of("ERROR")
    assert line.draft.line == 3
    assert line.faults == ["F 列“整改时限”：没有“11月35日”这一天"]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("责任单位", "不存在街道", "没有“不存在街道”这个网格"),
        ("责任单位", "学门口社区、三里桥社区", "几个单位"),
        ("问题", "", "没有写明"),
        ("地点", "长" * 161, "最多 160 个字"),
        ("整改时限", "尽快", "不是日期"),
    ],
)
def test_what_is_wrong_is_said_by_column(cast, column, value, sentence):
    found = look(cast, ledger([changed(ROW, **{column: value})]))

    assert sentence in found.lines[0].faults[0]
    assert f"列“{column}”" in found.lines[0].faults[0]


def test_rows_that_repeat_inside_a_file_come_in_once(cast):
    twin = changed(ROW, 编号="WT-009")
    clash = changed(ROW, 问题="另一件事")

    found = look(cast, ledger([ROW, ROW, twin, clash]))

    assert [line.outcome for line in found.lines] == ["NEW", "DUPLICATE", "DUPLICATE", "ERROR"]
    assert "编号相同而内容不同" in found.lines[3].faults[0]


def test_a_matter_that_was_registered_by_hand_is_known(cast):
    life.register(
        scheme=cast.scheme,
        title=ROW[1],
        place=ROW[2],
        category="BARE_SOIL",
        source="PATROL",
        origin_grid=cast.tree.village,
        by=cast.worker,
        at=NOON,
    )

    (line,) = look(cast, ledger([changed(ROW, 整改时限="")])).lines

    assert line.outcome == "DUPLICATE"


def test_our_own_exported_ledger_brings_nothing_new(cast):
    take(cast, ledger([ROW, OTHER]))
    book = exported.workbook(cast.scheme, Task.objects.order_by("pk"), at=NOON)

    found = look(cast, sheets.read(book))

    assert [line.outcome for line in found.lines] == ["DUPLICATE", "DUPLICATE"]


def test_what_is_settled_in_the_old_ledger_is_no_new_matter(cast):
    head = [*HEAD, "整改状态"]
    rows = [[*ROW, "已完成"], [*OTHER, "整改中"]]

    found = look(cast, ledger(rows, head))

    assert [line.outcome for line in found.lines] == ["SETTLED", "NEW"]


def test_an_unknown_state_word_is_asked_about(cast):
    (line,) = look(cast, ledger([[*ROW, "差不多"]], [*HEAD, "整改状态"])).lines

    assert "看不懂" in line.faults[0]


# --- taking in ----------------------------------------------------------------------------------


def test_a_complete_row_is_issued_with_its_three_fields(cast):
    take(cast, ledger([ROW]))

    task = Task.objects.get()
    assert (task.state, task.source, task.source_ref) == (State.ISSUED, "IMPORT", "WT-001")
    assert (task.grid, task.category) == (cast.tree.village, "BARE_SOIL")
    assert (task.requirement, task.supervisor) == ("立即覆盖", "周督办")
    assert task.due_at == datetime(2026, 12, 1, tzinfo=BEIJING)
    assert task.deadline_text == "2026-11-30"


@pytest.mark.parametrize(
    ("column", "value"),
    [("督办责任人", ""), ("整改时限", "长期坚持"), ("责任单位", ""), ("整改时限", "2026-11-01")],
)
def test_an_incomplete_or_past_row_is_registered_only(cast, column, value):
    batch = take(cast, ledger([changed(ROW, **{column: value})]))

    assert Task.objects.get().state == State.REGISTERED
    assert (batch.created, batch.issued) == (1, 0)


def test_the_wording_that_has_no_field_yet_is_kept(cast):
    take(cast, ledger([changed(ROW, 整改时限="2026-11-01")]))

    assert "原时限：2026-11-01" in Task.objects.get().problem
    assert "督办责任人：周督办" in Task.objects.get().problem


def test_a_long_problem_becomes_title_and_description(cast):
    take(cast, ledger([changed(ROW, 问题="工地围挡破损，" * 40)]))

    task = Task.objects.get()
    assert len(task.title) == 120
    assert task.problem == "工地围挡破损，" * 40


def test_rows_in_error_stay_out_and_the_others_come_in(cast):
    batch = take(cast, ledger([ROW, changed(OTHER, 整改时限="尽快")]))

    assert Task.objects.count() == 1
    assert batch.faults[0][0] == 3


def test_the_same_file_twice_changes_nothing(cast):
    sheet = ledger([ROW, OTHER])
    first = take(cast, sheet)
    events = TaskEvent.objects.count()

    again = take(cast, sheet, NEW=2, CHANGED=0)

    assert again == first
    assert (Task.objects.count(), TaskEvent.objects.count()) == (2, events)
    assert look(cast, sheet).changes == 0


def test_a_file_without_news_is_refused(cast):
    take(cast, ledger([ROW]))

    with pytest.raises(Refused, match="没有可以导入的行"):
        take(cast, ledger([ROW, ROW]), NEW=0)

    assert ImportBatch.objects.count() == 1


def test_counts_that_are_no_longer_true_stop_the_import(cast):
    sheet = ledger([ROW, OTHER])
    take(cast, ledger([ROW]))

    with pytest.raises(Refused, match="重新预览"):
        take(cast, sheet, NEW=2, CHANGED=0)

    assert Task.objects.count() == 1


def test_a_known_row_shows_its_changed_fields_and_leaves_a_remark(cast):
    take(cast, ledger([ROW]))
    later = ledger([changed(ROW, 整改时限="2026-12-10", 督办责任人="郑督办")])
    (line,) = look(cast, later).lines
    assert [(d.label, d.before, d.after) for d in line.differences] == [
        ("整改时限", "2026-11-30 24:00", "2026-12-10 24:00"),
        ("督办责任人", "周督办", "郑督办"),
    ]

    take(cast, later, NEW=0, CHANGED=1)

    task = Task.objects.get()
    assert task.due_at == datetime(2026, 12, 1, tzinfo=BEIJING)  # a deadline moves by 延期 only
    assert "督办责任人 周督办 → 郑督办" in task.events.order_by("-sequence")[0].note
    assert look(cast, later).changes == 0


def test_a_column_that_is_missing_is_no_change(cast):
    take(cast, ledger([ROW]))

    (line,) = look(cast, ledger([ROW[:3]], HEAD[:3])).lines

    assert line.outcome == "DUPLICATE"


def test_one_row_that_cannot_come_in_keeps_all_out_and_is_named(cast, monkeypatch):
    sheet = ledger([ROW, OTHER])

    def refuse(task, **order):
        raise Refused("这里不行。")

    monkeypatch.setattr("tasks.services.registration.issue", refuse)
    with pytest.raises(Refused, match="第 2 行：这里不行。整批没有导入"):
        take(cast, sheet)

    assert not Task.objects.exists()
    assert not ImportBatch.objects.exists()


def test_formulas_come_in_as_text_and_go_out_harmless(cast):
    evil = '=HYPERLINK("http://x","y")'
    take(cast, ledger([changed(ROW, 问题=evil, 地点="@SUM(A1)")]))

    task = Task.objects.get()
    book = load_workbook(io.BytesIO(exported.workbook(cast.scheme, Task.objects.all(), at=NOON)))
    shown = [cell.value for cell in book.active[3]]
    assert task.title == evil
    assert f"'{evil}" in shown
    assert "'@SUM(A1)" in shown
    assert all(cell.data_type != "f" for cell in book.active[3])


def test_only_who_oversees_the_root_may_import(cast):
    with pytest.raises(PermissionDenied):
        take(cast, ledger([ROW]), by=cast.chief)


def test_the_chains_hold_after_an_import(cast):
    take(cast, ledger([ROW, OTHER]))

    assert verify(at=NOON).is_whole


# --- taking back --------------------------------------------------------------------------------


def test_an_undo_voids_what_nobody_has_touched_and_frees_the_rows(cast):
    sheet = ledger([ROW, OTHER])
    batch = take(cast, sheet)

    done = undo(batch, reason="导错了", by=cast.office, at=NOON + timedelta(hours=1))

    assert (done.voided, done.kept) == (2, [])
    assert set(Task.objects.values_list("state", flat=True)) == {State.VOID}
    assert look(cast, sheet).counts["NEW"] == 2
    assert take(cast, sheet, at=NOON + timedelta(hours=2)).created == 2


def test_an_undo_keeps_what_somebody_has_touched_and_names_it(cast):
    sheet = ledger([ROW, OTHER])
    batch = take(cast, sheet)
    task = Task.objects.get(source_ref="WT-001")
    life.accept(task, by=cast.worker, at=NOON + timedelta(minutes=5))

    done = undo(batch, reason="导错了", by=cast.office, at=NOON + timedelta(hours=1))

    assert done.voided == 1
    assert [(one.task, one.reason) for one in done.kept] == [(task, "已签收")]
    assert Task.objects.get(pk=task.pk).state == State.HANDLING
    assert look(cast, sheet).counts["NEW"] == 1


def test_an_undo_is_refused_when_all_are_touched_and_when_done_before(cast):
    batch = take(cast, ledger([ROW]))
    task = Task.objects.get()
    life.comment(task, note="已电话通知", by=cast.office, at=NOON + timedelta(minutes=1))

    with pytest.raises(Refused, match=f"{task.number}（已留言）"):
        undo(batch, reason="导错了", by=cast.office, at=NOON + timedelta(hours=1))

    other = take(cast, ledger([OTHER]))
    undo(other, reason="导错了", by=cast.office, at=NOON + timedelta(hours=1))
    with pytest.raises(Refused, match="已经撤销过"):
        undo(other, reason="再来", by=cast.office, at=NOON + timedelta(hours=2))


def test_an_undone_update_is_compared_with_the_import_before_it(cast):
    take(cast, ledger([ROW]))
    later = ledger([changed(ROW, 督办责任人="郑督办")])
    update = take(cast, later, NEW=0, CHANGED=1)

    undo(update, reason="导错了", by=cast.office, at=NOON + timedelta(hours=1))

    assert Task.objects.get().state == State.ISSUED
    assert look(cast, later).counts["CHANGED"] == 1


def test_an_undone_first_file_takes_the_later_news_with_it(cast):
    first = take(cast, ledger([ROW]))
    take(cast, ledger([changed(ROW, 督办责任人="郑督办")]), NEW=0, CHANGED=1)

    undo(first, reason="导错了", by=cast.office, at=NOON + timedelta(hours=1))

    assert not ImportedRow.objects.filter(undone_at=None).exists()
    assert look(cast, ledger([ROW])).counts["NEW"] == 1


def test_what_an_undo_would_keep_is_found_in_the_same_number_of_queries(
    cast, django_assert_max_num_queries
):
    rows = [changed(ROW, 编号=f"WT-{n}", 地点=f"{n} 号") for n in range(20)]
    batch = take(cast, ledger(rows))

    with django_assert_max_num_queries(8):
        assert kept_of(batch, by=cast.office, at=NOON) == []


# --- the pages ----------------------------------------------------------------------------------


def hidden_of(page) -> dict[str, str]:
    """What the page would send back: its hidden fields and the choices made."""
    html = page.content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    for select in re.findall(r"<select.*?</select>", html, re.S):
        name = re.search(r'name="(\w+)"', select).group(1)
        chosen = re.search(r'value="([^"]*)"\s+selected', select)
        found[name] = chosen.group(1) if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_the_pages_lead_from_file_to_batch_and_back(client, cast):
    client.force_login(cast.office)
    rows = [["整改台账"], HEAD, ROW, changed(OTHER, 整改时限="尽快")]
    upload = SimpleUploadedFile("台账.csv", csv_bytes(rows, encoding="gbk"))
    url = reverse("tasks:import")

    mapping = client.post(url, {"act": "upload", "file": upload})
    preview = client.post(url, hidden_of(mapping) | {"act": "preview"})
    assert "F 列“整改时限”：“尽快”不是日期" in preview.content.decode()
    assert not Task.objects.exists()
    sent = hidden_of(preview)
    assert client.post(url, sent | {"act": "map"}).status_code == 200
    done = client.post(url, sent | {"act": "commit"}, follow=True)

    assert Task.objects.get().title == ROW[1]
    assert Task.objects.get().number in done.content.decode()
    batch = ImportBatch.objects.get()
    gone = client.post(reverse("tasks:import-undo", args=[batch.pk]), {"reason": "导错了"})
    assert gone.status_code == 302
    assert Task.objects.get().state == State.VOID
    assert "已撤销" in client.get(reverse("tasks:import-batch", args=[batch.pk])).content.decode()


def test_the_pages_say_what_is_missing_with_422(client, cast):
    client.force_login(cast.office)
    url = reverse("tasks:import")
    bomb = client.post(url, {"act": "upload", "file": SimpleUploadedFile("a.xlsx", BOMB)})
    assert bomb.status_code == 422
    assert "大得不正常" in bomb.content.decode()

    upload = SimpleUploadedFile("台账.csv", csv_bytes([HEAD, ROW]))
    sent = hidden_of(client.post(url, {"act": "upload", "file": upload})) | {"act": "preview"}
    untitled = client.post(url, sent | {"col_title": ""})
    twice = client.post(url, sent | {"col_place": sent["col_title"]})
    odd_head = client.post(url, sent | {"head": "²"})
    assert (untitled.status_code, twice.status_code, odd_head.status_code) == (422, 422, 422)

    gone = client.post(url, sent | {"held": "../../etc/passwd"})
    assert gone.status_code == 409


def test_a_kept_file_is_for_its_uploader_only(client, cast):
    client.force_login(cast.office)
    url = reverse("tasks:import")
    upload = SimpleUploadedFile("台账.csv", csv_bytes([HEAD, ROW]))
    sent = hidden_of(client.post(url, {"act": "upload", "file": upload})) | {"act": "preview"}

    colleague = make_user()
    make_post(colleague, cast.tree.root, "OFFICE")
    client.force_login(colleague)

    assert client.post(url, sent).status_code == 409
