import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from air import hour_of, make_station, put, row
from build import BEIJING, make_grid
from grids.errors import Invalid, Refused
from grids.models import SchemeRule, Tier
from stations import selectors, supervision
from stations.models import Ranking
from stations.periods import Kind, Period
from stations.services import corrections, ranking
from tasks.models.kinds import Category, Source
from tasks.services import life

WEEK = Period.parse("2026-W46")
MONDAY_AFTER = datetime(2026, 11, 16, 7, tzinfo=BEIJING)


@pytest.fixture
def units(scheme, district):
    return [
        make_grid(scheme, district, code=f"T{n}", name=f"街镇{n}", tier=Tier.SECOND)
        for n in range(1, 10)
    ]


@pytest.fixture
def stations(units):
    return [make_station(unit, f"M{n}") for n, unit in enumerate(units, 1)]


def _fill(station, days, **over):
    """Whole days of one value; the hours are told apart by nothing."""
    put(
        [row(station, hour_of(day, hour), **over) for day in days for hour in range(1, 25)],
        at=LATER,
    )


LATER = datetime(2026, 12, 10, 12, tzinfo=BEIJING)


@pytest.fixture
def filled(stations):
    for n, station in enumerate(stations, 1):
        _fill(station, WEEK.days, pm25_ugm3=20 + 5 * n)
    return stations


def _lines(found):
    return {line.grid.code: line for line in found.lines.select_related("grid")}


def _publish(scheme, period=WEEK, at=MONDAY_AFTER, **more):
    return ranking.publish(scheme, period, at=at, **{"by": None, "enforcement": {}} | more)


@pytest.mark.clause("W-53", "W-57")
def test_units_are_ranked_by_the_mean_of_their_stations_with_the_working(scheme, filled, units):
    second = make_station(units[0], "M1b")
    _fill(second, WEEK.days, pm25_ugm3=90)

    found = _publish(scheme)

    line = _lines(found)["T1"]  # (25 + 90) / 2 = 57.5, to even: 58
    assert line.proof["concentrations"]["pm25"] == "58"
    assert line.proof["days"][0]["values"]["pm25"] == "58"
    assert set(line.proof["days"][0]["stations"]) == {"M1", "M1b"}
    terms = {term["pollutant"]: term for term in line.proof["terms"]}
    assert (terms["pm25"]["limit"], terms["pm25"]["part"]) == (30, "1.93")
    assert line.air == sum(Decimal(term["part"]) for term in line.proof["terms"])


@pytest.mark.clause("W-53")
def test_the_score_adds_weighted_ranks_of_the_three_parts(scheme, filled, units):
    cases = {units[8].pk: 5}  # the worst air, but the only one with cases of its own

    lines = _lines(_publish(scheme, enforcement=cases))

    assert lines["T9"].enforcement_rank == 1
    assert lines["T9"].score == Decimal("0.7") * 9 + Decimal("0.2") * 1 + Decimal("0.1") * 1
    assert lines["T1"].score == Decimal("0.7") * 1 + Decimal("0.2") * 1 + Decimal("0.1") * 2
    assert "70%" in lines["T9"].proof["formula"]


@pytest.mark.clause("W-54")
def test_the_last_three_are_marked(scheme, filled):
    lines = _lines(_publish(scheme))

    assert {code for code, line in lines.items() if line.is_bottom} == {"T7", "T8", "T9"}


def test_equal_units_share_their_rank_and_all_are_in_the_last_three(scheme, stations):
    for station in stations:
        _fill(station, WEEK.days, pm25_ugm3=30 if station.code in {"M1", "M2"} else 60)

    lines = _lines(_publish(scheme))

    assert [lines[code].rank for code in ("T1", "T2", "T3", "T9")] == [1, 1, 3, 3]
    assert sum(line.is_bottom for line in lines.values()) == 7


@pytest.mark.clause("W-52")
def test_a_unit_with_too_few_days_is_named_and_not_ranked(scheme, stations):
    for station in stations[1:]:
        _fill(station, WEEK.days)
    _fill(stations[0], WEEK.days[:4])

    found = _publish(scheme)

    line = _lines(found)["T1"]
    assert (line.rank, line.valid_days, line.is_bottom) == (None, 4, False)
    assert "不参与排名" in line.reason
    assert found.ranked == 8


