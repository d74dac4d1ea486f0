"""Published rankings beside ours: 湖南 in summer 2015 as the province gave it, and made-up cases.

The published places were read from the province's notices (hunan.gov.cn, 2015-09-25 for July;
quoted by hncnnews.net for August). Our ozone is the highest hour instead of the 8 h maximum, so
neighbours may change places.
"""

import gzip
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from stations import published
from stations.periods import Period
from stations.spans import span_air
from stations.standards import LimitSet

DATA = Path(__file__).parent / "data" / "hunan_days.csv"
HUNAN = (
    "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西州".split()  # noqa: SIM905
)
LISTS = {
    "city_sets": {"hunan": HUNAN},
    "rankings": [
        {
            "from": "2015-07-01", "to": "2015-07-31", "city_set": "hunan",
            "published_by": "湖南省环境保护厅", "best": ["湘西州"], "worst": ["永州"],
        },
        {
            "from": "2015-08-01", "to": "2015-08-31", "city_set": "hunan",
            "published_by": "湖南省环境保护厅", "best": ["湘西州", "张家界", "怀化"],
            "worst_unordered": ["长沙", "永州", "湘潭"],
        },
        {"from": "2023-06-01", "to": "2023-06-30", "city_set": "hunan", "checkable": False},
    ],
}  # fmt: skip


@pytest.fixture
def days(tmp_path):
    lines = [line for line in DATA.read_text("utf-8").splitlines() if not line.startswith("#")]
    path = tmp_path / "days.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


@pytest.fixture
def compare(tmp_path):
    def run(days, lists=LISTS):
        name = tmp_path / "published.json"
        name.write_text(lists if isinstance(lists, str) else json.dumps(lists), "utf-8")
        out = io.StringIO()
        call_command("compare_published", str(days), published=str(name), stdout=out)
        return out.getvalue()

    return run


def _tables(text):
    """By month the lines of the table, cells apart."""
    found, month = {}, ""
    for line in text.splitlines():
        if line[:2] == "20":
            month = line[:7]
        elif line.startswith("    ") and "综合指数" not in line:
            found.setdefault(month, []).append(line.split())
    return found


def test_the_best_and_the_worst_of_hunan_are_those_that_were_published(days, compare):
    shown = compare(days)

    assert _tables(shown)["2015-07"] == [
        ["第1", "湘西州", "1", "3.05", "同", "湘西州"],
        ["倒数第1", "永州", "1", "4.70", "同", "永州"],
    ]
    assert "O3 日最大8小时" in shown.splitlines()[0]


def test_a_tie_shows_both_and_the_difference_of_the_second(days, compare):
    lines = _tables(compare(days))["2015-08"]

    assert lines[:3] == [
        ["第1", "湘西州", "1", "3.10", "同", "湘西州"],
        ["第2", "张家界", "2", "3.63", "同", "张家界、怀化"],
        ["第3", "怀化", "2", "3.63", "-1"],
    ]


def test_last_places_without_an_order_are_compared_as_a_set(days, compare):
    shown = compare(days)

    assert "后 3 名：2 个相同（公布时未排先后）" in shown
    assert "2023-06" not in shown  # not checkable


def test_a_place_with_too_few_days_is_named_with_its_reason():
    period = Period.parse("2015-07")
    day = dict.fromkeys(("so2", "no2", "pm10", "pm25", "o3_8h"), Decimal(20)) | {"co": Decimal(1)}
    whole = {period.first + timedelta(n): day for n in range(31)}
    short = dict(list(whole.items())[:26])
    air = {
        name: span_air(given, period, LimitSet.GB3095_2012)
        for name, given in (("甲", whole), ("乙", short))
    }
    ranking = published.Ranking(period, ("甲", "乙", "丙"), "省厅", best=("乙", "甲"), worst=())

    found = published.compare(ranking, air)

    assert (found.ranked, found.best.common, found.best.same) == (1, 1, 0)
    assert found.best.lines[0].reason.endswith("不足 27 天等 6 处，不参与排名")
    assert [found.best.lines[1].own_rank, found.best.lines[1].off] == [1, -1]
    assert found.unranked["丙"] == "没有数据"


@pytest.mark.parametrize(
    ("lists", "sentence"),
    [
        ("{", "不是 UTF-8 的 JSON"),
        ("[]", "应有 city_sets 和 rankings"),
        ({"rankings": [{"from": "2015-07-01"}], "city_sets": {}}, "应有 city_sets 和 rankings"),
        (
            {"city_sets": {}, "rankings": [LISTS["rankings"][0]]},
            "没有名为“hunan”的城市名单",
        ),
        (
            {"city_sets": {}, "rankings": [LISTS["rankings"][0] | {"to": "2015-07-30"}]},
            "不是一个整月",
        ),
    ],
)
def test_a_list_that_cannot_be_used_ends_with_a_sentence(days, compare, lists, sentence):
    with pytest.raises(CommandError, match=sentence) as caught:
        compare(days, lists)

    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"city,date\n", "缺少列 so2"),
        (b"city,date,so2,no2,pm10,pm2_5,co\n", "缺少列 o3_8h"),
        (
            b"city,date,so2,no2,pm10,pm2_5,co,o3_8h\n\xe9\x95\xbf\xe6\xb2\x99,7/1,1,1,1,1,1,1\n",
            "日期",
        ),
    ],
)
def test_a_file_of_days_that_cannot_be_used_ends_with_a_sentence(
    tmp_path, compare, content, sentence
):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=sentence):
        compare(path)


@pytest.mark.parametrize("rest", [0, -20])
def test_a_broken_archive_ends_with_a_sentence(days, tmp_path, compare, rest):
    path, whole = tmp_path / "broken.csv.gz", days.read_bytes()
    path.write_bytes(whole[:rest] or b"city,date\n")

    with pytest.raises(CommandError, match="不是完好的"):
        compare(path)


def test_a_file_that_is_not_there_ends_with_a_sentence(days, compare, tmp_path):
    with pytest.raises(CommandError, match="没有这个文件"):
        compare(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="没有这个文件"):
        call_command("compare_published", str(days), published=str(tmp_path / "none.json"))


def test_a_day_without_a_value_does_not_count(tmp_path, compare):
    rows = [
        f"长沙,{date(2015, 7, 1) + timedelta(n)},{0 if n < 5 else 60},30,60,9,0.8,20,90"
        for n in range(31)
    ]
    path = tmp_path / "days.csv"
    path.write_text("city,date,aqi,pm2_5,pm10,so2,co,no2,o3_8h\n" + "\n".join(rows), "utf-8")

    shown = compare(path)

    assert "长沙：SO2 2015-07 有效 26 天，不足 27 天" in shown.replace("SO₂", "SO2")
    assert "代替" not in shown
