"""Streaks and ladders as tables of cases; no database."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build import BEIJING, NOON
from notices.escalation import (
    Rung,
    is_quiet,
    ladder_from,
    rungs_due,
    rungs_for,
    shown_from,
)
from stations.streaks import Step, Week, current_streak, firings, streaks
from tasks.calendar import WorkCalendar

STEPS = [Step(2, "EXECUTIVE"), Step(3, "CHIEF")]
MARKS = {"b": True, "n": False, "x": None}


def weeks(marks: str) -> list[Week]:
    """b bottom, n not, x not ranked; week numbers from 40."""
    return [Week(f"2026-W{40 + n}", MARKS[mark]) for n, mark in enumerate(marks)]


@pytest.mark.clause("W-54", "W-55")
@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("n", []),
        ("b", []),
        ("bb", [("EXECUTIVE", "W41")]),
        ("bbb", [("EXECUTIVE", "W41"), ("CHIEF", "W42")]),  # the deputy is not called again
        ("bbbbb", [("EXECUTIVE", "W41"), ("CHIEF", "W42")]),  # a longer streak calls nobody twice
        ("bnb", []),  # a good week breaks
        ("bxb", [("EXECUTIVE", "W42")]),  # a week not ranked neither extends nor breaks
        ("bxbxxb", [("EXECUTIVE", "W42"), ("CHIEF", "W45")]),
        ("xxb", []),
        ("bbnbb", [("EXECUTIVE", "W41"), ("EXECUTIVE", "W44")]),  # a new streak calls anew
    ],
)
def test_two_weeks_call_the_deputy_three_the_leader(marks, expected):
    found = [(one.step.to, one.fired[5:]) for one in firings(weeks(marks), STEPS)]

    assert found == expected


@pytest.mark.parametrize(
    ("marks", "length"), [("", 0), ("n", 0), ("nbb", 2), ("bbn", 0), ("bbx", 2), ("bnxb", 1)]
)
def test_the_current_streak_ends_with_the_newest_ranked_week(marks, length):
    assert current_streak(weeks(marks)) == length


@given(st.text("bnx", max_size=30))
def test_weeks_not_ranked_change_no_firing(marks):
    with_gaps = {(one.step.to, one.started, one.fired) for one in firings(weeks(marks), STEPS)}
    ranked = [week for week in weeks(marks) if week.is_bottom is not None]

    assert with_gaps == {(one.step.to, one.started, one.fired) for one in firings(ranked, STEPS)}


@given(st.text("bnx", max_size=30))
def test_every_streak_calls_each_level_at_most_once(marks):
    found = [(one.step.to, one.started) for one in firings(weeks(marks), STEPS)]

    assert len(found) == len(set(found))
    assert sum(len(run) for run in streaks(weeks(marks))) == marks.count("b")


# --- the ladder ----------------------------------------------------------------------------------

DUE = datetime(2026, 11, 20, 18, 0, tzinfo=BEIJING)  # a Friday
PLAIN = WorkCalendar({})
FOUR = ladder_from(
    [
        {"offset": "-24h", "to": "HOLDER"},
        {"offset": "0h", "to": "MANAGER"},
        {"offset": "+1wd", "to": "CHIEF"},
        {"offset": "+3wd", "to": "UPPER"},
    ]
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 19, 17, 59, tzinfo=BEIJING), []),
        (datetime(2026, 11, 19, 18, 0, tzinfo=BEIJING), ["HOLDER"]),
        (datetime(2026, 11, 20, 18, 0, tzinfo=BEIJING), ["HOLDER", "MANAGER"]),
        (datetime(2026, 11, 23, 17, 59, tzinfo=BEIJING), ["HOLDER", "MANAGER"]),  # weekend
        (datetime(2026, 11, 23, 18, 0, tzinfo=BEIJING), ["HOLDER", "MANAGER", "CHIEF"]),
        (datetime(2026, 11, 25, 18, 0, tzinfo=BEIJING), ["HOLDER", "MANAGER", "CHIEF", "UPPER"]),
    ],
)
def test_rungs_come_at_their_moment(at, expected):
    assert [rung.to for rung, _ in rungs_due(DUE, at, FOUR, PLAIN.add_workdays)] == expected


def test_a_make_up_saturday_is_a_workday_for_the_ladder():
    calendar = WorkCalendar({datetime(2026, 11, 21).date(): True})  # noqa: DTZ001  a plain date

    found = rungs_due(DUE, DUE + timedelta(days=1), FOUR, calendar.add_workdays)

    assert found[-1] == (FOUR[2], datetime(2026, 11, 21, 18, 0, tzinfo=BEIJING))


def test_a_deadline_at_midnight_belongs_to_the_day_that_ends():
    midnight = datetime(2026, 11, 21, 0, 0, tzinfo=BEIJING)  # 24:00 of Friday

    found = rungs_due(midnight, midnight + timedelta(days=9), FOUR, PLAIN.add_workdays)

    assert found[2][1] == datetime(2026, 11, 24, 0, 0, tzinfo=BEIJING)  # 24:00 of Monday


@given(st.integers(-2000, 20000), st.integers(0, 20000))
def test_a_rung_once_due_stays_due(minutes, later):
    at = DUE + timedelta(minutes=minutes)
    now = rungs_due(DUE, at, FOUR, PLAIN.add_workdays)
    then = rungs_due(DUE, at + timedelta(minutes=later), FOUR, PLAIN.add_workdays)

    assert then[: len(now)] == now


@pytest.mark.clause("Y1-53")
def test_a_strive_matter_climbs_no_higher_than_its_own_manager():
    assert [rung.to for rung in rungs_for(FOUR, is_strive=True)] == ["HOLDER", "MANAGER"]


@pytest.mark.parametrize("offset", ["", "一天", "24", "+1d", "1.5h"])
def test_an_offset_that_cannot_be_read_is_refused_with_a_sentence(offset):
    with pytest.raises(ValueError, match="看不懂催办规则"):
        ladder_from([{"offset": offset, "to": "HOLDER"}])


def test_offsets_are_read_as_written():
    assert ladder_from([{"offset": "-24h", "to": "A"}, {"offset": "+3wd", "to": "B"}]) == [
        Rung(-24, "hours", "A"),
        Rung(3, "workdays", "B"),
    ]


# --- quiet hours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "shown"),
    [
        ((21, 59), (18, 21, 59)),
        ((22, 0), (19, 7, 0)),
        ((23, 30), (19, 7, 0)),
        ((6, 59), (18, 7, 0)),
        ((7, 0), (18, 7, 0)),
    ],
)
def test_the_night_waits_for_seven_o_clock(clock, shown):
    at = NOON.replace(hour=clock[0], minute=clock[1])
    day, hour, minute = shown

    assert shown_from(at, is_urgent=False) == NOON.replace(day=day, hour=hour, minute=minute)
    assert shown_from(at, is_urgent=True) == at


def test_quiet_hours_are_those_of_beijing():
    assert is_quiet(datetime(2026, 11, 18, 15, 0, tzinfo=BEIJING).replace(hour=23))
    assert not is_quiet(NOON)
