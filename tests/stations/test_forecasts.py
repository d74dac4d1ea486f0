import json
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from build import BEIJING
from grids.errors import Invalid
from grids.models import SchemeRule
from stations.heavy import WarningLevel
from stations.ingest import forecasts as tables
from stations.ingest.sheets import Unreadable
from stations.models import Forecast
from stations.outlook import outlook
from stations.services import forecasts

WEDNESDAY = date(2026, 11, 18)
ISSUED = datetime(2026, 11, 18, 8, tzinfo=BEIJING)
HEAD = "日期,AQI下限,AQI上限,首要污染物,单位\n"


@pytest.fixture(autouse=True)
def _at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


def _table(*highs, primary="PM2.5"):
    days = [WEDNESDAY + timedelta(days=n) for n in range(len(highs))]
    return HEAD + "".join(
        f"{on},{high - 20},{high},{primary},\n" for on, high in zip(days, highs, strict=True)
    )


def _take(scheme, text, noon, *, issued_at=ISSUED, by=None):
    rows, broken = tables.read(text.encode())
    assert broken == []
    return forecasts.take_in(scheme, rows, issued_at=issued_at, source="市站", by=by, at=noon)


def _client(user):
    client = Client()
    client.force_login(user)
    return client


# --- the table ---------------------------------------------------------------------------------


