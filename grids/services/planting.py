"""Many new nodes at once: the whole forest of a regime is numbered in memory and written in bulk.

mptt inserts node by node and shifts half a tree each time; here each row is written once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from grids.models import Grid, GridScheme
from grids.numbering import Place, number
from grids.services import bulk

FIELDS = (
    "id",
    "scheme",
    "parent",
    "code",
    "name",
    "tier",
    "kind",
    "division_code",
    "clause",
    "note",
    "opened_on",
    "fixed_area",
    "fixed_people",
    "fixed_duties",
    "fixed_tasks",
    "fixed_rewards",
    "tree_id",
    "lft",
    "rght",
    "level",
)
PLACE = ("tree_id", "lft", "rght", "level")


@dataclass(frozen=True, slots=True)
class Seed:
    """A node to come. `parent` is the code of its parent; None makes it the root of a tree."""

    code: str
    parent: str | None
    name: str
    tier: str
    kind: str
    opened_on: date
    division_code: str = ""
    clause: str = ""
    note: str = ""


def plant(scheme: GridScheme, seeds: Sequence[Seed]) -> int:
    """Add the nodes below their parents, after the children that are there already.

    Codes must be new and parents known: the caller checks. Call inside a transaction; waits
    for other bulk changes of any tree. Returns how many nodes were added.
    """
    if not seeds:
        return 0
    lock_forest()
    standing = list(
        scheme.grids.order_by("tree_id", "lft").values_list("pk", "code", "parent_id", *PLACE)
    )
    row_of = {pk: row for row, (pk, *_) in enumerate(standing)}
    row_by_code = {code: row for row, (_, code, *_) in enumerate(standing)}
    row_by_code |= {seed.code: len(standing) + i for i, seed in enumerate(seeds)}
    parents = [None if parent is None else row_of[parent] for _, _, parent, *_ in standing]
    parents += [None if seed.parent is None else row_by_code[seed.parent] for seed in seeds]
    places = _with_tree_ids(number(parents), [(row[3], row[2]) for row in standing])
    _shift(standing, places)
    ids = [row[0] for row in standing] + bulk.reserve_ids(Grid, len(seeds))
    bulk.insert(Grid, FIELDS, _rows(scheme, seeds, ids, parents, places))
    return len(seeds)


def lock_forest() -> None:
    """One bulk change at a time: tree numbers are counted over all regimes."""
    list(GridScheme.objects.select_for_update().order_by("pk").values_list("pk"))


def _with_tree_ids(places: list[Place], standing: list[tuple[int, int | None]]) -> list[Place]:
    """Roots that are there keep their tree id; new roots get the next free ones."""
    known = [tree_id for tree_id, parent in standing if parent is None]
    free = (Grid.objects.aggregate(last=Max("tree_id"))["last"] or 0) + 1
    return [
        place._replace(tree=known[place.tree] if place.tree < len(known) else free + place.tree)
        for place in places
    ]


def _shift(standing: list[tuple[int, ...]], places: list[Place]) -> None:
    moved = [
        (row[0], *place)
        for row, place in zip(standing, places, strict=False)
        if row[3:] != tuple(place)
    ]
    if moved:
        bulk.replace(Grid, PLACE, moved)


def _rows(scheme, seeds, ids, parents, places):  # type: ignore[no-untyped-def]
    offset = len(ids) - len(seeds)
    for row, seed in enumerate(seeds, offset):
        parent = parents[row]
        yield (
            ids[row],
            scheme.pk,
            None if parent is None else ids[parent],
            seed.code,
            seed.name,
            str(seed.tier),
            str(seed.kind),
            seed.division_code,
            seed.clause,
            seed.note,
            seed.opened_on,
            *("",) * 5,
            *places[row],
        )
