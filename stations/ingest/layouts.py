"""Which column of a file is what: guessed from its headings, or chosen by the office."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from stations.headings import read_heading, scaled, usual_unit
from stations.ingest.errors import Unreadable
from stations.standards import POLLUTANTS

PLACES = ("station", "station_name", "hour_ending_at", "date", "hour")
WEATHER_FIELDS = ("wind_speed_ms", "wind_deg", "temperature_c", "humidity_percent")
OZONE_FIELDS = ("o3_24h", "o3_8h")
FIELDS = (*PLACES, *POLLUTANTS, *WEATHER_FIELDS, *OZONE_FIELDS)
UNITS = {"u": "µg/m³", "m": "mg/m³"}


@dataclass(frozen=True)
class Layout:
    """`columns`: our field → its heading in the file; `units`: pollutant → u µg/m³ or m mg/m³.

    `is_beginning` None: as the format declares. `station`: the code of the one station the whole
    file is of, when no column names it. `zero_is_missing`: the source writes 0 for 缺测.
    """

    columns: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    is_beginning: bool | None = None
    zero_is_missing: bool = False
    station: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "units": dict(self.units),
            "is_beginning": self.is_beginning,
            "zero_is_missing": self.zero_is_missing,
            "station": self.station,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Layout":
        names = {field: text for field, text in given["columns"].items() if field in FIELDS}
        rest = {name: given[name] for name in ("is_beginning", "zero_is_missing", "station")}
        return cls(columns=names, units=given["units"], **rest)

    def fitting(self, heads: list[str]) -> "Layout":
        """Without the columns that a file with these headings does not have."""
        kept = {name: heading for name, heading in self.columns.items() if heading in heads}
        return replace(self, columns=kept)


def guess(heads: list[str]) -> tuple[Layout, list[str]]:
    """What the headings say, the first column where two say the same; and those second ones."""
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    repeated = []
    for heading in heads:
        name, scale = read_heading(heading), scaled(read_heading(heading))
        found = scale[0] if scale else name
        if found not in FIELDS:
            continue
        if found in columns:
            repeated.append(heading)
            continue
        columns[found] = heading
        if scale:
            units[found] = "m" if name.endswith("_mgm3") else "u"
    if "station" in columns:
        columns.pop("station_name", None)
    if "hour_ending_at" in columns:
        columns = {name: text for name, text in columns.items() if name not in {"date", "hour"}}
    return Layout(columns=columns, units=units), repeated


def arranged(table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """The chosen columns under our names (pm25_ugm3 …). Unreadable when some are absent."""
    _check(table, layout)
    arranged = {_name(name, layout): table[text] for name, text in layout.columns.items()}
    return pd.DataFrame(arranged, index=table.index)


def _name(field_name: str, layout: Layout) -> str:
    if field_name not in POLLUTANTS:
        return field_name
    return f"{field_name}_{layout.units.get(field_name, usual_unit(field_name))}gm3"


def _check(table: pd.DataFrame, layout: Layout) -> None:
    given = layout.columns.keys()
    heads = list(map(str, table.columns))
    has_time = "hour_ending_at" in given or {"date", "hour"} <= given
    missing = [] if {"station", "station_name"} & given or layout.station else ["站点（station）"]
    missing += [] if has_time else ["时间（hour_ending_at）"]
    if not given & set(POLLUTANTS):
        missing.append("至少一项污染物（如 pm25_ugm3）")
    if missing:
        raise Unreadable(f"表头缺少{'、'.join(missing)}；读到的是：{'、'.join(heads[:12])}")
    absent = [text for text in layout.columns.values() if text not in heads]
    if absent:
        raise Unreadable(f"文件里没有“{'”“'.join(absent[:5])}”这样的列，请重新对应")
