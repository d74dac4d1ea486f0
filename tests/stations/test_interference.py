"""疑似干扰: from the fall of a curve to the verdict; what it holds, what goes out with it."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from air import make_station, put, row
from alarm_rules import AROUND, BASIC, COMPARED, PROTECTION, give_rules
from build import BEIJING
from grids.errors import Invalid
from notices import jobs
from notices.models import Message
from notices.services import rankings
from stations import holds, invariants, marks
from stations.models import Alarm, DailyAir, HourlyReading, IngestBatch, Ranking, ReadingRevision
from stations.periods import Period
from stations.services import alarms, verdicts
from stations.services.ranking import Held

WEEK = Period.parse("2026-W46")  # 9 to 15 November
MONDAY = datetime(2026, 11, 16, 7, tzinfo=BEIJING)
TUESDAY = datetime(2026, 11, 10, 0, tzinfo=BEIJING)


def _moment(hour):
    return TUESDAY + timedelta(hours=hour)


@pytest.fixture
def city(scheme, street, other_street):
    """Two ranked streets; the station under suspicion has two neighbours."""
    give_rules(scheme, *BASIC, *AROUND, *COMPARED)
    own = make_station(street, "S-1")
    return [own, make_station(street, "S-2"), make_station(other_street, "S-3")]


def _hours(station, hours, low=(), wet=()):
    rows = []
    for hour in hours:
        coarse = 40 if hour in low else 120 + hour % 3
        rows.append(
            row(
                station,
                _moment(hour).isoformat(),
                pm10_ugm3=coarse,
                pm25_ugm3=30 + hour % 2,
                humidity_percent=80 if hour in wet else 45,
            )
        )
    put(rows, at=MONDAY)


@pytest.fixture
def suspicion(city):
    """S-1 falls from 120 to 40 at 10:00 of Tuesday for three hours while it gets wet."""
    for one in city[1:]:
        _hours(one, range(1, 121))
    _hours(city[0], range(1, 121), low={10, 11, 12}, wet={10, 11, 12})
    alarms.watch(at=_moment(15) + timedelta(minutes=10))
    return Alarm.objects.get(kind="INTERFERE")


def test_a_fall_alone_in_wet_air_is_an_alarm_with_its_facts_and_one_check(suspicion, street):
    assert (suspicion.station.code, suspicion.peak, suspicion.items) == ("S-1", 40, "pm10")
    assert (suspicion.started_at, suspicion.last_at) == (_moment(10), _moment(12))
    assert suspicion.ended_at == _moment(14)
    assert suspicion.facts["humidity"] == [45, 80]
    assert suspicion.task.grid == street
    assert suspicion.task.kind == "CHECK"
    assert "喷淋、遮挡" in suspicion.task.requirement
    assert alarms.watch(at=_moment(15) + timedelta(minutes=50))["raised"] == 0


def test_the_check_of_a_station_with_a_position_passes_its_own_protection(city, scheme):
    give_rules(scheme, *PROTECTION)
    for one, lon in zip(city, (112.8, 112.81, 112.82), strict=True):
        one.lon, one.lat = lon, 28.3
        one.save(update_fields=["lon", "lat"])
        low = {10, 11} if one is city[0] else ()
        _hours(one, range(1, 16), low=low, wet=low)

    alarms.watch(at=_moment(15))

    assert Alarm.objects.get(kind="INTERFERE").task.lon == 112.8


def test_rain_over_the_whole_town_is_no_interference(city):
    for one in city:
        _hours(one, range(1, 16), low={10, 11}, wet={10, 11})

    alarms.watch(at=_moment(15))

    assert not Alarm.objects.filter(kind="INTERFERE").exists()


def test_a_mark_lies_on_the_values_and_takes_nothing_away(suspicion, city):
    found = marks.between(city[0], _moment(1), _moment(24))

    assert set(found) == {(int(_moment(h).timestamp()) // 3600, "pm10") for h in (10, 11, 12)}
    assert set(map(tuple, found.values())) == {("疑似干扰",)}
    assert not HourlyReading.objects.exclude(withdrawn_bits=0).exists()
    assert not HourlyReading.objects.exclude(flags="").exists()


# --- the week waits ------------------------------------------------------------------------------


def test_the_week_is_not_published_before_the_verdict(scheme, suspicion, office, chief):
    with pytest.raises(Held, match="S-1 站 11-10 10:00 起"):
        rankings.publish(scheme, WEEK, by=office, at=MONDAY)
    assert not Ranking.objects.exists()
    assert rankings.preview(scheme, WEEK).lines  # a draft may be looked at

    verdicts.decide(suspicion, verdict="FALSE", note="仪器旁无作业", by=chief, at=MONDAY)

    assert rankings.publish(scheme, WEEK, by=office, at=MONDAY).period == "2026-W46"


def test_other_weeks_and_days_are_not_held(scheme, suspicion, office):
    assert holds.holding(scheme, WEEK) == [suspicion]
    assert holds.holding(scheme, WEEK.following()) == []
    assert holds.holding(scheme, WEEK.previous()) == []
    day = rankings.publish(scheme, Period.parse("2026-11-10"), by=office, at=MONDAY)
    assert day.kind == "DAY"


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        ("2026-11-08T23:00", "2026-11-09T00:00", False),  # the last hour of Sunday
        ("2026-11-08T23:00", "2026-11-09T01:00", True),
        ("2026-11-16T00:00", "2026-11-16T03:00", True),  # the last hour of the week
        ("2026-11-16T01:00", "2026-11-16T03:00", False),
    ],
)
def test_an_hour_belongs_to_the_day_that_it_ends(scheme, suspicion, first, last, held):
    start, end = (datetime.fromisoformat(at).replace(tzinfo=BEIJING) for at in (first, last))
    Alarm.objects.filter(pk=suspicion.pk).update(started_at=start, last_at=end, ended_at=end)

    assert bool(holds.holding(scheme, WEEK)) is held


def test_the_monday_job_waits_tells_the_office_and_goes_on_after_the_verdict(
    scheme, suspicion, office, chief
):
    first = jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)
    again = jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)

    assert (first["held"], first["rankings"], again["held"]) == (1, 0, 1)
    told = Message.objects.filter(user=office, text__contains="暂缓发布")
    assert told.count() == 1
    assert jobs.overdue_ladder(at=MONDAY, due_at=MONDAY)["resumed"] == 0

    later = MONDAY + timedelta(hours=3)
    verdicts.decide(suspicion, verdict="REAL", note="北面工地停工", by=chief, at=later)

    assert jobs.overdue_ladder(at=later, due_at=later)["resumed"] == 1
    assert jobs.overdue_ladder(at=later, due_at=later)["resumed"] == 0
    assert Ranking.objects.get(kind="WEEK").period == "2026-W46"


def test_a_verdict_before_the_week_has_been_closed_publishes_nothing_early(
    scheme, suspicion, chief
):
    verdicts.decide(suspicion, verdict="REAL", note="北面工地停工", by=chief, at=MONDAY)
    early = MONDAY - timedelta(hours=1)

    assert jobs.overdue_ladder(at=early, due_at=early)["resumed"] == 0


# --- the verdict ---------------------------------------------------------------------------------


def test_confirmed_interference_goes_out_of_the_statistics_with_its_reason(suspicion, city, chief):
    before = DailyAir.objects.get(station=city[0], on=date(2026, 11, 10)).pm10_hours

    verdicts.decide(suspicion, verdict="TAMPER", note="采样口旁喷淋", by=chief, at=MONDAY)

    out = HourlyReading.objects.exclude(withdrawn_bits=0).order_by("hour_ending_at")
    assert [(r.hour_ending_at, r.withdrawn_bits, r.pm10_ngm3) for r in out] == [
        (_moment(hour), 2, 40_000) for hour in (10, 11, 12)
    ]
    kept = ReadingRevision.objects.filter(station=city[0])
    assert {r.reason for r in kept} == {"疑似干扰，干扰属实：采样口旁喷淋"}
    after = DailyAir.objects.get(station=city[0], on=date(2026, 11, 10)).pm10_hours
    assert (before, after) == (24, 21)
    assert IngestBatch.objects.filter(format="review", days=1).count() == 3
    assert [check() for _, _, check in invariants.CHECKS] == [[], []]


def test_another_verdict_brings_the_values_back(suspicion, city, chief):
    verdicts.decide(suspicion, verdict="TAMPER", note="采样口旁喷淋", by=chief, at=MONDAY)
    verdicts.decide(suspicion, verdict="REAL", note="复查：降雨", by=chief, at=MONDAY)

    assert not HourlyReading.objects.exclude(withdrawn_bits=0).exists()
    assert ReadingRevision.objects.filter(station=city[0]).count() == 6
    assert alarms.watch(at=_moment(16)) == {"raised": 0, "ended": 0}


@pytest.mark.parametrize("verdict", ["REAL", "FALSE"])
def test_a_verdict_that_the_rule_does_not_name_changes_no_value(suspicion, chief, verdict):
    verdicts.decide(suspicion, verdict=verdict, note="已核查", by=chief, at=MONDAY)

    assert not ReadingRevision.objects.exists()


def test_the_withdrawal_corrects_a_ranking_that_was_out_already(scheme, suspicion, office, chief):
    verdicts.decide(suspicion, verdict="REAL", note="初判", by=chief, at=MONDAY)
    rankings.publish(scheme, WEEK, by=office, at=MONDAY)

    later = MONDAY + timedelta(days=1)
    verdicts.decide(suspicion, verdict="TAMPER", note="监控显示喷淋", by=chief, at=later)

    newest = IngestBatch.objects.filter(days__gt=0).order_by("-at").first()
    assert newest.at == later  # what the nightly correction looks for


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"verdict": "", "note": "看过"}, "verdict"),
        ({"verdict": "MAYBE", "note": "看过"}, "verdict"),
        ({"verdict": "FALSE", "note": "   "}, "note"),
        ({"verdict": "FALSE", "note": "长" * 2001}, "note"),
    ],
)
def test_a_verdict_needs_its_kind_and_its_words(suspicion, chief, given, field):
    with pytest.raises(Invalid) as refused:
        verdicts.decide(suspicion, by=chief, at=MONDAY, **given)

    assert list(refused.value.fields) == [field]
    suspicion.refresh_from_db()
    assert (suspicion.verdict, suspicion.verdict_note) == ("", "")


def test_only_who_manages_the_station_gives_the_verdict(suspicion, worker, guest):
    for person in (worker, guest):
        with pytest.raises(PermissionDenied):
            verdicts.decide(suspicion, verdict="FALSE", note="看过", by=person, at=MONDAY)


def test_an_episode_that_goes_on_after_the_verdict_has_to_be_looked_at_again(scheme, city, chief):
    for one in city[1:]:
        _hours(one, range(1, 20))
    _hours(city[0], range(1, 12), low={10, 11}, wet={10, 11})
    alarms.watch(at=_moment(11))
    alarm = Alarm.objects.get(kind="INTERFERE")
    verdicts.decide(alarm, verdict="REAL", note="降雨", by=chief, at=_moment(11))
    assert holds.holding(scheme, WEEK) == []

    _hours(city[0], range(12, 14), low={12, 13}, wet={12, 13})
    alarms.watch(at=_moment(13))

    alarm.refresh_from_db()
    assert alarm.has_gone_on
    assert holds.holding(scheme, WEEK) == [alarm]
    assert alarm in Alarm.objects.to_review()
