"""Incremental results equal a full recompute, whatever order the data come in."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from air import make_station, put, row
from build import BEIJING, NOON
from stations import hours, invariants
from stations.models import DailyAir, HourlyReading, ReadingRevision
from stations.services import assessment, review
from stations.standards import POLLUTANTS

FIRST = date(2026, 2, 27)  # the change of standard lies inside
START = datetime(2026, 2, 27, tzinfo=BEIJING)

hour_numbers = st.integers(1, 96)
figures = st.one_of(
    st.none(), st.decimals(0, 400, places=3).map(float), st.sampled_from([0, 60.5, 75, 160.5, 800])
)
sends = st.tuples(
    st.just("send"),
    st.lists(st.tuples(st.integers(0, 1), hour_numbers, figures, figures), min_size=1, max_size=60),
)
fills = st.tuples(st.just("fill"), st.tuples(st.integers(0, 1), st.integers(0, 3), figures))
reviews = st.tuples(
    st.sampled_from(["withdraw", "restore"]),
    st.tuples(st.integers(0, 1), hour_numbers, st.sampled_from(POLLUTANTS)),
)


def _moment(hour):
    return START + timedelta(hours=hour)


def _send(stations, cells):
    put(
        [
            row(stations[which], _moment(hour).isoformat(), pm25_ugm3=fine, o3_ugm3=ozone)
            for which, hour, fine, ozone in cells
        ]
    )


def _fill(stations, which, day, figure):
    _send(stations, [(which, 24 * day + hour, figure, figure) for hour in range(1, 25)])


def _review(action, stations, by, which, hour, pollutant):
    if HourlyReading.objects.filter(station=stations[which], hour_ending_at=_moment(hour)).exists():
        verb = getattr(review, action)
        verb(stations[which], _moment(hour), [pollutant], reason="核查", by=by, at=NOON)


def _apply(step, stations, by):
    action, given_values = step
    if action == "send":
        _send(stations, given_values)
    elif action == "fill":
        _fill(stations, *given_values)
    else:
        _review(action, stations, by, *given_values)


def _rows():
    return list(DailyAir.objects.order_by("on", "station_id").values())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.one_of(sends, fills, reviews), min_size=1, max_size=8))
def test_late_corrected_and_withdrawn_data_give_what_a_full_recompute_gives(village, office, steps):
    DailyAir.objects.all().delete()
    ReadingRevision.objects.all().delete()
    HourlyReading.objects.all().delete()
    stations = [
        village.stations.filter(code=code).first() or make_station(village, code)
        for code in ("A-1", "A-2")
    ]

    for step in steps:
        _apply(step, stations, office)

    incremental = _rows()
    DailyAir.objects.all().delete()
    changed = assessment.recompute(stations, FIRST, FIRST + timedelta(days=5))
    assert changed["hours"] == 0
    assert _rows() == incremental
    assert [check() for _, _, check in invariants.CHECKS] == [[], []]


@pytest.fixture
def station(village):
    return make_station(village)


def test_recomputing_twice_changes_no_byte(station):
    _fill([station], 0, 0, 35.5)
    before = _rows()

    changed = assessment.recompute([station], FIRST, FIRST + timedelta(days=3))

    assert changed == {"hours": 0, "days": 0}
    assert _rows() == before


def test_a_changed_derived_value_is_found_by_the_invariants(station):
    _fill([station], 0, 0, 35.5)
    HourlyReading.objects.filter(hour_ending_at=_moment(3)).update(aqi=7)
    DailyAir.objects.update(pm25_ugm3=1)

    messages = invariants.derived_values_follow_from_raw()

    assert any("AQI 与原始值不符" in message for message in messages)
    assert any("pm25_ugm3" in message for message in messages)


def test_a_lost_revision_is_found_by_the_invariants(station):
    _fill([station], 0, 0, 35.5)
    _fill([station], 0, 0, 36.5)
    ReadingRevision.objects.filter(hour_ending_at=_moment(3)).delete()

    assert len(invariants.readings_have_their_history()) == 1


def test_a_withdrawn_value_stays_and_counts_no_more(station, office):
    _fill([station], 0, 2, 35)  # 1 March, hours 49 to 72
    for hour in range(49, 54):
        review.withdraw(station, _moment(hour), ["pm25"], reason="校准", by=office, at=NOON)

    reading = HourlyReading.objects.get(hour_ending_at=_moment(49))
    assert (reading.pm25_ngm3, reading.withdrawn_bits, reading.revision) == (35000, 1, 1)
    assert DailyAir.objects.get(on=date(2026, 3, 1)).pm25_ugm3 is None

    put([row(station, _moment(49).isoformat(), pm25_ugm3=36, o3_ugm3=35)])

    assert HourlyReading.objects.get(hour_ending_at=_moment(49)).withdrawn_bits == 1
    assert hours.hour_number(reading.hour_ending_at) == hours.hour_number(_moment(49))


def test_daily_close_waits_for_the_day_to_end_and_may_run_twice(station):
    _fill([station], 0, 0, 35)
    DailyAir.objects.all().delete()

    assert assessment.close_day(FIRST, at=_moment(23)) == {"hours": 0, "days": 0}
    assert assessment.close_day(FIRST, at=_moment(25))["days"] == 1
    assert assessment.close_day(FIRST, at=_moment(999))["days"] == 0
