"""Magnus formula against the table of saturation pressures, and what cannot be."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.humidity import A, B, relative_percent

# saturation vapour pressure over water in hPa: WMO-No. 8, 6.112 exp(17.62 t / (243.12 + t))
SATURATION = {-10: 2.867, 0: 6.112, 10: 12.267, 20: 23.326, 30: 42.343}


@pytest.mark.parametrize(("celsius", "pressure"), SATURATION.items())
def test_the_coefficients_give_the_pressures_of_the_guide(celsius, pressure):
    assert 6.112 * math.exp(A * celsius / (B + celsius)) == pytest.approx(pressure, rel=2e-3)


@pytest.mark.parametrize(
    ("air", "dew", "percent"),
    [
        (20, 20, 100),
        (20, 10, 53),
        (30, 10, 29),
        (30, 0, 14),
        (0, -10, 47),
        (20, 20.9, 100),  # a dew point just above the temperature: saturated
        (20, -80, 0),  # drier than the formula reaches
    ],
)
def test_humidity_of_temperature_and_dew_point(air, dew, percent):
    assert relative_percent(air, dew) == percent


@pytest.mark.parametrize(("air", "dew"), [(20, 21.1), (math.nan, 5), (5, math.nan), (70, 5)])
def test_what_cannot_be_is_missing(air, dew):
    assert np.isnan(relative_percent(air, dew))


@given(st.floats(-45, 60), st.floats(-45, 60), st.floats(0, 5))
def test_a_higher_dew_point_is_never_drier(air, dew, more):
    first, second = relative_percent([air, air], [dew, dew + more])

    assert math.isnan(second) or first <= second
    assert math.isnan(first) or 0 <= first <= 100


def test_a_column_is_worked_out_at_once():
    assert relative_percent([20, math.nan, 30], [10, 1, 0]).tolist()[::2] == [53, 14]
