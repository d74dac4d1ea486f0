"""数据导入, step by step: what the office sees, chooses and gets."""

import csv
import io
import re
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from air import day_rows, make_station, put, row
from build import NOON
from stations.models import DailyAir, HourlyReading, ImportLayout, IngestBatch

HEAD = "站点编码,监测时间,PM2.5(μg/m³),PM10,SO2,NO2,CO(mg/m³),O3\n"
GOOD = "S-1,2026-11-17 08:00,35,60,8,20,0.7,80\n"
ODD = "点位,时刻,细粒,粗粒,一氧化碳浓度\n学校站,2026-11-17 08:00,35,60,700\n"


@pytest.fixture
def station(street):
    return make_station(street, "S-1", name="学校站")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def _post(user, **data):
    client = Client()
    client.force_login(user)
    return client.post(reverse("stations:import"), data)


def _upload(user, content, name="小时.csv", **more):
    raw = content if isinstance(content, bytes) else content.encode("gb18030")
    file = SimpleUploadedFile(name, raw)
    return _post(user, act="upload", file=file, format="csv", **more)


def _answers(shown, /, **changes):
    """What the form of the page would send, with changes."""
    form = shown.context["form"]
    given = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (given | changes).items() if value not in (None, "")}


def _hidden(page):
    """The answers that the preview carries on."""
    return dict(page.context["carried"])


def _text(page):
    return page.content.decode()


def test_a_file_of_the_usual_kind_needs_no_choice(station, chief):
    mapping = _upload(chief, HEAD + GOOD + "S-9,2026-11-17 08:00,1,1,1,1,1,1\n")
    preview = _post(chief, act="preview", **_answers(mapping))

    assert (mapping.status_code, preview.status_code) == (200, 200)
    assert not HourlyReading.objects.exists()
    assert "没有代码为“S-9”的站点" in _text(preview)
    assert preview.context["refused"][0].value == "S-9"
    assert preview.context["rows"][0]["figures"] == [35, 60, 8, 20, 0.7, 80]

    taken = _post(chief, act="take", **_hidden(preview))

    batch = IngestBatch.objects.get()
    assert taken.url == reverse("stations:import-batch", args=[batch.pk])
    assert (batch.by, batch.created, batch.rejected, batch.file_name) == (chief, 1, 1, "小时.csv")
    assert len(batch.sha256) == 64
    assert HourlyReading.objects.get().pm25_ngm3 == 35000
    assert DailyAir.objects.count() == 1


def test_columns_units_hours_and_stations_are_chosen_and_remembered(station, chief):
    mapping = _upload(chief, ODD)
    refused = _post(chief, act="preview", **_answers(mapping))
    chosen = {
        "col_station": "点位",
        "col_hour_ending_at": "时刻",
        "col_pm25": "细粒",
        "col_pm10": "粗粒",
        "col_co": "一氧化碳浓度",
        "unit_co": "u",
        "time_label": "beginning",
        "source": "区平台导出",
    }
    preview = _post(chief, act="preview", **_answers(mapping, **chosen))
    _post(chief, act="take", **_hidden(preview))

    assert refused.status_code == 422
    assert "请选站点一列" in _text(refused)
    reading = HourlyReading.objects.get()
    assert (reading.station, reading.co_ugm3, reading.pm10_ngm3) == (station, 700, 60000)
    assert reading.hour_ending_at.isoformat() == "2026-11-17T01:00:00+00:00"  # 9:00 in Beijing
    saved = ImportLayout.objects.get()
    assert (saved.source, saved.by, saved.at) == ("区平台导出", chief, NOON)

    again = _upload(chief, ODD.replace(",35,", ",36,"), name="下月.csv")

    assert "上次的对应" in _text(again)
    assert again.context["form"]["col_co"].value() == "一氧化碳浓度"
    assert again.context["form"]["unit_co"].value() == "u"
    assert again.context["form"]["time_label"].value() == "beginning"


