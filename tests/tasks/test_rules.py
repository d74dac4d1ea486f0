"""Deadlines, calendar, workflow table, canonical form: no database."""

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import constants
from hypothesis import given
from hypothesis import strategies as st

from tasks import deadlines, ledger
from tasks.calendar import WorkCalendar
from tasks.office_hours import OfficeHours, read_spans
from tasks.separation import Seat, Work, conflict
from tasks.workflow import MOVES, Action, Rung, State, fold, next_rung, next_state

BEIJING = ZoneInfo("Asia/Shanghai")
OFFICIAL = WorkCalendar(
    dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        ("2026-11-18", 3, "2026-11-23"),  # over a weekend
        ("2026-09-29", 3, "2026-10-09"),  # 国庆: 30 Sept, then 8 and 9 Oct
        ("2026-09-29", 4, "2026-10-10"),  # into the make-up Saturday
        ("2026-09-29", 5, "2026-10-12"),  # Sunday after it is free
        ("2026-09-18", 1, "2026-09-20"),  # a make-up Sunday is a workday
        ("2026-02-13", 1, "2026-02-14"),  # make-up Saturday before 春节
        ("2026-12-31", 1, "2027-01-01"),  # next year is not known: Monday to Friday
    ],
)
@pytest.mark.clause("Y1-64")
def test_workdays_follow_the_official_calendar(start, count, last):
    found = OFFICIAL.add_workdays(date.fromisoformat(start), count)

    assert found == date.fromisoformat(last)


def test_a_year_without_holidays_is_not_covered():
    assert OFFICIAL.covers(2026)
    assert not OFFICIAL.covers(2031)


@given(
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    st.integers(1, 60),
)
def test_counting_back_gives_the_same_number(start, count):
    last = OFFICIAL.add_workdays(start, count)

    assert OFFICIAL.is_workday(last)
    assert OFFICIAL.workdays_between(start, last) == count
    assert OFFICIAL.workdays_between(last, start) == -count


@pytest.mark.parametrize(
    ("kind", "amount", "moment", "due"),
    [
        ("HOURS", 24, None, "2026-10-01 10:30"),  # through the holiday night
        ("DAYS", 3, None, "2026-10-04 00:00"),  # day of issue not counted, 24:00 of 3 Oct
        ("WORKDAYS", 3, None, "2026-10-11 00:00"),  # 8, 9 Oct and the make-up Saturday
        ("SAME_DAY", None, None, "2026-10-01 00:00"),
        ("MONTH_END", None, None, "2026-10-01 00:00"),  # September ends tonight
        ("MONTH_END", None, "2026-10-15 00:00", "2026-11-01 00:00"),
        ("MONTH_END", None, "2028-02-03 00:00", "2028-03-01 00:00"),  # 29 February
        ("BEFORE_EVENT", 3, "2026-10-20 08:00", "2026-10-18 00:00"),  # 24:00 of the 17th
        ("MOMENT", None, "2026-10-05 18:00", "2026-10-05 18:00"),
    ],
)
@pytest.mark.clause("ZY-57", "ZY-62", "ZY-11", "Z-40")
def test_every_kind_of_deadline(kind, amount, moment, due):
    found = deadlines.due_at(
        kind,
        start=at("2026-09-30 10:30"),
        amount=amount,
        moment=at(moment) if moment else None,
        calendar=OFFICIAL,
    )

    assert found == at(due)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-18 09:00", 2, "2026-11-18 11:00"),  # Wednesday morning
        ("2026-11-18 09:00", 3, "2026-11-18 12:00"),  # used up when lunch begins
        ("2026-11-18 11:00", 2, "2026-11-18 15:30"),  # lunch does not count
        ("2026-11-18 13:00", 1, "2026-11-18 15:30"),  # issued at lunch
        ("2026-11-18 06:00", 1, "2026-11-18 09:30"),  # before the office opens
        ("2026-11-18 17:00", 1, "2026-11-19 09:00"),  # over the night
        ("2026-11-18 17:30", 1, "2026-11-19 09:30"),  # issued when it closes
        ("2026-11-20 16:30", 4, "2026-11-23 11:30"),  # over a weekend
        ("2026-09-30 16:30", 4, "2026-10-08 11:30"),  # over 国庆
        ("2026-10-09 16:30", 4, "2026-10-10 11:30"),  # into the make-up Saturday
        ("2026-11-18 08:30", 13, "2026-11-19 17:30"),  # two whole days of 6.5 hours
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC"])
def test_working_hours_run_only_while_the_office_is_open(start, hours, due, zone):
    found = deadlines.due_at(
        "WORKHOURS",
        start=at(start).astimezone(ZoneInfo(zone)),
        amount=hours,
        calendar=OFFICIAL,
    )

    assert found == at(due)


