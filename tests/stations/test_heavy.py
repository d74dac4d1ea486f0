import pytest

from stations.heavy import DEFAULT, WarningLevel, is_edge, level, plan_from, spells

PLAN = plan_from({})
YELLOW, ORANGE, RED = WarningLevel.YELLOW, WarningLevel.ORANGE, WarningLevel.RED


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([201], YELLOW),
        ([151, 160], YELLOW),
        ([150, 150, 150], None),
        ([201, 201], ORANGE),
        ([151, 151, 151], ORANGE),
        ([301, 301], ORANGE),
        ([201, 201, 301], RED),
        ([151], None),
        ([200, 200], YELLOW),  # both above 150 for 48 h
        ([200], None),
        ([201, 201, 300], ORANGE),  # three days, none above 300
        ([301, 201, 201], RED),
        ([201, 100, 201, 201, 100, 301], ORANGE),  # the parts of red lie in different stretches
        ([100, 90, 201, 80], YELLOW),
        ([], None),
        ([None, None], None),
    ],
)
def test_the_level_follows_the_conditions_of_2024(row, expected):
    assert level(row, PLAN) is expected


def test_a_day_without_forecast_breaks_a_run():
    assert level([160, None, 160], PLAN) is None
    assert level([201, None, 201], PLAN) is YELLOW


def test_a_spell_names_its_days_and_the_condition():
    [spell] = spells([90, 201, 210, 120, 80, 70], PLAN)

    assert (spell.first, spell.last, spell.lifts) == (1, 2, 3)
    assert spell.top.condition.level is ORANGE
    assert spell.top.condition.text == "日 AQI > 200 持续 48 小时及以上"


def test_lifting_needs_36_hours_below_yellow():
    assert spells([201, 90], PLAN)[0].lifts is None  # the forecast reaches 24 h only
    assert spells([201, 90, 90], PLAN)[0].lifts == 1
    assert spells([201, 90, None], PLAN)[0].lifts is None


def test_a_single_better_day_lifts_nothing():
    [spell] = spells([201, 90, 201, 90, 90], PLAN)
    assert (spell.first, spell.last, spell.lifts) == (0, 2, 3)

    first, second = spells([201, 90, 90, 201], PLAN)
    assert (first.lifts, second.first, second.lifts) == (1, 3, None)


def test_a_city_may_decide_otherwise():
    value = {
        "levels": [{"level": "YELLOW", "any": [[{"above": 200, "hours": 48}]]}],
        "lift_hours": 24,
        "source": "本市预案",
    }
    plan = plan_from(value)

    assert level([201], plan) is None
    assert level([201, 201, 90], plan) is YELLOW
    assert spells([201, 201, 90], plan)[0].lifts == 2
    assert plan.source == "本市预案"
    assert DEFAULT["lift_hours"] == 36


@pytest.mark.parametrize(
    "value",
    [
        {"levels": [{"level": "BLUE", "any": [[{"above": 200, "hours": 24}]]}]},
        {"levels": [{"level": "RED", "any": [[{"above": 900, "hours": 24}]]}]},
        {"levels": [{"level": "RED", "any": [[]]}]},
        {"levels": 3},
        {"bound": "middle"},
        {"lift_hours": "一天半"},
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_in_a_sentence(value):
    with pytest.raises(ValueError, match="重污染预警规则"):
        plan_from(value)


@pytest.mark.clause("W-33")
@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(90, 90, True), (80, 89, False), (111, 130, False), (110, 140, True), (60, 160, True)],
)
def test_the_edge_between_good_and_light_is_watched(low, high, expected):
    assert is_edge(low, high, (90, 110)) is expected
