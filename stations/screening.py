"""What a batch of hourly values must satisfy before it is stored. Pure, on whole columns.

Every rejection is (position, code, sentence); what is not rejected is kept.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stations.hours import COLUMNS, NONE
from stations.standards import POLLUTANTS, SYMBOLS

Rejection = tuple[int, str, str]

# Highest hourly value believed, µg/m³ and mg/m³: above every value published in China since 2013.
HIGHEST = {"pm25": 3000, "pm10": 9000, "so2": 5000, "no2": 5000, "co": 100, "o3": 2000}
LOWEST = -10  # negative drift down to here is kept and flagged, below it the row is refused
_MIN_FOR_UNIT_CHECK = 20
_CODES = frozenset({9_999_000, 99_999_000})


def implausible(columns: Mapping[str, NDArray[Any]]) -> list[tuple[int, str, str, str]]:
    """Rows with a value that cannot be meant so: (position, code, sentence, pollutant).

    A column in the wrong unit comes before its single values.
    """
    found = []
    for name, column in zip(POLLUTANTS, COLUMNS, strict=True):
        refused = wrong_unit(name, columns[column]) + out_of_range(name, columns[column])
        found += [(*one, name) for one in refused]
    return found


def out_of_range(name: str, values: NDArray[Any]) -> list[Rejection]:
    """Values no instrument gives; CO that looks like µg/m³ is named so."""
    wrong = (values != NONE) & ((values > HIGHEST[name] * 1000) | (values < LOWEST * 1000))
    return [
        (place, "out_of_range", _range_sentence(name, int(values[place])))
        for place in np.flatnonzero(wrong).tolist()
    ]


def wrong_unit(name: str, values: NDArray[Any]) -> list[Rejection]:
    """A whole column a thousand times too small, or for CO too large: all its rows.

    mg/m³ where µg/m³ belong; CO in µg/m³, where single small values would pass for mg/m³.
    """
    there = np.flatnonzero(values > 0)
    if len(there) < _MIN_FOR_UNIT_CHECK:
        return []
    if name == "co":
        is_wrong = int(np.percentile(values[there], 50, method="lower")) > HIGHEST["co"] * 1000
        sentence = "CO 多数大于 100，疑似 µg/m³，请选对单位或换算成 mg/m³ 后重新导入"
    else:
        is_wrong = int(np.percentile(values[there], 90, method="lower")) < 700
        sentence = f"{SYMBOLS[name]} 一列都小于 1，疑似 mg/m³，请选对单位或换算成 µg/m³ 后重新导入"
    return [(place, "unit", sentence) for place in there.tolist()] if is_wrong else []


def repeated(hours: NDArray[Any], stations: NDArray[Any], lines: NDArray[Any]) -> list[Rejection]:
    """Rows after the first of one station and hour."""
    order = np.lexsort([np.arange(len(hours)), stations, hours])
    same = (np.diff(hours[order]) == 0) & (np.diff(stations[order]) == 0)
    found, first = [], 0
    for place in (np.flatnonzero(same) + 1).tolist():
        if not same[place - 2] or place < 2:
            first = place - 1
        line = int(lines[order[first]])
        detail = f"与第 {line} 行是同一站点同一小时，保留了第 {line} 行"
        found.append((int(order[place]), "duplicate", detail))
    return found


def marks(columns: Mapping[str, NDArray[Any]], given: NDArray[Any]) -> NDArray[Any]:
    """Flags (S6) as given, with P for PM2.5 above PM10 and G for negative values added."""
    stored = np.ascontiguousarray(given).view(np.uint8).reshape(len(given), 6)
    image = np.where(stored == 0, np.uint8(ord("N")), stored)
    for place, column in enumerate(COLUMNS):
        values = columns[column]
        is_negative = (values < 0) & (values != NONE)
        image[is_negative, place] = ord("G")
        image[values == NONE, place] = np.where(
            stored[values == NONE, place] == 0, ord("-"), stored[values == NONE, place]
        )
    _mark_suspects(image, columns)
    is_plain = ((image == ord("N")) | (image == ord("-"))).all(axis=1)
    image[is_plain] = 0
    return image.reshape(-1).view("S6")


def _mark_suspects(image: NDArray[np.uint8], columns: Mapping[str, NDArray[Any]]) -> None:
    fine, coarse = columns["pm25_ngm3"], columns["pm10_ngm3"]
    is_odd = (coarse != NONE) & (fine > coarse) & (coarse >= 0)
    for place in (POLLUTANTS.index("pm25"), POLLUTANTS.index("pm10")):
        image[is_odd & (image[:, place] == ord("N")), place] = ord("P")


def _range_sentence(name: str, value: int) -> str:
    unit = "mg/m³" if name == "co" else "µg/m³"
    shown = f"{SYMBOLS[name]} {value / 1000:g} {unit}"
    if name == "co" and value > HIGHEST[name] * 1000:
        return f"{shown} 超出范围，疑似单位是 µg/m³，请换算成 mg/m³"
    code = "；9999 常是缺测代码，缺测请留空" if value in _CODES else ""
    return f"{shown} 超出可信范围（{LOWEST} 到 {HIGHEST[name]}），请核对单位和数值{code}"
