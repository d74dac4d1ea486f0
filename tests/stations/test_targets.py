from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from air import hour_of, make_station, put, row
from build import BEIJING
from grids.errors import Invalid
from stations import allowance, allowance_days, statistics
from stations.models import Station, StationPost, Target
from stations.pages import station as pages
from stations.periods import Period
from stations.progress import progress
from stations.services import loading

YEAR = Period.parse("2026")
TODAY = date(2026, 11, 18)


def _days(first, count, value):
    return {first + timedelta(days=n): value for n in range(count)}


@pytest.mark.clause("ZY-02", "ZY-03")
def test_the_rest_of_the_year_may_be_as_high_as_the_limit_leaves():
    values = _days(date(2026, 1, 1), 300, Decimal(40))

    left = allowance.mean_left(values, Decimal(35), YEAR, date(2026, 10, 28))

    assert (left.days, left.left, left.now) == (300, 65, 40)
    assert left.rest_at_most == Fraction(35 * 365 - 40 * 300, 65)
    assert left.shown_rest == Decimal("11.9")


def test_days_without_a_value_count_neither_way():
    values = _days(date(2026, 1, 1), 100, Decimal(30)) | {date(2026, 4, 11): None}

    left = allowance.mean_left(values, Decimal(35), YEAR, date(2026, 12, 31))

    assert (left.days, left.left) == (100, 1)
    assert left.rest_at_most == 35 * 101 - 3000


def test_out_of_reach_is_negative():
    values = _days(date(2026, 1, 1), 364, Decimal(40))

    assert allowance.mean_left(values, Decimal(35), YEAR, date(2026, 12, 31)).rest_at_most < 0


@pytest.mark.clause("W-10")
def test_the_target_goes_down_to_quarter_month_and_week():
    values = _days(date(2026, 11, 1), 17, Decimal(50))

    found = {one.period.code: one for one in allowance.cascade(values, Decimal(35), TODAY)}

    assert set(found) == {"2026", "2026-Q4", "2026-11", "2026-W47"}
    assert (found["2026-W47"].days, found["2026-W47"].left) == (2, 5)
    assert found["2026-W47"].rest_at_most == (35 * 7 - 100) / 5
    assert found["2026-11"].shown_rest == Decimal("15.4")  # (35·30 − 50·17) / 13


@pytest.mark.clause("ZY-04")
def test_good_days_tell_how_many_may_still_be_lost():
    aqis = _days(date(2026, 1, 1), 200, 80) | _days(date(2026, 7, 20), 100, 120)

    left = allowance_days.good_days_left(aqis, 190, YEAR, date(2026, 10, 28))

    assert (left.good, left.bad, left.unknown, left.left) == (200, 100, 0, 65)
    assert (left.may_lose, left.is_reached) == (75, True)
    assert allowance_days.good_days_left(aqis, 310, YEAR, date(2026, 10, 28)).may_lose == -45


def _fill(station, days, **over):
    at = datetime(2026, 12, 1, tzinfo=BEIJING)
    put([row(station, hour_of(day, hour), **over) for day in days for hour in range(1, 25)], at=at)


@pytest.mark.clause("ZY-02", "ZY-04")
def test_progress_comes_from_the_stored_days(scheme, street, noon):
    station = make_station(street)
    _fill(station, [date(2026, 11, 16)], pm10_ugm3=200)
    _fill(station, [date(2026, 11, 17)], pm10_ugm3=100)
    base = {"scheme": scheme, "subject": "全区", "year": 2026}
    Target.objects.create(
        code="a", indicator="pm10_mean", operator="<=", value=121, unit="µg/m³", **base
    )
    Target.objects.create(code="b", indicator="good_days", operator=">=", value=190, **base)

    mean, good = progress(scheme, noon)

    assert mean.means[0].now == 150
    assert (good.days.good, good.days.bad, good.days.left) == (1, 1, 44)


@pytest.mark.clause("Z-02")
def test_year_on_year_judges_both_years_by_one_standard_and_to_the_same_day(street, noon):
    station = make_station(street)
    _fill(station, [date(2026, 11, 16), date(2026, 11, 17)], pm25_ugm3=59)
    _fill(station, [date(2025, 11, 16)], pm25_ugm3=70)
    _fill(station, [date(2025, 11, 25)], pm25_ugm3=500)  # later than this year's day

    changes = statistics.year_on_year([station], Period.parse("2026-11"), date(2026, 11, 17))

    found = {change.indicator: change for change in changes}
    assert (found["pm25"].now, found["pm25"].before) == (59, 70)
    assert found["pm25"].percent == Decimal("-15.7")
    assert (found["good_days"].now, found["good_days"].before) == (2, 0)  # 70 is 轻度 under 2026


