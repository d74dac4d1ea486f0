"""Hours of different years lie apart on PostgreSQL, and no door notices."""

from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.db import OperationalError, connection, connections, transaction

from air import make_station, put, row
from stations.models import HourlyReading
from stations.services import assessment

pytestmark = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no partitions")

division = import_module("stations.migrations.0007_readings_by_year")
TABLE = division.TABLE
LATER, EARLIER = "2026-01-01T01:00:00+08:00", "2026-01-01T00:00:00+08:00"


@pytest.fixture
def station(village):
    return make_station(village)


def _places():
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT tableoid::regclass::text, hour_ending_at FROM {TABLE} ORDER BY hour_ending_at"  # noqa: S608
        )
        return [(name.removeprefix(TABLE), hour.astimezone(UTC)) for name, hour in cursor]


def _rows():
    return list(HourlyReading.objects.order_by("hour_ending_at", "station_id").values())


def _divide():
    with connection.schema_editor() as editor:
        division.divide(None, editor)


def _join():
    with connection.schema_editor() as editor:
        division.join(None, editor)


def test_the_hour_that_ends_at_midnight_lies_in_the_year_that_it_closes(station):
    put([row(station, LATER), row(station, EARLIER)])

    assert [name for name, _ in _places()] == ["_2025", "_2026"]


def test_years_without_a_partition_of_their_own_are_taken_too(station):
    HourlyReading.objects.create(
        station=station, hour_ending_at=datetime(1999, 5, 1, tzinfo=UTC), batch_id=1, standard=""
    )
    HourlyReading.objects.create(
        station=station, hour_ending_at=datetime(2050, 5, 1, tzinfo=UTC), batch_id=1, standard=""
    )

    assert [name for name, _ in _places()] == ["_earlier", "_later"]


def test_correcting_a_year_that_is_over_touches_its_hour_and_its_day_alone(station):
    put([row(station, LATER), row(station, EARLIER)])

    outcome = put([row(station, LATER), row(station, EARLIER, pm25_ugm3=99)])

    assert (outcome.updated, outcome.unchanged, outcome.days) == (1, 1, 1)
    assert [r["revision"] for r in _rows()] == [1, 0]


def test_a_filled_table_is_divided_without_copying_and_keeps_every_row(station):
    _join()
    put([row(station, EARLIER), row(station, LATER)])
    before = _rows()

    _divide()
    put([row(station, "2027-06-01T00:00:00+08:00")], at=datetime(2027, 7, 1, tzinfo=UTC))

    assert _rows()[:2] == before
    assert [name for name, _ in _places()] == ["_earlier", "_earlier", "_2027"]


def test_going_back_keeps_every_row_and_the_doors_work_on(station):
    put([row(station, EARLIER), row(station, LATER)])
    before = _rows()

    _join()

    assert _rows() == before
    assert [name for name, _ in _places()] == ["", ""]
    assert put([row(station, LATER)]).unchanged == 1
    day = date(2025, 12, 31)
    assert assessment.recompute([station], day, day) == {"hours": 0, "days": 0}


@pytest.mark.django_db(transaction=True)
def test_dividing_gives_up_when_somebody_writes_and_leaves_the_table_as_it_was(station):
    put([row(station, LATER)])
    other = connections["default"].copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE")

        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            _join()
    finally:
        other.rollback()
        other.close()

    assert [name for name, _ in _places()] == ["_2026"]