def test_ranges_single_figures_and_empty_days_are_read():
    text = "日期,AQI,首要污染物\n2026-11-19,90-120,PM2.5、O3\n2026/11/20,105,\n2026年11月21日,,\n"

    rows, broken = tables.read(text.encode("gb18030"))

    assert broken == []
    assert [(row.on.day, row.low, row.high) for row in rows] == [(19, 90, 120), (20, 105, 105)]
    assert rows[0].primary_bits == 0b100001  # PM2.5 and O3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2026-11-31,80,90,,", "看不懂日期"),
        ("明天,80,90,,", "看不懂日期"),
        ("2026-11-19,120,90,,", "下限不能高于上限"),
        ("2026-11-19,80,501,,", "不超过 500"),
        ("2026-11-19,高,很高,,", "不是 AQI"),
        ("2026-11-19,80,90,烟,", "不认识首要污染物"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_kept(line, words):
    rows, [(number, code, detail)] = tables.read((HEAD + f"{line}\n2026-11-20,1,2,,\n").encode())

    assert (number, code, len(rows)) == (2, "invalid", 1)
    assert words in detail


def test_a_table_without_the_heads_is_refused():
    with pytest.raises(Unreadable, match="缺少表头"):
        tables.read(b"a,b\n1,2\n")


# --- the service -------------------------------------------------------------------------------


def test_the_same_issue_again_changes_nothing_and_never_itself(scheme, root, noon):
    assert _take(scheme, _table(100, 110), noon).created == 2
    assert _take(scheme, _table(100, 110), noon).unchanged == 2

    outcome = _take(scheme, _table(100, 190), noon)

    assert (outcome.created, outcome.unchanged) == (0, 1)
    assert [(line, code) for line, code, _ in outcome.rejected] == [(3, "conflict")]
    assert set(Forecast.objects.values_list("aqi_high", flat=True)) == {100, 110}


def test_only_the_root_takes_a_forecast(scheme, tree, office, chief, noon):
    with pytest.raises(PermissionDenied):
        _take(scheme, _table(100), noon, by=chief)

    assert _take(scheme, _table(100), noon, by=office).created == 1


def test_a_forecast_of_the_future_or_for_nobody_is_refused(scheme, tree, noon):
    with pytest.raises(Invalid, match="不能晚于现在"):
        _take(scheme, _table(100), noon, issued_at=noon + timedelta(minutes=1))

    text = HEAD + "2026-11-19,1,2,,没有的街道\n2026-11-17,1,2,,\n2026-11-19,3,4,,S1\n"
    outcome = _take(scheme, text, noon)

    assert [code for _, code, _ in outcome.rejected] == ["unknown_unit", "out_of_range"]
    assert Forecast.objects.get().grid == tree.street


# --- the outlook -------------------------------------------------------------------------------


@pytest.mark.clause("W-27")
def test_the_week_is_judged_by_the_newest_issue(scheme, tree, noon):
    _take(scheme, _table(80, 95, 130, 210, 220, 90, 80), noon - timedelta(hours=2))
    _take(scheme, _table(80, 105), noon, issued_at=ISSUED + timedelta(hours=2))

    found = outlook(scheme, None, noon)

    assert [day.forecast.aqi_high for day in found.days] == [80, 105, 130, 210, 220, 90, 80]
    assert [day.is_edge for day in found.days[:3]] == [False, True, True]
    assert [day.is_turn for day in found.days[:5]] == [False, True, False, True, False]
    [proposal] = found.proposals
    assert proposal.level is WarningLevel.ORANGE
    assert (proposal.first.day, proposal.last.day, proposal.lifts_on.day) == (21, 22, 23)
    assert proposal.lead_hours == 64  # from 18 November 08:00 to 21 November 00:00


def test_days_of_ozone_or_dust_are_dealt_with_apart(scheme, root, noon):
    text = HEAD + "2026-11-18,201,210,O3,\n2026-11-19,201,210,沙尘,\n2026-11-20,201,210,PM10,\n"
    _take(scheme, text, noon)

    found = outlook(scheme, None, noon)

    assert [day.is_apart for day in found.days[:3]] == [True, True, False]
    assert [one.level for one in found.proposals] == [WarningLevel.YELLOW]  # of the last day


def test_the_city_s_own_rule_decides(scheme, root, noon):
    value = {"levels": [{"level": "RED", "any": [[{"above": 100, "hours": 24}]]}], "source": "预案"}
    rule = SchemeRule.objects.create(
        scheme=scheme, key="heavy_pollution", value=value, valid_from=date(2026, 1, 1)
    )
    _take(scheme, _table(101), noon)

    assert outlook(scheme, None, noon).proposals[0].level is WarningLevel.RED

    rule.value = {"levels": "?"}
    rule.save()
    with pytest.raises(Invalid, match="看不懂重污染预警规则"):
        outlook(scheme, None, noon)


# --- the doors ---------------------------------------------------------------------------------


def test_the_page_proposes_and_quotes_the_rule(scheme, tree, office, worker, noon):
    _take(scheme, _table(201, 205), noon)

    shown = _client(worker).get(reverse("stations:forecast")).content.decode()

    for words in ("建议启动橙色预警", "日 AQI &gt; 200 持续 48 小时及以上", "环大气〔2024〕6号"):
        assert words in shown
    assert "录入预报" not in shown
    assert "录入预报" in _client(office).get(reverse("stations:forecast")).content.decode()


def test_typed_rows_are_taken_in_and_bad_ones_shown(scheme, tree, office):
    data = {"issued_at": "2026-11-18T08:00", "source": "市站", "table": _table(100)}
    url = reverse("stations:forecast")

    assert _client(office).post(url, data).status_code == 302
    worse = _client(office).post(url, data | {"table": _table(120)})
    empty = _client(office).post(url, data | {"table": HEAD + "2026-11-18,,,,\n"})
    wrong = _client(office).post(url, data | {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})

    assert [one.status_code for one in (worse, empty, wrong)] == [422, 422, 422]
    assert "更新的预报请写新的发布时间" in worse.content.decode()
    assert "没有一行填了 AQI" in empty.content.decode()
    assert "缺少表头" in wrong.content.decode()
    assert Forecast.objects.get().aqi_high == 100


def test_the_command_takes_a_file(scheme, tree, tmp_path):
    path = tmp_path / "预报.csv"
    path.write_text(_table(100, 110) + "坏,1,2,,\n", encoding="utf-8")
    out = StringIO()

    call_command(
        *("import_forecast", str(path), "--scheme", scheme.code, "--json"),
        *("--issued-at", "2026-11-18T08:00"),
        stdout=out,
    )

    answer = json.loads(out.getvalue())
    assert (answer["created"], [one["line"] for one in answer["rejected"]]) == (2, [4])
    assert {row.source for row in Forecast.objects.all()} == {"预报.csv"}
    assert {row.issued_at for row in Forecast.objects.all()} == {ISSUED}


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"--scheme": "nowhere"}, "没有体系"),
        ({"--issued-at": "昨天"}, "看不懂时间"),
        ({"--issued-at": "2027-01-01T00:00"}, "不能晚于现在"),
    ],
)
def test_the_command_says_what_is_wrong(scheme, tree, tmp_path, over, words):
    path = tmp_path / "a.csv"
    path.write_text(_table(100), encoding="utf-8")
    given = {"--scheme": scheme.code} | over

    with pytest.raises(CommandError, match=words):
        call_command("import_forecast", str(path), *(x for pair in given.items() for x in pair))
