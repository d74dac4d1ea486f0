"""AQI of many rows at once, equal to `stations.aqi` for every input. Pure, on numpy.

`assess` takes whole steps in int16 arrays by item: 1 µg/m³, for `co` 0.1 mg/m³; any negative
number is missing. Each IAQI is one look-up in a table that the exact rule fills; a negative step
is read as an index of 32768 or more, where the table says missing. `assess_thousandths` takes
readings as they are stored; `to_steps` turns floats into steps.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stations.aqi import iaqi, items_of
from stations.levels import LEVELS
from stations.standards import INDEX, POLLUTANTS, SCALES, Basis, Edition, places_of, pollutant_of

MISSING = -1
_STEPS = 2**15
_CHUNK = 2**15
_OFF_SCALE = np.int16(-1000)  # added to an AQI, it equals no IAQI and not MISSING
# Readings carry at most three decimals; the sixth removes the binary tail and makes ties exact.
_TIE_DECIMALS = 6

PRIMARY_BITS: Mapping[str, int] = {name: 1 << bit for bit, name in enumerate(POLLUTANTS)}


@dataclass(frozen=True)
class Assessments:
    """Columns for n rows. `iaqi`, `highest`, `aqi` hold MISSING (-1) for none.

    `primary` is a bitmask of PRIMARY_BITS; `pollutants_in` names it. See `stations.aqi.Assessment`.
    """

    edition: Edition
    iaqi: Mapping[str, NDArray[np.int16]]
    aqi: NDArray[np.int16]
    primary: NDArray[np.uint8]

    @cached_property
    def highest(self) -> NDArray[np.int16]:
        """The largest IAQI, published or not; needs the IAQIs kept."""
        columns = np.array(list(self.iaqi.values()), dtype=np.int16)
        highest: NDArray[np.int16] = columns.max(axis=0)
        return highest

    @cached_property
    def level(self) -> NDArray[np.uint8]:
        """Level number 1–6, 0 for none."""
        return _level_table()[self.aqi.view(np.uint16)]


def to_steps(item: str, values: ArrayLike) -> NDArray[np.int16]:
    """Decimal concentrations as floats to steps, half-even; NaN and negative become MISSING.

    Values beyond the int16 range are cut to it: far above every breakpoint, the index is the same.
    """
    given = np.asarray(values, dtype=np.float64)
    missing = ~(given >= 0)
    scaled = np.round(np.where(missing, 0, given) * 10 ** places_of(item), _TIE_DECIMALS)
    return _as_steps(np.rint(scaled), missing)


def _as_steps(whole: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[np.int16]:
    steps: NDArray[np.int16] = np.minimum(whole, _STEPS - 1).astype(np.int16)
    steps[missing] = MISSING
    return steps


def thousandths_to_steps(item: str, values: NDArray[np.integer[Any]]) -> NDArray[np.int16]:
    """Integers in thousandths (ng/m³, for `co` µg/m³) to steps, half-even; negative is MISSING."""
    divisor = 1000 // 10 ** places_of(item)
    given = values.astype(np.int64, copy=False)
    odd = (given // divisor) & 1
    return _as_steps((given + (divisor // 2 - 1) + odd) // divisor, given < 0)


def assess(
    steps: Mapping[str, NDArray[np.int16]],
    *,
    edition: Edition,
    basis: Basis,
    exempt: Collection[str] = (),
    keep_iaqi: bool = True,
) -> Assessments:
    """Judge n rows of one edition and basis; an item without an array is missing in every row.

    Without `keep_iaqi` the answer has no IAQI columns, which saves most of its memory. Arrays must
    be int16 and of one length (ValueError). For a 2012 hour with SO2 above 800 µg/m³ the 24 h mean
    is not consulted: its IAQI is MISSING.
    """
    wrong = [item for item, column in steps.items() if column.dtype != np.int16]
    if wrong:
        raise ValueError(f"{'、'.join(wrong)} 的浓度数组不是 int16，请先用 to_steps 换算")
    return _assess(
        steps, _look_up, edition=edition, basis=basis, exempt=exempt, keep_iaqi=keep_iaqi
    )


def assess_thousandths(
    values: Mapping[str, NDArray[np.integer[Any]]],
    *,
    edition: Edition,
    basis: Basis,
    exempt: Collection[str] = (),
    keep_iaqi: bool = True,
) -> Assessments:
    """The same from integers in thousandths (ng/m³, `co` in µg/m³); negative is missing.

    They matter under 2012, where the value is not rounded before the formula.
    """
    items = items_of(edition, basis)
    if edition is Edition.HJ633_2012:
        fine = {item: values[item] for item in items if item in values}
        return _assess(
            fine, _search, edition=edition, basis=basis, exempt=exempt, keep_iaqi=keep_iaqi
        )
    steps = {item: thousandths_to_steps(item, values[item]) for item in items if item in values}
    return _assess(
        steps, _look_up, edition=edition, basis=basis, exempt=exempt, keep_iaqi=keep_iaqi
    )


def pollutants_in(mask: int) -> tuple[str, ...]:
    """The pollutants of a primary bitmask, in the order of POLLUTANTS."""
    return tuple(name for name, bit in PRIMARY_BITS.items() if mask & bit)


_Finder = Callable[[NDArray[Any], NDArray[np.int16]], Any]


def _assess(
    columns: Mapping[str, NDArray[Any]],
    finder: Callable[[Edition, Basis, str], _Finder],
    *,
    edition: Edition,
    basis: Basis,
    exempt: Collection[str],
    keep_iaqi: bool,
) -> Assessments:
    items = items_of(edition, basis)
    given = {place: columns[item] for place, item in enumerate(items) if item in columns}
    finders = {place: finder(edition, basis, items[place]) for place in given}
    required = _required(edition, [item not in exempt for item in items])
    bits = np.array([[PRIMARY_BITS[pollutant_of(item)]] for item in items], dtype=np.uint8)
    rows = _length_of(given.values())
    aqi, primary = np.empty(rows, dtype=np.int16), np.empty(rows, dtype=np.uint8)
    # One block instead of many columns: a large one comes in huge pages.
    iaqis = np.empty((len(items), rows if keep_iaqi else min(rows, _CHUNK)), np.int16)
    iaqis[[place for place in range(len(items)) if place not in given]] = MISSING
    for part in _chunks(rows):
        block = iaqis[:, part] if keep_iaqi else iaqis[:, : part.stop - part.start]
        for place, find in finders.items():
            find(given[place][part], block[place])
        _conclude(block, aqi[part], required)
        np.bitwise_or.reduce(_tops(block, aqi[part]) * bits, axis=0, out=primary[part])
    kept = dict(zip(items, iaqis, strict=True)) if keep_iaqi else {}
    return Assessments(edition=edition, iaqi=kept, aqi=aqi, primary=primary)


def _look_up(edition: Edition, basis: Basis, item: str) -> _Finder:
    table = _iaqi_table(edition, basis, item)
    return lambda steps, out: table.take(steps.view(np.uint16), out=out, mode="clip")


def _search(edition: Edition, basis: Basis, item: str) -> _Finder:
    """IAQI k is the first whose highest value, in thousandths, is not below the given one."""
    highest, beyond = _highest_values(edition, basis, item), _beyond(edition, basis, item)

    def find(values: NDArray[Any], out: NDArray[np.int16]) -> None:
        out[:] = np.searchsorted(highest, values)
        out[out >= len(highest)] = beyond
        out[values < 0] = MISSING

    return find


def _required(edition: Edition, counted: list[bool]) -> slice | list[bool]:
    """Which IAQIs must be there for any AQI to be published: 2026 all but the exempt."""
    if edition is Edition.HJ633_2012:
        return slice(0)
    return slice(None) if all(counted) else counted


def _conclude(
    iaqis: NDArray[np.int16], aqi: NDArray[np.int16], required: slice | list[bool]
) -> None:
    """The largest IAQI; but with a required one missing, no AQI up to 100 (2026 5.3.1).

    Plain arithmetic on flags, because masked assignments cost more than everything else here.
    """
    np.maximum.reduce(iaqis, axis=0, out=aqi)
    needed = iaqis[required]
    if needed.size and needed.min() < 0:
        published = (needed.min(axis=0) >= 0) | (aqi > 100)
        aqi -= MISSING
        aqi *= published
        aqi += MISSING


def _tops(iaqis: NDArray[np.int16], aqi: NDArray[np.int16]) -> NDArray[np.uint8]:
    """1 where an item's IAQI is the AQI and that is above 50."""
    flags: NDArray[np.uint8] = np.equal(iaqis, aqi + (aqi <= 50) * _OFF_SCALE).view(np.uint8)
    return flags


