"""Goals P1 to P7 side by side: `python bench/air.py [P1 … P7] [--hours N] [--stations N]`.

Works in a database of its own beside the one of DATABASE_URL, made for the run and dropped after
it; P3 and P7 want PostgreSQL there, P4 runs on a SQLite file in any case. Medians of five taken in
turn, ratios within one run. Full size takes about ten minutes on two cores.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import air_rig as rig  # isort: skip

from django.db import connection

from bench import air_doors, air_load, air_year, aqi

PARTS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7")
OF_THE_DATABASE = ("P3", "P4", "P5", "P6", "P7")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="P1 … P7")
    parser.add_argument("--hours", type=int, default=1_000_000, help="rows of P3 and P4")
    parser.add_argument("--stations", type=int, default=1000, help="stations of P7")
    given = parser.parse_args()
    parts = given.parts or [part for part in PARTS if is_usual(part)]
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(f"{connection.vendor}, load average {rig.load_average()}", flush=True)
    if "P1" in parts:
        aqi.exactness()
    if "P2" in parts:
        aqi.speed()
    if set(parts) & set(OF_THE_DATABASE):
        with rig.own_database():
            measure(parts, given)
    if "P4" in parts and connection.vendor != "sqlite":
        on_sqlite(given.hours)
    print(f"load average {rig.load_average()}, peak memory {rig.memory_mb():.0f} MB")
    return 0


def is_usual(part: str) -> bool:
    return part != "P3" or connection.vendor == "postgresql"


def measure(parts: list[str], given: argparse.Namespace) -> None:
    if "P3" in parts:
        air_load.measure("P3", given.hours)
    if "P4" in parts and connection.vendor == "sqlite":
        air_load.measure("P4", given.hours)
    if "P5" in parts:
        air_doors.measure_file("P5")
    if "P6" in parts:
        air_doors.measure_http("P6")
    if "P7" in parts:
        air_year.measure("P7", given.stations)


def on_sqlite(total: int) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, __file__, "P4", "--hours", str(total)]
    subprocess.run(command, env=env, check=True)


if __name__ == "__main__":
    sys.exit(main())
