"""A year of many stations on PostgreSQL: `python -m bench.year [--stations 5000] [--days 365]`.

Makes a database of its own beside the one of DATABASE_URL, imports a made-up year that ends with
this hour through the door that every import takes, ranks its weeks, opens a station's page, takes
one more hour and a correction, prints time, memory and disk, and drops the database. Needs about
9 GB of disk for 5,000 stations.
"""

import argparse
import statistics
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import air_rig as rig  # isort: skip

import numpy as np
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench import air_made_up as made_up
from grids.models import GridScheme, User
from stations import hours, rankables
from stations.columns.tables import DAYS, READINGS
from stations.feeds import Feed
from stations.models import Station
from stations.periods import Kind, Period
from stations.ranking import competition_ranks
from stations.services import assessment, ingest, ranking
from stations.services.ingest import Origin, Outcome

AT_ONCE = 7  # days in one import


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=5000)
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        print("DATABASE_URL must name a PostgreSQL database; the run makes its own beside it")
        return 2
    with rig.own_database():
        measure(options.stations, options.days)
    return 0


def measure(count: int, days: int) -> None:
    scheme, stations = made_up.setting(count)
    last = hours.hour_number(timezone.now()) - 2
    print(f"{count:,} stations, {days} days; load before {rig.load_average()}", flush=True)
    year(stations, last, days)
    disk()
    weeks(scheme, last, days)
    page(stations[len(stations) // 2])
    hourly(stations, last)
    partial(stations, last, days)
    print(f"peak memory of this process {rig.memory_mb():.0f} MB; load after {rig.load_average()}")


def take(feed: Feed) -> Outcome:
    return ingest.take_in(feed, origin=Origin("bench"), by=None, at=timezone.now())


def year(stations: list[Station], last: int, days: int) -> None:
    spent = rows = touched = 0
    first = last - days * 24 + 1
    for start in range(first, last + 1, AT_ONCE * 24):
        count = min(AT_ONCE * 24, last + 1 - start)
        feed = made_up.feed_of(stations, count, first=start)
        seconds, outcome = rig.timed(lambda: take(feed))  # noqa: B023 - called at once
        spent, rows, touched = spent + seconds, rows + outcome.created, touched + outcome.days
    rig.say(
        "A", f"import of {rows:,} hours in weeks {spent:.0f} s, {spent / rows * 1e6:.1f} µs/row"
    )
    rig.say("A", f"with {touched:,} days judged and {rows:,} AQI; memory {rig.memory_mb():.0f} MB")
    seconds, _ = rig.timed(lambda: rig.execute(f"VACUUM ANALYZE {READINGS.name}"))
    rig.execute(f"VACUUM ANALYZE {DAYS.name}")
    rig.say("A", f"VACUUM ANALYZE of the hours {seconds:.0f} s (autovacuum does it in time)")


def disk() -> None:
    size = (
        "SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid)) "
        "FROM pg_partition_tree(%s) WHERE isleaf"
    )
    heap, index = (int(n) for n in rig.execute(size, [READINGS.name]))
    days = int(rig.execute("SELECT pg_total_relation_size(%s)", [DAYS.name])[0])
    rig.say(
        "B",
        f"disk: hours {heap / 1e9:.2f} GB, their key {index / 1e9:.2f} GB, "
        f"days {days / 1e9:.2f} GB",
    )


def weeks(scheme: GridScheme, last: int, days: int) -> None:
    today = hours.moment_of(last).date()
    final = Period.containing(Kind.WEEK, today - timedelta(days=7))
    first = Period.containing(Kind.WEEK, today - timedelta(days=days - 7))
    seconds, table = rig.timed(lambda: rankables.week_table(scheme, first, final))
    ranked, _ = rig.timed(lambda: [_ranks(column) for column in table.index.T])
    rig.say(
        "C",
        f"{table.index.shape[1]} weeks of {table.index.shape[0]} units ranked from days "
        f"{seconds + ranked:.2f} s",
    )
    seconds, _ = rig.timed(lambda: ranking.preview(scheme, final))
    rig.say("C", f"one week with its whole proof {seconds:.2f} s")


def _ranks(column: np.ndarray) -> dict[int, int]:
    return competition_ranks({n: int(v) for n, v in enumerate(column) if v != hours.NONE})


def page(station: Station) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    for name, asked in (("", {}), (" with seven days", {"hours": "168"})):
        address = reverse("stations:detail", args=[station.code])
        times = []
        for _ in range(rig.RUNS):
            with CaptureQueriesContext(connection) as queries:
                seconds, answer = rig.timed(lambda: client.get(address, asked))  # noqa: B023
            assert answer.status_code == 200, answer.status_code
            times.append(seconds)
        slowest = max(float(query["time"]) for query in queries.captured_queries)
        middle = statistics.median(times) * 1000
        rig.say(
            "D",
            f"station page{name} {middle:.0f} ms, {len(queries)} queries, "
            f"slowest {slowest * 1000:.0f} ms",
        )


def hourly(stations: list[Station], last: int) -> None:
    """The newest hour of all stations: what it touched is read from the rows' own versions."""
    before = _transaction()
    seconds, outcome = rig.timed(lambda: take(made_up.feed_of(stations, 1, first=last + 1)))
    touched = _touched(before, last)
    rig.say(
        "E",
        f"one more hour of {outcome.created:,} stations {seconds * 1000:.0f} ms; "
        f"rows written: {touched}",
    )


def partial(stations: list[Station], last: int, days: int) -> None:
    """The same hour again with three values changed, then a whole week again unchanged."""
    feed = made_up.feed_of(stations, 1, first=last + 1)
    feed.values["pm25_ngm3"][:3] = 55_500
    before = _transaction()
    seconds, outcome = rig.timed(lambda: take(feed))
    touched = _touched(before, last)
    rig.say(
        "E",
        f"three of them corrected {seconds * 1000:.0f} ms, {outcome.updated} updated; "
        f"rows written: {touched}",
    )
    oldest = made_up.feed_of(stations, AT_ONCE * 24, first=last - days * 24 + 1)
    seconds, outcome = rig.timed(lambda: take(oldest))
    rig.say(
        "E",
        f"the first week again: {outcome.unchanged:,} hours unchanged, "
        f"{outcome.created + outcome.updated} changed, {seconds:.1f} s",
    )
    on = hours.day_of(hours.day_numbers(np.array([last + 1]))[0])
    changed = assessment.recompute(stations, on - timedelta(days=1), on)
    rig.say("E", f"recomputed two days of all stations: {changed} differ")


def _transaction() -> int:
    return int(rig.execute("SELECT txid_current()")[0])


def _touched(before: int, last: int) -> str:
    written = "SELECT count(*) FROM {} WHERE xmin::text::bigint > %s AND {}"
    when = [before, hours.moment_of(last - 48)]
    of_hours = rig.execute(written.format(READINGS.name, "hour_ending_at >= %s"), when)[0]
    of_days = rig.execute(written.format(DAYS.name, "true"), when[:1])[0]
    return f"{of_hours:,} hours, {of_days:,} days"


if __name__ == "__main__":
    sys.exit(main())
