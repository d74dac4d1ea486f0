"""To whom an alarm sends its orders: key area, upwind side, rings, tree; and how it climbs."""

from datetime import date, datetime, timedelta

import pytest

from air import make_station, put, row
from alarm_rules import AROUND, BASIC, COMPARED, give_rules
from build import BEIJING, make_grid
from grids.models import GridBoundary, GridKind, Tier
from stations.models import Alarm
from stations.services import alarms
from stations.upwind import Source
from tasks.models import Task
from tasks.workflow import Action

START = datetime(2026, 11, 17, 12, tzinfo=BEIJING)
LON, LAT = 112.8, 28.3
DEGREE_M = 111_195
NEAR = 58  # µg/m³ PM2.5: AQI 97


def _moment(hour):
    return START + timedelta(hours=hour)


@pytest.fixture(autouse=True)
def _rules(scheme):
    give_rules(scheme, *BASIC, *AROUND)


@pytest.fixture
def station(street):
    return make_station(street, lon=LON, lat=LAT)


def _square(grid, *, north_m=0, east_m=0, half_m=300):
    """An outline around a point so many metres from the station."""
    lat, lon = LAT + north_m / DEGREE_M, LON + east_m / DEGREE_M / 0.8805
    high, wide = half_m / DEGREE_M, half_m / DEGREE_M / 0.8805
    west, east, south, north = lon - wide, lon + wide, lat - high, lat + high
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    GridBoundary.objects.create(
        grid=grid,
        geometry={"type": "Polygon", "coordinates": [ring]},
        west=west,
        south=south,
        east=east,
        north=north,
        valid_from=date(2020, 1, 1),
    )


@pytest.fixture
def around(scheme, street, district):
    """Streets: `near` 900 m to the south, `north` 2 km, `south` 2 km, `far` 9 km away."""
    _square(street)
    places = {"near": -1100, "north": 2000, "south": -2000, "far": 9000}
    found = {}
    for name, metres in places.items():
        district.refresh_from_db()
        found[name] = make_grid(scheme, district, code=name, name=name, tier=Tier.SECOND)
        _square(found[name], north_m=metres)
    street.refresh_from_db()
    return found


def _hours(station, values, **weather):
    rows = [
        row(station, _moment(hour).isoformat(), pm25_ugm3=value, **weather)
        for hour, value in values.items()
    ]
    put(rows, at=_moment(200))


def _watch(hour, **more):
    return alarms.watch(at=_moment(hour) + timedelta(minutes=10), **more)


def _orders(alarm=None):
    alarm = alarm or Alarm.objects.get()
    return {order.grid.code: order.why for order in alarm.orders.select_related("grid")}


@pytest.mark.clause("Y1-61")
def test_near_pollution_goes_to_the_grids_of_the_key_area(station, around):
    _hours(station, {9: 20, 10: NEAR, 11: NEAR})

    _watch(11)

    assert _orders() == {"S1": "OWN", "near": "KEY_AREA"}
    near = Task.objects.get(grid=around["near"])
    assert (near.kind, near.origin_grid, near.lon) == ("CONTROL", around["near"], None)
    assert "重点区域" in near.problem


@pytest.mark.parametrize(
    ("wind", "expected"),
    [
        ({"wind_deg": 0, "wind_speed_ms": 2}, {"north": "UPWIND"}),
        ({"wind_deg": 180, "wind_speed_ms": 2}, {"south": "UPWIND"}),
        ({"wind_deg": 0, "wind_speed_ms": 0.2}, {}),  # calm
        ({}, {}),
    ],
)
def test_from_light_pollution_on_the_upwind_side_is_called_too(station, around, wind, expected):
    _hours(station, {9: 20, 10: 80, 11: 80}, **wind)  # AQI 129 under the standard of 2026

    _watch(11)

    assert Alarm.objects.get().level == 3
    assert _orders() == {"S1": "OWN", "near": "KEY_AREA"} | expected


def test_wind_of_the_other_stations_serves_where_the_station_has_none(station, around, street):
    other = make_station(street, "S-2")
    _hours(station, {9: 20, 10: 80, 11: 80})
    _hours(other, {9: 20, 10: 21, 11: 22}, wind_deg=0, wind_speed_ms=3)

    _watch(11)

    assert _orders(Alarm.objects.get(station=station))["north"] == "UPWIND"