def test_a_source_can_be_named_for_a_file_with_other_columns(station, chief):
    preview = _post(
        chief,
        act="preview",
        **_answers(_upload(chief, HEAD + GOOD), source="甲", time_label="beginning"),
    )
    _post(chief, act="take", **_hidden(preview))

    other = _upload(chief, "站点编码,监测时间,PM2.5(μg/m³)\nS-1,2026-11-17 08:00,1\n", source="甲")

    form = other.context["form"]
    assert form["time_label"].value() == "beginning"
    assert form["col_pm10"].value() == ""


def test_unknown_stations_are_matched_on_the_preview(station, chief):
    text = HEAD + GOOD.replace("S-1", "东门外")
    preview = _post(chief, act="preview", **_answers(_upload(chief, text)))
    assert preview.context["unmatched"] == [("东门外", 1)]

    matched = _post(
        chief, act="preview", **_hidden(preview), **{"name-0": "东门外", "match-0": "S-1"}
    )
    _post(chief, act="take", **_hidden(matched))

    assert matched.context["unmatched"] == []
    assert HourlyReading.objects.get().station == station


def test_a_file_of_one_station_without_its_column(station, chief):
    text = "time,pm2_5,pm10\n2018-11-14T10:00,46.32,92.8\n"
    mapping = _upload(chief, text)

    preview = _post(chief, act="preview", **_answers(mapping, one_station="S-1"))
    _post(chief, act="take", **_hidden(preview))

    assert HourlyReading.objects.get().pm25_ngm3 == 46320


def test_a_sheet_and_a_head_line_are_chosen(station, chief):
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["本表由区站填报"])
    page = book.create_sheet("小时值")
    page.append(["某区空气质量小时值"])
    page.append(["站点编码", "监测时间", "PM2.5"])
    page.append(["S-1", "2026-11-17 08:00", 35.5])
    out = io.BytesIO()
    book.save(out)

    mapping = _upload(chief, out.getvalue(), name="月报.xlsx")
    changed = _post(chief, act="page", **_answers(mapping, page="小时值", head=1))
    preview = _post(chief, act="preview", **_answers(changed))
    wrong = _post(chief, act="map", **_answers(changed, head=1))

    assert "读的是工作表“小时值”；“说明”没有读" in _text(mapping)  # a cover is no table
    assert changed.context["table"].sheet.head == 2
    assert preview.context["outcome"].created == 1
    assert wrong.context["form"]["col_station"].value() == ""


def test_back_from_the_preview_keeps_every_answer(station, chief):
    mapping = _upload(chief, HEAD + GOOD)
    preview = _post(chief, act="preview", **_answers(mapping, col_so2="", zeros="missing"))

    back = _post(chief, act="back", **_hidden(preview))

    form = back.context["form"]
    assert (form["col_so2"].value(), form["zeros"].value()) == ("", "missing")
    assert form["col_pm25"].value() == "PM2.5(μg/m³)"


def test_one_column_cannot_be_two_things(station, chief):
    mapping = _upload(chief, HEAD + GOOD)

    answer = _post(chief, act="preview", **_answers(mapping, col_pm10="PM2.5(μg/m³)"))

    assert answer.status_code == 422
    assert "这一列已对应“PM2.5”" in _text(answer)


def test_a_mean_where_the_hour_belongs_is_warned_of(station, chief):
    text = HEAD.replace(",O3", ",O3_8h") + GOOD
    mapping = _upload(chief, text)

    preview = _post(chief, act="preview", **_answers(mapping, col_o3="O3_8h"))

    assert mapping.context["form"]["col_o3"].value() == ""
    assert "应是 1 小时值" in _text(preview)


def test_refused_lines_come_as_a_csv_to_put_right(station, chief):
    text = HEAD + GOOD + GOOD.replace(",80", ",<2") + "=cmd(),2026-11-17 09:00,1,1,1,1,1,1\n"
    preview = _post(chief, act="preview", **_answers(_upload(chief, text)))

    answer = _post(chief, act="rejects", **_hidden(preview))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "attachment" in answer["Content-Disposition"]
    assert rows[1][:3] == ["3", "O3", "<2"]
    assert "检出限" in rows[1][3]
    assert rows[1][4:6] == ["S-1", "2026-11-17 08:00"]
    assert rows[2][2] == "'=cmd()"
    assert not HourlyReading.objects.exists()


