"""P3 and P4: a backfill against the database's own bulk load and against the ORM."""

from typing import Any

import numpy as np
from django.db import transaction

from bench import air_made_up as made_up
from bench import air_rig as rig
from stations import hours
from stations.columns import bulk
from stations.columns.tables import READINGS
from stations.feeds import Feed
from stations.models import HourlyReading, IngestBatch, Station
from stations.services import ingest, storage
from stations.services.ingest import Origin

STATIONS = 100
ORM_ROWS = 20_000
AFTER = hours.moment_of(made_up.FIRST_HOUR + 24 * 600)  # later than every hour here


def take(feed: Feed) -> ingest.Outcome:
    return ingest.take_in(feed, origin=Origin("bench"), by=None, at=AFTER)


def measure(part: str, total: int) -> None:
    """In turn and five times: raw load, stored and judged, the whole door, again, the ORM."""
    _, stations = made_up.setting(STATIONS)
    feed = made_up.feed_of(stations, total // STATIONS)
    columns = made_up.columns_of(feed, stations)
    ids = {station.code: station.pk for station in stations}
    station = np.array([ids[code] for code in feed.station])
    outcomes: dict[str, ingest.Outcome] = {}

    def raw() -> None:
        with transaction.atomic():
            bulk.load(READINGS, columns)

    def stored() -> None:
        with transaction.atomic():
            batch = IngestBatch.objects.create(source="bench", at=AFTER)
            full = storage.full_columns(feed.values, station, feed.hour, feed.flags)
            given = (*feed.values, "flags")
            storage.store(bulk.ordered(READINGS, full), given, batch=batch, by=None, at=AFTER)

    def door(name: str) -> None:
        outcomes[name] = take(feed)

    spent = rig.medians(
        before_raw=made_up.forget, raw=raw,
        before_stored=made_up.forget, stored=stored,
        before_door=made_up.forget, door=lambda: door("first"), replay=lambda: door("again"),
        before_orm=made_up.forget, orm=lambda: orm(stations, feed),
    )  # fmt: skip
    report(part, len(feed), spent, outcomes)


def report(
    part: str, rows: int, spent: dict[str, float], outcomes: dict[str, ingest.Outcome]
) -> None:
    raw, stored, door, replay = (spent[name] for name in ("raw", "stored", "door", "replay"))
    orm_row = spent["orm"] / ORM_ROWS
    again = outcomes["again"]
    rig.say(
        part, f"raw load of {rows:,} finished rows {raw:.2f} s, {raw / rows * 1e6:.2f} µs a row"
    )
    goal = f"stored and judged {stored:.2f} s: {stored / raw:.2f} × raw"
    rig.say(part, goal, stored / raw, 1.5)
    whole = f"the whole door, {outcomes['first'].days:,} days and audit too, {door:.2f} s"
    rig.say(part, f"{whole}: {door / raw:.2f} × raw")
    rig.say(part, f"the same file again {replay:.2f} s", replay / door, 1)
    rig.say(part, f"  {again.unchanged:,} unchanged, recomputed days {again.days}", again.days, 0)
    ratio = orm_row / (stored / rows)
    orm_shown = f"objects and bulk_create(update_conflicts) {orm_row * 1e6:.1f} µs a row"
    goal_of_p3 = 25 if part == "P3" else None
    rig.say(part, f"{orm_shown}: {ratio:.0f} × stored", ratio, goal_of_p3, least=True)


def orm(stations: list[Station], feed: Feed) -> None:
    """The first rows as objects through the ORM's own upsert, one transaction, 1,000 at a time."""
    ids = {station.code: station.pk for station in stations}
    figures = zip(*(feed.values[name][:ORM_ROWS].tolist() for name in hours.COLUMNS), strict=True)
    moments = [hours.moment_of(hour) for hour in feed.hour[:ORM_ROWS].tolist()]
    with transaction.atomic():
        batch = IngestBatch.objects.create(source="bench", at=AFTER)
        rows = [
            HourlyReading(
                hour_ending_at=moment, station_id=ids[code], batch=batch, standard="HJ633-2012",
                **named(values),
            )
            for code, moment, values in zip(feed.station, moments, figures, strict=False)
        ]  # fmt: skip
        HourlyReading.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["hour_ending_at", "station_id"],
            update_fields=[*hours.COLUMNS, "flags", "aqi", "primary_bits", "standard", "batch"],
            batch_size=1000,
        )


def named(values: tuple[int, ...]) -> dict[str, Any]:
    return {
        name: None if value == hours.NONE else value
        for name, value in zip(hours.COLUMNS, values, strict=True)
    }