def test_the_same_episode_climbs_widens_and_tells_who_has_an_order(station, around):
    wind = {"wind_deg": 0, "wind_speed_ms": 2}
    _hours(station, {9: 20, 10: NEAR, 11: NEAR}, **wind)
    _watch(11)
    own = Task.objects.get(grid__code="S1")
    _hours(station, {12: 80}, **wind)
    _watch(12)
    _hours(station, {13: 130}, **wind)  # 中度: the whole rings
    _watch(13)
    _watch(13)

    alarm = Alarm.objects.get()
    assert (alarm.level, alarm.task) == (4, own)
    assert _orders() == {
        "S1": "OWN",
        "near": "KEY_AREA",
        "north": "UPWIND",
        "south": "RINGS",
    }
    assert Task.objects.count() == 4
    notes = own.events.filter(action=Action.COMMENT).order_by("sequence")
    assert ["轻度" in notes[0].note, "中度" in notes[1].note, len(notes)] == [True, True, 2]


def test_a_second_station_of_the_area_joins_the_orders(station, around, street):
    second = make_station(street, "S-2", lon=LON, lat=LAT + 100 / DEGREE_M)
    for one in (station, second):
        _hours(one, {9: 20, 10: NEAR, 11: NEAR})

    _watch(11)

    assert [_orders(alarm) for alarm in Alarm.objects.all()] == [
        {"S1": "OWN", "near": "KEY_AREA"}
    ] * 2
    assert Task.objects.count() == 2


def test_without_a_position_the_neighbours_in_the_tree_stand_in_and_it_is_said(
    scheme, street, district
):
    for name in ("S3", "S4", "S5"):
        district.refresh_from_db()
        make_grid(scheme, district, code=name, name=name, tier=Tier.SECOND)
    street.refresh_from_db()
    blind = make_station(street, "S-9")
    _hours(blind, {9: 20, 10: NEAR, 11: NEAR})

    _watch(11)

    assert _orders() == {"S1": "OWN", "S2": "TREE", "S3": "TREE"}  # two, as the rule says
    assert "没有坐标" in Task.objects.get(grid__code="S2").problem
    assert Alarm.objects.get().around["has_position"] is False


def test_departments_and_enterprises_get_no_order(scheme, station, district):
    district.refresh_from_db()
    bureau = make_grid(scheme, district, code="B", kind=GridKind.DEPARTMENT, tier=Tier.SECOND)
    _square(bureau)
    _hours(station, {9: 20, 10: NEAR, 11: NEAR})

    _watch(11)

    assert "B" not in _orders()


def test_never_more_grids_than_the_rule_allows(scheme, station, district):
    for number in range(12):
        district.refresh_from_db()
        _square(make_grid(scheme, district, code=f"N{number}", tier=Tier.SECOND))
    _hours(station, {9: 20, 10: NEAR, 11: NEAR})

    _watch(11)

    assert len(_orders()) == 8


def test_the_order_names_the_sources_of_its_grid_in_order(station, street):
    def sources(one, metres):
        assert (one, metres) == (station, 3000)
        path = (street.get_root().pk, street.pk)
        return [
            Source("1", "烧烤店", "COOKING_FUMES", "餐饮油烟", LON, LAT + 0.004, path),
            Source("2", "堆场", "YARD", "扬尘·堆场", LON, LAT - 0.003, path),
            Source("3", "别的街道", "DUST", "扬尘", LON, LAT + 0.001, (path[0],)),
        ]

    _hours(station, {9: 20, 10: NEAR, 11: NEAR}, wind_deg=0, wind_speed_ms=2)
    _watch(11, sources=sources)

    said = Alarm.objects.get().task.requirement
    assert said.index("烧烤店（餐饮油烟，重点圈 445 米，上风向）") < said.index("堆场")
    assert "别的街道" not in said
    kept = Alarm.objects.get().around
    assert [one["number"] for one in kept["sources"]] == ["3", "1", "2"]
    assert kept["wind"]["name"] == "北"


@pytest.mark.clause("Z-44")
def test_a_rise_that_the_neighbours_do_not_share_is_an_alarm_of_its_own(scheme, station, street):
    give_rules(scheme, *COMPARED)
    others = [make_station(street, f"N-{n}", lon=LON + n / 100, lat=LAT) for n in (1, 2)]
    _hours(station, {9: 20, 10: 50})
    for one in others:
        _hours(one, {9: 20, 10: 22})

    _watch(10)

    alarm = Alarm.objects.get(kind="RISE")
    assert (alarm.station, alarm.items, alarm.peak, alarm.pollutant) == (
        station,
        "pm25",
        50,
        "PM2.5",
    )
    assert alarm.task.kind == "CONTROL"
    assert alarm.task.due_at == _moment(12) + timedelta(minutes=10)


