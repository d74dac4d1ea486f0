"""Tables of regimes (体系), the five-tier tree, people and their posts, job records."""

from grids.models.kinds import GridKind, Role, Tier
from grids.models.people import ApiToken, User
from grids.models.posts import GridGrant, Post, Substitution
from grids.models.records import IdempotentAnswer, JobRun
from grids.models.schemes import Clause, GridScheme, SchemeEntry, SchemeRule
from grids.models.tree import Grid, GridBoundary, GridDocument, GridEvent, GridQuerySet, Supervision

__all__ = [
    "ApiToken",
    "Clause",
    "Grid",
    "GridBoundary",
    "GridDocument",
    "GridEvent",
    "GridGrant",
    "GridKind",
    "GridQuerySet",
    "GridScheme",
    "IdempotentAnswer",
    "JobRun",
    "Post",
    "Role",
    "SchemeEntry",
    "SchemeRule",
    "Substitution",
    "Supervision",
    "Tier",
    "User",
]
