from datetime import date

import pytest

from grids.rhythm import in_season
from inspections.schedule import bounds, modes_of, shortfall, stricter, takes_records


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("DAY", date(2026, 11, 18), date(2026, 11, 18)),
        ("WEEK", date(2026, 11, 16), date(2026, 11, 22)),
        ("HALF_MONTH", date(2026, 11, 16), date(2026, 11, 30)),
        ("MONTH", date(2026, 11, 1), date(2026, 11, 30)),
        ("QUARTER", date(2026, 10, 1), date(2026, 12, 31)),
        ("HALF_YEAR", date(2026, 7, 1), date(2026, 12, 31)),
        ("YEAR", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_period_that_holds_a_day(period, first, last):
    assert bounds(period, date(2026, 11, 18)) == (first, last)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [(1, 1, 15), (15, 1, 15), (16, 16, 28), (28, 16, 28)],
)
@pytest.mark.clause("W-17")
def test_a_half_month_ends_on_the_fifteenth(day, first, last):
    found = bounds("HALF_MONTH", date(2026, 2, day))

    assert found == (date(2026, 2, first), date(2026, 2, last))


def test_an_unknown_period_is_an_error():
    with pytest.raises(ValueError, match="未知周期"):
        bounds("DECADE", date(2026, 11, 18))


def test_shortfall_is_never_negative():
    assert [shortfall(done, 2) for done in (0, 1, 2, 5)] == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("activity", "modes"),
    [
        ("巡查、暗访或督查", {"COVERT", "SUPERVISION", "PATROL"}),
        ("巡查或暗访督查", {"COVERT", "SUPERVISION", "PATROL"}),
        ("双随机抽查", {"RANDOM"}),  # not every sample is a draw
        ("突击检查", {"SURPRISE"}),
        ("交叉执法", {"CROSS"}),
        ("日常巡查", {"PATROL"}),
        ("季度讲评", set()),
    ],
)
def test_which_visits_count_for_the_words_of_a_duty(activity, modes):
    found = set(modes_of(activity)) - {"ROUTINE", "LEADER", "PERIMETER", "SPECIAL"}

    assert found == modes


@pytest.mark.parametrize(
    ("activity", "takes"),
    [("工作调度、调研或巡查", True), ("季度讲评", True), ("巡查、暗访或督查", False)],
)
def test_only_some_duties_take_other_records(activity, takes):
    assert takes_records(activity) is takes


@pytest.mark.parametrize(
    ("day", "window"),
    [
        (date(2026, 10, 10), ("10-10", "11-30")),
        (date(2026, 11, 30), ("10-10", "11-30")),
        (date(2026, 12, 1), None),
        (date(2026, 1, 5), ("12-15", "02-15")),  # a window across the year
    ],
)
def test_windows_of_a_season(day, window):
    assert in_season([["10-10", "11-30"], ["12-15", "02-15"]], day) == window


def test_the_shorter_period_is_the_stricter():
    assert stricter(["MONTH", "HALF_MONTH", "YEAR"]) == "HALF_MONTH"