def _length_of(columns: Collection[NDArray[Any]]) -> int:
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise ValueError("各项目的浓度数组长度不一致")
    return lengths.pop() if lengths else 0


def _chunks(rows: int) -> Iterator[slice]:
    """Pieces small enough to stay in the processor's cache."""
    return (slice(start, min(start + _CHUNK, rows)) for start in range(0, rows, _CHUNK))


@lru_cache(maxsize=64)
def _iaqi_table(edition: Edition, basis: Basis, item: str) -> NDArray[np.int16]:
    """IAQI by step for 0 … 32767, MISSING for the negative steps above."""
    scale, places = SCALES[edition, basis][item], places_of(item)
    table = np.full(2 * _STEPS, MISSING, dtype=np.int16)
    table[:_STEPS] = _beyond(edition, basis, item)
    for step in range(scale.breakpoints[-1] * 10**places + 1):
        value = iaqi(item, Decimal(step).scaleb(-places), edition=edition, basis=basis)
        table[step] = MISSING if value is None else value
    return _frozen(table)


@lru_cache(maxsize=64)
def _highest_values(edition: Edition, basis: Basis, item: str) -> NDArray[np.int64]:
    """By IAQI k, the largest concentration in thousandths whose IAQI is not above k."""
    points = SCALES[edition, basis][item].breakpoints
    highest = [0]
    for (low, high), (i_low, i_high) in zip(pairwise(points), pairwise(INDEX), strict=False):
        slope = Fraction(high - low, i_high - i_low)
        highest += [floor(1000 * (low + slope * k)) for k in range(1, i_high - i_low + 1)]
    return _frozen(np.array(highest, dtype=np.int64))


def _beyond(edition: Edition, basis: Basis, item: str) -> int:
    beyond = SCALES[edition, basis][item].beyond
    return MISSING if beyond is None else beyond


@lru_cache(maxsize=1)
def _level_table() -> NDArray[np.uint8]:
    """Level number by AQI, 0 for MISSING."""
    table = np.zeros(2 * _STEPS, dtype=np.uint8)
    for level in reversed(LEVELS):
        table[: level.highest + 1] = level.number
    return _frozen(table)


def _frozen(table: NDArray[Any]) -> NDArray[Any]:
    table.flags.writeable = False
    return table
