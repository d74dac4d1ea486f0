"""P7: a year of a thousand stations: days from hours, weeks from days, one more hour."""

import statistics
from datetime import date

import numpy as np
from django.db import transaction

from bench import air_made_up as made_up
from bench import air_rig as rig
from bench.air_load import take
from grids.models import GridScheme
from stations import hours, rankables
from stations.columns import bulk
from stations.columns.tables import DAYS, READINGS
from stations.models import Station
from stations.periods import Period
from stations.ranking import competition_ranks
from stations.services import assessment

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
AT_ONCE = 730  # hours of all stations loaded in one piece
MORE_HOURS = 24


def measure(part: str, count: int) -> None:
    scheme, stations = made_up.setting(count)
    for start in range(0, 8760, AT_ONCE):
        feed = made_up.feed_of(stations, AT_ONCE, first=made_up.FIRST_HOUR + start)
        columns = made_up.columns_of(feed, stations)
        with transaction.atomic():
            bulk.load(READINGS, columns)
    rig.execute(f"ANALYZE {READINGS.name}")
    days(part, stations)
    weeks(part, scheme)
    hourly(part, stations)


def days(part: str, stations: list[Station]) -> None:
    span = np.arange(FIRST.toordinal(), LAST.toordinal() + 1)
    pairs = [column.ravel() for column in np.meshgrid(np.array([s.pk for s in stations]), span)]

    def made() -> None:
        with transaction.atomic():
            assert assessment.refresh_days(*pairs) == 365 * len(stations)

    spent = rig.medians(before=lambda: made_up.forget(DAYS.name), made=made)["made"]
    hours_shown = f"{8760 * len(stations):,} hours"
    rig.say(part, f"{365 * len(stations):,} days from {hours_shown} {spent:.1f} s", spent, 20)


def weeks(part: str, scheme: GridScheme) -> None:
    periods, period = [], Period.parse("2025-W02")
    while period.last <= LAST:
        periods.append(period)
        period = period.following()

    def ranked() -> None:
        table = rankables.week_table(scheme, periods[0], periods[-1])
        for column in table.index.T:
            competition_ranks({n: int(v) for n, v in enumerate(column) if v != hours.NONE})

    spent = rig.medians(ranked=ranked)["ranked"]
    rig.say(part, f"{len(periods)} week rankings from days {spent:.2f} s", spent, 2)


def hourly(part: str, stations: list[Station]) -> None:
    """New hours, then late and corrected ones; at the end the whole year is recomputed."""
    first, times = made_up.FIRST_HOUR + 8760, []
    for n in range(MORE_HOURS):
        feed = made_up.feed_of(stations, 1, first=first + n)
        seconds, outcome = rig.timed(lambda: take(feed))  # noqa: B023 - called at once
        assert (outcome.created, outcome.days) == (len(stations), len(stations))
        times.append(seconds)
    spent = statistics.median(times)
    rig.say(part, f"one more hour, stored, judged, days too: {spent * 1000:.0f} ms", spent, 0.1)
    for back in (1, 30, 24 * 21):
        feed = made_up.feed_of(stations, 1, first=first - back, seed=8)
        seconds, outcome = rig.timed(lambda: take(feed))  # noqa: B023 - called at once
        done = f"{outcome.updated} corrected, {outcome.days} days"
        rig.say(part, f"an hour {back} hours late: {done} in {seconds * 1000:.0f} ms")
    changed = assessment.recompute(stations, FIRST, date(2026, 1, 1))
    differing = sum(changed.values())
    rig.say(part, f"all of it recomputed: {differing} hours and days differ", differing, 0)
