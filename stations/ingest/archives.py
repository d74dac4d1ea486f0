"""Published data in shapes of their own → one row per station and hour, as written."""

from dataclasses import replace

import pandas as pd

from stations.headings import read_heading
from stations.humidity import relative_percent
from stations.ingest.errors import Unreadable
from stations.ingest.sheets import Sheet

HUMIDITY_NOTE = "相对湿度由气温和露点按 Magnus 公式（WMO-No. 8）推算"
_POINTS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"]
_POINTS += ["S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
_WIND_POINTS = {point: str(number * 22.5) for number, point in enumerate(_POINTS)}


def is_multi_site(sheet: Sheet) -> bool:
    return {"year", "month", "day", "hour"} <= set(sheet.table.columns)


def is_wide(sheet: Sheet) -> bool:
    return {"date", "hour", "type"} <= set(sheet.table.columns)


def from_multi_site(sheet: Sheet) -> Sheet:
    """Beijing multi-site set: hours 0–23 label the beginning, CO in µg/m³, wind as points.

    It has no humidity: that is made of temperature and dew point, and a note says so.
    """
    table = sheet.table
    parts = table["year"] + "-" + table["month"] + "-" + table["day"] + " " + table["hour"] + ":00"
    names = {"PM2.5": "pm25_ugm3", "CO": "co_ugm3", "WSPM": "wind_speed_ms"}
    names |= {name.upper(): f"{name}_ugm3" for name in ("pm10", "so2", "no2", "o3")}
    names |= {"TEMP": "temperature_c", "station": "station"}
    kept = table[[name for name in names if name in table]].rename(columns=names)
    kept["hour_ending_at"] = parts
    if "wd" in table:
        kept["wind_deg"] = [_WIND_POINTS.get(point.strip(), "") for point in table["wd"]]
    if not {"TEMP", "DEWP"} <= set(table):
        return replace(sheet, table=kept)
    kept["humidity_percent"] = _humidity(table)
    return replace(sheet, table=kept, notes=[*sheet.notes, HUMIDITY_NOTE])


def _humidity(table: pd.DataFrame) -> list[str]:
    air, dew = (pd.to_numeric(table[name], errors="coerce") for name in ("TEMP", "DEWP"))
    found = relative_percent(air, dew)
    return ["" if percent != percent else f"{percent:.0f}" for percent in found.tolist()]


def from_wide(sheet: Sheet) -> Sheet:
    """One column per station, one row per hour and `type`: the archive form of the same data.

    Where a station has two columns (it happens) the first counts.
    """
    table = sheet.table
    twice = table.columns[table.columns.duplicated()].tolist()
    table = table.loc[:, ~table.columns.duplicated()]
    table = table[table["type"].map(lambda kind: read_heading(kind).endswith("gm3"))]
    if not len(table):
        raise Unreadable("type 列里没有六项污染物的小时值")
    lines = pd.Series(sheet.lines[table.index], index=table.index)
    keyed = table.assign(line=lines, hour_ending_at=_times(table))
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
    notes = [f"站点列“{'”“'.join(map(str, twice[:5]))}”出现两次，取第一列"] if twice else []
    return replace(
        sheet,
        table=wide.reset_index(),
        lines=first.to_numpy(),
        notes=[*sheet.notes, *notes],
    )


def _times(table: pd.DataFrame) -> list[str]:
    days = table["date"].str.strip().str.replace("-", "", regex=False)
    return [
        f"{day[:4]}-{day[4:6]}-{day[6:8]} {hour.strip()}:00"
        for day, hour in zip(days, table["hour"], strict=True)
    ]
