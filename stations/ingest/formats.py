"""What a table of hourly values means: columns of `Feed` from the headings of each format.

Every format has a declared convention: what its hour label means, whether it writes a false time
zone. The shift to hour-ending is done here, once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stations import figures
from stations.feeds import WEATHER, Feed, weather
from stations.headings import read_heading, scaled
from stations.hours import COLUMNS, NONE
from stations.ingest import sheets
from stations.ingest.sheets import Unreadable
from stations.standards import POLLUTANTS

_POINTS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"]
_POINTS += ["S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
_MIN_EVIDENCE = 10
_WIND_POINTS = {point: str(number * 22.5) for number, point in enumerate(_POINTS)}


@dataclass(frozen=True)
class Convention:
    """`is_beginning`: the label is the hour's start. `keeps_zone` False: a written Z is false."""

    label: str
    is_beginning: bool = False
    keeps_zone: bool = True


CONVENTIONS = {
    "csv": Convention("本系统表格（站点、时间、六项）"),
    "cnemc": Convention("总站小时数据", keeps_zone=False),
    "platform": Convention("实时发布平台原样（臭氧字段互换）", keeps_zone=False),
    "prsa": Convention("北京多站数据集（CO 为 µg/m³）", is_beginning=True),
}


@dataclass(frozen=True)
class _Labels:
    is_beginning: bool
    keeps_zone: bool


def read(
    data: bytes,
    *,
    format: str,
    is_beginning: bool | None = None,
) -> Feed:
    """A file as columns. Unreadable, with a sentence, when nothing can be made of it.

    `is_beginning` overrides what the format declares about its hour labels.
    """
    if format not in CONVENTIONS:
        raise Unreadable(f"没有格式“{format}”，可用：{'、'.join(CONVENTIONS)}")
    sheet = sheets.read(data)
    convention = CONVENTIONS[format]
    chosen = convention.is_beginning if is_beginning is None else is_beginning
    labels = _Labels(chosen, convention.keeps_zone)
    if {"year", "month", "day", "hour"} <= set(sheet.table.columns):
        return _feed(_prsa(sheet), labels, [])
    if {"date", "hour", "type"} <= set(sheet.table.columns):
        sheet = _from_wide(sheet)
    is_pm25in = {"station_code", "time_point"} <= set(sheet.table.columns)
    sheet.table.columns = [read_heading(name) for name in sheet.table.columns]
    if format == "csv":
        return _feed(sheet, labels, [])
    if is_pm25in:
        _empty_zeros(sheet.table)
    notes = _put_ozone_right(sheet.table, is_swapped=format == "platform")
    return _feed(sheet, _Labels(chosen, keeps_zone=False), notes)


def _feed(sheet: sheets.Sheet, labels: _Labels, notes: list[str]) -> Feed:
    table = sheet.table
    _check_headings(table)
    refused: dict[int, str] = {}
    hour = _column(_times(table), _hour_reader(labels), refused, "")
    values = {
        column: _pollutant(table, name, refused)
        for name, column in zip(POLLUTANTS, COLUMNS, strict=True)
    }
    for key, (stored, _) in WEATHER.items():
        if key in table:
            given = _column(table[key].to_numpy(), figures.thousandths, {}, "")
            values[stored] = np.array([weather(key, number) for number in given.tolist()])
    is_read = np.ones(len(table), dtype=bool)
    is_read[list(refused)] = False
    named = "station" if "station" in table else "station_name"
    feed = Feed(
        line=sheet.lines,
        station=_stripped(table[named].to_numpy()),
        hour=hour,
        values=values,
        flags=np.zeros(len(table), dtype="S6"),
        rejected=sheet.broken
        + [(int(sheet.lines[place]), "invalid", detail) for place, detail in refused.items()],
        notes=notes,
    )
    return feed.keep(is_read)


def _stripped(texts: Any) -> NDArray[Any]:
    place, distinct = pd.factorize(np.asarray(texts, dtype=object))
    return np.array([str(text).strip() for text in distinct], dtype=object)[place]


def _check_headings(table: pd.DataFrame) -> None:
    has_time = "hour_ending_at" in table or {"date", "hour"} <= set(table.columns)
    missing = [] if {"station", "station_name"} & set(table.columns) else ["站点（station）"]
    missing += [] if has_time else ["时间（hour_ending_at）"]
    if not any(scaled(name) for name in table.columns):
        missing.append("至少一项污染物（如 pm25_ugm3）")
    repeated = table.columns[table.columns.duplicated()].tolist()
    if missing:
        raise Unreadable(
            f"表头缺少{'、'.join(missing)}；读到的是：{'、'.join(map(str, table.columns[:12]))}"
        )
    if repeated:
        raise Unreadable(f"表头有重复的列：{'、'.join(map(str, repeated[:5]))}")


def _times(table: pd.DataFrame) -> list[str]:
    if "hour_ending_at" in table:
        return list(table["hour_ending_at"])
    both = zip(table["date"], table["hour"], strict=True)
    return [f"{date.strip()} {hour.strip()}" for date, hour in both]


