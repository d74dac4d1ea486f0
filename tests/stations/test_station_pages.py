"""The station's year, roses, position and surroundings; the unit; both editions side by side."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from air import day_rows, hour_of, make_station, put, row
from build import BEIJING
from build_tasks import make_issued, make_registered
from grids import geo
from grids.errors import Invalid
from stations import interventions, roses
from stations.models import Station, StationPlace
from stations.pages import editions, year
from stations.pages import station as pages
from stations.pages import unit as units
from stations.periods import Period
from stations.services import loading, places
from stations.standards import Edition

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def _hour(degrees, speed="2", value=None):
    return roses.Hour(Decimal(speed), degrees, None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("degrees", "name"),
    [
        (0, "北"), (11, "北"), (12, "北北东"), (90, "东"), (101, "东"), (102, "东南东"),
        (348, "北北西"), (349, "北"), (360, "北"), (225, "西南"),
    ],
)  # fmt: skip
def test_sixteen_sectors_reach_eleven_degrees_and_a_quarter_to_either_side(degrees, name):
    assert roses.SECTORS[roses.sector_of(degrees)] == name


def test_calm_hours_have_no_direction_and_stand_apart():
    found = roses.rose(
        [_hour(90, "0.2", 10), _hour(90, "0.3", 30), _hour(92, "9", 50), _hour(None, "3", 70)]
    )

    east = found.sectors[4]
    assert (found.calm.hours, found.calm.mean, found.unknown) == (1, 10, 1)
    assert (east.by_class, east.mean, east.values) == ((1, 0, 0, 0, 1), 40, 2)
    assert found.hours == 3
    assert found.percent(east.hours) == Decimal("66.7")


def test_the_rose_reads_hours_with_wind_and_leaves_out_values_that_do_not_count(street, noon):
    station = make_station(street)
    wind = {"wind_speed_ms": 3, "wind_deg": 180}
    put(
        [
            row(station, hour_of(TUESDAY, 8), pm25_ugm3=40, **wind),
            row(station, hour_of(TUESDAY, 9), pm25_ugm3=-5, **wind),
            row(station, hour_of(TUESDAY, 10), pm25_ugm3=900),
        ],
        at=noon,
    )

    found = year.rose_of(station, "pm25", noon, 30)

    south = found.sectors[8]
    assert (found.hours, south.hours, south.values, south.mean) == (2, 2, 1, 40)


def test_a_year_has_every_day_once_in_whole_weeks(street, noon):
    station = make_station(street)
    put(day_rows(station, TUESDAY), at=noon)

    months = year.year_of(station, Period.parse("2026"), None)

    days = [cell for month in months for cell in month.cells if not cell.is_out]
    assert len(days) == 365
    assert all(len(month.cells) % 7 == 0 for month in months)
    assert [cell.on for cell in days if cell.aqi is not None] == [TUESDAY]


def test_each_day_of_the_year_opens_its_day(client, office, street, noon):
    station = make_station(street)
    put(day_rows(station, TUESDAY), at=noon)
    client.force_login(office)

    page = client.get(reverse("stations:year", args=[station.code])).content.decode()

    assert f"{reverse('stations:detail', args=[station.code])}?day=2026-11-17" in page


# --- position ----------------------------------------------------------------------------------


def test_a_shifted_position_is_kept_as_wgs84_with_what_was_typed(street, office, noon):
    station = make_station(street)
    lon, lat = geo.wgs84_to_gcj02(112.8, 28.36)

    places.place(station, lon=lon, lat=lat, datum="gcj02", reason="高德拾取", by=office, at=noon)

    station.refresh_from_db()
    kept = StationPlace.objects.get()
    assert (round(station.lon, 5), round(station.lat, 5)) == (112.8, 28.36)
    assert (kept.given_lon, kept.datum, kept.reason, kept.by) == (lon, "gcj02", "高德拾取", office)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lon": 28.36, "lat": 112.8}, "填反"),
        ({"lon": 2.0, "lat": 48.0}, "中国境内"),
        ({"datum": "bd09"}, "坐标系"),
        ({"reason": " "}, "依据"),
    ],
)
def test_a_wrong_position_is_refused_and_nothing_changes(street, office, noon, given, words):
    station = make_station(street)
    values = {"lon": 112.8, "lat": 28.36, "datum": "wgs84", "reason": "现场定位"}

    with pytest.raises(Invalid, match=words):
        places.place(station, **values | given, by=office, at=noon)
    station.refresh_from_db()
    assert (station.lon, StationPlace.objects.count()) == (None, 0)


def test_the_folder_may_give_positions_and_never_overwrites_an_entered_one(
    scheme, street, office, noon, tmp_path
):
    head = "code,number,name,control,grid,install_place,clause,lon,lat\n"
    file = tmp_path / "stations.csv"
    file.write_text(
        head + "P1,1,甲,STATE,S1,,,112.8,28.3\nP2,2,乙,STATE,S1,,,,\n", encoding="utf-8"
    )
    loading.load(scheme, tmp_path, at=noon)
    station = Station.objects.get(code="P1")
    assert (station.lon, station.lat) == (112.8, 28.3)
    places.place(station, lon=112.9, lat=28.4, datum="wgs84", reason="现场定位", by=office, at=noon)

    assert loading.load(scheme, tmp_path, at=noon) == []
    assert Station.objects.get(code="P1").lon == 112.9
    file.write_text(head + "P2,2,乙,STATE,S1,,,28.3,112.8\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"第 2 行.*填反"):
        loading.load(scheme, tmp_path, at=noon)


def test_the_page_says_that_a_place_is_an_example(client, office, street, noon):
    station = make_station(street)
    places.place(
        station, lon=112.8, lat=28.3, datum="wgs84", reason="x", by=None, at=noon, is_example=True
    )
    client.force_login(office)

    assert "示例坐标" in client.get(reverse("stations:detail", args=["S-1"])).content.decode()


# --- what was done -----------------------------------------------------------------------------


def _issued(scheme, street, office, at):
    return make_issued(make_registered(scheme, street, office, at=at), street, office, at=at)


def test_a_task_of_the_grid_is_marked_on_the_curve_at_the_hour_it_was_issued(
    scheme, street, office, noon
):
    station = make_station(street)
    put([row(station, hour_of(date(2026, 11, 18), n)) for n in range(1, 12)], at=noon)
    task = _issued(scheme, street, office, noon - timedelta(hours=3, minutes=20))
    since = noon - timedelta(hours=24)

    acts = interventions.between(office, station, since, noon)
    spec = pages.chart(pages.last_hours(station, noon, 24, None), "aqi", [], acts)

    assert [(one.kind, one.text) for one in acts] == [("交办", task.title)]
    assert {"x": "11-18 09:00", "name": "交办"} in spec["marks"]


def test_a_missing_hour_is_a_gap_in_the_curve(street, noon):
    station = make_station(street)
    put([row(station, hour_of(date(2026, 11, 18), n)) for n in (8, 10)], at=noon)

    rows = pages.last_hours(station, datetime(2026, 11, 18, 10, tzinfo=BEIJING), 3, None)

    data = pages.chart(rows, "pm25", [])["series"][0]["data"]
    assert data == [20.0, None, 20.0]


# --- editions and units ------------------------------------------------------------------------


def test_both_editions_stand_side_by_side_with_the_days_whose_level_changes(street, noon):
    station = make_station(street)
    put(day_rows(station, MONDAY, pm25_ugm3=70), at=noon)  # 良 in 2012 (≤ 75), 轻度 in 2026 (> 60)
    put(day_rows(station, TUESDAY), at=noon)

    found = editions.compare([station], Period.parse("2026-11"), TUESDAY)

    [changed] = found["changed"]
    assert (changed.on, changed.step, changed.own) == (MONDAY, 1, Edition.HJ633_2026)
    assert changed.old <= 100 < changed.new
    assert [side["good"] for side in found["sides"]] == [2, 1]
    assert found["lost"] == 1
    indices = dict(found["indices"])
    assert indices["GB 3095-2012"] < indices["GB 3095-2026 过渡阶段"]


@pytest.mark.parametrize("of", ["", "s", "g", "sX", "s999999999999", "x1"])
def test_a_strange_scope_shows_the_whole_regime(client, office, street, of):
    make_station(street)
    client.force_login(office)

    assert client.get(reverse("stations:editions"), {"of": of}).status_code == 200


def test_a_unit_without_stations_has_no_page(client, office, street, other_street):
    make_station(street)
    client.force_login(office)

    assert client.get(reverse("stations:unit", args=[street.pk])).status_code == 200
    assert client.get(reverse("stations:unit", args=[other_street.pk])).status_code == 404


def test_a_unit_shows_its_stations_and_open_matters(scheme, office, street, noon):
    station = make_station(street)
    put([row(station, hour_of(date(2026, 11, 18), 11))], at=noon)
    _issued(scheme, street, office, noon - timedelta(hours=3))

    found = units.page(street, office, noon)

    assert [one.station for one in found["rows"]] == [station]
    assert (found["open"], found["overdue"]) == (1, 0)


def test_the_page_and_the_interface_tell_the_weather_of_the_hour(street, office):
    station = make_station(street, "S-W")
    here = {"temperature_c": 9.3, "humidity_percent": 45, "wind_speed_ms": 1.2, "wind_deg": 45}
    at = datetime(2026, 11, 18, 11, tzinfo=BEIJING)
    put([row(station, at.isoformat(), **here)], at=at + timedelta(minutes=10))
    client = Client()
    client.force_login(office)

    with time_machine.travel(at + timedelta(minutes=20), tick=False):
        page = client.get(reverse("stations:detail", args=["S-W"]), {"item": "humidity"})
        [hour] = client.get("/api/v1/stations/S-W/readings/").json()["results"]

    assert "气温 9.3 ℃ · 湿度 45% · 东北风 1.2 米/秒" in page.content.decode()
    assert (page.context["spec"]["unit"], page.context["spec"]["series"][0]["data"][-1]) == (
        "%",
        45,
    )
    assert {name: hour[name] for name in here} == here
