from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from air import make_station, put, row
from alarm_rules import AROUND, BASIC, COMPARED, give_rules
from build import BEIJING
from inspections.models import PollutionSource
from notices import jobs
from stations.models import Alarm
from stations.services import alarms

LON, LAT = 112.8, 28.3


@pytest.fixture(autouse=True)
def _at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def suspected(scheme, street, other_street, noon):
    """S-1 fell alone five hours ago while it got wet; north wind."""
    give_rules(scheme, *BASIC, *AROUND, *COMPARED)
    own = make_station(street, "S-1", lon=LON, lat=LAT)
    others = [
        make_station(grid, code, lon=LON + step, lat=LAT)
        for grid, code, step in ((street, "S-2", 0.01), (other_street, "S-3", 0.02))
    ]
    for one in (own, *others):
        put([_row(one, noon, back, is_low=one is own and back in {4, 5}) for back in range(12)])
    alarms.watch(at=noon)
    return Alarm.objects.get(kind="INTERFERE")


def _row(station, noon, back, *, is_low):
    return row(
        station,
        (noon - timedelta(hours=back)).isoformat(),
        pm10_ugm3=40 if is_low else 120 + back % 3,
        humidity_percent=80 if is_low else 45,
        wind_deg=0,
        wind_speed_ms=2,
    )


def _get(user, name, *args, query=""):
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=args) + query)


def _source(scheme, grid, by, name, *, north):
    return PollutionSource.objects.create(
        scheme=scheme,
        number=name,
        grid=grid,
        name=name,
        category="DUST",
        lon=LON,
        lat=LAT + north / 111_195,
        status="ACTIVE",
        proposed_by=by,
        proposed_at="2026-11-01T00:00+08:00",
    )


def test_the_list_is_filtered_by_state_and_kind_and_station(suspected, office):
    def codes(query):
        page = _get(office, "stations:alarms", query=query).context["page"]
        return {alarm.kind for alarm in page}

    assert "INTERFERE" in codes("")
    assert codes("?state=review&kind=INTERFERE") == {"INTERFERE"}
    assert codes("?state=open&kind=INTERFERE") == set()
    assert "INTERFERE" in codes("?state=ended&station=S-1")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?kind=NONSENSE", "没有情况“NONSENSE”"),
        ("?state=later", "没有状态“later”"),
        ("?station=X-404", "没有站点“X-404”"),
    ],
)
def test_a_filter_that_does_not_exist_is_named(suspected, office, query, said):
    answer = _get(office, "stations:alarms", query=query + "&page=zzz")

    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_the_list_says_what_nobody_looks_for(scheme, street, office):
    make_station(street, "S-1")
    give_rules(scheme, "near_pollution")

    page = _get(office, "stations:alarms").content.decode()

    assert "不监视的情况：突高、数值不变、数据迟到、疑似干扰、高于周边" in page


def test_the_page_shows_neighbours_humidity_wind_marks_and_orders(suspected, office):
    answer = _get(office, "stations:alarm", suspected.pk)
    page = answer.content.decode()

    assert [one["name"] for one in answer.context["spec"]["series"]] == [
        "S-1 站",
        "S-2 站",
        "S-3 站",
    ]
    assert answer.context["damp"]["series"][0]["data"].count(80) == 2
    assert "北风 2.0 米/秒" in page
    assert [line.marks for line in answer.context["lines"] if line.marks] == [["疑似干扰"]] * 2
    assert "湿度由 45% 升到 80%" in page
    assert suspected.task.number in page
    assert "排名暂缓发布" in page
    assert "设备故障或干扰属实" in page


@pytest.mark.clause("W-19")
def test_the_hourly_job_ranks_the_register_and_each_reader_sees_his_part(
    scheme, street, other_street, office, chief, noon
):
    give_rules(scheme, *BASIC, *AROUND)
    station = make_station(street, "S-1", lon=LON, lat=LAT)
    _source(scheme, street, office, "南面工地", north=-200)
    _source(scheme, street, office, "北面工地", north=250)
    _source(scheme, other_street, office, "邻街工地", north=800)
    put(
        [
            row(
                station,
                (noon - timedelta(hours=back)).isoformat(),
                pm25_ugm3=58 + back,
                wind_deg=0,
                wind_speed_ms=2,
            )
            for back in range(3)
        ]
    )
    jobs.hourly_assessment(at=noon, due_at=noon)
    alarm = Alarm.objects.get()

    said = alarm.task.requirement
    assert said.index("北面工地（扬尘·施工工地，核心圈 250 米，上风向）") < said.index("南面工地")
    assert "邻街工地" not in said
    everything = _get(office, "stations:alarm", alarm.pk).content.decode()
    mine = _get(chief, "stations:alarm", alarm.pk).content.decode()
    assert "邻街工地" in everything
    assert "邻街工地" not in mine
    assert "另有 1 处不在您的网格里" in mine


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"verdict": "", "note": "看过"}, "核查结论"),
        ({"verdict": "XX", "note": "看过"}, "请从列出的核查结论中选择"),
        ({"verdict": "FALSE", "note": ""}, "核查情况"),
        ({"verdict": "FALSE", "note": "长" * 2001}, "2000"),
    ],
)
def test_a_bad_verdict_is_answered_with_a_sentence(suspected, chief, given, said):
    client = Client()
    client.force_login(chief)

    answer = client.post(reverse("stations:alarm", args=[suspected.pk]), given)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    suspected.refresh_from_db()
    assert suspected.verdict == ""


def test_tampering_is_no_verdict_about_a_station_that_is_late(scheme, street, chief, noon):
    alarm = Alarm.objects.create(
        station=make_station(street),
        kind="LATE",
        started_at=noon - timedelta(hours=5),
        last_at=noon,
        raised_at=noon,
    )
    client = Client()
    client.force_login(chief)
    where = reverse("stations:alarm", args=[alarm.pk])

    assert "干扰属实" not in client.get(where).content.decode()
    assert client.post(where, {"verdict": "TAMPER", "note": "x"}).status_code == 422


def test_the_verdict_form_records_and_the_list_empties(suspected, chief, office):
    client = Client()
    client.force_login(chief)

    client.post(reverse("stations:alarm", args=[suspected.pk]), {"verdict": "REAL", "note": "降雨"})

    suspected.refresh_from_db()
    assert (suspected.verdict, suspected.verdict_by) == ("REAL", chief)
    rows = _get(office, "stations:alarms", query="?state=review&kind=INTERFERE").context["page"]
    assert list(rows) == []


def test_the_hold_stands_on_the_rankings_page_and_on_the_desk(suspected, office, noon):
    monday = noon + timedelta(days=5)  # Monday, 12:00: the week of the 16th is over
    with time_machine.travel(monday, tick=False):
        listed = _get(office, "stations:rankings").content.decode()
        desk = _get(office, "notices:desk").content.decode()
        client = Client()
        client.force_login(office)
        tried = client.post(reverse("notices:publish-ranking"), {"period": "2026-W47"})

    start = suspected.started_at.astimezone(BEIJING)
    assert f"S-1 站 {start:%m-%d %H:00} 起" in listed
    assert "publish" not in listed
    assert "排名暂缓发布" in desk
    assert tried.status_code == 409
    assert "请在“高值与异常”里记录核查结论" in tried.content.decode()
