"""Spikes, rises and falls against the neighbours; values in µg/m³ by hour number."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from stations import suspicion
from stations.suspicion import Fall, Rise, Spike

SPIKE = Spike(ratio=3, rise=150, neighbours_ratio=2, fewest=2)
RISE = Rise(rise=20, hours=1, over_percent=30, calm=2, fewest=2)
FALL = Fall(
    fall_percent=40,
    fall=30,
    hours=2,
    humidity=8,
    neighbours_percent=20,
    recovered_percent=80,
    calm=2,
    fewest=2,
)
FLAT = dict.fromkeys(range(1, 13), 100)
DRY = dict.fromkeys(range(1, 13), 50)


def _peers(*rows):
    return lambda: rows


def _spans(found):
    return [(s.episode.start, s.episode.last, s.episode.end) for s in found]


def test_a_spike_needs_the_ratio_and_the_rise():
    nobody = _peers()

    assert suspicion.spikes({1: 10, 2: 100}, nobody, SPIKE) == []
    assert suspicion.spikes({1: 100, 2: 260}, nobody, SPIKE) == []
    assert suspicion.spikes({1: 10, 3: 400}, nobody, SPIKE) == []  # not the hour before
    assert _spans(suspicion.spikes({1: 60, 2: 260}, nobody, SPIKE)) == [(2, 2, 2)]


def test_what_the_neighbours_do_as_well_is_no_spike():
    own, follows, stays = {1: 60, 2: 260}, {1: 50, 2: 140}, {1: 50, 2: 60}

    assert suspicion.spikes(own, _peers(follows, follows, stays), SPIKE) == []
    [found] = suspicion.spikes(own, _peers(follows, stays, stays), SPIKE)
    assert found.facts == {"before": 60, "compared": 3, "neighbours_ratio": 1.2}


def test_without_enough_neighbours_a_spike_is_judged_by_itself_and_says_so():
    [found] = suspicion.spikes({1: 60, 2: 260}, _peers({1: 50, 2: 140}), SPIKE)

    assert found.facts == {"before": 60, "compared": 0}


def test_a_rise_is_one_that_the_neighbours_do_not_share():
    own = {1: 50, 2: 80, 3: 82, 4: 60, 5: 58}
    calm = dict.fromkeys(range(1, 6), 50)
    climbs = {1: 50, 2: 75, 3: 75, 4: 60, 5: 55}

    [found] = suspicion.rises(own, _peers(calm, calm), RISE)
    assert _spans([found]) == [(2, 3, 5)]  # 4 and 5 are within 30 % of the middle
    assert (found.episode.peak, found.facts["before"], found.facts["neighbours"]) == (82, 50, 50)
    assert suspicion.rises(own, _peers(climbs, climbs), RISE) == []
    assert suspicion.rises(own, _peers(calm), RISE) == []  # one neighbour is not enough


def test_neighbours_are_asked_for_only_when_the_station_gives_reason_to():
    def nobody_asks():
        raise AssertionError("asked")

    assert suspicion.rises(FLAT, nobody_asks, RISE) == []
    assert suspicion.spikes(FLAT, nobody_asks, SPIKE) == []
    assert suspicion.falls(FLAT, DRY, nobody_asks, FALL) == []


def test_a_fall_alone_while_it_gets_wet_is_suspicious():
    own = FLAT | {5: 45, 6: 40, 7: 42}
    wet = DRY | {5: 70, 6: 75, 7: 75}

    [found] = suspicion.falls(own, wet, _peers(FLAT, FLAT), FALL)

    assert _spans([found]) == [(5, 7, 9)]  # 8 and 9 are back at 80 % of the value before
    assert (found.episode.peak, found.episode.peak_at) == (40, 6)
    assert found.facts == {
        "before": 100,
        "humidity": [50, 70],
        "compared": 2,
        "neighbours_fall_percent": 0,
    }


def test_a_fall_over_two_hours_counts_from_the_highest():
    own = FLAT | {4: 75, 5: 55, 6: 55}
    wet = DRY | {4: 60, 5: 65, 6: 66}

    assert _spans(suspicion.falls(own, wet, _peers(FLAT, FLAT), FALL))[0][0] == 5


def test_rain_and_wind_that_everybody_has_are_not_suspicious():
    own, wet = FLAT | {5: 45}, DRY | {5: 90}
    washed = FLAT | {5: 60}

    assert suspicion.falls(own, wet, _peers(washed, washed, FLAT), FALL) == []
    assert suspicion.falls(own, DRY, _peers(FLAT, FLAT), FALL) == []  # it did not get wet
    assert suspicion.falls(own, {}, _peers(FLAT, FLAT), FALL) == []  # nobody measures it
    assert suspicion.falls(own, wet, _peers(FLAT), FALL) == []


def test_a_fall_that_goes_on_has_no_end_and_a_missing_hour_ends_nothing():
    own = {1: 100, 2: 40, 5: 41}
    wet = {1: 50, 2: 70, 5: 70}
    flat = {1: 100, 2: 100, 5: 100}

    assert _spans(suspicion.falls(own, wet, _peers(flat, flat), FALL)) == [(2, 5, None)]


def test_pollutants_that_fall_together_are_one_episode():
    one, other = (
        suspicion.falls(
            FLAT | dict.fromkeys(low, 40), DRY | {low[0]: 80}, _peers(FLAT, FLAT), FALL
        )[0]
        for low in ((5, 6), (6, 7))
    )
    merged = suspicion.merged([("pm25", other), ("pm10", one)])

    assert [names for names, _ in merged] == [("pm10", "pm25")]
    assert _spans([merged[0][1]]) == [(5, 7, 9)]


_values = st.dictionaries(st.integers(1, 40), st.integers(0, 500), max_size=40)
_damp = st.dictionaries(st.integers(1, 40), st.integers(0, 100), max_size=40)


@settings(max_examples=150, deadline=None)
@given(_values, _damp, st.lists(_values, max_size=4))
def test_whatever_the_hours_are_episodes_lie_in_order_and_never_overlap(values, damp, rows):
    peers = _peers(*rows)
    for found in (
        suspicion.falls(values, damp, peers, FALL),
        suspicion.rises(values, peers, RISE),
        suspicion.spikes(values, peers, SPIKE),
    ):
        ends = [one.episode for one in found]
        assert all(e.start <= e.peak_at <= e.last for e in ends)
        assert all(e.end is None or e.end >= e.last for e in ends)
        assert all(a.end is not None and a.end < b.start for a, b in pairwise(ends))
        assert all({e.start, e.peak_at, e.last} <= set(values) for e in ends)


@settings(max_examples=60, deadline=None)
@given(_values, _damp)
def test_a_station_that_does_what_its_neighbours_do_is_never_suspected(values, damp):
    alike = _peers(values, values, values)

    assert suspicion.falls(values, damp, alike, FALL) == []
    assert suspicion.rises(values, alike, RISE) == []
    assert suspicion.spikes(values, alike, SPIKE) == []
