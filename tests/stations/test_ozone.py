"""臭氧: season as dated data, moving eight hours, the day's maximum while the day runs."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from air import make_station, put, row
from build import BEIJING
from stations import ozone
from stations.models import DailyAir

DAY = date(2026, 8, 17)
START = datetime(2026, 8, 17, tzinfo=BEIJING)


def _moment(hour):
    return START + timedelta(hours=hour)


@pytest.fixture
def station(street):
    return make_station(street)


def _put(station, values):
    """O3 by hour of the day, which may be 0 or less for the day before."""
    rows = [
        row(station, _moment(hour).isoformat(), o3_ugm3=value) for hour, value in values.items()
    ]
    put(rows, at=_moment(96))


@pytest.fixture
def season(scheme):
    scheme.rules.create(
        key="season.ozone",
        value={"windows": [["04-01", "09-30"]]},
        valid_from=date(2020, 1, 1),
        valid_to=date(2026, 12, 31),
        clause="W-35",
        is_example=True,
    )
    scheme.rules.create(
        key="season.ozone",
        value={"windows": [["05-01", "10-31"]]},
        valid_from=date(2027, 1, 1),
        clause="W-35",
    )


@pytest.mark.parametrize(
    ("on", "window"),
    [
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), ("04-01", "09-30")),
        (date(2026, 9, 30), ("04-01", "09-30")),
        (date(2026, 10, 1), None),
        (date(2027, 4, 30), None),
        (date(2027, 10, 31), ("05-01", "10-31")),
    ],
)
def test_the_season_is_that_of_the_rule_of_the_day(scheme, season, on, window):
    found = ozone.season(scheme, on)

    assert (found and (found.first, found.last)) == window


def test_without_a_rule_there_is_no_season(scheme):
    assert ozone.season(scheme, DAY) is None


def test_the_moving_mean_takes_the_last_eight_hours_over_midnight(station):
    _put(station, {hour: 100 + 10 * hour for hour in range(-7, 5)})

    found = {one.at: one.mean_ugm3 for one in ozone.moving(station, _moment(4), 5)}

    assert found[_moment(0)] == 65  # of 30 … 100
    assert found[_moment(4)] == 105  # of 70 … 140
    assert list(found) == [_moment(hour) for hour in range(5)]


def test_a_moving_mean_needs_six_of_eight_hours(station):
    _put(station, {1: 10, 2: 20, 3: 30, 4: 40, 5: 51})
    assert ozone.moving(station, _moment(8), 1)[0].mean_ugm3 is None

    _put(station, {6: 60})
    assert ozone.moving(station, _moment(8), 1)[0].mean_ugm3 == 35  # 35.17
    assert ozone.moving(station, _moment(9), 1)[0].mean_ugm3 is None


def test_the_maximum_so_far_becomes_the_value_of_the_day(station):
    _put(station, {hour: 10 * hour for hour in range(1, 13)})
    early = ozone.today(station, _moment(12))

    _put(station, {hour: 10 * hour for hour in range(13, 25)})
    late = ozone.today(station, _moment(24) + timedelta(minutes=30))

    assert (early.day, early.top_ugm3, early.windows, early.is_valid) == (DAY, 85, 5, False)
    assert (late.day, late.windows, late.is_valid) == (DAY, 17, True)
    assert late.top_ugm3 == DailyAir.objects.get(station=station, on=DAY).o3_8h_ugm3 == 205


def test_hours_of_the_day_before_are_in_no_window_of_the_day(station):
    _put(station, dict.fromkeys(range(-7, 1), 500) | dict.fromkeys(range(1, 9), 20))

    assert ozone.today(station, _moment(8)).top_ugm3 == 20


@pytest.mark.clause("W-35")
def test_page_and_interface_show_season_and_moving_mean(station, season, worker):
    _put(station, {hour: 10 * hour for hour in range(1, 16)})
    client = Client()
    client.force_login(worker)

    with time_machine.travel(_moment(15), tick=False):
        page = client.get(reverse("stations:detail", args=["S-1"]), {"item": "o3_8h"})
        found = client.get("/api/v1/stations/S-1/ozone/").json()
    with time_machine.travel(datetime(2026, 10, 2, 12, tzinfo=BEIJING), tick=False):
        after = client.get(reverse("stations:detail", args=["S-1"])).content.decode()
        outside = client.get("/api/v1/stations/S-1/ozone/").json()

    text = page.content.decode()
    assert "臭氧管控季" in text
    assert "04-01 至 09-30" in text
    assert "今日 8 小时最大" in text
    assert page.context["spec"]["series"][0]["data"][-1] == 115  # of 80 … 150
    assert page.context["spec"]["limits"][0]["value"] == 160
    assert found["season"] == {
        "first": "04-01", "last": "09-30", "clause": "W-35", "is_example": True,
    }  # fmt: skip
    assert (found["max_8h_ugm3"], found["windows"], found["is_valid"]) == (115, 8, False)
    assert found["moving"][-1]["o3_8h_ugm3"] == 115
    assert "臭氧管控季" not in after
    assert outside["season"] is None