def test_a_rise_of_the_whole_area_is_none(scheme, station, street):
    give_rules(scheme, *COMPARED)
    for one in (station, *(make_station(street, f"N-{n}", lon=LON, lat=LAT) for n in (1, 2))):
        _hours(one, {9: 20, 10: 50})

    _watch(10)

    assert not Alarm.objects.filter(kind="RISE").exists()


def test_a_spike_that_is_over_is_checked_while_it_is_fresh(station, street):
    put([row(station, _moment(1).isoformat(), pm10_ugm3=60)], at=_moment(9))
    put([row(station, _moment(2).isoformat(), pm10_ugm3=300)], at=_moment(9))
    _watch(3)

    alarm = Alarm.objects.get(kind="SPIKE")
    assert (alarm.peak, alarm.items, alarm.ended_at) == (300, "pm10", _moment(2))
    assert _orders(alarm) == {"S1": "OWN"}
    assert alarm.task.kind == "CHECK"


def test_a_kind_without_a_rule_is_not_watched(scheme, station):
    scheme.rules.filter(key="spike").delete()
    put([row(station, _moment(1).isoformat(), pm10_ugm3=60)], at=_moment(9))
    put([row(station, _moment(2).isoformat(), pm10_ugm3=300)], at=_moment(9))

    assert _watch(3)["raised"] == 0


def test_without_a_rule_for_the_hours_the_order_is_due_the_same_day_and_says_why(scheme, station):
    scheme.rules.filter(key="alarm_hours").delete()
    _hours(station, {9: 20, 10: NEAR, 11: NEAR})

    _watch(11)  # 23:10

    task = Alarm.objects.get().task
    assert (task.deadline_kind, task.due_at.date()) == ("SAME_DAY", date(2026, 11, 17))
    assert "没有规定核查时限" in task.deadline_text


# --- late, twice, backfilled ---------------------------------------------------------------------


def test_an_episode_that_ended_while_nobody_looked_does_not_swallow_the_next(station):
    _hours(station, {9: 20, 10: NEAR, 11: NEAR})
    _watch(11)
    _hours(station, {hour: 20 + hour % 3 for hour in range(12, 20)} | {20: NEAR, 21: 60})

    assert _watch(21) == {"raised": 1, "ended": 1}

    first, second = Alarm.objects.order_by("started_at")
    assert (first.ended_at, second.ended_at) == (_moment(17), None)
    assert second.started_at == _moment(20)


def test_an_open_episode_older_than_the_window_goes_on_and_ends(station):
    _hours(station, {9: 20, 10: 75, 11: NEAR})
    _watch(11)
    _hours(station, {100: NEAR, 101: 60})
    _watch(101)

    alarm = Alarm.objects.get(kind="NEAR")
    assert (alarm.last_at, alarm.ended_at, alarm.peak_at) == (_moment(101), None, _moment(10))
    _hours(station, {hour: 20 + hour % 2 for hour in range(102, 108)})
    _watch(107)
    alarm.refresh_from_db()
    assert alarm.ended_at == _moment(107)


def test_an_episode_that_corrected_values_undo_ends_after_the_calm_hours(station):
    _hours(station, {9: 20, 10: NEAR, 11: NEAR})
    _watch(11)
    _hours(station, {hour: 20 + hour % 3 for hour in range(10, 18)})

    assert _watch(17) == {"raised": 0, "ended": 1}
    assert Alarm.objects.get().ended_at == _moment(17)


def test_late_hours_can_take_an_episode_up_again(station):
    _hours(station, {10: NEAR, 11: NEAR} | {hour: 20 + hour % 3 for hour in range(12, 18)})
    _watch(11)
    _watch(17)
    assert Alarm.objects.get().ended_at == _moment(17)
    _hours(station, {hour: NEAR + hour % 3 for hour in range(12, 18)})  # corrected

    assert _watch(18) == {"raised": 0, "ended": 0}
    alarm = Alarm.objects.get()
    assert (alarm.ended_at, alarm.last_at) == (None, _moment(17))


def test_a_backfill_of_old_hours_raises_nothing(scheme, station, street):
    give_rules(scheme, *COMPARED)
    for one in (station, *(make_station(street, f"N-{n}", lon=LON, lat=LAT) for n in (1, 2))):
        _hours(one, {hour: 150 if hour % 5 else 20 for hour in range(1, 20)})
        _hours(one, {124: 20, 125: 21})

    _watch(125)

    assert not Alarm.objects.exists()
