from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from air import day_rows, hour_of, make_station, put, row
from grids.models import Clause
from stations.models import HourlyReading, Ranking, StationLog
from stations.periods import Period
from stations.services import ranking

TUESDAY = date(2026, 11, 17)


@pytest.fixture(autouse=True)
def _at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def station(street):
    return make_station(
        street, "S-1", number="小微站 1", install_place="社区楼顶", lon=112.8, lat=28.3
    )


def _client(user):
    client = Client()
    client.force_login(user)
    return client


def _page(user, name, *args, query=""):
    return _client(user).get(reverse(f"stations:{name}", args=args) + query)


def _text(answer):
    return answer.content.decode()


def test_the_list_shows_the_hour_or_says_that_data_are_late(station, street, worker):
    late = make_station(street, "S-2")
    put(day_rows(station, date(2026, 11, 18), range(1, 12), pm25_ugm3=70))
    put(day_rows(late, date(2026, 11, 18), range(1, 6), pm25_ugm3=333))

    shown = _text(_page(worker, "list"))

    assert "轻度" in shown
    assert "数据延迟" in shown
    assert "333" not in shown  # an old figure is never shown as the present one
    assert late.code not in [
        shown.station.code for shown in _page(worker, "list", query="?state=ONLINE").context["rows"]
    ]


@pytest.mark.clause("W-01", "W-78")
def test_the_station_page_names_posts_place_rings_and_source(scheme, station, worker):
    Clause.objects.create(scheme=scheme, code="W-04", place="一（二）", quote="第一责任人")
    station.posts.create(role="CHIEF", title="街道主要领导", from_on=date(2026, 1, 1))
    put(day_rows(station, TUESDAY), source="省站推送")

    shown = _text(_page(worker, "detail", "S-1"))

    for words in ("街道主要领导", "第一责任人", "社区楼顶", "辐射 3000 米", "省站推送", "小微站 1"):
        assert words in shown


def test_both_editions_can_be_shown_side_by_side(station, worker):
    put(day_rows(station, TUESDAY, pm25_ugm3=70))

    own = _text(_page(worker, "detail", "S-1", query="?day=2026-11-17&hours=72"))
    old = _text(_page(worker, "detail", "S-1", query="?edition=HJ633-2012&hours=72"))

    assert "110" in own  # 2026
    assert "94" in own  # the day stands there under 2012 too
    assert "重新评价" in old


@pytest.mark.parametrize(
    "query", ["?day=x&month=y&hours=z&item=w&edition=v", "?month=0000-00", "?day=2026-11"]
)
def test_nonsense_in_the_address_falls_back(station, worker, query):
    assert _page(worker, "detail", "S-1", query=query).status_code == 200


def test_a_published_ranking_opens_its_inputs_down_to_the_hours(scheme, station, office, noon):
    put(day_rows(station, TUESDAY))
    found = ranking.publish(scheme, Period.parse("2026-11-17"), by=None, at=noon)

    shown = _text(_page(office, "ranking", found.pk))

    assert f"{reverse('stations:detail', args=['S-1'])}?day=2026-11-17" in shown
    assert found.digest in shown


def test_the_office_publishes_the_week_from_the_list(scheme, station, office):
    put(day_rows(station, TUESDAY))
    assert "发布2026年第46周" in _text(_page(office, "rankings"))

    answer = _client(office).post(reverse("notices:publish-ranking"), {"period": "2026-W46"})

    assert answer.status_code == 302
    assert Ranking.objects.get().period == "2026-W46"
    assert "发布2026年第46周" not in _text(_page(office, "rankings"))


@pytest.mark.parametrize("period", ["", "2026-W99", "x"])
def test_a_period_that_is_none_publishes_nothing(scheme, station, office, period):
    answer = _client(office).post(reverse("notices:publish-ranking"), {"period": period})

    assert answer.status_code == 302
    assert not Ranking.objects.exists()


@pytest.mark.clause("W-18")
def test_the_log_of_a_station(station, chief):
    client, url = _client(chief), reverse("stations:log", args=["S-1"])
    data = {"kind": "NETWORK", "from_at": "2026-11-17T08:00", "text": "光缆中断"}

    bad = client.post(url, data | {"until_at": "x"})
    early = client.post(url, data | {"until_at": "2026-11-16T08:00"})
    good = client.post(url, data)

    assert (bad.status_code, early.status_code, good.status_code) == (422, 422, 302)
    assert StationLog.objects.get().kind == "NETWORK"
    assert "光缆中断" in _text(_page(chief, "detail", "S-1"))


