"""成效 on the task page: the air a week before the issue and a week after the hand-in."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from air import day_rows, make_station, put
from build import BEIJING
from build_tasks import make_closed, make_registered, make_task
from stations.pages.effect import effect

ISSUED = date(2026, 11, 18)
LATER = datetime(2026, 11, 27, 9, tzinfo=BEIJING)
pytestmark = pytest.mark.django_db


def fill(station, first, days, **values):
    rows = []
    for n in range(days):
        rows += day_rows(station, first + timedelta(days=n), **values)
    put(rows, at=LATER)


@pytest.fixture
def station(cast):
    return make_station(cast.tree.street, lon=112.350, lat=28.580)


@pytest.mark.clause("Y1-01")
def test_a_closed_matter_is_compared_over_seven_days_on_each_side(cast, station):
    task = make_closed(cast)
    fill(station, ISSUED - timedelta(days=7), 7, pm10_ugm3=120, pm25_ugm3=60)
    fill(station, ISSUED, 1, pm10_ugm3=900, pm25_ugm3=500)  # the day itself counts for no side
    fill(station, ISSUED + timedelta(days=1), 7, pm10_ugm3=90, pm25_ugm3=66)

    coarse, fine = effect(task, cast.office, LATER)["changes"]

    assert (coarse.before, coarse.after, coarse.percent) == (120, 90, -25)
    assert (fine.before, fine.after, fine.percent) == (60, 66, 10)
    assert (coarse.before_days, coarse.after_days) == (7, 7)


def test_with_fewer_than_five_valid_days_nothing_is_compared(cast, station):
    task = make_closed(cast)
    fill(station, ISSUED - timedelta(days=4), 4, pm10_ugm3=120)
    fill(station, ISSUED + timedelta(days=1), 7, pm10_ugm3=90)

    coarse, _ = effect(task, cast.office, LATER)["changes"]

    assert (coarse.before, coarse.before_days, coarse.percent) == (120, 4, None)


def test_an_open_matter_has_no_after_and_an_unissued_one_nothing(cast, station):
    fill(station, ISSUED - timedelta(days=7), 14, pm10_ugm3=120)

    shown = effect(make_task(cast), cast.office, LATER)

    assert shown["done"] is None
    assert [one.after_days for one in shown["changes"]] == [0, 0]
    assert (
        effect(make_registered(cast.scheme, cast.tree.village, cast.worker), cast.office, LATER)
        is None
    )


def test_the_nearest_station_within_five_kilometres_speaks_for_a_place(cast, station):
    near = make_station(cast.tree.other_street, "S-2", lon=112.362, lat=28.590)
    make_station(cast.tree.other_street, "S-3", lon=113.4, lat=28.9)
    task = make_closed(cast)
    task.lon, task.lat = 112.361, 28.590

    assert effect(task, cast.office, LATER)["station"] == near

    task.lon, task.lat = 111.0, 27.0  # nothing near: the street's own station
    assert effect(task, cast.office, LATER)["station"] == station


def test_the_part_of_the_page_shows_station_figures_and_the_caveat(cast, station):
    task = make_closed(cast)
    fill(station, ISSUED - timedelta(days=7), 7, pm10_ugm3=120)
    fill(station, ISSUED + timedelta(days=1), 7, pm10_ugm3=90)
    client = Client()
    with time_machine.travel(LATER, tick=False):
        client.force_login(cast.office)
        text = client.get(reverse("stations:effect", args=[task.number])).content.decode()
        page = client.get(reverse("tasks:detail", args=[task.number])).content.decode()

    assert station.name in text
    assert "-25%" in text
    assert "没有扣除天气的影响" in text
    assert reverse("stations:effect", args=[task.number]) in page
