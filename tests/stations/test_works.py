"""周边施工报备: what was announced before it began is not taken for interference (Z-16)."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from air import make_station, put, row
from alarm_rules import AROUND, BASIC, COMPARED, PROTECTION, give_rules
from build import BEIJING
from grids.errors import Invalid, Refused
from stations.models import Alarm, StationLog
from stations.services import alarms, logbook

START = datetime(2026, 11, 10, 0, tzinfo=BEIJING)
LIST = ["餐饮油烟整治", "绿化修剪"]


def _moment(hour):
    return START + timedelta(hours=hour)


@pytest.fixture
def city(scheme, street, other_street):
    give_rules(scheme, *BASIC, *AROUND, *COMPARED, *PROTECTION)
    for key, value in (("station_works", LIST), ("station_works_longest_hours", 48)):
        scheme.rules.create(key=key, value=value, valid_from=date(2020, 1, 1), clause="Z-16")
    return [
        make_station(street, "S-1"),
        make_station(street, "S-2"),
        make_station(other_street, "S-3"),
    ]


@pytest.fixture
def fallen(city):
    """S-1 falls alone in wet air at 10:00 for three hours."""
    for one in city:
        low = {10, 11, 12} if one is city[0] else ()
        rows = [
            row(
                one,
                _moment(hour).isoformat(),
                pm10_ugm3=40 if hour in low else 120 + hour % 3,
                pm25_ugm3=30 + hour % 2,
                humidity_percent=80 if hour in low else 45,
            )
            for hour in range(1, 16)
        ]
        put(rows, at=_moment(96))
    return city[0]


def _announce(station, by, start, end, *, said, work="绿化修剪", text="修剪站点北侧灌木", **more):
    return logbook.note(
        station,
        kind=more.get("kind", "WORKS"),
        from_at=_moment(start),
        until_at=None if end is None else _moment(end),
        work=work,
        text=text,
        is_abnormal=False,
        by=by,
        at=_moment(said),
    )


def _suspicions():
    alarms.watch(at=_moment(15) + timedelta(minutes=10))
    return Alarm.objects.filter(kind="INTERFERE").count()


def test_without_an_announcement_the_fall_is_suspected(fallen):
    assert _suspicions() == 1


@pytest.mark.clause("Z-16")
def test_an_announced_work_is_not_taken_for_interference(fallen, office):
    _announce(fallen, office, 9, 12, said=2)

    assert _suspicions() == 0


@pytest.mark.parametrize(
    ("start", "end", "said", "expected"),
    [
        (9, 10, 9, 0),  # the hour that ends at ten is the work's
        (10, 12, 2, 1),  # it begins when that hour is over
        (1, 9, 0, 1),  # it had ended before
        (9, 12, 10, 1),  # written down when it was already under way
    ],
)
def test_only_the_hours_of_the_work_and_only_said_before(
    fallen, office, start, end, said, expected
):
    _announce(fallen, office, start, end, said=said)

    assert _suspicions() == expected


def test_another_station_is_not_excused(fallen, city, office):
    _announce(city[1], office, 9, 12, said=2)

    assert _suspicions() == 1


def test_works_off_the_list_excuse_nothing(fallen, office):
    _announce(fallen, office, 9, 12, said=2, work="")
    _announce(fallen, office, 9, 12, said=2, kind="POWER")

    assert _suspicions() == 1
    assert set(StationLog.objects.values_list("work", flat=True)) == {""}


def test_what_may_not_be_announced(city, office):
    with pytest.raises(Invalid) as caught:
        _announce(city[0], office, 9, 12, said=2, work="爆破")
    assert caught.value.fields == {"work": "可报备的作业：餐饮油烟整治、绿化修剪"}
    for end in (None, 58):
        with pytest.raises(Invalid) as caught:
            _announce(city[0], office, 9, end, said=2)
        assert "最长 48 小时" in caught.value.fields["until_at"]
    with pytest.raises(Refused, match="不得喷淋"):
        _announce(city[0], office, 9, 12, said=2, text="修剪后对采样口周边喷淋降尘")
    assert not StationLog.objects.exists()


def test_the_page_offers_the_list_marks_the_curve_and_the_interface_tells(
    city, office, other_scheme, outsider
):
    client, station = Client(), city[0]
    client.force_login(office)
    url = reverse("stations:detail", args=["S-1"])
    given = {
        "kind": "WORKS",
        "work": "绿化修剪",
        "from_at": "2026-11-10T09:00",
        "until_at": "2026-11-10T12:00",
        "text": "修剪灌木",
    }

    with time_machine.travel(_moment(8), tick=False):
        assert "餐饮油烟整治" in client.get(url).content.decode()
        bad = client.post(reverse("stations:log", args=["S-1"]), given | {"work": "爆破"})
        good = client.post(reverse("stations:log", args=["S-1"]), given)
    put([row(station, _moment(h).isoformat()) for h in range(1, 12)], at=_moment(96))
    with time_machine.travel(_moment(11), tick=False):
        page = client.get(url)
        [entry] = client.get("/api/v1/stations/S-1/logs/").json()["results"]

    assert (bad.status_code, good.status_code) == (422, 302)
    assert "施工报备" in [one.kind for one in page.context["acts"]]
    assert "施工报备" in [mark["name"] for mark in page.context["spec"]["marks"]]
    assert (entry["kind"], entry["work"], entry["is_announced"]) == ("WORKS", "绿化修剪", True)


def test_a_regime_without_a_list_has_no_such_choice(street, office):
    make_station(street, "S-9")
    client = Client()
    client.force_login(office)

    assert "报备的作业" not in client.get(reverse("stations:detail", args=["S-9"])).content.decode()
