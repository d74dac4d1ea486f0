"""Air quality index (空气质量指数) of HJ 633-2012 and HJ 633-2026, exact. Pure.

Concentrations are Decimals by item: µg/m³, `co` in mg/m³; None or a negative value is missing.
Items of an hour: the six pollutants. Items of a day: the six with `o3_8h` for ozone; under the
2012 edition also `o3`, the day's highest hour. `stations.vector` is the same for many rows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil

from stations.levels import Level, level_of
from stations.rounding import half_even
from stations.standards import (
    INDEX,
    POLLUTANTS,
    SCALES,
    Basis,
    Edition,
    places_of,
    pollutant_of,
)

Concentrations = Mapping[str, Decimal | None]

# HJ 633-2012 table 1 note 2: above 800 µg/m³ the hour's SO2 is judged by its 24 h mean, where one
# is given as `so2_24h`. Note 3, the same for O3, needs nothing: a 2012 day has `o3` beside `o3_8h`.
_SO2_24H = "so2_24h"


@dataclass(frozen=True)
class Assessment:
    """One record judged by one edition.

    `highest` is the largest IAQI of what is there. `aqi` is what the standard publishes: None when
    nothing is there, and in 2026 when an item is missing and `highest` is not above 100 (5.3.1);
    then `level` is None and `primary` empty. `primary` holds pollutants, never `o3_8h`.
    """

    edition: Edition
    iaqi: Mapping[str, int | None]
    highest: int | None
    aqi: int | None
    level: Level | None
    primary: tuple[str, ...]


def items_of(edition: Edition, basis: Basis) -> tuple[str, ...]:
    """The items that enter the AQI."""
    return tuple(SCALES[edition, basis])


def iaqi(item: str, value: Decimal | None, *, edition: Edition, basis: Basis) -> int | None:
    """Individual index (空气质量分指数), always rounded up.

    2026 rounds the value half-even first (4.2.2, 4.2.3). 2012 names no such rounding, and the hours
    published under it (CO with three decimals) are met only without. None for a missing or negative
    value and where the edition stops computing (SO2 1 h and O3 8 h above 800 µg/m³ in 2012). Above
    the last breakpoint 500, in 2026 200 (SO2 1 h) and 300 (O3 8 h).
    """
    return None if value is None or value < 0 else _iaqi(item, value, edition, basis)


@lru_cache(maxsize=65536)
def _iaqi(item: str, value: Decimal, edition: Edition, basis: Basis) -> int | None:
    scale = SCALES[edition, basis][item]
    if edition is Edition.HJ633_2026:
        value = half_even(value, places_of(item))
    for (low, high), (i_low, i_high) in zip(
        pairwise(scale.breakpoints), pairwise(INDEX), strict=False
    ):
        if value <= high:
            return ceil(Fraction(i_high - i_low, high - low) * (Fraction(value) - low)) + i_low
    return scale.beyond


def assess(
    concentrations: Concentrations,
    *,
    edition: Edition,
    basis: Basis,
    exempt: Collection[str] = (),
) -> Assessment:
    """Judge one record. `concentrations` may lack items and hold others, which are ignored.

    `exempt` names items that are not monitored by plan and were never primary on a light-or-worse
    day in three years (HJ 633-2026 5.3.2): their absence does not stop publication.
    """
    parts = {
        item: iaqi(item, concentrations.get(item), edition=edition, basis=basis)
        for item in items_of(edition, basis)
    }
    if (edition, basis) == (Edition.HJ633_2012, Basis.HOUR):
        parts["so2"] = _so2_of_2012(concentrations, parts["so2"])
    highest = max((part for part in parts.values() if part is not None), default=None)
    aqi = highest if _is_published(edition, parts, exempt) else None
    return Assessment(
        edition=edition,
        iaqi=parts,
        highest=highest,
        aqi=aqi,
        level=None if aqi is None else level_of(aqi),
        primary=_primary(parts, aqi),
    )


def _so2_of_2012(concentrations: Concentrations, hourly: int | None) -> int | None:
    hour, day = concentrations.get("so2"), concentrations.get(_SO2_24H)
    if hourly is not None or hour is None or hour < 0:
        return hourly
    return iaqi("so2", day, edition=Edition.HJ633_2012, basis=Basis.DAY)


def _is_published(
    edition: Edition, parts: Mapping[str, int | None], exempt: Collection[str]
) -> bool:
    if edition is Edition.HJ633_2012:
        return True
    complete = all(part is not None for item, part in parts.items() if item not in exempt)
    return complete or any((part or 0) > 100 for part in parts.values())


def _primary(parts: Mapping[str, int | None], aqi: int | None) -> tuple[str, ...]:
    """首要污染物: all with the largest IAQI, in the order of POLLUTANTS; none up to AQI 50."""
    if aqi is None or aqi <= 50:
        return ()
    top = {pollutant_of(item) for item, part in parts.items() if part == aqi}
    return tuple(name for name in POLLUTANTS if name in top)
