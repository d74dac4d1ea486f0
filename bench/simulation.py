"""A year of two plans, its tasks timed by citizens' requests, recounted from a diary.

    python bench/simulation.py FILE [--tasks N] [--scheme zhongyuan|yiyang]

FILE is any CSV (or .csv.gz) with a column of opening and one of closing times, such as an open
dump of service requests. Every measure is broken down to its units; the requests fill up to
`--tasks`. Month by month the board, the ledger with its filters, the indicators and the
24th-of-month reports are compared, cell by cell, with what plain Python adds up from the diary.
A test database is made and removed; DATABASE_URL chooses the engine. Exits 1 on a difference.
"""

import argparse
import gzip
import os
import sys
import tempfile
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LANGE_VAR", tempfile.mkdtemp(prefix="lange-bench-"))

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from grids.models import GridScheme  # noqa: E402
from times_of_requests import Pair, pairs_of  # noqa: E402
from year import BEIJING, Year, prepare  # noqa: E402
from year_by_hand import check_month, months_of  # noqa: E402

SCHEMES = Path(__file__).resolve().parent.parent / "schemes"
YEARS = {"zhongyuan": (date(2017, 3, 1), 24), "yiyang": (date(2021, 3, 1), 3)}
"""The first day of the year that is played, and the day by which units report (ZY-104, Y1-79)."""


def read(path: Path) -> tuple[list[Pair], int]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return pairs_of(file)


def play(code: str, pairs: list[Pair]) -> list[str]:
    call_command("load_scheme", str(SCHEMES / code), stdout=StringIO())
    first, due_day = YEARS[code]
    year = Year(GridScheme.objects.get(code=code), due_day=due_day)
    since = datetime.combine(first, datetime.min.time(), BEIJING)
    until = since.replace(year=since.year + 1)
    prepare(year, pairs, since, until)
    started, found, cells = perf_counter(), [], 0
    for month in months_of(first):
        differences, counted = check_month(year, month)
        found, cells = found + differences, cells + counted
        sys.stdout.flush()
        print(
            f"  {month:%Y-%m}: {len(year.diary)} tasks, {counted} cells, {len(differences)} wrong"
        )
    measures = sum(page.measure is not None for page in year.diary.values())
    print(
        f"{code}: {year.plan.measures.values('number').distinct().count()} measures, "
        f"{measures} measure tasks, {len(year.diary) - measures} request tasks, "
        f"{year.calls} service calls, {cells} cells compared, {len(found)} differences, "
        f"{perf_counter() - started:.0f} s"
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--tasks", type=int, default=2000, help="requests per regime")
    parser.add_argument("--scheme", choices=YEARS, action="append")
    given = parser.parse_args()
    pairs, impossible = read(given.file)
    print(f"{given.file.name}: {len(pairs)} requests, {impossible} lines impossible, left out")
    step = max(len(pairs) // given.tasks, 1)
    chosen = pairs[::step][: given.tasks]
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    print(f"{connection.vendor}: {name}, every {step}. request")
    try:
        found = [one for code in given.scheme or YEARS for one in play(code, chosen)]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    for one in found[:40]:
        print(one)
    print(f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
