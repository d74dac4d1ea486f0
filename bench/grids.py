"""Speed of the grid tree: bulk loading, leaf insert, move of a street, subtree, search, pages.

    python bench/grids.py [--nation] [FILE...]

FILES are division files (code,name), for instance of one province; without any a province of
31,7xx nodes is made up. `--nation` adds a forest of some 614,000 nodes. A test database is
made and removed; DATABASE_URL chooses the engine.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LANGE_VAR", tempfile.mkdtemp(prefix="lange-bench-"))

import django

django.setup()

from django.db import connection  # noqa: E402

from grids.models import Grid, GridScheme, Post, Role, User  # noqa: E402
from grids.services import divisions, posts, tree  # noqa: E402
from grids.services.divisions import Line  # noqa: E402

AT = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = AT.date()
ROUNDS = 20
ALLOWED = {"FIRST": ["ROOT"], "SECOND": ["FIRST"], "THIRD": ["SECOND"]}


def made_up(provinces: int, sizes: tuple[int, int, int, int]) -> Iterator[Line]:
    """Division rows: `sizes` children per node on the four levels below a province."""
    level = [f"{11 + number}" for number in range(provinces)]
    widths = (0, 2, 2, 3, 3)
    for depth, size in enumerate((0, *sizes)):
        if depth:
            level = [f"{up}{n:0{widths[depth]}d}" for up in level for n in range(1, size + 1)]
        yield from (Line(code, f"区划{code}", "made up", 0) for code in level)


def make_scheme(code: str) -> GridScheme:
    return GridScheme.objects.create(
        code=code,
        name=code,
        short_name=code,
        document_title="量测",
        issuer="量测",
        effective_on=date(2021, 1, 1),
        task_prefix="BM",
        allowed_parents=ALLOWED,
    )


def timed(what: str, work: Callable[[], object], goal: str = "") -> None:
    begun = perf_counter()
    result = work()
    shown = f" ({result})" if isinstance(result, int | str) else ""
    print(f"{what:<46}{perf_counter() - begun:9.3f} s   {goal}{shown}", flush=True)


def repeated(what: str, work: Callable[[int], object], goal: str = "") -> None:
    times = []
    for number in range(ROUNDS):
        begun = perf_counter()
        work(number)
        times.append((perf_counter() - begun) * 1000)
    middle, worst = statistics.median(times), max(times)
    print(f"{what:<46}{middle:8.1f} ms median, {worst:7.1f} ms worst   {goal}", flush=True)


def load(scheme: GridScheme, lines: list[Line], *, is_forest: bool = False) -> int:
    day = scheme.effective_on
    return divisions.load_divisions(
        scheme, lines, opened_on=day, is_forest=is_forest, at=AT
    ).created


def city(by: User) -> None:
    """The tree of one city: 1 + 8 + 96 + 1,440 nodes, with posts on every street."""
    scheme = make_scheme("city")
    lines = [line for line in made_up(1, (1, 8, 12, 15)) if len(line.code) > 2]
    timed("load a city, 1,545 nodes", lambda: load(scheme, lines))
    streets = list(scheme.grids.filter(tier="SECOND").order_by("lft"))
    districts = list(scheme.grids.filter(tier="FIRST").order_by("lft"))
    Post.objects.bulk_create(
        Post(grid=street, role=Role.WORKER, seat=n, title="网格员", from_on=scheme.effective_on)
        for street in streets
        for n in range(1, 6)
    )

    def insert(n: int) -> None:
        parent, code = streets[n], f"NEW{n}"
        tree.open_grid(
            parent=parent,
            code=code,
            name=code,
            tier="THIRD",
            kind="TERRITORY",
            opened_on=ON,
            by=by,
            at=AT,
        )

    def move(n: int) -> None:
        tree.move_grid(streets[n], parent=districts[-1 - n % 2], by=by, at=AT)

    def subtree(n: int) -> int:
        return len(Grid.objects.get(pk=districts[n % 8].pk).get_descendants())

    repeated("insert a leaf", insert, "goal 50 ms")
    repeated("move a street with its posts", move, "goal 50 ms")
    repeated("subtree of a district", subtree, "goal 50 ms")
    repeated("appoint a worker", lambda n: _appoint(scheme, n, by))


def _appoint(scheme: GridScheme, n: int, by: User) -> None:
    user = User.objects.create(username=f"{scheme.code}-{n}")
    grid = scheme.grids.filter(tier="THIRD")[n]
    posts.appoint(grid=grid, role=Role.WORKER, user=user, title="", from_on=ON, by=by, at=AT)


def searches(scheme: GridScheme) -> None:
    """What the tree page asks in a very large regime."""
    roots = list(scheme.grids.filter(parent=None))

    def children(n: int) -> int:
        return len(roots[n % len(roots)].children.order_by("lft")[:200])

    def by_code(n: int) -> int:
        return len(scheme.grids.filter(code__startswith=f"{11 + n}0101")[:20])

    def by_name(n: int) -> int:
        return len(scheme.grids.filter(name__contains=f"{11 + n}0101001")[:20])

    repeated("children of a node", children, "goal 50 ms")
    repeated("search by code", by_code)
    repeated("search by part of a name", by_name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--nation", action="store_true")
    options = parser.parse_args()
    if connection.vendor == "sqlite":  # on disk, as in use
        folder = tempfile.mkdtemp(prefix="lange-bench-")
        connection.settings_dict["TEST"]["NAME"] = f"{folder}/bench.sqlite3"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    print(f"engine {connection.vendor}, database {name}")
    try:
        by = User.objects.create_superuser("bench")
        given = divisions.read(options.files) if options.files else made_up(1, (14, 10, 14, 15))
        lines = list(given)
        province = make_scheme("province")
        timed(f"load a province, {len(lines)} nodes", lambda: load(province, lines), "goal 3 s")
        timed("load it again, nothing new", lambda: load(province, lines))
        city(by)
        if options.nation:
            lines = list(made_up(31, (11, 8, 14, 15)))
            nation = make_scheme("nation")
            timed(
                f"load a forest, {len(lines)} nodes",
                lambda: load(nation, lines, is_forest=True),
                "goal 30 s",
            )
            searches(nation)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
