"""Reads that everybody needs: regimes of a person, dated rules, quoted sentences, labels."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from shapely.geometry import Point, shape

from grids import access
from grids.models import Clause, Grid, GridBoundary, GridScheme, Post, SchemeRule, User


def valid_q(on: date, prefix: str = "") -> Q:
    """Rows with `valid_from`/`valid_to` that count on the day `on` (both days included)."""
    open_end = Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gte": on})
    return Q(**{f"{prefix}valid_from__lte": on}) & open_end


# --- regimes -----------------------------------------------------------------------------------


def schemes_for(user: User | AnonymousUser, on: date) -> list[GridScheme]:
    """The regimes in which `user` holds a post on the day `on`; all of them for a superuser."""
    if not user.is_authenticated:
        return []
    cached: dict[date, list[GridScheme]] = user.__dict__.setdefault("_schemes", {})
    if on not in cached:
        schemes = GridScheme.objects.order_by("code")
        if not user.is_superuser:
            running = {post.scheme for post in access.held_ever(user) if post.runs(on)}
            schemes = schemes.filter(pk__in=running)
        cached[on] = list(schemes)
    return cached[on]


def current_scheme(
    user: User | AnonymousUser, wanted_code: str | None, on: date
) -> GridScheme | None:
    """The regime asked for if `user` works in it, else his first one; None if there is none."""
    schemes = schemes_for(user, on)
    wanted = (scheme for scheme in schemes if scheme.code == wanted_code)
    return next(wanted, schemes[0] if schemes else None)


def demo(scheme: GridScheme | None) -> bool:
    """True when the figures of the regime are replayed demonstration data."""
    return scheme is not None and scheme.is_demo


def rule_row(scheme: GridScheme, key: str, on: date) -> SchemeRule | None:
    """The rule `key` that is valid on the day `on`, with clause and 示例 mark."""
    rules = scheme.rules.filter(valid_q(on), key=key)
    return rules.order_by("-valid_from").first()


def rule(scheme: GridScheme, key: str, on: date, default: Any = None) -> Any:
    """The value of the rule `key` on the day `on`; `default` if the regime has none."""
    row = rule_row(scheme, key, on)
    return default if row is None else row.value


def quote(scheme: GridScheme, clause_code: str) -> Clause | None:
    """The sentence of the regime's document behind a clause id such as W-54."""
    return scheme.clauses.filter(code=clause_code).first() if clause_code else None


# --- people ------------------------------------------------------------------------------------


def label(user: User | AnonymousUser, scheme: GridScheme | None, on: date) -> str:
    """Who the person is in this regime: '高塘岭街道 · 网格员'; '' without a post."""
    if scheme is None or not user.is_authenticated:
        return ""
    posts = access.posts_of(user, on).select_related(None).filter(grid__scheme_id=scheme.pk)
    first = posts.order_by("grid__level", "grid__lft", "pk").values_list("grid__name", "role")[:1]
    return next((f"{name} · {scheme.role_label(role)}" for name, role in first), "")


def holders(grid: Grid, on: date, roles: tuple[str, ...] = ()) -> QuerySet[Post]:
    """Running posts of one grid that somebody holds, leaders first."""
    posts = grid.posts.filter(access.running_q(on), user__isnull=False)
    if roles:
        posts = posts.filter(role__in=roles)
    return posts.select_related("user").order_by("role", "seat", "pk")


# --- places ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Responsible:
    """Who answers for a point in one regime: the innermost grid and the chain above it."""

    scheme: GridScheme
    grid: Grid
    chain: list[Grid]
    posts: list[Post]


def locate(lon: float, lat: float, *, on: date) -> list[Responsible]:
    """The responsible chain of a WGS-84 point, one per regime (more only where outlines of
    one depth overlap). A point on a border belongs to both sides."""
    point = Point(lon, lat)
    candidates = (
        GridBoundary.objects.filter(
            valid_q(on), west__lte=lon, east__gte=lon, south__lte=lat, north__gte=lat
        )
        .select_related("grid__scheme")
        .order_by("grid__scheme__code", "grid__tree_id", "grid__lft")
    )
    hits: dict[int, list[Grid]] = {}
    for boundary in candidates:
        if boundary.grid.closed_on is None and shape(boundary.geometry).covers(point):
            hits.setdefault(boundary.grid.scheme_id, []).append(boundary.grid)
    return [_responsible(grid, on) for grids in hits.values() for grid in _innermost(grids)]


def _innermost(grids: list[Grid]) -> list[Grid]:
    deepest = max(grid.level for grid in grids)
    return [grid for grid in grids if grid.level == deepest]


def chain_of(grid: Grid) -> list[Grid]:
    """The grid and all above it, from the root down.

    Parent by parent: a tree has few levels, while mptt's own question walks half the tree.
    """
    chain = [grid]
    while chain[0].parent is not None:
        chain.insert(0, chain[0].parent)
    return chain


def _responsible(grid: Grid, on: date) -> Responsible:
    chain = chain_of(grid)
    posts = Post.objects.filter(access.running_q(on), grid__in=chain).select_related("user", "grid")
    return Responsible(
        scheme=grid.scheme,
        grid=grid,
        chain=chain,
        posts=list(posts.order_by("-grid__level", "role", "seat")),
    )