@pytest.mark.clause("Z-03")
def test_level_and_improvement_are_two_rankings(scheme, street, other_street):
    here, there = make_station(street, "A"), make_station(other_street, "B")
    now, old = date(2026, 10, 10), date(2025, 10, 10)
    _fill(here, [now], pm25_ugm3=30)
    _fill(here, [old], pm25_ugm3=31)
    _fill(there, [now], pm25_ugm3=40)
    _fill(there, [old], pm25_ugm3=80)

    def ranks(code):
        rows = statistics.level_and_improvement(scheme, Period.parse(code))
        return {row.grid: (row.level_rank, row.improvement_rank) for row in rows}

    assert ranks("2026-10-A") == {street: (1, 2), other_street: (2, 1)}
    assert ranks("2026-10") == {street: (None, None), other_street: (None, None)}  # one valid day


@pytest.mark.clause("W-20")
def test_good_days_of_each_micro_station(street):
    station = make_station(street)
    _fill(station, [date(2026, 11, 16)], pm25_ugm3=90)
    _fill(station, [date(2026, 11, 17)])

    found = statistics.micro_good_days([station], Period.parse("2026-11"))

    assert found[station.pk] == {"good": 1, "valid": 2, "percent": Decimal("50.0")}


STATIONS = "code,number,name,control,grid,install_place,clause\n"
POSTS = "station,role,title,clause\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "stations.csv").write_text(
        STATIONS
        + "P1,省控点,经开区管委会,PROVINCIAL,S1,管委会楼顶,W-78\n"
        + "M1,小微站 1,居然之家,MICRO,S1,居然之家（金桥店）楼顶,W-79\n",
        encoding="utf-8",
    )
    (tmp_path / "station_posts.csv").write_text(
        POSTS
        + "*,CHIEF,点长（主要领导）,W-02\n*,EXECUTIVE,执行副点长,W-02\nM1,CHIEF,街道书记,W-02\n",
        encoding="utf-8",
    )
    (tmp_path / "targets.csv").write_text(
        "code,subject,indicator,operator,value,unit,period,year,strength,clause\n"
        "t,汽车路街道,pm10_mean,<=,121,μg/m³,YEAR,2017,MUST,ZY-02\n",
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.clause("W-01", "W-02", "W-78", "W-79")
def test_a_roster_is_loaded_with_its_posts_and_twice_changes_nothing(scheme, street, folder, noon):
    changes = loading.load(scheme, folder, at=noon)

    again = loading.load(scheme, folder, at=noon)

    station = Station.objects.get(code="M1")
    titles = {post.role: post.title for post in StationPost.objects.filter(station=station)}
    assert len(changes) == 7
    assert again == []
    assert (station.grid, station.install_place) == (street, "居然之家（金桥店）楼顶")
    assert titles == {"CHIEF": "街道书记", "EXECUTIVE": "执行副点长"}
    assert Target.objects.get().grid == street


@pytest.mark.clause("W-02", "W-04")
def test_posts_have_dates(scheme, street, folder, noon):
    loading.load(scheme, folder, at=noon)
    station = Station.objects.get(code="M1")
    StationPost.objects.filter(station=station, role="CHIEF").update(until_on=date(2026, 6, 30))
    StationPost.objects.create(
        station=station, role="CHIEF", title="新任书记", from_on=date(2026, 7, 1)
    )

    before = dict(pages.posts(station, date(2026, 6, 30)))
    after = dict(pages.posts(station, date(2026, 7, 1)))

    assert (before["点长"].title, after["点长"].title) == ("街道书记", "新任书记")
    assert after["副点长"] is None


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("stations.csv", STATIONS + "P1,1,甲,STATE,NONE,,\n", "第 2 行"),
        ("stations.csv", STATIONS + "P1,1,甲,COUNTY,S1,,\n", "control"),
        ("station_posts.csv", POSTS + "P9,CHIEF,点长,\n", "P9"),
        ("targets.csv", "code,subject,indicator,operator,value\nt,x,pm10_mean,<=,很低\n", "数值"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(
    scheme, street, folder, noon, file, content, words
):
    (folder / file).write_text(content, encoding="utf-8")

    with pytest.raises(Invalid, match=words):
        loading.load(scheme, folder, at=noon)