def test_the_same_file_renamed_says_so_and_offers_nothing(station, chief):
    preview = _post(chief, act="preview", **_answers(_upload(chief, HEAD + GOOD)))
    _post(chief, act="take", **_hidden(preview))

    again = _post(chief, act="preview", **_answers(_upload(chief, HEAD + GOOD, name="改名.csv")))

    assert "同一个文件已于 2026-11-18 12:00 导入过（小时.csv）" in _text(again)
    assert "没有要入库的数据" in _text(again)
    assert again.context["outcome"].unchanged == 1


def test_a_held_file_belongs_to_who_uploaded_it(station, chief, office):
    mapping = _upload(chief, HEAD + GOOD)

    answer = _post(office, act="take", **_answers(mapping))

    assert answer.status_code == 409
    assert not HourlyReading.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空"),
        ("station", "没有数据行"),
        (b"\xd0\xcf\x11\xe0" + bytes(50), ".xls"),
        (b"PK\x03\x04" + bytes(50), "损坏"),
        (bytes(range(128, 256)) * 9, "编码"),
        (",".join("c" * 4000) + "\n1\n", "3000 列"),
    ],
)
def test_a_useless_file_gets_its_sentence(station, chief, content, words):
    answer = _upload(chief, content)

    assert answer.status_code == 422
    assert re.search(words, _text(answer))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"held": "../../etc/passwd"}, 409),
        ({"held": "0" * 64}, 409),
        ({"format": "nonsense"}, 422),
        ({"head": "99"}, 422),
        ({"page": "不存在"}, 422),
        ({"aliases": "没有等号"}, 422),
        ({"col_pm25": "没有这一列"}, 422),
        ({"one_station": "S-404"}, 422),
    ],
)
def test_answers_that_no_page_offers_are_refused(station, chief, changes, status):
    mapping = _upload(chief, HEAD + GOOD)

    answer = _post(chief, act="take", **(_answers(mapping) | changes))

    assert answer.status_code == status
    assert not HourlyReading.objects.exists()


def test_too_many_rows_for_a_page_are_sent_to_the_command(station, chief, monkeypatch):
    monkeypatch.setattr("stations.views.imports.MOST_ROWS", 1)

    answer = _upload(chief, HEAD + GOOD + GOOD)

    assert answer.status_code == 422
    assert "import_readings" in _text(answer)


def test_a_batch_shows_its_file_and_its_refusals_to_its_owner(station, chief, office):
    text = HEAD + GOOD + "S-9,2026-11-17 08:00,1,1,1,1,1,1\n"
    preview = _post(chief, act="preview", **_answers(_upload(chief, text)))
    taken = _post(chief, act="take", **_hidden(preview))
    mine, theirs = Client(), Client()
    mine.force_login(chief)
    theirs.force_login(office)

    page, file = mine.get(taken.url), mine.get(taken.url + "?format=csv")

    assert IngestBatch.objects.get().sha256 in _text(page)
    assert "没有代码为“S-9”的站点" in file.content.decode("utf-8-sig")
    assert theirs.get(taken.url).status_code == 404


def test_the_last_batches_are_those_of_the_regime_with_machines_apart(
    station, office, outsider, other_scheme
):
    elsewhere = make_station(other_scheme.grids.get(), "O-1")
    put(day_rows(elsewhere, date(2026, 11, 17), range(1, 3)), by=outsider, source="别处手工")
    put(day_rows(elsewhere, date(2026, 11, 17), range(3, 5)), source="别处机器")
    put(day_rows(station, date(2026, 11, 17), range(1, 3)), by=office, source="本区手工")
    put(day_rows(station, date(2026, 11, 17), range(3, 5)), source="本区机器")
    put([row("没有这个站", "2026-11-17T01:00:00+08:00")], by=office, source="全部退回")

    client = Client()
    client.force_login(office)
    shown = client.get(reverse("stations:import"))

    assert [one.source for one in shown.context["batches"]] == ["全部退回", "本区手工"]
    assert [one.source for one in shown.context["machines"]] == ["本区机器"]
    assert "别处" not in _text(shown)
    assert "自动入库的批次" in _text(shown)
