from datetime import datetime, timedelta

import pytest

from grids.rhythm import BEIJING, Every, Rhythm


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


TEN = Rhythm(Every.MINUTES, minutes=10)
HOUR = Rhythm(Every.HOUR, after=timedelta(minutes=10), catch_up=3)
DAY = Rhythm(Every.DAY, after=timedelta(minutes=40), catch_up=2)
WEEK = Rhythm(Every.WEEK, after=timedelta(hours=7), catch_up=2)
MONTH = Rhythm(Every.MONTH, after=timedelta(hours=1))


@pytest.mark.parametrize(
    ("rhythm", "at", "periods"),
    [
        (TEN, "2026-11-18T12:09", ["2026-11-18T12:00"]),
        (TEN, "2026-11-18T00:00", ["2026-11-18T00:00"]),
        (HOUR, "2026-11-18T01:10", ["2026-11-17T23", "2026-11-18T00", "2026-11-18T01"]),
        (HOUR, "2026-11-18T01:09", ["2026-11-17T22", "2026-11-17T23", "2026-11-18T00"]),
        (DAY, "2026-03-01T00:39", ["2026-02-27", "2026-02-28"]),  # 2026 is no leap year
        (DAY, "2024-03-01T00:40", ["2024-02-29", "2024-03-01"]),
        (
            WEEK,
            "2026-11-16T06:59",
            ["2026-W45", "2026-W46"],
        ),  # this Monday is not yet due
        (WEEK, "2026-11-16T07:00", ["2026-W46", "2026-W47"]),
        (WEEK, "2027-01-03T12:00", ["2026-W52", "2026-W53"]),  # a year with 53 weeks
        (WEEK, "2027-01-04T07:00", ["2026-W53", "2027-W01"]),
        (MONTH, "2027-01-01T00:30", ["2026-12"]),
    ],
)
def test_the_due_periods_reach_back_from_the_newest_one(rhythm, at, periods):
    assert [slot.period for slot in rhythm.due(moment(at))] == periods


@pytest.mark.parametrize("rhythm", [TEN, HOUR, DAY, WEEK, MONTH])
def test_the_following_period_is_later_and_becomes_the_newest_when_its_moment_comes(rhythm):
    at = moment("2026-12-31T23:59")

    following = rhythm.following(at)

    assert following.due_at > at
    assert rhythm.due(following.due_at)[-1] == following


def test_a_moment_of_another_zone_is_read_as_beijing_time():
    at = moment("2026-11-18T00:40")

    assert DAY.due(at.astimezone(tz=None)) == DAY.due(at)
