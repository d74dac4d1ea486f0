"""Two writers of hours at the same moment, and a database that dies under one. PostgreSQL only."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, close_old_connections, connection, connections

from air import day_rows, hour_of, make_station, put, row
from build import NOON
from stations import invariants
from stations.models import DailyAir, HourlyReading, IngestBatch, ReadingRevision
from stations.services import ingest, review

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]

DAY = (NOON - timedelta(days=1)).date()
AT = NOON - timedelta(hours=18)  # an hour of DAY


@pytest.fixture
def stations(village):
    return [make_station(village, code) for code in ("A-1", "A-2")]


@pytest.fixture
def filled(stations):
    put([line for station in stations for line in day_rows(station, DAY)])
    return stations


def at_once(*calls):
    """Runs the calls in threads that start together; gives what each returned or raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        close_old_connections()
        gate.wait()
        try:
            answers[number] = call()
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def is_sound():
    assert [check() for _, _, check in invariants.CHECKS] == [[], []]


def test_two_batches_in_opposite_order_both_land(filled):
    rows = [line for station in filled for line in day_rows(station, DAY)]
    up = [line | {"pm25_ugm3": 31} for line in rows]
    down = [line | {"pm25_ugm3": 32} for line in reversed(rows)]

    answers = at_once(lambda: put(up), lambda: put(down))

    assert [answer.updated for answer in answers] == [48, 48]
    assert set(HourlyReading.objects.values_list("revision", flat=True)) == {2}
    assert ReadingRevision.objects.count() == 96
    is_sound()


def test_an_import_and_a_correction_by_hand_both_land(filled, office):
    rows = [line | {"pm10_ugm3": 77} for line in reversed(day_rows(filled[0], DAY))]

    def withdraw():
        return review.withdraw(filled[0], AT, ["pm25"], reason="校准", by=office, at=NOON)

    answers = at_once(lambda: put(rows), withdraw)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    kept = HourlyReading.objects.get(station=filled[0], hour_ending_at=AT)
    assert (kept.pm10_ngm3, kept.withdrawn_bits != 0, kept.revision) == (77_000, True, 2)
    is_sound()


def test_the_same_new_hours_from_two_senders_are_stored_once(stations):
    rows = [line for station in stations for line in day_rows(station, DAY)]

    answers = at_once(lambda: put(rows), lambda: put(list(reversed(rows))))

    assert sorted(answer.created for answer in answers) == [0, 48]
    assert sorted(answer.unchanged for answer in answers) == [0, 48]
    assert not ReadingRevision.objects.exists()
    is_sound()


@pytest.mark.parametrize("is_correction", [False, True])
def test_a_database_that_dies_during_an_import_keeps_none_of_it(filled, monkeypatch, is_correction):
    given = {"pm25_ugm3": 44} if is_correction else {}
    day = DAY if is_correction else DAY - timedelta(days=3)
    rows = [row(filled[0], hour_of(day, hour), **given) for hour in range(1, 25)]
    before = _everything()

    monkeypatch.setattr(ingest, "reached", lambda name: _cut())
    with pytest.raises(OperationalError):
        put(rows)
    connection.close()
    monkeypatch.undo()

    assert _everything() == before
    outcome = put(rows)
    assert (outcome.updated if is_correction else outcome.created) == 24
    assert outcome.days == 1
    is_sound()


def _cut():
    """What `pg_ctl stop -m immediate` does to this one connection, in the middle of its work."""
    pid, other = connection.connection.info.backend_pid, connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        other.close()


def _everything():
    tables = (HourlyReading, DailyAir, ReadingRevision, IngestBatch)
    return [list(table.objects.order_by("pk").values()) for table in tables]