def test_with_fewer_than_eight_units_nobody_is_last(scheme, stations):
    for station in stations[:7]:
        _fill(station, WEEK.days)

    assert not any(line.is_bottom for line in _lines(_publish(scheme)).values())


def test_the_scheme_says_which_stations_and_weights_count(scheme, filled, units):
    SchemeRule.objects.create(
        scheme=scheme,
        key="rank.weekly_weights",
        value={"air": 100},
        valid_from=date(2020, 1, 1),
        clause="W-53",
    )
    SchemeRule.objects.create(
        scheme=scheme, key="rank.station_controls", value=["MICRO"], valid_from=date(2020, 1, 1)
    )
    make_station(units[0], "P1", control="PROVINCIAL")

    found = _publish(scheme)

    assert found.weights == {"air": "100"}
    assert found.inputs["rank.weekly_weights"]["clause"] == "W-53"
    assert found.inputs["rank.weekly_weights"]["is_example"] is False
    assert set(_lines(found)["T1"].proof["days"][0]["stations"]) == {"M1"}


def test_a_ranking_is_published_once_and_stays_frozen(scheme, filled):
    first = _publish(scheme)
    _fill(filled[0], WEEK.days, pm25_ugm3=500)

    again = _publish(scheme)

    assert (again.pk, again.digest) == (first.pk, first.digest)
    assert _lines(again)["T1"].rank == 1
    assert Ranking.objects.count() == 1


def test_late_data_make_a_correction_with_its_difference(scheme, filled):
    first = _publish(scheme, enforcement={})
    put([row(filled[0], hour_of(WEEK.days[0], 1), pm25_ugm3=900)], at=LATER)

    assert corrections.correct_late(at=LATER) == 1
    assert corrections.correct_late(at=LATER) == 0

    second = selectors.weekly(scheme, WEEK)
    assert (second.edition, second.corrects) == (2, first)
    changed = {(item["unit"], item["field"]): item for item in second.difference}
    assert changed["T1", "air"]["before"] != changed["T1", "air"]["after"]
    assert _lines(Ranking.objects.get(pk=first.pk))["T1"].air == first.lines.first().air


def test_a_correction_without_a_change_is_none(scheme, filled):
    first = _publish(scheme)

    assert ranking.correct(first, reason="复核", by=None, at=LATER) == first
    with pytest.raises(Invalid, match="原因"):
        ranking.correct(first, reason=" ", by=None, at=LATER)


def test_an_unfinished_week_is_refused(scheme, filled):
    with pytest.raises(Refused, match="还没有结束"):
        _publish(scheme, at=datetime(2026, 11, 15, 23, tzinfo=BEIJING))


def test_only_who_oversees_the_whole_may_publish(scheme, filled, office, chief):
    with pytest.raises(PermissionDenied):
        _publish(scheme, by=chief)

    assert _publish(scheme, by=office).published_by == office


def test_a_week_without_its_enforcement_part_is_not_published(scheme, filled):
    with pytest.raises(Refused, match="执法办案"):
        ranking.publish(scheme, WEEK, by=None, at=MONDAY_AFTER)

    assert not Ranking.objects.exists()


@pytest.mark.clause("W-52")
def test_the_day_is_ranked_by_aqi(scheme, filled):
    found = _publish(scheme, Period.parse("2026-11-10"))

    lines = _lines(found)
    assert (lines["T1"].rank, lines["T1"].air) == (1, 40)  # PM10 40, O3 80
    assert (lines["T9"].rank, lines["T9"].air) == (9, 105)  # PM2.5 65
    assert found.kind == "DAY"


def test_half_months_are_not_ranked(scheme, filled):
    with pytest.raises(Invalid):
        ranking.preview(scheme, Period.parse("2026-11-A"))


