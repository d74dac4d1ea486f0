"""How far a person's grants reach, in the form that task queries need."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Subquery

from grids import access
from grids.models import Grid, User

FEW = 500
"""Up to so many grids are named one by one, which lets the database use its indexes."""
LARGE = 0.05
"""From this share of a tree on, the tasks of a scope are too many to be collected first."""


@dataclass(frozen=True)
class Scope:
    """Whole regimes by scheme id, and single grids: a list of ids or a subquery.

    `is_whole`: nothing outside the whole regimes can concern the person, who never had a post
    anywhere else, so that no other way of seeing a task has to be looked at. `is_large`: the
    single grids are a fair part of their tree.
    """

    schemes: tuple[int, ...]
    grids: list[int] | QuerySet[Any]
    is_whole: bool = False
    is_large: bool = False

    def q(self, relation: str) -> Q:
        """Tasks whose `relation` (a grid column) lies in the scope."""
        return Q(scheme__in=self.schemes) | Q(**{f"{relation}__in": self.grids})


def scope_of(user: User, permission: str) -> Scope:
    """Kept on the user object by the subtrees granted, which several permissions often share."""
    spans = access.granted_spans(user, permission)
    kept: dict[tuple[access.Span, ...], Scope] = user.__dict__.setdefault("_task_scope", {})
    key = tuple(sorted(set(spans)))
    if key not in kept:
        kept[key] = _scope(user, key)
    return kept[key]


class _Collected(Subquery):
    """The rows of a subquery as an array."""

    template = "ARRAY(%(subquery)s)"


def among(ids: QuerySet[Any]) -> Q:
    """Rows whose key is one of `ids`, which are few of the table.

    PostgreSQL collects them first and looks each up by its key. Left to itself it adds up the
    parts of a union without seeing how far they overlap, and reads a million rows instead.
    """
    if connection.vendor != "postgresql":
        return Q(pk__in=ids)
    one_of = {"template": "%(expressions)s)", "arg_joiner": " = ANY ("}
    return Q(Func(F("pk"), _Collected(ids), output_field=BooleanField(), **one_of))


def sees_many(user: User) -> bool:
    """Whether a list of `user` is a walk along all tasks rather than a collection of some."""
    if user.is_superuser:
        return True
    scope = scope_of(user, access.VIEW)
    return bool(scope.schemes) or scope.is_large


def _scope(user: User, spans: tuple[access.Span, ...]) -> Scope:
    if not spans:
        return Scope((), [])
    trees = {tree for tree, left, _ in spans if left == 1}
    schemes = access.schemes_of_trees(user, trees)
    rest = [span for span in spans if span[0] not in trees]
    if not rest:
        beyond = any(post.scheme not in schemes for post in access.held_ever(user))
        return Scope(schemes, [], is_whole=not beyond)
    inside = Grid.objects.filter(access.within(rest)).values("pk")
    roots = Q(tree_id__in={tree for tree, _, _ in rest}, lft=1)
    few = Grid.objects.filter(access.within(rest) | roots).order_by("lft")
    rows = list(few.values_list("pk", "lft", "rght")[: FEW + 2])
    whole = sum(right for _, left, right in rows if left == 1)
    is_large = sum(right - left + 1 for _, left, right in rest) >= LARGE * whole
    grids = [pk for pk, left, _ in rows if left > 1]
    return Scope(schemes, grids if len(grids) <= FEW else inside, is_large=is_large)
