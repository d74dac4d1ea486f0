"""How far a person's grants reach, in the form that task queries need."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from grids import access
from grids.models import Grid, Post, User

FEW = 500
"""Up to so many grids are named one by one, which lets the database use its indexes."""


A_FEW = 3


@dataclass(frozen=True)
class Scope:
    """Whole regimes by scheme id, and single grids: a list of ids or a subquery.

    `is_whole`: nothing outside the whole regimes can concern the person, who never had a post
    anywhere else, so that no other way of seeing a task has to be looked at.
    """

    schemes: tuple[int, ...]
    grids: list[int] | QuerySet[Any]
    is_whole: bool = False

    @property
    def is_wide(self) -> bool:
        """More than a few grids: likely a large share of all tasks."""
        return not isinstance(self.grids, list) or len(self.grids) > A_FEW

    def q(self, relation: str) -> Q:
        """Tasks whose `relation` (a grid column) lies in the scope."""
        return Q(scheme__in=self.schemes) | Q(**{f"{relation}__in": self.grids})


def scope_of(user: User, permission: str) -> Scope:
    """Kept on the user object as long as its grants are: three queries per request at most."""
    spans = access.granted_spans(user, permission)
    kept = user.__dict__.setdefault("_task_scope", {})
    known = kept.get(permission)
    if known is None or known[0] != spans:
        known = kept[permission] = (list(spans), _scope(user, spans))
    return known[1]


def _scope(user: User, spans: list[access.Span]) -> Scope:
    if not spans:
        return Scope((), [])
    trees = {tree for tree, left, _ in spans if left == 1}
    schemes = Grid.objects.filter(tree_id__in=trees, level=0).values_list("scheme", flat=True)
    rest = [span for span in spans if span[0] not in trees]
    if not rest:
        named = tuple(schemes)
        return Scope(named, [], is_whole=not _posts_beyond(user, named))
    inside = Grid.objects.filter(access.within(rest)).values("pk")
    few = list(inside.values_list("pk", flat=True)[: FEW + 1])
    return Scope(tuple(schemes), few if len(few) <= FEW else inside)


def _posts_beyond(user: User, schemes: tuple[int, ...]) -> bool:
    """Whether the person ever held a post, or stood in for one, in another regime."""
    own_or_stand_in = Q(user=user) | Q(substitutions__substitute=user)
    return Post.objects.filter(own_or_stand_in).exclude(grid__scheme__in=schemes).exists()
