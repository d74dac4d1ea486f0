"""Every odd cell, file and source that is known: what is stored, what is refused, what is said.

One table of cases; each goes through the same door as a real file, up to the stored row.
"""

from dataclasses import dataclass

import pytest

from air import make_station
from build import NOON
from stations.ingest import formats
from stations.models import HourlyReading
from stations.services import ingest
from stations.services.ingest import Origin

HEAD = "station,hour_ending_at,pm25_ugm3,pm10_ugm3,so2_ugm3,no2_ugm3,co_mgm3,o3_ugm3\n"
ROW = "S-1,2026-11-17 08:00,35,60,8,20,0.7,80\n"


@pytest.fixture(autouse=True)
def stations(village):
    return [make_station(village, "S-1", name="学校站"), make_station(village, "S-2")]


def _take(data, format="csv", **more):
    raw = data if isinstance(data, bytes) else data.encode()
    feed = formats.read(raw, format=format, **more)
    origin = Origin("语料", format, "语料.csv", "")
    return ingest.take_in(feed, origin=origin, by=None, at=NOON)


@dataclass(frozen=True)
class Cell:
    """A cell in the PM2.5 column and the value that is stored, in µg/m³; None is missing."""

    written: str
    stored: float | None


@pytest.mark.parametrize(
    "cell",
    [
        Cell("", None),
        Cell("-", None),
        Cell("—", None),
        Cell("——", None),
        Cell("NA", None),
        Cell("NaN", None),
        Cell("null", None),
        Cell("-999", None),
        Cell("−999", None),
        Cell("-99.0", None),
        Cell("缺测", None),
        Cell("0", 0.0),
        Cell("３５．５", 35.5),
        Cell('"1,060.5"', 1060.5),
        Cell(" 35 ", 35.0),
        Cell("3.5e1", 35.0),
        Cell("-3", -3.0),
        Cell("35.0005", 35.0),
        Cell("35.0015", 35.002),
    ],
    ids=lambda cell: cell.written or "empty",
)
def test_a_cell_is_stored_as_documented(cell):
    outcome = _take(HEAD + ROW.replace(",35,", f",{cell.written},"))

    stored = HourlyReading.objects.get().pm25_ngm3
    assert outcome.rejected == []
    assert stored == (None if cell.stored is None else round(cell.stored * 1000))


@pytest.mark.parametrize(
    ("column", "written", "code", "words"),
    [
        (2, "<2", "invalid", "带大小于号，请填检出限的一半或留空"),
        (2, "三十五", "invalid", "不是数值，缺测请留空或写“-”"),
        (2, "Infinity", "invalid", "不是数值"),
        (2, "1e400", "invalid", "超出范围，请核对单位"),
        (2, "1e300", "invalid", "超出范围，请核对单位"),
        (2, "35;6", "invalid", "不是数值"),
        (2, "9999", "out_of_range", "9999 常是缺测代码，缺测请留空"),
        (2, "-25", "out_of_range", "超出可信范围"),
        (6, "700", "out_of_range", "疑似单位是 µg/m³"),
        (0, "S-404", "unknown_station", "没有代码为“S-404”的站点"),
        (1, "2026-11-19 08:00", "future", "还没有到，请核对时间"),
        (1, "2026-11-17 08:00:60", "invalid", "不是整点"),
        (1, "2026-11-17 08:61", "invalid", "不是整点"),
        (1, "2026-11-17 25:00", "invalid", "小时应在 0 到 24 之间"),
        (1, "2026-02-30 08:00", "invalid", "没有“2026-02-30 08:00”这一天"),
        (1, "1970-01-01 08:00", "invalid", "早于 1990 年"),
        (1, "昨天", "invalid", "请写成 2026-11-18 13:00"),
        (1, "2026-11-17 08:00+99:00", "invalid", "时区"),
    ],
)
def test_a_bad_cell_refuses_its_row_with_a_sentence_and_keeps_the_others(
    column, written, code, words
):
    cells = ROW.strip().split(",")
    cells[column] = written
    fine = ROW.replace("08:00", "09:00")

    outcome = _take(HEAD + ",".join(cells) + "\n" + fine)

    [(line, found, detail)] = outcome.rejected
    assert (line, found, outcome.created) == (2, code, 1)
    assert words in detail
    assert outcome.fields[2] == ("station", "hour_ending_at", "pm25", "", "", "", "co")[column]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-11-16 24:00", "2026-11-16T16:00"),
        ("2026-11-17 00:00", "2026-11-16T16:00"),
        ("2026-11-17T00:00:00+08:00", "2026-11-16T16:00"),
        ("2026-11-17T00:00:00Z", "2026-11-17T00:00"),
        ("2026年11月17日8时", "2026-11-17T00:00"),
        ("2026/11/17 8:00", "2026-11-17T00:00"),
        ("２０２６-11-17 08：00", "2026-11-17T00:00"),
    ],
)
def test_naive_beijing_and_utc_stamps_in_one_feed(written, utc):
    _take(HEAD + ROW.replace("2026-11-17 08:00", written))

    assert f"{HourlyReading.objects.get().hour_ending_at:%Y-%m-%dT%H:%M}" == utc


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_office_encodings_and_names_of_stations(encoding):
    text = "站点名称,监测时间,PM2.5(μg/m³)\n学校站,2026-11-17 08:00,35\n".replace("³", "3")

    assert _take(text.replace("μ", "u").encode(encoding)).created == 1


