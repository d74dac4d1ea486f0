"""How fast the air side is: `python bench/air.py [P3 P4 P5 P6 P7] [--hours N] [--stations N]`.

Works on the database of DATABASE_URL (P3, P6, P7 want PostgreSQL; without it SQLite is measured)
in a scheme of its own that is deleted afterwards. Ratios are taken in one run, medians of three.
"""

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import numpy as np  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from grids.models import Grid, GridScheme  # noqa: E402
from stations import hours, rankables  # noqa: E402
from stations.columns import bulk  # noqa: E402
from stations.columns.tables import READINGS  # noqa: E402
from stations.feeds import Feed  # noqa: E402
from stations.ingest import formats  # noqa: E402
from stations.models import DailyAir, HourlyReading, IngestBatch, ReadingRevision, Station  # noqa: E402
from stations.periods import Period  # noqa: E402
from stations.ranking import competition_ranks  # noqa: E402
from stations.services import assessment, ingest, ranking, storage  # noqa: E402
from stations.services.ingest import Origin  # noqa: E402

CODE = "bench-air"
START = datetime(2024, 12, 31, 16, tzinfo=UTC)  # 2025-01-01 00:00 Beijing
NOW = datetime(2026, 11, 1, tzinfo=UTC)
RUNS = 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def median(work: Callable[[], Any], *, before: Callable[[], Any] = lambda: None) -> float:
    found = []
    for _ in range(RUNS):
        before()
        found.append(timed(work)[0])
    return statistics.median(found)


