from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from air import hour_of, make_station, put, row
from stations import rankables, scoring
from stations.hours import NONE
from stations.periods import Period
from stations.standards import rule_set_on
from stations.weeks import week_indices

COLUMNS = ("pm25_ugm3", "pm10_ugm3", "so2_ugm3", "no2_ugm3", "co_mgm3_x10", "o3_8h_ugm3")
figures = st.one_of(st.none(), st.integers(0, 300))
rows = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 13), st.tuples(*[figures] * 6)),
    min_size=1,
    max_size=60,
    unique_by=lambda item: item[:2],
)


@settings(max_examples=150, deadline=None)
@given(rows=rows, fill=st.integers(1, 200))
def test_many_weeks_at_once_equal_the_exact_rule(rows, fill):
    """Stations 1 and 2 are one unit, 3 another; half of the gaps are filled to reach five days."""
    monday = Period.parse("2026-W08").first
    given_days = {item[:2]: item[2] for item in rows}
    for key in [(n, day) for n in (1, 2, 3) for day in range(14)]:
        given_days.setdefault(key, (fill, fill, fill, fill, fill, fill) if key[1] % 2 else None)
    flat = [(key, value) for key, value in given_days.items() if value is not None]
    columns = {
        name: np.array([NONE if value[n] is None else value[n] for _, value in flat])
        for n, name in enumerate(COLUMNS)
    }
    unit = np.array([1 if station < 3 else 2 for (station, _), _ in flat])
    on = np.array([monday.toordinal() + day for (_, day), _ in flat])

    found = week_indices(unit, on, columns)

    for place, number in enumerate(found.units):
        for column, start in enumerate(found.mondays):
            week = Period.parse("2026-W08") if start == monday.toordinal() else _second()
            stations = {
                str(n): _station_days(given_days, n, monday)
                for n in ((1, 2) if number == 1 else (3,))
            }
            exact = scoring.week(
                scoring.unit_days(week.days, stations), rules=rule_set_on(week.last), at_least=5
            )
            index = found.index[place, column]
            assert (None if index == NONE else int(index)) == (
                None if exact.value is None else int(exact.value * 100)
            )
            assert found.valid_days[place, column] == exact.participation.valid_days


def _second():
    return Period.parse("2026-W09")


def _station_days(given_days, station, monday):
    found = {}
    for (number, day), value in given_days.items():
        if number == station and value is not None:
            on = date.fromordinal(monday.toordinal() + day)
            found[on] = dict(zip(COLUMNS, value, strict=True)) | {"aqi": None}
    return found


def test_the_table_reads_the_stored_days_of_the_ranked_stations(scheme, street):
    station = make_station(street)
    week = Period.parse("2026-W46")
    put([row(station, hour_of(day, hour)) for day in week.days for hour in range(1, 25)])

    table = rankables.week_table(scheme, week.previous(), week)

    assert table.units.tolist() == [street.pk]
    assert table.index.tolist() == [[262]]  # 0.13 + 0.50 + 0.67 + 0.67 + 0.15 + 0.50, in hundredths
    assert table.valid_days.tolist() == [[7]]


def test_no_stations_no_table(scheme):
    week = Period.parse("2026-W46")

    assert rankables.week_table(scheme, week, week).units.tolist() == []


@pytest.mark.parametrize("at_least", [1, 7])
def test_the_number_of_days_is_a_rule(at_least):
    columns = {name: np.array([10] * 6) for name in COLUMNS}
    on = np.arange(date(2026, 11, 9).toordinal(), date(2026, 11, 15).toordinal())

    found = week_indices(np.ones(6, dtype=int), on, columns, at_least=at_least)

    assert bool(found.index[0, 0] == NONE) == (at_least == 7)
