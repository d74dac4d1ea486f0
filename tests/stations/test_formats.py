import gzip
import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from stations import hours
from stations.ingest import formats
from stations.ingest.sheets import Unreadable

HEAD = "station,hour_ending_at,pm25_ugm3,pm10_ugm3,so2_ugm3,no2_ugm3,co_mgm3,o3_ugm3\n"
LINE = "S-1,2026-11-17 08:00,35.5,60,8,20,0.72,80\n"


def _read(text, format="csv", **more):
    return formats.read(text.encode() if isinstance(text, str) else text, format=format, **more)


def _hours(feed):
    return [hours.moment_of(number).strftime("%m-%d %H") for number in feed.hour]


def _one(feed, column):
    value = int(feed.values[column][0])
    return None if value == hours.NONE else value


def test_own_table_is_read_with_its_lines():
    feed = _read(HEAD + LINE + "\n" + LINE.replace("08:00", "09:00"))

    assert feed.line.tolist() == [2, 4]
    assert _hours(feed) == ["11-17 08", "11-17 09"]
    assert (_one(feed, "pm25_ngm3"), _one(feed, "co_ugm3")) == (35500, 720)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_office_encodings_are_recognised(encoding):
    text = "站点编码,监测时间,PM2.5(μg/m³),CO(mg/m³)\nS-1,2026年11月17日 8时,３５,0.7\n"

    feed = _read(text.encode(encoding))

    assert (_one(feed, "pm25_ngm3"), _one(feed, "co_ugm3")) == (35000, 700)
    assert _hours(feed) == ["11-17 08"]


@pytest.mark.parametrize(
    ("heading", "written", "stored"),
    [
        ("co_ugm3", "700", 700),
        ("CO(μg/m3)", "700", 700),
        ("CO", "0.7", 700),
        ("一氧化碳(毫克/立方米)", "0.7", 700),
    ],
)
def test_the_unit_in_the_heading_counts(heading, written, stored):
    assert (
        _one(_read(f"station,time,{heading}\nS-1,2026-11-17 08:00,{written}\n"), "co_ugm3")
        == stored
    )


@pytest.mark.parametrize(
    ("label", "hour"),
    [
        ("2026-11-17 24:00", "11-18 00"),
        ("2026/11/17 8:00:00", "11-17 08"),
        ("2026-11-17T08:00:00+08:00", "11-17 08"),
        ("2026-11-17T00:00:00Z", "11-17 08"),
    ],
)
def test_hour_labels(label, hour):
    assert _hours(_read(HEAD + LINE.replace("2026-11-17 08:00", label))) == [hour]


@pytest.mark.parametrize(
    "label", ["2026-11-17 08:30", "2026-13-01 08:00", "2026-11-17 25:00", "8点", "2026-11-17", ""]
)
def test_a_bad_hour_refuses_its_line_only(label):
    feed = _read(HEAD + LINE + LINE.replace("2026-11-17 08:00", label))

    assert len(feed) == 1
    assert [(line, code) for line, code, _ in feed.rejected] == [(3, "invalid")]


def test_declared_beginning_is_shifted_once():
    assert _hours(_read(HEAD + LINE, is_beginning=True)) == ["11-17 09"]


@pytest.mark.parametrize("word", ["-", "—", "NA", "", "-;", "-999", "缺测", "null"])
def test_words_for_missing(word):
    assert _one(_read(HEAD + LINE.replace("35.5", word)), "pm25_ngm3") is None


@pytest.mark.parametrize("word", ["<2", "三十五", "1e400", "NaN5", "0x10", "35,5"])
def test_unreadable_figures_refuse_their_line(word):
    feed = _read(HEAD + LINE.replace("35.5", f'"{word}"'))

    [(line, code, detail)] = feed.rejected
    assert (line, code) == (2, "invalid")
    assert "pm25_ugm3" in detail


def test_thousands_separators_are_understood():
    assert _one(_read(HEAD + LINE.replace("60", '"1,060.5"')), "pm10_ngm3") == 1060500


def test_a_line_with_too_many_cells_is_refused():
    feed = _read(HEAD + LINE + LINE.replace("80\n", "80,9\n"))

    assert [line for line, _, _ in feed.rejected] == [3]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空"),
        (b"station,hour_ending_at,pm25\n", "没有数据行"),
        (b"a,b,c\n1,2,3\n", "表头缺少"),
        (b"station,time,pm25,PM2.5\nS,2026-11-17 08:00,1,2\n", "重复"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), ".xls"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "图片"),
        (b"%PDF-1.4\n1 0 obj\n", "PDF"),
        (b"[1, 2, 3]", "没有一条带列名的记录"),
        (b"\x1f\x8b" + bytes(100), "损坏"),
        (b"PK\x03\x04" + bytes(100), "损坏"),
        (b'[{"a": 1', "JSON"),
        (b'{"data": []}', "数据数组"),
        (bytes([0x81, 0x20, 0xFF, 0xFE, 0x81]), "编码"),
    ],
)
def test_a_useless_file_is_refused_with_a_sentence(data, words):
    with pytest.raises(Unreadable, match=words):
        _read(data)


