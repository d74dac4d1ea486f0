from datetime import date
from decimal import Decimal

import pytest

from stations.ranking import (
    EXAMPLE_WEIGHTS,
    Part,
    UnitWeek,
    Weights,
    bottom_units,
    competition_ranks,
    is_valid_day,
    participation,
    period_concentrations,
    rank_week,
    unit_day,
    week_air,
    weights_on,
)
from stations.standards import LimitSet

TRANSITION = LimitSet.GB3095_2026_TRANSITION
AIR_ONLY = Weights(valid_from=date(2026, 1, 1), percents={Part.AIR: Decimal(100)})


def _day(**over):
    day = {"so2": 7, "no2": 22, "pm10": 58, "pm25": 31, "co": "0.9", "o3_8h": 158} | over
    return {name: None if value is None else Decimal(value) for name, value in day.items()}


def _week(air, supervision=0, enforcement=0, valid_days=7):
    values = {Part.AIR: air, Part.SUPERVISION: supervision, Part.ENFORCEMENT: enforcement}
    return UnitWeek(participation=participation(valid_days), values=values)


def _ranks(*ranks):
    return {f"U{number}": rank for number, rank in enumerate(ranks, start=1)}


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ("1.5 1.5 2.0", {}, [1, 1, 3]),
        ("1.5 1.5 2.0", {"ties": "dense"}, [1, 1, 2]),
        ("3 9 9 1", {"best": "highest"}, [3, 1, 1, 4]),
        ("2 1 2 2", {}, [2, 1, 2, 2]),
        ("2.50 2.5", {}, [1, 1]),  # equal as numbers
    ],
)
def test_equal_values_have_equal_ranks(values, options, expected):
    given = {place: Decimal(text) for place, text in enumerate(values.split())}

    assert list(competition_ranks(given, **options).values()) == expected


@pytest.mark.parametrize(
    ("ranks", "bottom"),
    [
        ((1, 2, 3, 4, 5, 6, 7, 8), {"U6", "U7", "U8"}),
        ((1, 2, 3, 4, 5, 6, 6, 8), {"U6", "U7", "U8"}),
        ((1, 2, 3, 4, 5, 5, 7, 8), {"U5", "U6", "U7", "U8"}),  # the tie at the edge is all in
        ((1, 2, 3, 4, 5, 6, 7, 7), {"U6", "U7", "U8"}),
        ((1, 2, 3, 4, 5, 5, 5, 8), {"U5", "U6", "U7", "U8"}),
        ((1, 2, 3, 4, 4, 4, 4, 4), {"U4", "U5", "U6", "U7", "U8"}),
        ((1, 2, 3, 4, 5, 6, 7), set()),  # fewer than eight ranked
    ],
)
def test_the_bottom_is_every_unit_with_fewer_than_three_strictly_worse(ranks, bottom):
    assert bottom_units(_ranks(*ranks)) == bottom


def test_a_week_needs_five_valid_days():
    assert participation(5).takes_part
    assert participation(5).reason == ""
    assert not participation(4).takes_part
    assert participation(4).reason == "7 天中有效 4 天，不足 5 天，不参与排名"


@pytest.mark.clause("W-57")
def test_streets_are_compared_by_the_mean_of_their_stations():
    streets = {
        "one station": [[_day(pm25=31)]] * 7,
        "two stations": [[_day(pm25=20), _day(pm25=40)]]
        * 7,  # on average 30, although one is worse
    }

    weeks = {
        street: week_air([unit_day(stations) for stations in days], limit_set=TRANSITION)
        for street, days in streets.items()
    }
    ranks = competition_ranks({street: air.composite.index for street, air in weeks.items()})

    assert [str(air.composite.index) for air in weeks.values()] == ["3.88", "3.85"]
    assert ranks == {"one station": 2, "two stations": 1}


def test_several_stations_are_averaged_into_their_unit():
    stations = [_day(pm25=30, co="0.8"), _day(pm25=31, co="0.9"), _day(pm25=None, co=None)]

    day = unit_day(stations)

    assert day["pm25"] == 30  # 30.5 to even; the station without a value is left out
    assert str(day["co"]) == "0.8"  # 0.85 to even
    assert is_valid_day(day)


