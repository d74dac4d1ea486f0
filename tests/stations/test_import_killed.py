"""kill -9 in the middle of an import: nothing half, and the same command again completes it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from air import make_station
from grids.killpoints import ARMED_BY
from stations.models import DailyAir, HourlyReading, IngestBatch

ROOT = Path(__file__).resolve().parents[2]
HEAD = "station,hour_ending_at,pm25_ugm3,pm10_ugm3,so2_ugm3,no2_ugm3,co_mgm3,o3_ugm3\n"

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def command(village, tmp_path):
    """Runs the import in a process of its own, on the database of this test.

    An SQLite database in memory is copied to a file; the counts are then read from the file.
    """
    make_station(village, "S-1")
    env = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    env["LANGE_VAR"] = str(tmp_path)
    if connection.vendor == "sqlite":
        with sqlite3.connect(tmp_path / "lange.sqlite3") as copy:
            connection.connection.backup(copy)
        env["DATABASE_URL"] = f"sqlite:///{tmp_path / 'lange.sqlite3'}"
    else:
        whole = connection.settings_dict
        host = f"{whole['USER']}@{whole['HOST']}:{whole['PORT']}"
        env["DATABASE_URL"] = f"postgres://{host}/{whole['NAME']}"

    def run(*files, kill_at=""):
        order = tmp_path / "order"
        order.write_text(kill_at)
        words = [sys.executable, "manage.py", "import_readings", *map(str, files), "--json"]
        return subprocess.run(
            words, cwd=ROOT, env=env | {ARMED_BY: str(order)}, capture_output=True, text=True
        )

    run.counts = lambda: _counts(tmp_path / "lange.sqlite3")
    return run


def _counts(copy):
    """Hours, days and batches as they are in the database of the process."""
    models = (HourlyReading, DailyAir, IngestBatch)
    if connection.vendor != "sqlite":
        return tuple(model.objects.count() for model in models)
    with sqlite3.connect(copy) as file:
        tables = [model._meta.db_table for model in models]
        found = [file.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables]  # noqa: S608
        return tuple(found)


@pytest.fixture
def files(tmp_path):
    made = []
    for day in (2, 3):
        lines = "".join(f"S-1,2026-03-0{day} {h}:00,35,60,8,20,0.7,80\n" for h in range(1, 25))
        made.append(tmp_path / f"day{day}.csv")
        made[-1].write_text(HEAD + lines)
    return made


def test_a_killed_import_leaves_whole_batches_and_completes_when_run_again(command, files):
    inside = command(*files, kill_at="ingest.stored")
    after_inside = command.counts()
    between = command(*files, kill_at="ingest.committed")
    after_between = command.counts()
    again = command(*files)
    replay = command(*files)

    assert inside.returncode == between.returncode == -signal.SIGKILL
    assert after_inside == (0, 0, 0)  # rows were written, and are gone with the transaction
    assert after_between == (24, 1, 1)  # the first file whole, the second not at all
    first, second = json.loads(again.stdout)["files"]
    assert (first["created"], first["unchanged"]) == (0, 24)
    assert (second["created"], second["days"]) == (24, 1)
    done = json.loads(replay.stdout)
    assert (done["created"], done["updated"], done["unchanged"], done["days"]) == (0, 0, 48, 0)
    assert "没有任何变化" in done["files"][0]["notes"][0]
    assert command.counts()[:2] == (48, 2)