def test_working_hours_follow_the_hours_of_the_regime():
    summer = read_spans([["08:00", "12:00"], ["15:00", "18:00"]])

    found = deadlines.due_at(
        "WORKHOURS", start=at("2026-11-18 11:00"), amount=2, calendar=OFFICIAL, hours=summer
    )

    assert found == at("2026-11-18 16:00")


@given(
    st.integers(0, 700 * 24 * 60).map(
        lambda minutes: at("2025-01-01") + timedelta(minutes=minutes)
    ),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_working_hours_add_up(start, some, more):
    hours = OfficeHours()

    half_way = hours.after(start, some, OFFICIAL)

    assert hours.after(half_way, more, OFFICIAL) == hours.after(start, some + more, OFFICIAL)


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [["12:00", "08:30"]],
        [["08:30", "12:00"], ["11:00", "17:30"]],
        [["08:30", "25:00"]],
        ["08:30"],
        "08:30",
        7,
    ],
)
def test_office_hours_that_make_no_sense_are_refused_with_a_sentence(spans):
    with pytest.raises(ValueError, match="办公时间"):
        read_spans(spans)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_the_beijing_day_decides_wherever_the_moment_comes_from(zone):
    start = at("2026-11-18 00:30").astimezone(ZoneInfo(zone))

    found = deadlines.due_at("SAME_DAY", start=start, calendar=WorkCalendar())

    assert found == at("2026-11-19 00:00")


@pytest.mark.parametrize(
    ("kind", "amount", "moment"),
    [
        ("HOURS", 0, None),
        ("DAYS", -1, None),
        ("WORKDAYS", None, None),
        ("WORKHOURS", 0, None),
        ("WORKHOURS", 1001, None),
        ("HOURS", 10**9, None),
        ("MOMENT", None, None),
        ("BEFORE_EVENT", 3, None),
        ("SOMEDAY", 1, None),
    ],
)
def test_a_deadline_without_sense_is_refused_with_a_sentence(kind, amount, moment):
    with pytest.raises(ValueError, match=r"[一-鿿]"):
        deadlines.due_at(
            kind, start=at("2026-11-18 12:00"), amount=amount, moment=moment, calendar=OFFICIAL
        )


@pytest.mark.clause("Z-40")
def test_midnight_is_shown_as_24_and_the_same_day_warns_at_18():
    due = at("2026-11-19 00:00")

    assert deadlines.shown(due) == (date(2026, 11, 18), "24:00")
    assert deadlines.shown(at("2026-11-18 18:00")) == (date(2026, 11, 18), "18:00")
    assert deadlines.warning_at("SAME_DAY", due) == at("2026-11-18 18:00")
    assert deadlines.warning_at("WORKDAYS", due) == at("2026-11-18 00:00")


# --- workflow -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "action"), sorted(itertools.product(State, Action)))
def test_only_the_drawn_moves_exist(state, action):
    assert next_state(state, action) == MOVES.get((state, action))


def test_void_is_final_and_closed_opens_only_by_a_rebound():
    assert not [action for state, action in MOVES if state == State.VOID]
    leaving = {a for (s, a), to in MOVES.items() if s == State.CLOSED and to != State.CLOSED}
    assert leaving == {Action.REOPEN}


def test_a_matter_climbs_rung_by_rung_and_skips_missing_chairs():
    assert next_rung(Rung.WORKER) == Rung.MANAGER
    assert next_rung(Rung.CHIEF) is None
    assert next_rung(Rung.WORKER, {Rung.CHIEF}) == Rung.CHIEF
    assert next_rung(Rung.WORKER, set()) is None