def setting(count: int) -> tuple[GridScheme, list[Station]]:
    clean()
    scheme = GridScheme.objects.create(
        code=CODE, name="测速", short_name="测速", document_title="测速", issuer="测速",
        effective_on=date(2020, 1, 1), task_prefix="BN",
    )  # fmt: skip
    root = Grid.objects.create(
        scheme=scheme,
        code="R",
        name="根",
        tier="ROOT",
        kind="TERRITORY",
        opened_on=date(2020, 1, 1),
    )
    units = [
        Grid.objects.create(
            scheme=scheme, parent=root, code=f"U{n}", name=f"单位{n}", tier="SECOND",
            kind="TERRITORY", opened_on=date(2020, 1, 1),
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
    stations = list(Station.objects.filter(scheme__code=CODE).values_list("pk", flat=True))
    ReadingRevision.objects.filter(station__in=stations).delete()
    forget(stations)
    for grid in Grid.objects.filter(scheme__code=CODE):
        grid.ranking_lines.all().delete()
    GridScheme.objects.filter(code=CODE).first() and _drop_scheme()


def _drop_scheme() -> None:
    Station.objects.filter(scheme__code=CODE).delete()
    Grid.objects.filter(scheme__code=CODE, parent__isnull=False).delete()
    Grid.objects.filter(scheme__code=CODE).delete()
    GridScheme.objects.filter(code=CODE).delete()


def forget(stations: list[int]) -> None:
    with connection.cursor() as cursor:
        others = HourlyReading.objects.exclude(station__in=stations).exists()
        if connection.vendor == "postgresql" and not others:
            cursor.execute(f"TRUNCATE {READINGS.name}, {DailyAir._meta.db_table}")
            return
    HourlyReading.objects.filter(station__in=stations).delete()
    DailyAir.objects.filter(station__in=stations).delete()


def feed_of(stations: list[Station], count: int, *, first: int = 0) -> Feed:
    """`count` hours of every station, with gaps, in integers as a parser gives them."""
    random = np.random.default_rng(7)
    rows = len(stations) * count
    hour = np.repeat(np.arange(count) + first + int(START.timestamp()) // 3600 + 1, len(stations))
    values = {}
    for column, top in zip(hours.COLUMNS, (120, 180, 30, 90, 2, 180), strict=True):
        drawn = random.integers(1, top * 1000, rows)
        values[column] = np.where(random.random(rows) < 0.02, hours.NONE, drawn)
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
        cells = ["-" if value == hours.NONE else f"{round(value / 1000, 1)}" for value in figures]
        out.write(f"{code},{moments[hour]},{','.join(cells)}\n")
    return out.getvalue().encode()


def take(feed: Feed) -> ingest.Outcome:
    return ingest.take_in(feed, origin=Origin("bench"), by=None, at=NOW)


def raw_columns(feed: Feed, stations: list[Station]) -> dict[str, Any]:
    ids = {station.code: station.pk for station in stations}
    station = np.array([ids[code] for code in feed.station])
    columns = storage.full_columns(feed.values, station, feed.hour, feed.flags)
    batch = IngestBatch.objects.create(source="bench", at=NOW)
    return bulk.ordered(READINGS, columns | {"batch_id": np.full(len(station), batch.pk)})


def say(name: str, figure: str, goal: str) -> None:
    print(f"{name:<4} {figure:<64} {goal}", flush=True)


def p3(total: int) -> None:
    """Backfill against raw COPY (P3) or raw executemany (P4) into the same table."""
    _, stations = setting(100)
    ids = [station.pk for station in stations]
    feed = feed_of(stations, total // 100)
    columns = raw_columns(feed, stations)
    whole = dict(columns)

    def raw() -> None:
        with transaction.atomic():
            bulk.load(READINGS, whole)

    def stored() -> None:
        with transaction.atomic():
            batch = IngestBatch.objects.create(source="bench", at=NOW)
            given = (*hours.COLUMNS, "flags")
            full = storage.full_columns(feed.values, columns_station, feed.hour, feed.flags)
            storage.store(bulk.ordered(READINGS, full), given, batch=batch, by=None, at=NOW)

    by_code = {station.code: station.pk for station in stations}
    columns_station = np.array([by_code[code] for code in feed.station])
    base = median(raw, before=lambda: forget(ids))
    hourly = median(stored, before=lambda: forget(ids))
    forget(ids)
    first, outcome = timed(lambda: take(feed))
    again, repeat = timed(lambda: take(feed))
    name, goal = ("P3", "1.5") if connection.vendor == "postgresql" else ("P4", "1.5")
    rows = len(feed)
    say(name, f"raw load of {rows:,} rows {base:.2f} s ({base / rows * 1e6:.2f} µs/row)", "")
    say(name, f"stored and judged {hourly:.2f} s: {hourly / base:.2f}× raw", f"≤ {goal}×")
    say(name, f"with screening, days ({outcome.days:,}) {first:.2f} s: {first / base:.2f}× raw", "")
    say(
        name, f"replay {again:.2f} s, {repeat.unchanged:,} unchanged, {repeat.days} days", "≤ first"
    )
    orm = orm_seconds(stations, feed, ids)
    say(
        name,
        f"bulk_create(update_conflicts) {orm:.1f} µs/row: {orm / (hourly / rows * 1e6):.0f}×",
        "≥ 25×",
    )


def orm_seconds(stations: list[Station], feed: Feed, ids: list[int]) -> float:
    """µs per row of the ORM's own upsert, on 20,000 rows."""
    forget(ids)
    batch = IngestBatch.objects.create(source="bench", at=NOW)
    by_code = {station.code: station.pk for station in stations}
    figures = zip(*(feed.values[name][:20_000].tolist() for name in hours.COLUMNS), strict=True)
    rows = [
        HourlyReading(
            hour_ending_at=hours.moment_of(hour), station_id=by_code[code], batch=batch,
            standard="HJ633-2026",
            **{
                name: None if value == hours.NONE else value
                for name, value in zip(hours.COLUMNS, values, strict=True)
            },
        )
        for code, hour, values in zip(feed.station, feed.hour.tolist(), figures, strict=False)
    ]  # fmt: skip
    seconds, _ = timed(
        lambda: HourlyReading.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["hour_ending_at", "station_id"],
            update_fields=[*hours.COLUMNS],
            batch_size=1000,
        )
    )
    return seconds / len(rows) * 1e6


def p5(_total: int) -> None:
    """19 stations for a year, from the bytes of a CSV to committed hours and days."""
    _, stations = setting(19)
    data = csv_of(feed_of(stations, 8760))
    ids = [station.pk for station in stations]

    def whole() -> None:
        take(formats.read(data, format="csv"))

    seconds = median(whole, before=lambda: forget(ids))
    read, _ = timed(lambda: formats.read(data, format="csv"))
    say(
        "P5",
        f"166,440 rows CSV → committed, AQI, days {seconds:.2f} s (reading {read:.2f})",
        "≤ 5 s",
    )
    assert DailyAir.objects.filter(station__in=ids).count() == 19 * 365


def p6(_total: int) -> None:
    """One hour of 1,000 stations, as the API takes it."""
    _, stations = setting(1000)
    take(feed_of(stations, 24 * 30))
    found = []
    for n in range(20):
        feed = feed_of(stations, 1, first=24 * 30 + n)
        rows = [
            {
                "station": code,
                "hour_ending_at": hours.moment_of(hour).isoformat(),
                "pm25_ugm3": 35.5, "pm10_ugm3": 60, "so2_ugm3": 8, "no2_ugm3": 20,
                "co_mgm3": 0.7, "o3_ugm3": 80,
            }
            for code, hour in zip(feed.station, feed.hour.tolist(), strict=True)
        ]  # fmt: skip
        found.append(timed(lambda: ingest.ingest(rows, source="bench", by=None, at=NOW))[0])  # noqa: B023
    say(
        "P6", f"one hour of 1,000 stations p50 {statistics.median(found) * 1000:.0f} ms", "≤ 100 ms"
    )


def _ranks(column: Any) -> dict[int, int]:
    values = {n: int(value) for n, value in enumerate(column) if value != hours.NONE}
    return competition_ranks(values)


def p7(total: int) -> None:
    """A year of many stations: days from hours, weeks from days, one more hour."""
    count = max(100, total // 8760)
    scheme, stations = setting(count)
    ids = [station.pk for station in stations]
    for start in range(0, 8760, 730):
        columns = raw_columns(feed_of(stations, 730, first=start), stations)
        with transaction.atomic():
            bulk.load(READINGS, columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"ANALYZE {READINGS.name}" if connection.vendor == "postgresql" else "SELECT 1"
        )
    first, last = date(2025, 1, 1), date(2025, 12, 31)
    pairs = np.meshgrid(np.array(ids), np.arange(first.toordinal(), last.toordinal() + 1))
    with transaction.atomic():
        days, made = timed(lambda: assessment.refresh_days(pairs[0].ravel(), pairs[1].ravel()))
    say("P7", f"{made:,} days from {8760 * count:,} hours {days:.1f} s", "≤ 20 s for 8.76 M")
    period, weeks = Period.parse("2025-W02"), []
    while period.last <= last:
        weeks.append(period)
        period = period.following()
    seconds, table = timed(lambda: rankables.week_table(scheme, weeks[0], weeks[-1]))
    ranked, _ = timed(lambda: [_ranks(column) for column in table.index.T])
    say("P7", f"{len(weeks)} week rankings of {count} stations {seconds + ranked:.2f} s", "≤ 2 s")
    seconds, _ = timed(lambda: ranking.preview(scheme, weeks[10]))
    say("P7", f"one week with its whole proof {seconds * 1000:.0f} ms", "")
    feed = feed_of(stations, 1, first=8760)
    one, outcome = timed(lambda: take(feed))
    say("P7", f"one more hour: {outcome.days} days in {one * 1000:.0f} ms", "≤ 100 ms")


PARTS = {"P3": p3, "P4": p3, "P5": p5, "P6": p6, "P7": p7}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["P3", "P5", "P6"], choices=[*PARTS, []])
    parser.add_argument("--hours", type=int, default=1_000_000)
    given = parser.parse_args()
    print(f"{connection.vendor}, {timedelta(seconds=time.process_time())} to start", flush=True)
    try:
        for name in given.parts:
            PARTS[name](given.hours)
    finally:
        clean()


if __name__ == "__main__":
    main()
