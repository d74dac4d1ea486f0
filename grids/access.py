"""Who may act where. Grants live on grids only and flow down the tree (辖区).

The only file that speaks guardian. Revocation takes effect with the next request: nothing
is cached beyond one user object (a request loads its own).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection
from django.db.models import Q, QuerySet, Value

from grids.models import (
    Grid,
    GridGrant,
    GridKind,
    Post,
    Role,
    Substitution,
    Supervision,
    User,
)

VIEW, REPORT, PATROL, HANDLE, MANAGE, OVERSEE = (
    "view_grid",
    "report_grid",
    "patrol_grid",
    "handle_grid",
    "manage_grid",
    "oversee_grid",
)

ROLE_GRANTS: dict[str, tuple[str, ...]] = {
    Role.CHIEF: (VIEW, REPORT, PATROL, HANDLE, MANAGE, OVERSEE),
    Role.MANAGER: (VIEW, REPORT, PATROL, HANDLE, MANAGE),
    Role.WORKER: (VIEW, REPORT, PATROL, HANDLE),
    Role.OFFICE: (VIEW, REPORT, PATROL, HANDLE, MANAGE, OVERSEE),
    Role.SUPERVISOR: (VIEW, REPORT, PATROL, OVERSEE),
    Role.ENTERPRISE: (VIEW, HANDLE),
    Role.GUEST: (VIEW, REPORT),
}
NOBODY = -1  # no row has this id
PLACE = ("tree_id", "lft", "rght", "scheme_id")
# What a supervising grid's people may do in the grids they watch over (Y1-21): all but the
# work itself, which stays with the grid that is watched.
SUPERVISION_GRANTS = frozenset({VIEW, REPORT, PATROL, MANAGE, OVERSEE})
# The people of an enterprise use its narrow door whatever their post is called (Y1-20).
ENTERPRISE_ROLES = frozenset({Role.CHIEF, Role.MANAGER, Role.WORKER, Role.ENTERPRISE})

Span = tuple[int, int, int]
Grants = set[tuple[int, str]]


def effective_role(role: str, kind: str) -> str:
    """The role that decides about rights: everybody inside an enterprise acts as 企业."""
    if kind == GridKind.ENTERPRISE and role in ENTERPRISE_ROLES:
        return Role.ENTERPRISE
    return role


def running_q(on: date, prefix: str = "") -> Q:
    """Posts that run on the day `on`; `until_on` is the last day."""
    until = Q(**{f"{prefix}until_on": None}) | Q(**{f"{prefix}until_on__gte": on})
    return Q(**{f"{prefix}from_on__lte": on}) & until


def within(spans: Iterable[Span], prefix: str = "") -> Q:
    """A condition on a grid relation (`prefix` ends in `__`): inside one of the subtrees."""
    condition = Q(pk__in=[])
    for tree, left, right in spans:
        condition |= Q(
            **{f"{prefix}tree_id": tree, f"{prefix}lft__gte": left, f"{prefix}lft__lte": right}
        )
    return condition


def _spans(user: User) -> dict[str, list[Span]]:
    """Permission → subtrees in which `user` holds it, his own and those he watches over.

    One question for grants and supervision together; of supervision all rows, for they are few,
    and a span as condition would walk a very large tree.
    """
    cached: dict[str, list[Span]] | None = user.__dict__.get("_spans")
    if cached is not None:
        return cached
    spans: dict[str, list[Span]] = defaultdict(list)
    text, values = _question()
    with connection.cursor() as cursor:
        cursor.execute(text, [user.pk if value == NOBODY else value for value in values])
        rows = sorted(cursor.fetchall(), key=lambda row: not row[0])
    for codename, tree, left, right, _, by_tree, by_left in rows:  # own grants first
        if codename:
            spans[codename].append((tree, left, right))
        elif VIEW in spans:
            _add_watched(spans, (tree, left, right), by_tree, by_left)
    user.__dict__["_spans"] = spans
    user.__dict__["_trees"] = {row[1]: row[4] for row in rows}
    return spans


@cache
def _question() -> tuple[str, tuple[Any, ...]]:
    """What `_spans` asks, for NOBODY: every request asks it, and building it takes longest."""
    own, other = ([f"{of}__{name}" for name in PLACE] for of in ("content_object", "grid"))
    above = ("supervisor__tree_id", "supervisor__lft")
    grants = GridGrant.objects.filter(user=NOBODY)
    grants = grants.values_list("permission__codename", *own, Value(0), Value(0))
    watched = Supervision.objects.values_list(Value(""), *other, *above)
    return grants.union(watched, all=True).query.sql_with_params()  # type: ignore[no-any-return]


def _add_watched(spans: dict[str, list[Span]], watched: Span, by_tree: int, by_left: int) -> None:
    for codename in SUPERVISION_GRANTS & spans.keys():
        if any(t == by_tree and lo <= by_left <= hi for t, lo, hi in spans[codename]):
            spans[codename].append(watched)


def schemes_of_trees(user: User, trees: Iterable[int]) -> tuple[int, ...]:
    """The regimes of trees in which `user` holds a grant."""
    _spans(user)
    return tuple(sorted({user.__dict__["_trees"][tree] for tree in trees}))


def granted_spans(user: User, permission: str) -> list[Span]:
    """(tree_id, lft, rght) of every subtree in which `user` holds `permission`."""
    return _spans(user).get(permission, [])


def forget(user: User) -> None:
    """Read the grants of this user object anew at the next question."""
    for kept in ("_spans", "_trees", "_posts", "_schemes"):
        user.__dict__.pop(kept, None)


def scope_q(user: User | AnonymousUser, permission: str, prefix: str = "") -> Q:
    """A condition on `{prefix}` (a grid relation ending in `__`) for rows inside the scope.

    Whoever is not active sees nothing, also a superuser.
    """
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.is_superuser:
        return Q()
    return within(granted_spans(user, permission), prefix)


def grids_for(user: User | AnonymousUser, permission: str) -> QuerySet[Grid]:
    """Every grid on which `user` holds `permission`, through itself or an ancestor."""
    return Grid.objects.filter(scope_q(user, permission))


def holds(user: User | AnonymousUser, permission: str, grid: Grid | None) -> bool:
    """True if a grant on `grid` or any ancestor gives `user` the permission; None: never."""
    return grid is not None and holds_at(user, permission, grid.tree_id, grid.lft)


def holds_at(user: User | AnonymousUser, permission: str, tree_id: int, lft: int) -> bool:
    """The same for a place in a tree; `lft` 1 is the root, without asking for it."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return any(
        tree == tree_id and left <= lft <= right
        for tree, left, right in granted_spans(user, permission)
    )


