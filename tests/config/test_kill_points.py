"""A process killed without warning, at the worst places, loses nothing and does nothing twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grids.killpoints import ARMED_BY, reached

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A data folder with its own SQLite file; returns a way to run commands on it."""
    var = tmp_path_factory.mktemp("site")
    strange = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in strange}

    def manage(*words, **extra):
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=env | {"LANGE_VAR": str(var)} | extra,
            capture_output=True,
            text=True,
        )

    assert manage("migrate", "--verbosity", "0").returncode == 0
    return manage


@pytest.mark.parametrize("point", ["claimed", "worked"])
def test_a_job_killed_in_the_middle_is_done_once_more_and_recorded_once(site, tmp_path, point):
    order = tmp_path / "order"
    order.write_text(f"runs.housekeeping.{point}")
    day = {"claimed": "2026-11-17", "worked": "2026-11-18"}[point]
    words = ("job", "housekeeping", "--at", f"{day}T12:00+08:00", "--json")

    killed = site(*words, **{ARMED_BY: str(order)})
    again = site(*words)
    third = site(*words)

    assert killed.returncode == -signal.SIGKILL
    assert json.loads(again.stdout)["state"] == "DONE"
    assert third.stdout == again.stdout
    assert "I7 成立" in site("check_invariants").stdout


def test_without_the_order_a_kill_point_does_nothing(monkeypatch, tmp_path):
    monkeypatch.delenv(ARMED_BY, raising=False)
    reached("runs.housekeeping.claimed")

    order = tmp_path / "order"
    order.write_text("another.point")
    monkeypatch.setenv(ARMED_BY, str(order))
    reached("runs.housekeeping.claimed")

    assert order.exists()
