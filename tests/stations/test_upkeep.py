"""维护: a registered maintenance explains silence, but not for ever, and completes no data."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from air import make_station, put, row
from alarm_rules import BASIC, give_rules
from build import BEIJING
from grids.errors import Refused
from stations import presence
from stations.models import Alarm, DailyAir, StationLog
from stations.services import alarms, logbook
from stations.upkeep import Span, upkeep

START = datetime(2026, 11, 17, tzinfo=BEIJING)
LONGEST, GRACE = 48, 4


def _moment(hour):
    return START + timedelta(hours=hour)


def _upkeep(spans, at, newest=0):
    chosen = [Span(_moment(a), None if b is None else _moment(b)) for a, b in spans]
    return upkeep(chosen, at=_moment(at), newest=_moment(newest), longest=LONGEST)


@pytest.mark.parametrize(
    ("spans", "at", "counts", "excuses"),
    [
        ([(1, 6)], 1, True, True),
        ([(1, 6)], 6, False, True),  # it has ended; the instrument comes back
        ([(1, 6)], 10, False, False),  # four hours after the end the silence is an alarm
        ([(1, None)], 48, True, True),
        ([(1, None)], 49, False, False),  # nobody wrote an end: it counts for two days
        ([(1, 200)], 49, False, False),  # nor does an end far away count for more
        ([(1, 24), (24, 48), (48, 72)], 50, False, False),  # a chain is one stretch
        ([(1, 10), (30, 60)], 45, True, True),
        ([(1, 10), (30, 60)], 49, False, False),  # also with gaps: nothing came in between
        ([(1, 48)], 48, False, True),
        ([(1, 48)], 50, False, False),  # no grace beyond the limit
    ],
)
def test_a_maintenance_explains_silence_up_to_its_limit(spans, at, counts, excuses):
    found = _upkeep(spans, at)

    assert (found.counts, found.excuses(_moment(at), GRACE)) == (counts, excuses)


def test_entries_before_the_last_value_and_after_the_moment_do_not_count():
    assert _upkeep([(-9, -1)], at=5) is None
    assert _upkeep([(8, 20)], at=5) is None
    assert _upkeep([(-100, None)], at=5) is None  # forgotten: it had run out when values came
    assert _upkeep([(-100, None), (2, 6)], at=5).counts


@given(
    st.lists(st.tuples(st.integers(0, 90), st.none() | st.integers(0, 200)), max_size=6),
    st.integers(1, 300),
)
def test_no_set_of_entries_hides_a_station_longer_than_the_rule(entries, at):
    spans = [(a, None if length is None else a + length) for a, length in entries]
    found = _upkeep(spans, at)
    first = min((a for a, _ in spans), default=None)

    if first is None or at >= first + LONGEST:
        assert found is None or not (found.counts or found.excuses(_moment(at), GRACE))


@pytest.fixture
def station(street, scheme):
    give_rules(scheme, *BASIC)
    made = make_station(street)
    put([row(made, _moment(h).isoformat(), pm25_ugm3=20 + h) for h in range(1, 7)], at=_moment(96))
    return made


def _register(station, by, start, end=None, kind="INSTRUMENT"):
    return logbook.note(
        station,
        kind=kind,
        from_at=_moment(start),
        until_at=None if end is None else _moment(end),
        text="更换采样泵",
        is_abnormal=False,
        by=by,
        at=_moment(start),
    )


def _state(station, hour):
    [found] = presence.live([station], _moment(hour))
    return found.state


def _watch(hour):
    return alarms.watch(at=_moment(hour) + timedelta(minutes=10))


def test_a_station_under_maintenance_says_so_and_raises_no_alarm(station, office):
    _register(station, office, 6, 15)

    assert [_state(station, hour) for hour in (5, 6, 14, 15)] == [
        *("ONLINE", "MAINTENANCE", "MAINTENANCE", "LATE"),
    ]
    assert [_watch(hour)["raised"] for hour in (10, 14, 18)] == [0, 0, 0]
    assert _watch(19)["raised"] == 1  # four hours after the end nothing has come


def test_a_maintenance_without_end_does_not_hide_a_silent_station(station, office):
    _register(station, office, 6)

    assert (_state(station, 53), _watch(53)["raised"]) == ("MAINTENANCE", 0)
    assert (_state(station, 54), _watch(54)["raised"]) == ("SILENT", 1)
    assert presence.live([station], _moment(54))[0].is_over_long


def test_the_longest_maintenance_is_the_rule_of_the_day(station, office, scheme):
    row = scheme.rules.get(key="station_late")
    scheme.rules.create(
        key="station_late",
        value=row.value | {"maintenance": 3},
        valid_from=_moment(24).date(),
    )
    _register(station, office, 6)

    assert (_state(station, 23), _state(station, 24)) == ("MAINTENANCE", "LATE")


def test_a_power_cut_is_no_maintenance(station, office):
    _register(station, office, 6, 20, kind="POWER")

    assert (_state(station, 11), _watch(11)["raised"]) == ("LATE", 1)


def test_an_open_alarm_stays_open_when_a_maintenance_is_registered_afterwards(station, office):
    _watch(12)
    _register(station, office, 12, 20)

    assert _watch(13) == {"raised": 0, "ended": 0}
    assert Alarm.objects.open().get().kind == "LATE"


def test_the_missing_hours_of_a_maintenance_still_lack_in_the_day(station, office):
    _register(station, office, 6, 30)
    put([row(station, _moment(h).isoformat()) for h in range(20, 25)], at=_moment(96))

    day = DailyAir.objects.get(on=START.date())

    assert (day.pm25_hours, day.is_valid, day.pm25_ugm3) == (11, False, None)


def _client(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("page", ["stations:list", "stations:wall", "notices:desk"])
def test_pages_count_the_maintenance_beside_the_late(page, station, street, office):
    late = make_station(street, "S-2")
    put([row(late, _moment(h).isoformat()) for h in range(1, 5)], at=_moment(96))
    _register(station, office, 6, 20)

    with time_machine.travel(_moment(12), tick=False):
        answer = _client(office).get(reverse(page))

    text = answer.content.decode()
    assert "维护" in text
    if page == "stations:list":
        states = {key: n for key, _, n in answer.context["states"]}
        assert states == {"ONLINE": 0, "LATE": 1, "SILENT": 0, "MAINTENANCE": 1, "NONE": 0}
        assert answer.context["total"] == 2  # the denominator holds both
    elif page == "stations:wall":
        late_ones = [item.station.code for item in answer.context["late"]]
        assert (late_ones, answer.context["upkeep"]) == (["S-2"], 1)
    else:
        assert [one.station.code for one in answer.context["late_stations"]] == ["S-2"]
        assert "维护 1 站" in text


def test_the_number_of_the_desk_opens_the_late_and_the_silent(station, street, office):
    silent = make_station(street, "S-2")
    put([row(silent, _moment(-30).isoformat())], at=_moment(96))

    with time_machine.travel(_moment(12), tick=False):
        desk = _client(office).get(reverse("notices:desk")).content.decode()
        rows = _client(office).get(reverse("stations:list") + "?state=BEHIND").context["rows"]

    assert f"{reverse('stations:list')}?state=BEHIND" in desk
    assert {item.station.code for item in rows} == {"S-1", "S-2"}


def test_the_interface_says_until_when_the_maintenance_counts(station, office):
    _register(station, office, 6)

    with time_machine.travel(_moment(12), tick=False):
        now = _client(office).get("/api/v1/stations/S-1/").json()["now"]

    assert now["state"] == "MAINTENANCE"
    assert datetime.fromisoformat(now["maintenance_until"]) == _moment(54)


def test_an_open_entry_is_ended_once_by_who_manages_the_station(station, chief, worker, office):
    entry = _register(station, office, 6)
    url = reverse("stations:log-end", args=["S-1", entry.pk])

    with time_machine.travel(_moment(9), tick=False):
        with pytest.raises(PermissionDenied):
            logbook.finish(entry, by=worker, at=_moment(9))
        assert "现在结束" in _client(chief).get(_page(station)).content.decode()
        assert [_client(chief).post(url).status_code for _ in range(2)] == [302, 409]
        assert "现在结束" not in _client(chief).get(_page(station)).content.decode()

    assert StationLog.objects.get().until_at == _moment(9)
    assert _state(station, 9) == "LATE"


def test_an_entry_that_has_not_begun_cannot_be_ended(station, office):
    entry = _register(station, office, 30)

    with pytest.raises(Refused, match="还没有开始"):
        logbook.finish(entry, by=office, at=_moment(9))


def _page(station):
    return reverse("stations:detail", args=[station.code])


def test_the_page_of_the_station_says_when_a_maintenance_is_over_long(station, office):
    _register(station, office, 6)

    with time_machine.travel(_moment(54), tick=False):
        assert "不再按维护处理" in _client(office).get(_page(station)).content.decode()
