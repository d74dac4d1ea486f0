"""A batch of hourly values as columns, whatever door it came through. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stations.figures import exact_thousandths, hour_ending
from stations.hours import COLUMNS, NONE
from stations.standards import POLLUTANTS

# Names of the six values in API and CSV; of the weather, with thousandths per stored unit.
FIELDS = {
    ("co_mgm3" if name == "co" else f"{name}_ugm3"): column
    for name, column in zip(POLLUTANTS, COLUMNS, strict=True)
}
WEATHER = {
    "wind_speed_ms": ("wind_speed_cms", 10),
    "wind_deg": ("wind_deg", 1000),
    "temperature_c": ("temperature_dc", 100),
    "humidity_percent": ("humidity_percent", 1000),
}
WEATHER_RANGE = {
    "wind_speed_cms": (0, 10_000),
    "wind_deg": (0, 360),
    "temperature_dc": (-600, 600),
    "humidity_percent": (0, 100),
}
WEATHER_NAMES = {
    "wind_speed_cms": "风速",
    "wind_deg": "风向",
    "temperature_dc": "气温",
    "humidity_percent": "相对湿度",
}


@dataclass(frozen=True)
class Feed:
    """Rows of equal length by column; `line` is what a rejection names the row by.

    `values` holds the six stored columns and those of the weather that the source has. `rejected`
    are lines that could not be read at all: (line, code, sentence); `fields` says by line which
    field was at fault, where it was one.
    """

    line: NDArray[Any]
    station: NDArray[Any]
    hour: NDArray[Any]
    values: Mapping[str, NDArray[Any]]
    flags: NDArray[Any]
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fields: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.line)

    def keep(self, mask: NDArray[Any]) -> "Feed":
        return Feed(
            line=self.line[mask],
            station=self.station[mask],
            hour=self.hour[mask],
            values={name: column[mask] for name, column in self.values.items()},
            flags=self.flags[mask],
            rejected=self.rejected,
            notes=self.notes,
            fields=self.fields,
        )


def of_rows(rows: Sequence[Any]) -> Feed:
    """Rows of the API: `station`, `hour_ending_at`, the six values, weather; index is the line."""
    read, rejected, at_fault = [], [], {}
    for index, row in enumerate(rows):
        try:
            read.append((index, *_read(row)))
        except Unfit as error:
            rejected.append((index, "invalid", str(error)))
            at_fault[index] = error.field
    names = [*COLUMNS, *(stored for stored, _ in WEATHER.values())]
    numbers = np.array([row[3] for row in read], dtype=np.int64).reshape(len(read), len(names))
    given = {name: numbers[:, place] for place, name in enumerate(names)}
    mentioned = {key for row in rows if isinstance(row, Mapping) for key in row}
    absent = {stored for key, (stored, _) in WEATHER.items() if key not in mentioned}
    return Feed(
        line=np.array([row[0] for row in read], dtype=np.int64),
        station=np.array([row[1] for row in read], dtype=object),
        hour=np.array([row[2] for row in read], dtype=np.int64),
        values={name: column for name, column in given.items() if name not in absent},
        flags=np.zeros(len(read), dtype="S6"),
        rejected=rejected,
        fields=at_fault,
    )


class Unfit(ValueError):
    """A row that cannot be read, and the key at fault, empty for the row itself."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def _read(row: Any) -> tuple[str, int, list[int]]:
    if not isinstance(row, Mapping):
        raise Unfit("每条读数应是一个对象")
    station = row.get("station")
    if not isinstance(station, str) or not station.strip():
        raise Unfit("缺少站点代码 station", "station")
    written = row.get("hour_ending_at")
    if not isinstance(written, str):
        sentence = "缺少小时 hour_ending_at，请写成 2026-11-18T13:00:00+08:00"
        raise Unfit(sentence, "hour_ending_at")
    try:
        hour = hour_ending(written)
    except ValueError as error:
        raise Unfit(str(error), "hour_ending_at") from None
    numbers = [_figure(row, key) for key in FIELDS]
    numbers += [weather(key, _figure(row, key)) if key in row else NONE for key in WEATHER]
    return station.strip(), hour, numbers


def _figure(row: Mapping[str, Any], key: str) -> int:
    try:
        return exact_thousandths(row.get(key))
    except ValueError as error:
        raise Unfit(f"{key}：{error}", key) from None


def weather(key: str, thousandths: int) -> int:
    """A weather figure in its stored unit; one outside the possible range is missing."""
    stored, unit = WEATHER[key]
    if thousandths == NONE:
        return NONE
    value = (thousandths + unit // 2) // unit
    low, high = WEATHER_RANGE[stored]
    return value if low <= value <= high else NONE
