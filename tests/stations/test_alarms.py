from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from air import make_station, put, row
from alarm_rules import BASIC, give_rules
from build import BEIJING
from grids.errors import Invalid
from notices import jobs
from stations import episodes, presence, selectors
from stations.models import Alarm
from stations.services import alarms, verdicts
from tasks.models import Task
from tasks.workflow import State

START = datetime(2026, 11, 17, 12, tzinfo=BEIJING)
DIRTY = {"pm25_ugm3": 58}  # AQI 97
RULE = episodes.Threshold(level=90, hours=2, calm=6)


def _moment(hour):
    return START + timedelta(hours=hour)


@pytest.fixture
def station(street, scheme):
    give_rules(scheme, *BASIC)
    return make_station(street)


def _hours(station, dirty, clean=(), upto=24):
    """Hours 1 … `upto`, those in `dirty` near pollution; `clean` limits the others."""
    others = clean or [hour for hour in range(1, upto + 1) if hour not in dirty]
    rows = [row(station, _moment(h).isoformat(), pm25_ugm3=58 + h % 2) for h in dirty]
    rows += [row(station, _moment(h).isoformat(), pm25_ugm3=20 + h % 5) for h in others]
    put(rows, at=_moment(96))


def _watch(hour):
    return alarms.watch(at=_moment(hour) + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ({1: 90}, []),  # one hour is not two in a row
        ({1: 90, 2: 89, 3: 95}, []),
        ({1: 90, 3: 95}, []),  # a missing hour breaks the run-up
        ({1: 90, 2: 91}, [(1, 91, 2, 2, None)]),
        ({1: 90, 2: 120, 3: 80}, [(1, 120, 2, 2, None)]),
        ({1: 90, 2: 91} | dict.fromkeys(range(3, 9), 50), [(1, 91, 2, 2, 8)]),  # six calm hours
        (
            {1: 90, 2: 91} | dict.fromkeys(range(3, 8), 50) | {8: 95},
            [(1, 95, 8, 8, None)],
        ),  # the sixth hour is high again: one episode
        (
            {1: 90, 2: 90} | dict.fromkeys(range(3, 9), 10) | {9: 99, 10: 99},
            [(1, 90, 1, 2, 8), (9, 99, 9, 10, None)],
        ),
        ({1: 90, 2: 90, 9: 10}, [(1, 90, 1, 2, None)]),  # missing hours end nothing
    ],
)
def test_episodes_begin_after_two_hours_and_end_after_six(hours, expected):
    found = episodes.above(hours, RULE)

    assert [(e.start, e.peak, e.peak_at, e.last, e.end) for e in found] == expected


def test_rows_that_stay_the_same_are_frozen():
    rows = dict.fromkeys(range(1, 6), (1, 2, None)) | {6: (2, 2, None)}

    [found] = episodes.frozen(rows, hours=4)

    assert (found.start, found.peak, found.end) == (1, 5, 6)
    assert episodes.frozen({1: (None,), 2: (None,), 3: (None,), 4: (None,)}, hours=4) == []


@pytest.mark.clause("W-33")
def test_near_pollution_raises_one_alarm_and_one_order_for_the_grid(station, street, chief):
    _hours(station, dirty=[10, 11], upto=12)

    assert _watch(12)["raised"] == 1
    assert _watch(12)["raised"] == 0

    alarm = Alarm.objects.get()
    task = alarm.task
    assert (alarm.kind, alarm.peak, alarm.started_at) == ("NEAR", 98, _moment(10))
    assert (task.grid, task.state, task.source) == (street, State.ISSUED, "ALARM")
    assert "不得在站点周边喷淋" in task.requirement
    assert task.due_at == _moment(14) + timedelta(minutes=10)


def test_an_episode_that_goes_on_keeps_its_alarm_and_ends_it(station):
    _hours(station, dirty=[10, 11], upto=12)
    _watch(12)
    _hours(station, dirty=[13, 14], clean=list(range(15, 21)))

    assert _watch(20) == {"raised": 0, "ended": 1}
    alarm = Alarm.objects.get()
    assert (alarm.last_at, alarm.ended_at) == (_moment(14), _moment(20))
    assert Task.objects.count() == 1


