"""齐全程度: which grids lack a post, a holder, a part of the 五定 profile or a paper."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from grids import access
from grids.models import Grid, GridDocument, GridScheme, Post

PROFILE = {
    "fixed_area": "定区域",
    "fixed_people": "定人员",
    "fixed_duties": "定职责",
    "fixed_tasks": "定任务",
    "fixed_rewards": "定奖惩",
}
"""五定 (Y1-88, Y2-31)."""


@dataclass(frozen=True)
class Standing:
    """How complete one grid is. `missing`: roles without any post (red, Y1-10); `vacant`:
    roles whose posts nobody holds; `profile`: parts of the 五定 that are written (0–5)."""

    missing: list[str]
    vacant: list[str]
    profile: int

    @property
    def is_red(self) -> bool:
        return bool(self.missing)

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.vacant and self.profile == len(PROFILE)


def profile_parts(grid: Grid) -> int:
    return sum(bool(getattr(grid, name).strip()) for name in PROFILE)


def standings(scheme: GridScheme, grids: Iterable[Grid], on: date) -> dict[int, Standing]:
    """Grid id → its standing on the day `on`; one query for all. Role labels of the regime."""
    grids = list(grids)
    named: dict[int, set[str]] = defaultdict(set)
    held: dict[int, set[str]] = defaultdict(set)
    posts = Post.objects.filter(access.running_q(on), grid__in=[grid.pk for grid in grids])
    for grid_id, role, user_id in posts.values_list("grid_id", "role", "user_id"):
        named[grid_id].add(role)
        if user_id is not None:
            held[grid_id].add(role)
    return {grid.pk: _standing(scheme, grid, named[grid.pk], held[grid.pk]) for grid in grids}


def _standing(scheme: GridScheme, grid: Grid, named: set[str], held: set[str]) -> Standing:
    required = scheme.required_roles.get(grid.tier, [])
    return Standing(
        missing=[scheme.role_label(role) for role in required if role not in named],
        vacant=[scheme.role_label(role) for role in required if role in named - held],
        profile=profile_parts(grid),
    )


def lacking_post(scheme: GridScheme, on: date, *, is_held: bool = False) -> Q:
    """Grids that lack a post which their tier must have; with `is_held`, one without holder."""
    posts = Post.objects.filter(access.running_q(on), grid=OuterRef("pk"))
    if is_held:
        posts = posts.filter(user__isnull=False)
    lacking = Q(pk__in=[])
    for tier, roles in scheme.required_roles.items():
        for role in roles:
            lacking |= Q(tier=tier) & ~Exists(posts.filter(role=role))
    return lacking


def lacking_profile() -> Q:
    """Grids with an unwritten part of the 五定."""
    lacking = Q(pk__in=[])
    for name in PROFILE:
        lacking |= Q(**{name: ""})
    return lacking


def lacking_document(grids: QuerySet[Grid], kind: str = GridDocument.Kind.GROUP) -> QuerySet[Grid]:
    """Grids without a paper of the kind on file, such as 领导小组文件 (Y1-84)."""
    papers = GridDocument.objects.filter(grid=OuterRef("pk"), kind=kind)
    return grids.filter(~Exists(papers))
