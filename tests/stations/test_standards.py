from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from stations.levels import LEVELS, level_of, sensitive_groups
from stations.standards import (
    BEIJING,
    INDEX,
    SCALES,
    Edition,
    LimitSet,
    Period,
    day_of_hour,
    edition_on,
    limit,
    limits_on,
    rule_set_on,
)

IN_FORCE = [
    (date(2015, 4, 22), Edition.HJ633_2012, LimitSet.GB3095_2012),
    (date(2026, 2, 28), Edition.HJ633_2012, LimitSet.GB3095_2012),
    (date(2026, 3, 1), Edition.HJ633_2026, LimitSet.GB3095_2026_TRANSITION),
    (date(2030, 12, 31), Edition.HJ633_2026, LimitSet.GB3095_2026_TRANSITION),
    (date(2031, 1, 1), Edition.HJ633_2026, LimitSet.GB3095_2026_FINAL),
]
# Item, period: (一级, 二级) in the transition, in the final and in the 2012 edition.
LIMITS = [
    ("so2", Period.YEAR, (20, 60), (20, 20), (20, 60)),
    ("so2", Period.DAY, (50, 150), (50, 50), (50, 150)),
    ("so2", Period.HOUR, (150, 500), (150, 150), (150, 500)),
    ("no2", Period.YEAR, (40, 40), (30, 30), (40, 40)),
    ("no2", Period.DAY, (80, 80), (50, 50), (80, 80)),
    ("no2", Period.HOUR, (200, 200), (200, 200), (200, 200)),
    ("co", Period.DAY, (4, 4), (4, 4), (4, 4)),
    ("co", Period.HOUR, (10, 10), (10, 10), (10, 10)),
    ("o3", Period.DAY_MAX_8H, (100, 160), (100, 160), (100, 160)),
    ("o3", Period.HOUR, (160, 200), (160, 200), (160, 200)),
    ("pm10", Period.YEAR, (40, 60), (20, 50), (40, 70)),
    ("pm10", Period.DAY, (50, 120), (50, 100), (50, 150)),
    ("pm25", Period.YEAR, (15, 30), (10, 25), (15, 35)),
    ("pm25", Period.DAY, (35, 60), (25, 50), (35, 75)),
]
SETS = (LimitSet.GB3095_2026_TRANSITION, LimitSet.GB3095_2026_FINAL, LimitSet.GB3095_2012)
EDGES = [
    (0, 1, "优"),
    (1, 1, "优"),
    (50, 1, "优"),
    (51, 2, "良"),
    (100, 2, "良"),
    (101, 3, "轻度污染"),
    (150, 3, "轻度污染"),
    (151, 4, "中度污染"),
    (200, 4, "中度污染"),
    (201, 5, "重度污染"),
    (300, 5, "重度污染"),
    (301, 6, "严重污染"),
    (500, 6, "严重污染"),
]


@pytest.mark.parametrize(("day", "edition", "limit_set"), IN_FORCE)
def test_the_rules_are_chosen_by_the_date_of_the_data(day, edition, limit_set):
    assert (edition_on(day), limits_on(day)) == (edition, limit_set)


def test_a_rule_set_has_a_code_to_store_with_results():
    code = rule_set_on(date(2026, 3, 1)).code

    assert code == "HJ633-2026/GB3095-2026-transition/HJ663-2026"


@pytest.mark.parametrize(("item", "period", "transition", "final", "old"), LIMITS)
def test_limits_are_those_of_each_edition(item, period, transition, final, old):
    for limit_set, (first, second) in zip(SETS, (transition, final, old), strict=True):
        assert limit(item, period, limit_set=limit_set, grade=1) == first
        assert limit(item, period, limit_set=limit_set) == second


def test_every_scale_rises_and_starts_at_zero():
    for items in SCALES.values():
        for scale in items.values():
            assert scale.breakpoints[0] == 0
            assert all(low < high for low, high in pairwise(scale.breakpoints))
            assert len(scale.breakpoints) <= len(INDEX)


@pytest.mark.parametrize(("aqi", "number", "name"), EDGES)
def test_levels_begin_and_end_where_the_standard_says(aqi, number, name):
    assert (level_of(aqi).number, level_of(aqi).category.label) == (number, name)


def test_no_level_above_500_or_below_0():
    for wrong in (-1, 501):
        with pytest.raises(ValueError, match="0 到 500"):
            level_of(wrong)


def test_colours_are_the_prescribed_ones():
    colours = [level.hex for level in LEVELS]

    assert colours == ["#00E400", "#FFFF00", "#FF7E00", "#FF0000", "#99004C", "#7E0023"]


def test_sensitive_groups_are_named_only_above_100():
    groups = sensitive_groups({"pm25": 101, "co": 100, "o3": None})

    assert list(groups) == ["pm25"]
    assert "老年人" in groups["pm25"]


def test_midnight_is_hour_24_of_the_day_before():
    midnight = datetime(2026, 3, 1, tzinfo=BEIJING)

    assert day_of_hour(midnight) == date(2026, 2, 28)
    assert day_of_hour(midnight + timedelta(hours=1)) == date(2026, 3, 1)
    assert day_of_hour(datetime(2026, 2, 28, 16, tzinfo=UTC)) == date(2026, 2, 28)


def test_an_hour_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="时区"):
        day_of_hour(datetime(2026, 3, 1))  # noqa: DTZ001 - the point of the test
