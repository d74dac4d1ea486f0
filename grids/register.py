"""网格名册: which grids a person may read, how the tree is opened piece by piece, searching."""

from dataclasses import replace
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from grids import access, selectors
from grids.models import Grid, GridScheme, Role, User

CHILDREN_SHOWN = 200  # of one node at a time
FOUND_SHOWN = 30
COUNTED = 1000
STAFF = frozenset({Role.CHIEF, Role.MANAGER, Role.WORKER, Role.OFFICE, Role.SUPERVISOR})
SHARING = "information_shared"  # rule: the register is open to all staff of the regime (Y1-74)


def is_shared_with(user: User | AnonymousUser, scheme: GridScheme, on: date) -> bool:
    """True if the regime shares its register and `user` works in it (企业 and 来宾 do not)."""
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(
        STAFF & access.roles_of(user, on, scheme.pk) and selectors.rule(scheme, SHARING, on)
    )


def readable(user: User | AnonymousUser, on: date) -> QuerySet[Grid]:
    """Every grid whose card `user` may read: his scope, and shared registers of his regimes."""
    condition = access.scope_q(user, access.VIEW)
    if user.is_authenticated and not user.is_superuser:
        shared = [s.pk for s in selectors.schemes_for(user, on) if is_shared_with(user, s, on)]
        condition |= Q(scheme__in=shared)
    return Grid.objects.filter(condition).select_related("scheme")


def without_unseen(
    found: list[selectors.Responsible], user: User, on: date
) -> list[selectors.Responsible]:
    """Chains keep the posts of grids that `user` may read; names of grids stay, they are public."""
    asked = [grid.pk for one in found for grid in one.chain]
    seen = set(readable(user, on).filter(pk__in=asked).values_list("pk", flat=True))
    return [replace(one, posts=[p for p in one.posts if p.grid_id in seen]) for one in found]


def tops(user: User | AnonymousUser, scheme: GridScheme, on: date) -> list[Grid]:
    """The grids at which the tree begins for `user`: those without a readable parent."""
    grids = scheme.grids.order_by("tree_id", "lft")
    if user.is_superuser or is_shared_with(user, scheme, on):
        return list(grids.filter(parent=None)[:CHILDREN_SHOWN])
    heads = Q(pk__in=[])
    for tree, left, _ in access.granted_spans(user, access.VIEW):
        heads |= Q(tree_id=tree, lft=left)
    outermost: list[Grid] = []
    for grid in grids.filter(heads):
        if not any(grid.is_descendant_of(above) for above in outermost):
            outermost.append(grid)
    return outermost


def children(grid: Grid, *, after: int = 0) -> tuple[list[Grid], int]:
    """Up to 200 children in order, from the `after`-th on, and where the rest begins (0: none)."""
    found = list(grid.children.order_by("lft")[after : after + CHILDREN_SHOWN + 1])
    rest = after + CHILDREN_SHOWN if len(found) > CHILDREN_SHOWN else 0
    return found[:CHILDREN_SHOWN], rest


def search(grids: QuerySet[Grid], words: str) -> list[Grid]:
    """Up to 30 grids whose name holds the words or whose code begins with them, with parents."""
    words = words.strip()
    if not words:
        return []
    match = Q(name__contains=words)
    if words.isascii():
        match |= Q(code__startswith=words) | Q(division_code__startswith=words)
    above = "parent__parent__parent__parent"
    return list(grids.filter(match).select_related("scheme", above)[:FOUND_SHOWN])


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to a thousand and no further: in a very large regime counting is the slow part."""

    @cached_property
    def count(self) -> int:
        return int(self.object_list[: COUNTED + 1].count())  # type: ignore[union-attr]


def path(grid: Grid) -> str:
    """Names of the grids above, from the top: '赫山区 › 会龙山街道' (needs `search`'s parents)."""
    names = []
    above = grid.parent
    while above is not None and above.parent_id is not None:
        names.append(above.name)
        above = above.parent
    return " › ".join(reversed(names))