def test_a_day_without_one_item_is_not_valid():
    day = unit_day([_day(o3_8h=None), _day(o3_8h=None)])

    assert day["o3_8h"] is None
    assert not is_valid_day(day)
    assert not is_valid_day(unit_day([]))


def test_the_week_takes_means_and_percentiles_of_valid_days_only():
    days = [
        _day(pm25=20, co="0.6", o3_8h=80),
        _day(pm25=21, co="0.7", o3_8h=120),
        _day(pm25=99, co="9.9", o3_8h=None),
    ]

    found = period_concentrations(days)

    assert found["pm25"] == 20  # 20.5 to even
    assert str(found["co"]) == "0.7"  # P95 0.695
    assert found["o3"] == 116  # P90
    assert set(period_concentrations([]).values()) == {None}


def test_a_unit_with_too_few_days_has_no_index_but_its_values():
    whole = week_air([_day()] * 5, limit_set=TRANSITION)
    short = week_air([_day()] * 4 + [_day(co=None)] * 3, limit_set=TRANSITION)

    assert str(whole.composite.index) == "3.88"
    assert (short.composite, short.participation.valid_days) == (None, 4)
    assert short.concentrations["pm25"] == 31


@pytest.mark.clause("W-53")
def test_the_weekly_score_weighs_air_supervision_and_enforcement():
    units = {
        "A": _week(Decimal("3.10"), supervision=2, enforcement=0),
        "B": _week(Decimal("3.20"), supervision=0, enforcement=5),
        "C": _week(Decimal("3.20"), supervision=1, enforcement=9),
        "D": _week(None, valid_days=4),
    }

    rows = rank_week(units, weights=EXAMPLE_WEIGHTS)

    assert [(row.unit, row.rank) for row in rows] == [("A", 1), ("B", 2), ("C", 3), ("D", None)]
    assert rows[1].part_ranks == {Part.AIR: 2, Part.SUPERVISION: 1, Part.ENFORCEMENT: 2}
    assert rows[1].formula == "空气质量第2名×70% + 督查第1名×20% + 执法办案第2名×10% = 1.8"
    assert rows[3].participation.reason == "7 天中有效 4 天，不足 5 天，不参与排名"
    assert (rows[3].score, rows[3].formula, rows[3].is_bottom) == (None, "", False)


def test_parts_without_weight_need_no_values():
    rows = rank_week(
        {unit: UnitWeek(participation(7), {Part.AIR: Decimal(unit)}) for unit in range(1, 10)},
        weights=AIR_ONLY,
    )

    assert [row.rank for row in rows] == list(range(1, 10))
    assert [row.unit for row in rows if row.is_bottom] == [7, 8, 9]


def test_a_ranked_unit_must_bring_every_weighed_part():
    week = UnitWeek(participation(7), {Part.AIR: Decimal(1)})

    with pytest.raises(ValueError, match="督查"):
        rank_week({"A": week}, weights=EXAMPLE_WEIGHTS)


def test_weights_are_those_in_force_on_the_day():
    later = Weights(
        valid_from=date(2026, 7, 1),
        percents={Part.AIR: Decimal(80), Part.SUPERVISION: Decimal(20)},
    )

    assert weights_on([later, AIR_ONLY], date(2026, 6, 30)) is AIR_ONLY
    assert weights_on([later, AIR_ONLY], date(2026, 7, 1)) is later
    with pytest.raises(ValueError, match="没有生效"):
        weights_on([later], date(2026, 6, 30))


def test_weights_sum_to_100_and_the_shipped_ones_are_an_example():
    assert EXAMPLE_WEIGHTS.is_example
    for wrong in ((70, 20), (110, -10)):
        percents = dict(zip(Part, map(Decimal, wrong), strict=False))
        with pytest.raises(ValueError, match="合计应为 100"):
            Weights(valid_from=date(2026, 1, 1), percents=percents)
