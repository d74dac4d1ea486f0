"""The two big tables as the fast door sees them: names, keys, kinds of columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]


WIDTHS = {"flags": 6, "standard": 10, "rule_set": 60}
"""Of the text columns, in ASCII characters."""


@dataclass(frozen=True)
class Table:
    """`kinds` gives the kind of each column: an integer type, date, hour, boolean or text.

    A date is a proleptic ordinal, an hour a number of hours since 1970 UTC.
    """

    name: str
    key: tuple[str, ...]
    kinds: Mapping[str, str]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(column for column in self.kinds if column not in self.key)

    def dtype(self, column: str) -> str:
        """How a column is held in memory."""
        kind = self.kinds[column]
        return f"S{WIDTHS[column]}" if kind == "text" else "i8" if kind == "bigint" else "i4"

    def sql_kind(self, column: str) -> str:
        kind = self.kinds[column]
        if connection.vendor == "postgresql":
            return {"hour": "timestamptz", "text": "varchar"}.get(kind, kind)
        return {"hour": "datetime", "text": "varchar(60)"}.get(kind, kind)


READINGS = Table(
    "stations_hourlyreading",
    ("hour_ending_at", "station_id"),
    {
        "hour_ending_at": "hour",
        "station_id": "bigint",
        "pm25_ngm3": "integer",
        "pm10_ngm3": "integer",
        "so2_ngm3": "integer",
        "no2_ngm3": "integer",
        "co_ugm3": "integer",
        "o3_ngm3": "integer",
        "flags": "text",
        "withdrawn_bits": "smallint",
        "wind_speed_cms": "integer",
        "wind_deg": "smallint",
        "temperature_dc": "smallint",
        "humidity_percent": "smallint",
        "aqi": "smallint",
        "primary_bits": "smallint",
        "standard": "text",
        "revision": "smallint",
        "batch_id": "bigint",
    },
)

_MEANS = ("pm25", "pm10", "so2", "no2", "co")
DAYS = Table(
    "stations_dailyair",
    ("on", "station_id"),
    {
        "on": "date",
        "station_id": "bigint",
        **{f"{name}_sum": "integer" for name in _MEANS},
        **{f"{name}_hours": "smallint" for name in _MEANS},
        **{("co_mgm3_x10" if n == "co" else f"{n}_ugm3"): "integer" for n in _MEANS},
        "o3_8h_sum": "integer",
        "o3_8h_hours": "smallint",
        "o3_8h_windows": "smallint",
        "o3_8h_ugm3": "integer",
        "o3_1h_ngm3": "integer",
        "o3_hours": "smallint",
        **{f"{name}_iaqi": "smallint" for name in (*_MEANS, "o3")},
        "aqi": "smallint",
        "primary_bits": "smallint",
        "is_valid": "boolean",
        "rule_set": "text",
    },
)