def test_values_are_withdrawn_from_the_page(station, chief):
    put(day_rows(station, TUESDAY))
    data = {
        "verb": "withdraw",
        "hour_ending_at": "2026-11-17T08:00",
        "pollutants": ["pm25", "o3"],
        "reason": "校准",
    }
    client, url = _client(chief), reverse("stations:review", args=["S-1"])

    assert client.post(url, data).status_code == 302
    assert client.post(url, data | {"pollutants": []}).status_code == 422
    assert client.post(url, data | {"hour_ending_at": "2026-11-17T09:30"}).status_code == 422

    reading = HourlyReading.objects.get(hour_ending_at=hour_of(TUESDAY, 8))
    assert (reading.withdrawn_bits, reading.pm25_ngm3) == (1 | 32, 20000)


@pytest.mark.clause("ZY-93")
def test_the_wall_shows_now_and_never_an_old_figure(station, worker):
    assert "一天内没有数据" in _text(_page(worker, "wall"))
    put([row(station, "2026-11-18T08:00:00+08:00", pm25_ugm3=333)])

    shown = _text(_page(worker, "wall"))

    assert "数据延迟" in shown
    assert 'data-data-at="2026-11-18T08:00:00+08:00"' in shown


def test_the_public_board_needs_no_login_and_shows_nothing_inner(scheme, station, chief):
    station.posts.create(role="CHIEF", title="街道主要领导", from_on=date(2026, 1, 1))
    put(day_rows(station, date(2026, 11, 18), range(1, 13), pm25_ugm3=70))

    answer = Client().get(reverse("stations:board"))

    shown = _text(answer)
    assert answer.status_code == 200
    assert "轻度污染" in shown or "轻度" in shown
    assert "敏感人群" in shown
    assert "街道主要领导" not in shown
    assert Client().get(reverse("stations:board") + "?scheme=none").status_code == 404


def test_the_public_board_without_any_station(db):
    assert "还没有站点" in _text(Client().get(reverse("stations:board")))


@pytest.mark.clause("ZY-92")
def test_stations_with_a_position_stand_on_the_map(station, street, worker):
    make_station(street, "S-2")

    found = _page(worker, "points").json()

    [feature] = found["features"]
    assert feature["geometry"]["coordinates"] == [112.8, 28.3]
    assert feature["properties"]["rings"] == [300, 1000, 3000]


@pytest.mark.clause("W-02")
def test_the_roster_is_printed_with_all_posts(station, worker):
    station.posts.create(role="EXECUTIVE", title="分管领导", from_on=date(2026, 1, 1))

    shown = _text(_page(worker, "roster"))

    assert "社区楼顶" in shown
    assert "分管领导" in shown


@pytest.mark.clause("Z-01", "ZY-05", "Y1-04")
def test_outside_rankings_are_kept_with_the_places_gained(scheme, station, office):
    client, url = _client(office), reverse("stations:external")
    base = {
        "issuer": "省厅",
        "scope": "全省 37 个市辖区",
        "indicator": "pm25",
        "kind": "LEVEL",
        "places": "37",
        "value": "37.03",
    }

    assert client.post(url, base | {"period": "2024", "rank": "36"}).status_code == 302
    assert client.post(url, base | {"period": "2025", "rank": "30"}).status_code == 302
    assert client.post(url, base | {"period": "2025", "rank": "38"}).status_code == 422
    assert client.post(url, base | {"period": "去年", "rank": "3"}).status_code == 422

    found = _page(office, "targets").context["external"]
    assert [(row.period, row.rank, gained) for row, gained in found] == [
        ("2025", 30, 6),
        ("2024", 36, None),
    ]


@pytest.mark.parametrize("name", ["list", "rankings", "alarms", "targets", "compare", "wall"])
def test_pages_ask_the_database_the_same_whatever_their_length(
    name, station, street, office, django_assert_max_num_queries
):
    for number in range(12):
        put(day_rows(make_station(street, f"X-{number}"), date(2026, 11, 18), range(9, 13)))
    client = _client(office)
    client.get(reverse(f"stations:{name}"))

    with django_assert_max_num_queries(45):
        assert client.get(reverse(f"stations:{name}")).status_code == 200


def test_the_first_page_of_the_phone_shows_the_air_of_the_street_above(station, worker):
    put(day_rows(station, date(2026, 11, 18), range(1, 12), pm25_ugm3=70))

    shown = _text(_page(worker, "near"))

    assert station.name in shown
    assert "轻度" in shown


def test_without_a_station_anywhere_that_part_is_empty(worker):
    assert _text(_page(worker, "near")).strip() == ""