def _hour_reader(labels: _Labels) -> Callable[[str], int]:
    def read_one(text: str) -> int:
        return figures.hour_ending(
            text, is_beginning=labels.is_beginning, keeps_zone=labels.keeps_zone
        )

    return read_one


def _pollutant(table: pd.DataFrame, name: str, refused: dict[int, str]) -> NDArray[Any]:
    found = [(heading, scale) for heading in table if (scale := scaled(heading))]
    own = [(heading, scale) for heading, scale in found if scale[0] == name]
    if len(own) > 1:
        raise Unreadable(f"“{own[0][0]}”和“{own[1][0]}”是同一项污染物，请只留一列")
    if not own:
        return np.full(len(table), NONE, dtype=np.int64)
    heading, (_, times, by) = own[0]
    given = _column(table[heading].to_numpy(), figures.thousandths, refused, f"{heading}：")
    return np.where(given == NONE, NONE, given * times // by)


def _column(
    texts: Any, reader: Callable[[str], int], refused: dict[int, str], prefix: str
) -> NDArray[Any]:
    """Each distinct text is read once; the rows of an unreadable one are refused."""
    place, distinct = pd.factorize(np.asarray(texts, dtype=object))
    known = np.full(len(distinct), NONE, dtype=np.int64)
    for number, text in enumerate(distinct):
        try:
            known[number] = reader(text)
        except ValueError as error:
            for row in np.flatnonzero(place == number).tolist():
                refused.setdefault(row, f"{prefix}{error}")
    return known[place]


def _prsa(sheet: sheets.Sheet) -> sheets.Sheet:
    """Beijing multi-site set: hours 0–23 label the beginning, CO in µg/m³, wind as points."""
    table = sheet.table
    parts = table["year"] + "-" + table["month"] + "-" + table["day"] + " " + table["hour"] + ":00"
    names = {"PM2.5": "pm25_ugm3", "CO": "co_ugm3", "WSPM": "wind_speed_ms"}
    names |= {name.upper(): f"{name}_ugm3" for name in ("pm10", "so2", "no2", "o3")}
    names |= {"TEMP": "temperature_c", "station": "station"}
    kept = table[[name for name in names if name in table]].rename(columns=names)
    kept["hour_ending_at"] = parts
    if "wd" in table:
        kept["wind_deg"] = [_WIND_POINTS.get(point.strip(), "") for point in table["wd"]]
    return sheets.Sheet(kept, sheet.lines, sheet.broken)


def _from_wide(sheet: sheets.Sheet) -> sheets.Sheet:
    """One column per station, one row per hour and `type`: the archive form of the same data."""
    table = sheet.table
    table = table[table["type"].map(lambda kind: read_heading(kind).endswith("gm3"))]
    if not len(table):
        raise Unreadable("type 列里没有六项污染物的小时值")
    lines = pd.Series(sheet.lines[table.index], index=table.index)
    keyed = table.assign(line=lines, hour_ending_at=_archive_times(table))
    long = keyed.drop(columns=["date", "hour"]).melt(
        id_vars=["line", "hour_ending_at", "type"], var_name="station", value_name="figure"
    )
    wide = long.pivot_table(
        index=["hour_ending_at", "station"],
        columns="type",
        values="figure",
        aggfunc="first",
        fill_value="",
    )
    first = long.groupby(["hour_ending_at", "station"])["line"].min().reindex(wide.index)
    return sheets.Sheet(wide.reset_index(), first.to_numpy(), sheet.broken)


def _archive_times(table: pd.DataFrame) -> list[str]:
    days = table["date"].str.strip().str.replace("-", "", regex=False)
    return [
        f"{day[:4]}-{day[4:6]}-{day[6:8]} {hour.strip()}:00"
        for day, hour in zip(days, table["hour"], strict=True)
    ]


def _empty_zeros(table: pd.DataFrame) -> None:
    """This interface wrote 0 for 'no value'; a true 0 cannot be told from it."""
    for heading in table:
        if scaled(heading) or heading == "o3_24h":
            table[heading] = table[heading].where(~table[heading].isin(["0", "0.0"]), "")


def _put_ozone_right(table: pd.DataFrame, *, is_swapped: bool) -> list[str]:
    """The platform gives the hour under `o3_24h` and the day's maximum under `o3`.

    The day's maximum is never below the hour: many figures say themselves which names are right.
    """
    if "o3_24h" not in table or "o3_ugm3" not in table:
        return []
    hour, highest = (pd.to_numeric(table[name], errors="coerce") for name in ("o3_ugm3", "o3_24h"))
    above, below = int((hour > highest).sum()), int((hour < highest).sum())
    is_evident = above + below >= _MIN_EVIDENCE and min(above, below) * 10 < above + below
    found = above > below if is_evident else is_swapped
    if found:
        table["o3_ugm3"] = table["o3_24h"]
    if found == is_swapped:
        return ["臭氧小时值取自 o3_24h（平台字段互换）"] if found else []
    return [
        "臭氧字段与所选格式的惯例相反，已按数值大小关系识别："
        f"小时值取自 {'o3_24h' if found else 'o3'}，请复核"
    ]