def test_two_stations_of_one_grid_share_the_order(station, street):
    second = make_station(street, "S-2")
    for one in (station, second):
        _hours(one, dirty=[10, 11, 12], upto=12)

    _watch(12)

    assert Alarm.objects.count() == 2
    assert len({alarm.task_id for alarm in Alarm.objects.all()}) == 1


def test_an_episode_found_when_it_is_over_orders_nothing(station):
    _hours(station, dirty=[2, 3], upto=24)

    assert _watch(24)["raised"] == 1
    assert Alarm.objects.get().task is None
    assert not Task.objects.exists()


def test_old_hours_raise_nothing(station):
    _hours(station, dirty=[2, 3, 4], upto=6)

    assert _watch(24 * 9)["raised"] == 1  # only that the station is silent
    assert Alarm.objects.get().kind == "LATE"


@pytest.mark.clause("W-18")
def test_a_late_station_gives_its_grid_a_check_and_ends_with_the_next_value(station):
    _hours(station, dirty=[], upto=6)
    assert _watch(9)["raised"] == 0

    assert _watch(10)["raised"] == 1
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.peak, alarm.started_at) == ("LATE", 4, _moment(7))
    assert "供电和网络" in alarm.task.requirement

    _hours(station, dirty=[], clean=[11])
    assert _watch(11)["ended"] == 1
    assert _watch(11) == {"raised": 0, "ended": 0}


def test_a_station_that_never_spoke_is_no_alarm(station):
    assert _watch(10)["raised"] == 0


@pytest.mark.clause("W-19")
def test_a_frozen_row_is_an_anomaly_to_check(station):
    put([row(station, _moment(hour).isoformat()) for hour in range(1, 7)], at=_moment(7))

    _watch(6)

    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.peak, alarm.task.kind) == ("STUCK", 6, "CHECK")


@pytest.mark.clause("Z-46")
def test_the_verdict_is_kept_with_who_gave_it(station, chief, worker, noon):
    put([row(station, _moment(hour).isoformat()) for hour in range(1, 7)], at=_moment(7))
    _watch(6)
    alarm = Alarm.objects.get()

    with pytest.raises(PermissionDenied):
        verdicts.decide(alarm, verdict="FALSE", note="看过", by=worker, at=noon)
    with pytest.raises(Invalid):
        verdicts.decide(alarm, verdict="FALSE", note=" ", by=chief, at=noon)
    verdicts.decide(alarm, verdict="DEVICE", note="采样管堵塞", by=chief, at=noon)

    alarm.refresh_from_db()
    assert (alarm.verdict, alarm.verdict_by) == ("DEVICE", chief)


def test_the_hourly_job_may_run_late_and_twice(station):
    _hours(station, dirty=[10, 11], upto=12)
    at = _moment(12) + timedelta(minutes=10)

    first = jobs.hourly_assessment(at=at, due_at=at)
    second = jobs.hourly_assessment(at=at + timedelta(minutes=40), due_at=at)

    assert (first["raised"], second["raised"]) == (1, 0)


def test_states_and_the_area_now(station, street, scheme):
    other = make_station(street, "S-2")
    make_station(street, "S-3")
    _hours(station, dirty=[], upto=10)
    _hours(other, dirty=[], upto=4)
    at = _moment(10) + timedelta(minutes=30)

    late = presence.behind(presence.live(presence.scheme_stations(scheme, at), at))
    now = selectors.air_now(scheme, at)

    assert [(item.station.code, item.lag, item.state) for item in late] == [("S-2", 6, "LATE")]
    assert (now.at, now.stations, now.of, now.is_late) == (_moment(10), 1, 3, False)
    assert now.category == "优"


def test_the_area_is_the_mean_of_concentrations_not_of_indices(station, street, scheme):
    other = make_station(street, "S-2")
    put([row(station, _moment(1).isoformat(), pm25_ugm3=10)], at=_moment(2))
    put([row(other, _moment(1).isoformat(), pm25_ugm3=111)], at=_moment(2))

    now = selectors.air_now(scheme, _moment(1))

    assert now.values["pm25"] == 60.5
    assert now.aqi == 100  # 60.5 rounds to 60; the mean of 15 and 147 would be 81