def _many(change=lambda n: {}, heads=HEAD, count=30):
    """Rows of consecutive hours, cells by name changed."""
    names = heads.strip().split(",")
    usual = dict(zip(HEAD.strip().split(","), ROW.strip().split(","), strict=True))
    lines = []
    for n in range(count):
        day, hour = divmod(n, 24)
        cells = usual | {"hour_ending_at": f"2026-11-{15 + day} {hour:02}:00"} | change(n)
        lines.append(",".join(str(cells[name]) for name in names))
    return heads + "\n".join(lines) + "\n"


def test_co_in_micrograms_is_refused_as_a_whole_small_values_too():
    outcome = _take(_many(lambda n: {"co_mgm3": 90 if n == 0 else 700}))

    assert outcome.created == 0
    assert {code for _, code, _ in outcome.rejected} == {"unit"}
    assert "CO 多数大于 100，疑似 µg/m³" in outcome.rejected[0][2]


def test_milligrams_in_a_microgram_column_are_refused_as_a_whole():
    outcome = _take(_many(lambda n: {"so2_ugm3": "0.008"}))

    assert (outcome.created, outcome.rejected[0][1]) == (0, "unit")


def test_rows_of_nothing_but_zeros_are_told():
    zeros = dict.fromkeys(HEAD.strip().split(",")[2:], 0)
    outcome = _take(_many(lambda n: zeros if n < 3 else {}))

    assert outcome.created == 30
    assert any("有 3 行各项全是 0，疑似以 0 代替缺测" in note for note in outcome.notes)


def test_a_station_hour_twice_keeps_the_first_and_says_so():
    outcome = _take(HEAD + ROW + ROW.replace(",35,", ",99,"))

    assert outcome.rejected == [(3, "duplicate", "与第 2 行是同一站点同一小时，保留了第 2 行")]
    assert HourlyReading.objects.get().pm25_ngm3 == 35000


def test_drift_and_impossible_pairs_are_flagged_kept_and_told():
    outcome = _take(_many(lambda n: {0: {"so2_ugm3": -2}, 1: {"pm25_ugm3": 90}}.get(n, {})))

    flags = list(HourlyReading.objects.order_by("hour_ending_at").values_list("flags", flat=True))
    assert flags[:3] == ["NNGNNN", "PPNNNN", ""]
    assert any("1 行 PM2.5 高于 PM10" in note for note in outcome.notes)
    assert any("1 行含负值" in note for note in outcome.notes)


def test_stale_rows_of_a_publication_keep_their_own_hour_and_are_told():
    heads = "station_code,time_point,pm2_5,pm10\n"
    rows = "".join(f"S-{n},2026-11-17T08:00:00Z,35,60\n" for n in range(10, 30))

    outcome = _take(heads + rows + "S-1,2026-11-16T02:00:00Z,35,60\n", "cnemc")

    assert outcome.created == 1
    assert HourlyReading.objects.get().hour_ending_at.isoformat() == "2026-11-15T18:00:00+00:00"
    assert any("1 行的时间早于本次发布" in note for note in outcome.notes)


def test_a_station_with_two_columns_counts_once():
    text = "date,hour,type,S-1,S-1\n20260102,8,PM2.5,35,36\n"

    outcome = _take(text, "cnemc")

    assert HourlyReading.objects.get().pm25_ngm3 == 35000
    assert any("出现两次，取第一列" in note for note in outcome.notes)


def test_o3_and_its_eight_hour_mean_swapped_are_noticed():
    heads = HEAD.strip() + ",o3_8h\n"
    text = _many(lambda n: {"o3_ugm3": 80 + n % 2, "o3_8h": 80 + 40 * (n % 2)}, heads)

    outcome = _take(text)

    assert any("两列疑似对调" in note for note in outcome.notes)


def test_the_same_rows_in_another_order_and_under_another_name_change_nothing():
    text = _many()
    _take(text)
    lines = text.strip().split("\n")

    again = _take("\n".join([lines[0], *reversed(lines[1:])]) + "\n")

    assert (again.created, again.updated, again.unchanged, again.days) == (0, 0, 30, 0)
    assert "30 个小时值与已有数据完全相同，没有任何变化" in again.notes[0]


def test_a_title_above_the_heads_and_odd_columns_do_not_matter():
    text = "某区小时值,,,,,,,,\n" + HEAD.strip() + ",备注\n" + ROW.strip() + ",停电后恢复\n"

    assert _take(text).created == 1


def test_a_table_of_days_is_not_taken_for_hours_in_silence():
    text = HEAD + "".join(ROW.replace("17 08:00", f"{day} 00:00") for day in (15, 16, 17))

    assert any("像是日值" in note for note in _take(text).notes)
