from decimal import Decimal
from fractions import Fraction

import pytest

from stations.rounding import half_even
from stations.validity import (
    daily_mean,
    eight_hour_means,
    exceedance_multiple,
    good_day_percent,
    hour_is_valid,
    mda8,
    mean,
    month_is_valid,
    percentile,
    year_is_valid,
)


def _ozone(factor, *, missing=0):
    return [None if hour <= missing else Decimal(factor * hour) for hour in range(1, 25)]


@pytest.mark.parametrize(
    ("hours", "windows", "exact", "reported"),
    [
        (_ozone(10), 17, 205, 205),  # O1: the window that ends at 24:00
        (_ozone(10, missing=5), 14, 205, 205),  # O2
        (_ozone(10, missing=6), 13, 205, 205),  # O3: too few windows, but above 160
        (_ozone(5, missing=5), 14, Fraction(205, 2), 102),  # O4: 102.5 to even
        (_ozone(5, missing=6), 13, Fraction(205, 2), None),  # O5: too few and not above 160
        ([None] * 24, 0, None, None),
    ],
)
def test_the_ozone_day_needs_14_windows_or_a_value_above_the_limit(hours, windows, exact, reported):
    result = mda8(hours)

    assert (result.windows, result.value_ugm3, result.reported_ugm3) == (windows, exact, reported)


def test_exactly_the_limit_does_not_save_a_day_with_few_windows():
    hours = [None] * 16 + [Decimal(160)] * 8

    assert mda8(hours).value_ugm3 == 160
    assert not mda8(hours).is_valid


@pytest.mark.parametrize(("present", "valid"), [(8, True), (6, True), (5, False)])  # O6
def test_a_window_needs_six_of_its_eight_hours(present, valid):
    hours = [Decimal(80)] * present + [None] * (24 - present)

    assert (eight_hour_means(hours)[0] is not None) == valid


def test_the_first_window_ends_at_eight_and_the_last_at_midnight():
    means = eight_hour_means(_ozone(1))

    assert len(means) == 17
    assert (means[0], means[-1]) == (Fraction(9, 2), Fraction(41, 2))


@pytest.mark.parametrize(("present", "expected"), [(24, 40), (20, 40), (19, None)])  # O7
def test_a_day_needs_twenty_hours(present, expected):
    hours = [Decimal(40)] * present + [None] * (24 - present)

    assert daily_mean("pm25", hours) == expected


def test_a_daily_mean_is_rounded_once_half_even():
    halves = [Decimal(60), Decimal(61)] * 12
    carbon = [Decimal("2.0"), Decimal("2.1")] * 12

    assert daily_mean("pm25", halves) == 60
    assert str(daily_mean("co", carbon)) == "2.0"


def test_a_day_has_24_hours():
    with pytest.raises(ValueError, match="24 个小时值"):
        daily_mean("pm25", [Decimal(1)] * 23)


@pytest.mark.parametrize(("minutes", "valid"), [(45, True), (44, False)])
def test_an_hour_needs_45_minutes(minutes, valid):
    assert hour_is_valid(minutes) is valid


@pytest.mark.parametrize(
    ("month", "days", "valid"),
    [(1, 27, True), (1, 26, False), (2, 25, True), (2, 24, False)],  # Q9
)
def test_a_month_needs_27_days_and_february_25(month, days, valid):
    assert month_is_valid(month, days) is valid


def test_a_year_needs_324_days_and_twelve_valid_months():
    months = dict.fromkeys(range(1, 13), 27) | {2: 27}

    assert year_is_valid(months)  # 324
    assert not year_is_valid(months | {5: 26, 6: 30})
    assert not year_is_valid(months | {2: 25})  # 322
    assert not year_is_valid(dict.fromkeys(range(1, 12), 31))


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        (range(1, 32), 90, "28"),  # Q1
        (range(1, 32), 95, "29.5"),
        (range(1, 32), 98, "30.4"),
        (range(1, 366), 90, "328.6"),  # Q2
        (range(1, 366), 95, "346.8"),
        (range(1, 366), 98, "357.72"),
        (range(1, 31), 90, "27.1"),  # Q3
        (range(1, 31), 95, "28.55"),
        (range(1, 31), 98, "29.42"),
        ([7], 98, "7"),  # Q4
        ([3, 1, 2], 100, "3"),
    ],
)
def test_percentiles_lie_between_their_neighbours(values, percent, expected):
    assert percentile(list(values), percent) == Fraction(expected)


def test_published_percentiles_are_rounded_per_item():
    carbon = [
        Decimal(text)
        for text in ["0.6", "0.7", "0.7", "0.8", "0.8", "0.9", "1.0", "1.1", "1.1", "1.4"]
    ]
    ozone = [80, 92, 101, 118, 120, 133, 147, 155, 171, 190]

    assert half_even(percentile(carbon, 95), 1) == Decimal("1.3")  # Q5: 1.265
    assert half_even(percentile(ozone, 90)) == 173  # Q6: 172.9


def test_no_values_have_no_percentile():
    with pytest.raises(ValueError, match="没有数值"):
        percentile([], 90)


def test_the_good_day_ratio_leaves_invalid_days_out():
    assert good_day_percent([100] * 30 + [101]) == Decimal("96.8")  # Q8
    assert good_day_percent([50] * 29 + [None]) == Decimal("100.0")  # 东源 2024-09: 29 of 29
    assert good_day_percent([None]) is None


def test_the_exceedance_multiple_has_two_decimals():
    assert exceedance_multiple(Decimal(191), 160) == Decimal("0.19")
    assert exceedance_multiple(Decimal(60), 60) == 0


def test_a_mean_of_too_few_is_none():
    assert mean([]) is None
    assert mean([Decimal(1), None], at_least=2) is None
