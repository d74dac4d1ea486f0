"""Year ends, 29 February, week 53 and the change of standards, over fifty years."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from build import BEIJING
from stations import hours
from stations.periods import Kind, Period
from stations.standards import POLLUTANTS, Edition, day_of_hour, edition_on, rule_set_on
from stations.templatetags import stations_tags

FIRST, LAST = date(2000, 1, 1), date(2050, 12, 31)
CHANGE = date(2026, 3, 1)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_the_twenty_four_hours_of_every_day_are_counted_to_it():
    first = np.array([hours.first_hour(day) for day in DAYS])
    ordinals = np.array([day.toordinal() for day in DAYS])

    for hour in range(24):
        assert (hours.day_numbers(first + hour) == ordinals).all()
    assert (np.diff(first) == 24).all()  # also over 29 February and New Year


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 12, 31), CHANGE - timedelta(days=1)])
def test_midnight_belongs_to_the_day_that_ends(day):
    midnight = datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(days=1)

    assert day_of_hour(midnight) == day
    assert hours.hour_number(midnight) == hours.first_hour(day) + 23
    assert day_of_hour(midnight + timedelta(hours=1)) == day + timedelta(days=1)


def test_each_day_has_the_edition_of_its_date():
    editions = [edition_on(day) for day in DAYS]

    assert editions == [Edition.HJ633_2012 if day < CHANGE else Edition.HJ633_2026 for day in DAYS]
    assert [rule_set_on(day).edition for day in DAYS] == editions


@given(st.integers(hours.first_hour(FIRST), hours.first_hour(LAST)))
def test_an_hour_is_judged_by_the_edition_of_the_day_it_ends_in(number):
    _judged_by_own_day(hours.moment_of(number))


@pytest.mark.parametrize("hour", range(-3, 4))
def test_around_the_change_of_standards_each_hour_has_its_own(hour):
    _judged_by_own_day(datetime(2026, 3, 1, tzinfo=BEIJING) + timedelta(hours=hour))


def _judged_by_own_day(moment):
    number = np.array([hours.hour_number(moment)])
    counted = {column: np.array([70_000]) for column in hours.COLUMNS}
    found = hours.assess(number, counted)
    edition = Edition.HJ633_2012 if day_of_hour(moment) < CHANGE else Edition.HJ633_2026

    assert found.standard[0].decode() == edition.value
    assert len(POLLUTANTS) == len(counted)


@given(st.dates(FIRST, LAST))
def test_weeks_run_from_monday_and_are_named_by_their_thursday(day):
    week = Period.containing(Kind.WEEK, day)
    thursday = week.first + timedelta(days=3)

    assert (week.first.weekday(), week.last) == (0, week.first + timedelta(days=6))
    number = (thursday - date(thursday.year, 1, 1)).days // 7 + 1
    assert week.code == f"{thursday.year}-W{number:02}"
    assert week.following().first == week.last + timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "label", "short"),
    [
        ("2026-W46", "2026年第46周（11月9日—15日）", "2026年第46周"),
        ("2026-W49", "2026年第49周（11月30日—12月6日）", "2026年第49周"),
        ("2026-W53", "2026年第53周（12月28日—2027年1月3日）", "2026年第53周"),
        ("2025-W01", "2025年第1周（12月30日—2025年1月5日）", "2025年第1周"),
        ("2026-11", "2026 年 11 月", "2026 年 11 月"),
        ("2026-Q4", "2026 年第 4 季度", "2026 年第 4 季度"),
    ],
)
def test_periods_are_said_in_words(code, label, short):
    assert (Period.parse(code).label, Period.parse(code).short) == (label, short)
    assert (stations_tags.period(code), stations_tags.short_period(code)) == (label, short)


def test_what_is_no_period_is_said_as_it_stands():
    assert stations_tags.period("去年") == "去年"


def test_week_fifty_three_exists_exactly_where_the_calendar_has_it():
    for year in range(2000, 2051):
        long_year = date(year, 12, 28).isocalendar().week == 53
        if long_year:
            assert Period.parse(f"{year}-W53").following().code == f"{year + 1}-W01"
        else:
            with pytest.raises(ValueError, match="看不懂周期"):
                Period.parse(f"{year}-W53")


@given(st.integers(2001, 2050))
def test_a_year_and_the_one_before_have_their_own_lengths(year):
    now, before = Period.parse(str(year)), Period.parse(str(year)).previous()

    assert (now.last - now.first).days + 1 in {365, 366}
    assert before.last + timedelta(days=1) == now.first
    months = [Period.parse(f"{year}-{month:02}") for month in range(1, 13)]
    assert sum(len(list(month.days)) for month in months) == len(list(now.days))
