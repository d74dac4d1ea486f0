"""Relative humidity from temperature and dew point, for sources that give no humidity. Pure.

Magnus formula over water with the coefficients of the WMO Guide to Instruments and Methods of
Observation (WMO-No. 8, vol. I, chapter 4, annex 4.B), good for −45 … 60 °C: the saturation
pressure in hPa is 6.112 · exp(17.62 t / (243.12 + t)); the humidity is that of the dew point
over that of the temperature.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

A, B = 17.62, 243.12
LOWEST_C, HIGHEST_C = -45.0, 60.0
TOLERANCE_C = 1.0
"""A dew point above the temperature by no more than this is saturated air; beyond it an error."""


def relative_percent(temperature_c: ArrayLike, dew_point_c: ArrayLike) -> NDArray[Any]:
    """Whole percent, half-even, as floats; NaN where one is missing, outside the range of the
    formula (dew points below it are as dry as its end), or where the dew point cannot be."""
    air, dew = np.asarray(temperature_c, dtype=float), np.asarray(dew_point_c, dtype=float)
    inside = (air >= LOWEST_C) & (air <= HIGHEST_C) & (dew - air <= TOLERANCE_C)
    low = np.clip(dew, LOWEST_C, HIGHEST_C)
    ratio = np.exp(A * low / (B + low) - A * air / (B + np.where(inside, air, 0.0)))
    found: NDArray[Any] = np.where(inside, np.rint(np.minimum(100 * ratio, 100)), np.nan)
    return found
