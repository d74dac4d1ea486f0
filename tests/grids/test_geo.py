"""The shifted datum: published pairs, the way back, distances."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids import geo

# (WGS-84 lat, lon) → (GCJ-02 lat, lon); three independent libraries agree on them to 1e-7.
PAIRS = [
    ((39.9087, 116.3975), (39.9101035, 116.4037436)),
    ((31.1774276, 121.5272106), (31.1753040, 121.5315419)),
    ((23.1291, 113.2644), (23.1264233, 113.2697296)),
    ((43.8256, 87.6168), (43.8268054, 87.6196499)),
    ((22.3193, 114.1694), (22.3165508, 114.1743671)),  # Hong Kong is shifted too
    ((35.6895, 139.6917), (35.6895, 139.6917)),  # Tokyo lies outside
]
lons = st.floats(73.5, 135.0)
lats = st.floats(18.0, 53.5)


@pytest.mark.parametrize(("wgs84", "gcj02"), PAIRS)
def test_published_pairs_are_met_to_a_centimetre(wgs84, gcj02):
    lon, lat = geo.wgs84_to_gcj02(wgs84[1], wgs84[0])

    assert (lat, lon) == pytest.approx(gcj02, abs=1e-7)


@pytest.mark.parametrize(("wgs84", "gcj02"), PAIRS)
def test_the_way_back_meets_them_too(wgs84, gcj02):
    lon, lat = geo.gcj02_to_wgs84(gcj02[1], gcj02[0])

    assert (lat, lon) == pytest.approx(wgs84, abs=1e-6)


@given(lons, lats)
def test_there_and_back_is_within_a_ten_thousandth_degree(lon, lat):
    there = geo.wgs84_to_gcj02(lon, lat)

    assert geo.gcj02_to_wgs84(*there) == pytest.approx((lon, lat), abs=1e-6)


@given(lons, lats)
def test_the_shift_is_some_hundred_metres(lon, lat):
    there = geo.wgs84_to_gcj02(lon, lat)

    assert 1 < geo.distance_m(lon, lat, *there) < 1000


def test_a_degree_of_latitude_is_111_kilometres():
    assert geo.distance_m(112, 28, 112, 29) == pytest.approx(111_195, rel=1e-4)
    assert geo.distance_m(112, 28, 112, 28) == 0


def test_distance_is_symmetric_across_the_globe():
    assert math.isclose(geo.distance_m(0, 0, 180, 0), math.pi * geo.EARTH_RADIUS_M, rel_tol=1e-9)
