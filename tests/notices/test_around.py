"""周边: sources in the rings around a station, and visits on its curve."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from air import hour_of, make_station, put, row
from build_inspections import make_source, record
from notices.selectors import around
from stations import interventions

LON, LAT = 112.35, 28.6
METRE = 1 / 111_195  # degrees of latitude


@pytest.fixture
def station(street):
    return make_station(street, lon=LON, lat=LAT)


def _source(street, office, name, north_m, east_m=0.0):
    return make_source(
        street, office, name=name, lon=LON + east_m * METRE / 0.878, lat=LAT + north_m * METRE
    )


def test_sources_stand_ring_by_ring_and_the_upwind_ones_first(street, office, station, noon):
    for name, north in (("远", 2500), ("北", 700), ("南", -600), ("圈外", 3500), ("近", 200)):
        _source(street, office, name, north)
    wind = {"wind_speed_ms": 3, "wind_deg": 0}
    put([row(station, hour_of(date(2026, 11, 18), n), **wind) for n in (9, 10, 11)], at=noon)

    found = around.around(station, office, noon)

    shown = [(one["row"].name, one["ring"], one["ranked"].is_upwind) for one in found["sources"]]
    assert shown == [
        ("近", "核心圈", True),
        ("北", "重点圈", True),
        ("南", "重点圈", False),
        ("远", "辐射圈", True),
    ]
    assert [one["direction"] for one in found["sources"]][1:3] == ["北", "南"]
    assert found["wind"].name == "北"
    assert len(found["points"]["features"]) == 5  # the station and its four sources


def test_calm_air_has_no_upwind_side(street, office, station, noon):
    _source(street, office, "北", 700)

    found = around.around(station, office, noon)

    assert found["wind"] is None
    assert [one["ranked"].is_upwind for one in found["sources"]] == [False]


def test_without_a_position_the_page_says_what_is_missing(client, street, office, noon):
    bare = make_station(street, "S-2")
    client.force_login(office)

    page = client.get(reverse("notices:around", args=[bare.code])).content.decode()

    assert "还没有登记坐标" in page


def test_a_visit_stands_on_the_curve_of_the_grid_it_went_to(street, office, station, noon):
    visit = record(street, office, at=noon - timedelta(hours=2))

    acts = interventions.between(office, station, noon - timedelta(hours=24), noon)

    assert [one.url for one in acts] == [reverse("inspections:detail", args=[visit.pk])]