def test_fold_replays_a_history_and_refuses_an_impossible_one():
    life = [("register", "REGISTERED"), ("issue", "ISSUED"), ("accept", "HANDLING")]

    assert fold(life) == State.HANDLING
    assert fold(life[1:]) is None
    assert fold([*life, ("approve", "CLOSED")]) is None
    assert fold([*life[:2], ("accept", "CLOSED")]) is None


# --- the canonical form -------------------------------------------------------------------------

EVENT = {
    "task": "YY-2026-000001",
    "sequence": 1,
    "action": "register",
    "from_state": "",
    "to_state": "REGISTERED",
    "by": 7,
    "by_label": "学门口社区 · 网格员",
    "on_behalf_of": "",
    "grid": None,
    "to_grid": None,
    "at": at("2026-11-18 12:00"),
    "note": "裸露黄土",
    "data": {"b": 1, "a": 2.5},
}


def test_the_canonical_form_never_changes():
    assert ledger.digest("", EVENT) == ledger.digest("", dict(reversed(EVENT.items())))
    assert ledger.canonical(EVENT).startswith('{"action":"register","at":"2026-11-18T04:00:00')
    assert (
        ledger.digest("", EVENT)
        == "8e50833c9d8d481e698f23b10a9518b0d117d3bf9a40788b20611a4e7ea1a3c1"
    )


@given(st.sampled_from([name for name in ledger.COLUMNS if name != "data"]))
def test_every_column_changes_the_hash(name):
    changed = EVENT | {name: at("2026-11-18 12:01") if name == "at" else f"{EVENT[name]}x"}

    assert ledger.digest("", changed) != ledger.digest("", EVENT)


def test_the_same_moment_in_another_zone_has_the_same_hash():
    elsewhere = EVENT | {"at": EVENT["at"].astimezone(ZoneInfo("UTC"))}

    assert ledger.digest("", elsewhere) == ledger.digest("", EVENT)


def chained(count):
    rows, previous = [], ""
    for sequence in range(1, count + 1):
        row = EVENT | {"sequence": sequence, "prev_hash": previous}
        row["hash"] = previous = ledger.digest(previous, row)
        rows.append(row)
    return rows


@given(st.integers(2, 6), st.data())
def test_any_change_removal_or_swap_breaks_the_chain(count, data):
    rows = chained(count)
    assert ledger.first_break(rows) is None
    place = data.draw(st.integers(0, count - 1))

    changed = [*rows[:place], rows[place] | {"note": "改过"}, *rows[place + 1 :]]
    assert ledger.first_break(changed)[0] == place + 1
    if place < count - 1:
        assert ledger.first_break([*rows[:place], *rows[place + 1 :]]) is not None
        swapped = [*rows[:place], rows[place + 1], rows[place], *rows[place + 2 :]]
        assert ledger.first_break(swapped) is not None


# --- separation of duties -----------------------------------------------------------------------

DAY = date(2026, 11, 18)


def seat(grid, role="OFFICE", **over):
    values = {"from_on": date(2021, 1, 1), "until_on": None}
    return Seat(grid, f"网格{grid}", role, **values | over)


@pytest.mark.parametrize(
    ("user", "seats", "is_refused"),
    [
        (1, [seat(9)], True),  # did it himself
        (2, [seat(9)], False),
        (2, [seat(9), seat(5, "CHIEF")], True),  # a second post in the doing grid
        (2, [seat(5, as_substitute=True)], True),
        (2, [seat(5, until_on=date(2026, 11, 1))], False),  # gone before the work
        (2, [seat(5, until_on=DAY)], True),  # was there on the day of the work
        (2, [seat(5, from_on=date(2026, 12, 1))], True),  # is there now
        (2, [seat(5, from_on=date(2027, 1, 1))], False),  # not yet
    ],
)
@pytest.mark.clause("Y1-71")
def test_who_is_too_near_to_the_work(user, seats, is_refused):
    works = [Work(1, frozenset({5}), DAY)]

    found = conflict(user, seats, works, on=date(2026, 12, 2), root=9)

    assert bool(found) == is_refused


def test_the_deadline_of_a_day_is_longer_than_its_hours():
    start = at("2026-11-18 12:00")
    due = deadlines.due_at("DAYS", start=start, amount=1, calendar=OFFICIAL)

    assert due - start == timedelta(hours=36)
