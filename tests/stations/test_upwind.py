import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations import spraying, upwind
from stations.upwind import Place, Sector, Source

PLACE = Place(112.8, 28.3, {"core": 500, "key": 1000, "radiation": 3000})
NORTH_M = 1 / 111_195  # degrees of latitude


def _source(number, *, north=0.0, east=0.0, category="DUST"):
    lat = PLACE.lat + north * NORTH_M
    lon = PLACE.lon + east * NORTH_M / 0.8805  # cos 28.3°
    return Source(number, f"源{number}", category, "扬尘", lon, lat, (1, 2))


@pytest.mark.parametrize(
    ("winds", "expected"),
    [
        ([(0, 200), (0, 200)], (0, 2.0)),
        ([(350, 200), (10, 200)], (0, 1.97)),  # across north
        ([(90, 200)], (90, 2.0)),
        ([(0, 200), (180, 200)], None),  # turning: no side
        ([(90, 30)], None),  # calm
        ([(None, 200), (90, None)], None),
        ([], None),
    ],
)
def test_the_upwind_side_is_the_mean_vector_of_the_hours(winds, expected):
    found = upwind.sector(winds, spread=45, calm_ms=0.5)

    if expected is None:
        assert found is None
    else:
        assert (round(found.degrees) % 360, found.speed_ms) == expected


@given(st.floats(0, 359.9), st.floats(0, 359.9))
def test_a_sector_holds_a_bearing_however_far_round_it_is_counted(middle, bearing):
    sector = Sector(middle, 45, 2.0)

    assert sector.holds(bearing) == sector.holds(bearing + 360) == sector.holds(bearing - 360)
    assert sector.holds(middle + 44.9)
    assert not sector.holds(middle + 180)


def test_sources_stand_by_ring_then_wind_then_category_then_distance():
    sources = [
        _source("far-upwind", north=2000),
        _source("key-lee", north=-800),
        _source("key-upwind-other", north=700, category="VOCS"),
        _source("key-upwind-dust", north=900),
        _source("core-lee", east=300),
        _source("core-upwind", north=400),
        _source("outside", north=4000),
    ]
    wind = Sector(0, 45, 2.0)

    found = upwind.rank(sources, PLACE, wind, ["DUST"])

    assert [one.source.number for one in found] == [
        "core-upwind",
        "core-lee",
        "key-upwind-dust",
        "key-upwind-other",
        "key-lee",
        "far-upwind",
    ]
    assert [(one.place, one.ring, one.is_upwind) for one in found[:2]] == [
        (1, "core", True),
        (2, "core", False),
    ]
    assert found[0].metres == pytest.approx(400, abs=2)


def test_in_calm_air_nothing_is_upwind():
    found = upwind.rank([_source("a", north=400)], PLACE, None, [])

    assert [one.is_upwind for one in found] == [False]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("对周边道路洒水降尘", "洒水"),
        ("增加雾炮两台", "雾炮"),
        ("不得在站点周边喷淋、洒水或以其他方式干扰监测", ""),
        ("到采样口周边核查有无喷淋、遮挡等人为干扰", ""),
        ("严禁喷淋；对道路洒水", "洒水"),
        ("停止施工，立即洒水", "洒水"),
        ("落实覆盖和清扫", ""),
        ("", ""),
    ],
)
def test_spraying_is_told_from_its_prohibition(text, word):
    assert spraying.told(text, ["喷淋", "洒水", "雾炮"]) == word