def posts_of(user: User, on: date) -> QuerySet[Post]:
    """The posts that `user` holds on the day `on`, as holder or as substitute."""
    stand_in = Substitution.objects.filter(
        substitute=user, from_on__lte=on, until_on__gte=on, ended_at=None
    )
    own_or_stand_in = Q(user=user) | Q(pk__in=stand_in.values("post_id"))
    posts = Post.objects.filter(running_q(on) & own_or_stand_in)
    return posts.select_related("grid", "grid__scheme")


@dataclass(frozen=True)
class Held:
    """A post that a person holds (`stand_in` None) or stands in for from one day to another."""

    role: str
    kind: str
    scheme: int
    level: int
    from_on: date
    until_on: date | None
    stand_in: tuple[date, date] | None

    def runs(self, on: date) -> bool:
        first, last = self.stand_in or (on, on)
        until = self.until_on or on
        return self.from_on <= on <= until and first <= on <= last


def held_ever(user: User) -> list[Held]:
    """Every post of all times, own and as substitute (ended early: not); one query per request."""
    if (cached := user.__dict__.get("_posts")) is not None:
        return list(cached)
    own_or_stand_in = Q(user=user) | Q(substitutions__substitute=user)
    rows: Any = Post.objects.filter(own_or_stand_in).values_list(
        "role",
        "grid__kind",
        "grid__scheme_id",
        "grid__level",
        "from_on",
        "until_on",
        "user_id",
        "substitutions__substitute_id",
        "substitutions__from_on",
        "substitutions__until_on",
        "substitutions__ended_at",
    )
    posts = []
    for *post, holder, substitute, first, last, ended_at in rows:
        if holder == user.pk:
            posts.append(Held(*(*post, None)))
        if substitute == user.pk:
            posts.append(Held(*(*post, (first, date.min if ended_at else last))))
    user.__dict__["_posts"] = posts
    return posts


def roles_of(user: User, on: date, scheme_id: int | None = None) -> set[str]:
    """Role codes of `user` on the day `on` (企业 for all posts inside an enterprise);
    limited to one scheme when given."""
    return {
        effective_role(post.role, post.kind)
        for post in held_ever(user)
        if scheme_id in (None, post.scheme) and post.runs(on)
    }


def runs_a_regime(user: User, on: date) -> bool:
    """Whether `user` is 网格办 of the root grid of some regime on the day `on`."""
    held = {(post.role, post.level) for post in held_ever(user) if post.runs(on)}
    return (Role.OFFICE, 0) in held


# --- the only writers of grants; called by grids.services.authority ---------------------------


def due_grants(on: date, users: Iterable[int] | None = None) -> dict[int, Grants]:
    """User id → the (grid id, permission) pairs that posts and substitutions give on `on`."""
    due: dict[int, Grants] = defaultdict(set)
    posts = Post.objects.filter(running_q(on), user__isnull=False)
    stand_ins = Substitution.objects.filter(
        running_q(on, "post__"), from_on__lte=on, until_on__gte=on, ended_at=None
    )
    if users is not None:
        posts = posts.filter(user__in=users)
        stand_ins = stand_ins.filter(substitute__in=users)
    held = list(posts.values_list("user_id", "grid_id", "role", "grid__kind"))
    held += stand_ins.values_list(
        "substitute_id", "post__grid_id", "post__role", "post__grid__kind"
    )
    for user_id, grid_id, role, kind in held:
        codenames = ROLE_GRANTS[effective_role(role, kind)]
        due[user_id] |= {(grid_id, codename) for codename in codenames}
    return due


def standing_grants(users: Iterable[int] | None = None) -> dict[int, dict[tuple[int, str], int]]:
    """User id → {(grid id, permission): id of the row} as they stand in the database."""
    standing: dict[int, dict[tuple[int, str], int]] = defaultdict(dict)
    rows = GridGrant.objects.all()
    if users is not None:
        rows = rows.filter(user__in=users)
    for pk, user_id, grid_id, codename in rows.values_list(
        "pk", "user_id", "content_object_id", "permission__codename"
    ):
        standing[user_id][grid_id, codename] = pk
    return standing


def write_grants(missing: dict[int, Grants], surplus: Iterable[int]) -> None:
    """Add the missing pairs, delete the rows named by id."""
    GridGrant.objects.filter(pk__in=list(surplus)).delete()
    if not any(missing.values()):
        return
    ids = dict(
        Permission.objects.filter(
            content_type__app_label="grids", content_type__model="grid"
        ).values_list("codename", "pk")
    )
    GridGrant.objects.bulk_create(
        [
            GridGrant(user_id=user_id, content_object_id=grid_id, permission_id=ids[codename])
            for user_id, pairs in missing.items()
            for grid_id, codename in pairs
        ],
        ignore_conflicts=True,  # a parallel request may have been first
        batch_size=5000,
    )
