"""Made-up stations and hours for measurements: seasons, hours of the day, gaps, no two alike."""

import io
from datetime import date
from typing import Any

import numpy as np

from bench import air_rig as rig
from grids.models import Grid, GridScheme
from stations import hours
from stations.columns import bulk
from stations.columns.tables import DAYS, READINGS
from stations.feeds import Feed
from stations.models import IngestBatch, ReadingRevision, Station
from stations.services import storage

CODE = "bench-air"
FIRST_HOUR = hours.first_hour(date(2025, 1, 1))
MEANS = {"pm25": 38, "pm10": 62, "so2": 9, "no2": 26, "co": 0.8, "o3": 85}
GAPS = 0.01


def setting(count: int) -> tuple[GridScheme, list[Station]]:
    """A scheme of its own with `count` stations in up to fifty units; what was there is gone."""
    clean()
    on = date(2020, 1, 1)
    scheme = GridScheme.objects.create(
        code=CODE, name="测速", short_name="测速", document_title="测速", issuer="测速",
        effective_on=on, task_prefix="BN",
    )  # fmt: skip
    root = Grid.objects.create(
        scheme=scheme, code="R", name="根", tier="ROOT", kind="TERRITORY", opened_on=on
    )
    units = [
        Grid.objects.create(
            scheme=scheme, parent=root, code=f"U{n}", name=f"单位{n}", tier="SECOND",
            kind="TERRITORY", opened_on=on,
        )
        for n in range(max(1, min(50, count // 4)))
    ]  # fmt: skip
    Station.objects.bulk_create(
        Station(
            code=f"B{n:04}", name=f"站{n}", scheme=scheme, grid=units[n % len(units)],
            control="MICRO",
        )
        for n in range(count)
    )  # fmt: skip
    return scheme, list(Station.objects.filter(scheme=scheme).order_by("code"))


def clean() -> None:
    """The database is the measurement's own: every hour and day goes."""
    forget()
    ReadingRevision.objects.all().delete()
    Station.objects.filter(scheme__code=CODE).delete()
    Grid.objects.filter(scheme__code=CODE, parent__isnull=False).delete()
    Grid.objects.filter(scheme__code=CODE).delete()
    GridScheme.objects.filter(code=CODE).delete()


def forget(*names: str) -> None:
    for name in names or (READINGS.name, DAYS.name):
        is_postgresql = rig.connection.vendor == "postgresql"
        rig.execute(f"TRUNCATE {name}" if is_postgresql else f"DELETE FROM {name}")  # noqa: S608


def feed_of(stations: list[Station], count: int, *, first: int = FIRST_HOUR, seed: int = 7) -> Feed:
    """`count` hours of every station from hour number `first`, in order, as a parser gives them."""
    random, rows = np.random.default_rng([seed, first]), len(stations) * count
    hour = np.repeat(np.arange(count) + first, len(stations))
    local = (hour + 8) % 24
    day = hours.day_numbers(hour) % 365
    winter = 1 + 0.45 * np.cos(2 * np.pi * (day - 10) / 365)
    sun = 1 + 0.5 * np.cos(2 * np.pi * (local - 15) / 24)
    place = np.tile(0.7 + 0.6 * np.random.default_rng(seed).random(len(stations)), count)
    values = {}
    for column, (item, mean) in zip(hours.COLUMNS, MEANS.items(), strict=True):
        shape = (2 - winter) * sun if item == "o3" else winter
        drawn = mean * 1000 * place * shape * np.exp(0.35 * random.standard_normal(rows))
        values[column] = np.where(random.random(rows) < GAPS, hours.NONE, drawn.astype(np.int64))
    return Feed(
        line=np.arange(rows) + 2,
        station=np.tile(np.array([station.code for station in stations], dtype=object), count),
        hour=hour,
        values=values,
        flags=np.zeros(rows, dtype="S6"),
    )


def csv_of(feed: Feed) -> bytes:
    out = io.StringIO()
    out.write("station,hour_ending_at,pm25_ugm3,pm10_ugm3,so2_ugm3,no2_ugm3,co_mgm3,o3_ugm3\n")
    moments = {n: hours.moment_of(n).strftime("%Y-%m-%d %H:00") for n in np.unique(feed.hour)}
    columns = [feed.values[name].tolist() for name in hours.COLUMNS]
    for code, hour, *figures in zip(feed.station, feed.hour.tolist(), *columns, strict=True):
        cells = ["-" if value == hours.NONE else f"{value / 1000:.1f}" for value in figures]
        out.write(f"{code},{moments[hour]},{','.join(cells)}\n")
    return out.getvalue().encode()


def rows_of(feed: Feed) -> list[dict[str, Any]]:
    """The same hours as the API takes them."""
    columns = [feed.values[name].tolist() for name in hours.COLUMNS]
    keys = ("pm25_ugm3", "pm10_ugm3", "so2_ugm3", "no2_ugm3", "co_mgm3", "o3_ugm3")
    found = []
    for code, hour, *figures in zip(feed.station, feed.hour.tolist(), *columns, strict=True):
        cells = [None if value == hours.NONE else round(value / 1000, 1) for value in figures]
        moment = hours.moment_of(hour).isoformat()
        found.append(
            {"station": code, "hour_ending_at": moment} | dict(zip(keys, cells, strict=True))
        )
    return found


def columns_of(feed: Feed, stations: list[Station]) -> dict[str, Any]:
    """Every column of the table, judged, in key order: what a raw load takes."""
    ids = {station.code: station.pk for station in stations}
    station = np.array([ids[code] for code in feed.station])
    columns = storage.full_columns(feed.values, station, feed.hour, feed.flags)
    batch = IngestBatch.objects.create(source="bench", at=hours.moment_of(int(feed.hour[-1])))
    return bulk.ordered(READINGS, columns | {"batch_id": np.full(len(station), batch.pk)})
