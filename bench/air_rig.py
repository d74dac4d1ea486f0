"""What every measurement of the air side stands on: a database of its own, clocks, verdicts.

Import it first: it sets Django up. The database is made for the run and dropped after it.
"""

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

RUNS = 5


@contextmanager
def own_database() -> Iterator[str]:
    """Beside the one of DATABASE_URL, with `_bench` in its name; SQLite on disk, as in use."""
    settings.ALLOWED_HOSTS = ["*"]
    test, folder = connection.settings_dict["TEST"], tempfile.mkdtemp(prefix="lange-bench-")
    is_file = connection.vendor == "sqlite"
    test["NAME"] = (
        f"{folder}/bench.sqlite3" if is_file else f"{connection.settings_dict['NAME']}_bench"
    )
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield name
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        Path(folder).rmdir()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def medians(**works: Callable[[], Any]) -> dict[str, float]:
    """Median seconds of each, all of them in turn and that five times."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            found[name].append(timed(work)[0])
    return {name: statistics.median(times) for name, times in found.items()}


def say(
    part: str, figure: str, value: float | None = None, goal: float | None = None, *, least=False
) -> None:
    """One line; with a goal, whether it is met. `least`: the goal is a lower bound."""
    verdict = ""
    if value is not None and goal is not None:
        is_met = value >= goal if least else value <= goal
        verdict = f"goal {'≥' if least else '≤'} {goal:g}: {'met' if is_met else 'MISSED'}"
    print(f"{part:<4} {figure:<78} {verdict}", flush=True)


def load_average() -> str:
    return " ".join(f"{n:.1f}" for n in os.getloadavg())


def memory_mb() -> float:
    """Highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def execute(statement: str, params: list[Any] | None = None) -> Any:
    """The first row of the answer, None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or [])
        return cursor.fetchone() if cursor.description else None
