from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stations import vector
from stations.aqi import assess, iaqi, items_of
from stations.standards import SCALES, Basis, Edition, places_of

CASES = [(edition, basis) for edition, basis in SCALES]
EVERY = [(edition, basis, item) for edition, basis in CASES for item in SCALES[edition, basis]]


def _decimal(item, step):
    return None if step < 0 else Decimal(step).scaleb(-places_of(item))


def _number(value):
    return vector.MISSING if value is None else value


@pytest.mark.parametrize(("edition", "basis", "item"), EVERY)
def test_every_representable_input_has_the_exact_index(edition, basis, item):
    top = SCALES[edition, basis][item].breakpoints[-1] * 10 ** places_of(item)
    steps = np.arange(-2, top + 300, dtype=np.int16)

    found = vector.assess({item: steps}, edition=edition, basis=basis).iaqi[item]

    exact = [
        _number(iaqi(item, _decimal(item, step), edition=edition, basis=basis))
        for step in steps.tolist()
    ]
    assert found.tolist() == exact


@pytest.mark.parametrize(("edition", "basis", "item"), EVERY)
def test_thousandths_have_the_exact_index_at_every_edge(edition, basis, item):
    points = SCALES[edition, basis][item].breakpoints
    edges = np.linspace(0, points[-1] * 1000, 501, dtype=np.int64)
    values = np.unique(np.concatenate([edges - 1, edges, edges + 1, np.array(points) * 1000]))

    result = vector.assess_thousandths({item: values}, edition=edition, basis=basis)

    exact = [
        _number(iaqi(item, _thousandths(value), edition=edition, basis=basis))
        for value in values.tolist()
    ]
    assert result.iaqi[item].tolist() == exact


def _thousandths(value):
    return None if value < 0 else Decimal(value).scaleb(-3)


@pytest.mark.parametrize(("edition", "basis"), CASES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_records_are_judged_as_by_the_exact_rule(edition, basis, data):
    items = items_of(edition, basis)
    near = st.sampled_from([0, 10, 20, 35, 36, 50, 60, 61, 75, 80, 100, 120, 121, 160, 900, 4000])
    step = st.one_of(st.just(-1), near, st.integers(0, 32767))
    rows = data.draw(st.lists(st.tuples(*[step] * len(items)), min_size=1, max_size=8))
    exempt = data.draw(st.sets(st.sampled_from(items)))
    columns = {
        item: np.array(column, dtype=np.int16)
        for item, column in zip(items, zip(*rows, strict=True), strict=True)
    }

    many = vector.assess(columns, edition=edition, basis=basis, exempt=exempt)

    for place, row in enumerate(rows):
        values = {item: _decimal(item, step) for item, step in zip(items, row, strict=True)}
        one = assess(values, edition=edition, basis=basis, exempt=exempt)
        assert many.highest[place] == _number(one.highest)
        assert many.aqi[place] == _number(one.aqi)
        assert many.level[place] == (one.level.number if one.level else 0)
        assert vector.pollutants_in(int(many.primary[place])) == one.primary


def test_more_rows_than_one_chunk_are_all_judged():
    rows = 100_003
    steps = np.arange(rows, dtype=np.int32) % 700
    columns = {item: steps.astype(np.int16) for item in items_of(*CASES[2])}

    whole = vector.assess(columns, edition=CASES[2][0], basis=CASES[2][1])
    part = {item: column[:700] for item, column in columns.items()}
    first = vector.assess(part, edition=CASES[2][0], basis=CASES[2][1])

    assert whole.aqi.tolist() == [first.aqi.tolist()[step] for step in steps.tolist()]
    assert whole.primary[-3:].tolist() == [first.primary.tolist()[s] for s in steps[-3:].tolist()]


def test_an_item_without_column_is_missing_in_every_row():
    result = vector.assess(
        {"pm25": np.array([20, 80], dtype=np.int16)},
        edition=Edition.HJ633_2026,
        basis=Basis.HOUR,
    )

    assert result.iaqi["co"].tolist() == [-1, -1]
    assert result.aqi.tolist() == [-1, 119]
    assert result.highest.tolist() == [29, 119]


def test_leaving_the_indices_out_changes_nothing_else():
    steps = np.arange(-1, 40_000, dtype=np.int32).astype(np.int16)
    columns = {"pm25": steps, "o3": steps[::-1].copy()}
    rule = {"edition": Edition.HJ633_2026, "basis": Basis.HOUR}

    kept = vector.assess(columns, **rule)
    lean = vector.assess(columns, keep_iaqi=False, **rule)

    assert lean.iaqi == {}
    assert (kept.aqi == lean.aqi).all()
    assert (kept.primary == lean.primary).all()
    assert (kept.level == lean.level).all()


def test_no_rows_give_no_rows():
    result = vector.assess({}, edition=Edition.HJ633_2026, basis=Basis.DAY)

    assert (len(result.aqi), len(result.level)) == (0, 0)


def test_floats_become_steps_half_even():
    values = [2.05, 2.15, 4.05, 0.04, float("nan"), -0.4, 1e9]

    assert vector.to_steps("co", values).tolist() == [20, 22, 40, 0, -1, -1, 32767]
    assert vector.to_steps("pm25", [34.5, 35.5, 60.5, 60.6]).tolist() == [34, 36, 60, 61]


def test_stored_thousandths_become_steps_half_even():
    grams = np.array([34_500, 35_500, 60_501, -1])

    assert vector.thousandths_to_steps("pm25", grams).tolist() == [34, 36, 61, -1]
    assert vector.thousandths_to_steps("co", np.array([2050, 2150, 49])).tolist() == [20, 22, 0]


def test_wrong_columns_are_refused():
    short, long = np.zeros(1, dtype=np.int16), np.zeros(2, dtype=np.int16)

    with pytest.raises(ValueError, match="长度不一致"):
        vector.assess({"pm25": short, "co": long}, edition=CASES[0][0], basis=CASES[0][1])
    with pytest.raises(ValueError, match="int16"):
        vector.assess({"pm25": np.zeros(1)}, edition=CASES[0][0], basis=CASES[0][1])