def test_platform_rows_have_ozone_names_swapped():
    text = (
        "timepoint,stationcode,o3,o3_24h,o3_8h,pm2_5\n"
        "2022-01-03T07:00:00,1337A,110,5,5,95\n2022-01-03T07:00:00,1338A,117,—,7,85\n"
    )

    feed = _read(text, "platform")

    assert feed.values["o3_ngm3"].tolist() == [5000, hours.NONE]
    assert feed.notes


def test_cnemc_rows_have_them_right_and_a_false_zone_is_ignored():
    text = "timepoint,stationcode,o3,o3_24h\n2022-01-03T07:00:00Z,1337A,5,110\n"

    feed = _read(text, "cnemc")

    assert _one(feed, "o3_ngm3") == 5000
    assert _hours(feed) == ["01-03 07"]


def test_many_rows_against_the_declared_names_are_noticed():
    rows = "".join(f"2022-01-03T07:00:00,{n}A,{n},{n + 50}\n" for n in range(1, 30))

    feed = _read("timepoint,stationcode,o3,o3_24h\n" + rows, "platform")

    assert _one(feed, "o3_ngm3") == 1000
    assert "复核" in feed.notes[0]


def test_zero_is_missing_where_the_source_writes_it_so():
    text = (
        '[{"station_code": "1A", "time_point": "2015-04-22T14:00:00Z", "pm2_5": 0, "pm10": 61,'
        ' "o3": 0, "o3_24h": 9, "co": 0.0, "position_name": "x"}]'
    )

    feed = _read(text, "cnemc")

    assert (_one(feed, "pm25_ngm3"), _one(feed, "co_ugm3"), _one(feed, "o3_ngm3")) == (None,) * 3
    assert _one(feed, "pm10_ngm3") == 61000


def test_zero_stays_zero_elsewhere():
    assert _one(_read(HEAD + LINE.replace("35.5", "0")), "pm25_ngm3") == 0


def test_prsa_hours_begin_and_co_is_in_micrograms():
    text = (
        "No,year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,TEMP,PRES,DEWP,RAIN,wd,WSPM,station\n"
        "1,2013,3,1,0,9,9,3,17,300,89,-0.5,1024.5,-21.4,0,NNW,5.7,Dongsi\n"
        "2,2013,3,1,23,4,4,NA,16,300,88,-0.7,1025.1,-22.1,0,N,3.9,Dongsi\n"
    )

    feed = _read(gzip.compress(text.encode()), "prsa")

    assert _hours(feed) == ["03-01 01", "03-02 00"]
    assert (_one(feed, "co_ugm3"), _one(feed, "wind_speed_cms")) == (300, 570)
    assert (_one(feed, "wind_deg"), _one(feed, "temperature_dc")) == (338, -5)
    assert feed.values["so2_ngm3"].tolist() == [3000, hours.NONE]
    assert feed.values["humidity_percent"].tolist() == [19, 18]
    assert any("Magnus" in note for note in feed.notes)


def test_prsa_without_a_dew_point_has_no_humidity():
    text = (
        "No,year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,TEMP,DEWP,station\n"
        "1,2013,3,1,0,9,9,3,17,300,89,NA,-21.4,Dongsi\n"
        "2,2013,3,1,1,9,9,3,17,300,89,5,NA,Dongsi\n"
        "3,2013,3,1,2,9,9,3,17,300,89,5,9,Dongsi\n"
    )

    feed = _read(gzip.compress(text.encode()), "prsa")

    assert feed.values["humidity_percent"].tolist() == [hours.NONE] * 3
    bare = _read(gzip.compress(text.replace("DEWP", "PRES").encode()), "prsa")
    assert "humidity_percent" not in bare.values
    assert bare.notes == []


def test_the_archive_with_a_column_per_station_is_turned():
    text = (
        "date,hour,type,1001A,1002A\n20260101,8,PM2.5,35,\n20260101,8,PM2.5_24h,99,99\n"
        "20260101,8,CO,0.7,0.9\n20260101,9,PM2.5,36,40\n"
    )

    feed = _read(text, "cnemc")

    found = dict(
        zip(zip(feed.station, _hours(feed), strict=True), feed.values["pm25_ngm3"], strict=True)
    )
    assert found == {
        ("1001A", "01-01 08"): 35000,
        ("1002A", "01-01 08"): hours.NONE,
        ("1001A", "01-01 09"): 36000,
        ("1002A", "01-01 09"): 40000,
    }


def _workbook(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_real_dates_is_read():
    moment = datetime(2026, 11, 17, 8)  # noqa: DTZ001 (a cell has no zone)
    data = _workbook([["站点编码", "时间", "PM2.5"], ["S-1", moment, 35.5], ["S-1", "坏", 1]])

    feed = _read(data)

    assert _hours(feed) == ["11-17 08"]
    assert _one(feed, "pm25_ngm3") == 35500
    assert [line for line, _, _ in feed.rejected] == [3]


def _package(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {"xl/workbook.xml": b"<a/>", **parts}.items():
            package.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/sheet.xml": b"0" * 50_000_000}, "不正常"),
        ({"xl/sheet.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><a/>'}, "外部实体"),
    ],
)
def test_hostile_workbooks_are_refused_before_parsing(parts, words):
    with pytest.raises(Unreadable, match=words):
        _read(_package(**parts))