@pytest.mark.clause("W-53")
def test_supervision_counts_what_went_wrong_in_the_unit(scheme, units, office, noon):
    at = datetime(2026, 11, 10, 9, tzinfo=BEIJING)
    task = life.register(
        scheme=scheme,
        title="裸土未覆盖",
        category=Category.BARE_SOIL,
        source=Source.COVERT,
        origin_grid=units[0].get_root(),
        by=office,
        at=at,
    )
    life.issue(
        task,
        grid=units[2],
        requirement="覆盖",
        supervisor="值守",
        deadline_kind="HOURS",
        deadline_amount=24,
        by=None,
        at=at,
    )

    found = supervision.of_units(units, WEEK)

    assert found[units[2].pk].as_proof() == {
        "overdue": 1,
        "refused": 0,
        "rebounds": 0,
        "found": 1,
        "total": 2,
    }
    assert found[units[0].pk].total == 0


def _published_weeks(scheme, stations, count):
    """`count` weeks before WEEK and WEEK itself: station 9 is always the worst."""
    period = WEEK
    periods = [period]
    for _ in range(count):
        period = period.previous()
        periods.insert(0, period)
    for one in periods:
        for n, station in enumerate(stations, 1):
            _fill(station, one.days, pm25_ugm3=20 + 5 * n)
    return periods


@pytest.mark.clause("W-54", "W-55")
def test_streaks_count_ranked_weeks_and_skip_the_others(scheme, stations):
    periods = _published_weeks(scheme, stations, 3)
    _publish(scheme, periods[0])
    _publish(scheme, periods[1])
    # third week: the worst unit has no data and does not take part
    _publish(scheme, periods[3])

    found = {grid.code: streak for grid, streak in selectors.streaks(scheme, WEEK).items()}

    assert (found["T9"].weeks, found["T9"].dots) == (3, "bbxb")
    assert found["T9"].periods == (periods[0].code, periods[1].code, periods[3].code)
    assert (found["T1"].weeks, found["T1"].dots) == (0, "ggxg")


def test_the_command_prints_the_ranking_with_its_proof(scheme, filled):
    out = StringIO()
    call_command("rank", scheme=scheme.code, period="2026-W46", json=True, stdout=out)
    table = json.loads(out.getvalue())
    published = _publish(scheme)
    out = StringIO()
    call_command("rank", scheme=scheme.code, period="2026-W46", json=True, stdout=out)

    again = json.loads(out.getvalue())
    assert [line["rank"] for line in table["lines"]] == list(range(1, 10))
    assert table["published_at"] is None
    assert (again["digest"], again["edition"]) == (published.digest, 1)
    assert again["lines"] == table["lines"]
    assert table["lines"][0]["proof"]["days"][0]["on"] == "2026-11-09"


def test_the_command_in_words(scheme, filled):
    out = StringIO()
    call_command("rank", scheme=scheme.code, period="2026-W46", stdout=out)

    assert "综合指数 =" in out.getvalue()
    assert "权重" in out.getvalue()


@pytest.mark.parametrize("options", [{"scheme": "none"}, {"period": "2026-W99"}])
def test_the_command_refuses_nonsense_with_status_two(scheme, options):
    with pytest.raises(CommandError) as caught:
        call_command("rank", **{"scheme": scheme.code, "period": "2026-W46"} | options)

    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    ("code", "first", "last", "previous"),
    [
        ("2026-W46", "2026-11-09", "2026-11-15", "2026-W45"),
        ("2026-W53", "2026-12-28", "2027-01-03", "2026-W52"),
        ("2027-W01", "2027-01-04", "2027-01-10", "2026-W53"),
        ("2024-02-B", "2024-02-16", "2024-02-29", "2024-02-A"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2025-Q4"),
        ("2026", "2026-01-01", "2026-12-31", "2025"),
    ],
)
def test_periods(code, first, last, previous):
    period = Period.parse(code)

    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert (period.previous().code, period.code) == (previous, code)
    assert period.previous().following() == period


@pytest.mark.parametrize("code", ["2021-W53", "2026-13", "2026-02-30", "x", "", "2026-W46 1"])
def test_codes_that_name_no_period(code):
    with pytest.raises(ValueError, match="看不懂周期"):
        Period.parse(code)


def test_every_day_of_fifty_years_lies_in_one_week_and_half_month():
    day = date(2000, 1, 1)
    while day.year < 2050:
        for kind in (Kind.WEEK, Kind.HALF_MONTH, Kind.QUARTER):
            period = Period.containing(kind, day)
            assert period.first <= day <= period.last
            assert Period.parse(period.code) == period
        day += timedelta(days=1)
