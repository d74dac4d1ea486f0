"""The posts of a regime's folder: titles on grids, nobody bound yet."""

from pathlib import Path

from grids.loading import Change, Row, read_csv
from grids.models import Grid, GridScheme, Post, Role

Seat = tuple[int, str, int]  # grid id, role, seat
SELECTABLE = ("tier", "kind", "parent", "under")
FIELDS = ("title", "source", "clause")


def load_posts(scheme: GridScheme, folder: Path) -> list[Change]:
    """Every seat that posts.csv names exists; held posts keep their holder and title.

    `grid` is a code or a selector such as `tier:SECOND&kind:TERRITORY` (also `parent:CODE`,
    `under:CODE`). Empty posts that the file no longer names are dropped.
    """
    wanted = _wanted(scheme, folder)
    standing = _latest(scheme)
    changes = _update(scheme, wanted, standing)
    new = [(seat, row) for seat, row in wanted.items() if seat not in standing]
    Post.objects.bulk_create([_post(scheme, seat, row) for seat, row in new], batch_size=1000)
    names = dict(scheme.grids.values_list("pk", "code"))
    changes += [_change(scheme, names, seat, "", None, "新增") for seat, _ in new]
    return changes + _drop(scheme, names, wanted, standing)


def _wanted(scheme: GridScheme, folder: Path) -> dict[Seat, Row]:
    grids = list(scheme.grids.filter(closed_on=None).order_by("tree_id", "lft"))
    by_code = {grid.code: grid for grid in grids}
    last: dict[tuple[int, str], int] = {}
    wanted: dict[Seat, Row] = {}
    for row in read_csv(folder / "posts.csv", ("grid", "role", "title")):
        role = row.choice("role", Role.values)
        row.need("title")
        for grid in _selected(row, grids, by_code):
            first = last.get((grid.pk, role), 0) + 1
            last[grid.pk, role] = first + max(row.whole("seats", 1), 1) - 1
            for seat in range(first, last[grid.pk, role] + 1):
                wanted[grid.pk, role, seat] = row
    return wanted


def _selected(row: Row, grids: list[Grid], by_code: dict[str, Grid]) -> list[Grid]:
    target = row.need("grid")
    if ":" not in target:
        if target not in by_code:
            raise row.error(f"没有编码为“{target}”的网格，请检查“grid”列。")
        return [by_code[target]]
    terms = [term.partition(":")[::2] for term in target.split("&")]
    unknown = [name for name, _ in terms if name not in SELECTABLE]
    if unknown:
        raise row.error(f"选择条件只能用 {'、'.join(SELECTABLE)}，不能用“{unknown[0]}”。")
    return [grid for grid in grids if all(_fits(row, grid, term, by_code) for term in terms)]


def _fits(row: Row, grid: Grid, term: tuple[str, str], by_code: dict[str, Grid]) -> bool:
    name, value = term
    if name in ("tier", "kind"):
        return getattr(grid, name) == value
    if value not in by_code:
        raise row.error(f"没有编码为“{value}”的网格，请检查“grid”列。")
    above = by_code[value]
    if name == "parent":
        return grid.parent_id == above.pk
    return grid.tree_id == above.tree_id and above.lft < grid.lft < above.rght


def _latest(scheme: GridScheme) -> dict[Seat, Post]:
    """The newest post of every seat; earlier ones are history."""
    posts = Post.objects.filter(grid__scheme=scheme).order_by("from_on", "pk")
    return {(post.grid_id, post.role, post.seat): post for post in posts}


def _update(
    scheme: GridScheme, wanted: dict[Seat, Row], standing: dict[Seat, Post]
) -> list[Change]:
    names = dict(scheme.grids.values_list("pk", "code"))
    changes, changed = [], []
    for seat, post in standing.items():
        row = wanted.get(seat)
        fields = FIELDS if post.user_id is None else ("clause",)
        differing = [f for f in fields if row is not None and getattr(post, f) != row.get(f, "")]
        for name in differing:
            before = getattr(post, name)
            changes.append(_change(scheme, names, seat, name, before, row[name]))  # type: ignore[index]
            setattr(post, name, row[name])  # type: ignore[index]
        if differing:
            changed.append(post)
    Post.objects.bulk_update(changed, FIELDS, batch_size=500)
    return changes


def _post(scheme: GridScheme, seat: Seat, row: Row) -> Post:
    grid_id, role, number = seat
    values = {name: row.get(name, "") for name in FIELDS}
    return Post(grid_id=grid_id, role=role, seat=number, from_on=scheme.effective_on, **values)


def _drop(
    scheme: GridScheme, names: dict[int, str], wanted: dict[Seat, Row], standing: dict[Seat, Post]
) -> list[Change]:
    """Empty posts that came from the file and are no longer in it."""
    gone = {
        seat: post
        for seat, post in standing.items()
        if seat not in wanted and post.user_id is None and post.clause
    }
    Post.objects.filter(pk__in=[post.pk for post in gone.values()]).delete()
    return [_change(scheme, names, seat, "", post.title, None) for seat, post in gone.items()]


def _change(
    scheme: GridScheme,
    names: dict[int, str],
    seat: Seat,
    field: str,
    before: str | None,
    after: str | None,
) -> Change:
    grid_id, role, number = seat
    return Change(scheme.code, "任职", f"{names[grid_id]} {role} {number}", field, before, after)
