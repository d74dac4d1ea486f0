"""Who should get a matter: by ruling, by place and category, by the grid that found it."""

from dataclasses import dataclass
from datetime import date, datetime

from grids import access
from grids.models import Grid, Post, User
from grids.selectors import locate, rule
from tasks.deadlines import beijing_date
from tasks.models import Route, Task

BY_ROUTE, BY_PLACE, BY_FINDER = "以往裁定", "位置与级别", "发现网格"


@dataclass(frozen=True)
class Proposal:
    """The proposed grid (属地), why, and the 主管部门 of the category (Y1-02)."""

    grid: Grid | None
    basis: str
    ministry: Grid | None = None

    @property
    def is_binding(self) -> bool:
        """A ruling or the place says so: another choice needs a reason."""
        return self.basis in (BY_ROUTE, BY_PLACE)


def propose_grid(task: Task, *, at: datetime) -> Proposal:
    """By an earlier 裁定, else by where it lies, else the grid that found it.

    An outline that contains the finder's own grid says nothing finer than the finder does.
    """
    on = beijing_date(at)
    ministry = ministry_of(task, on)
    place = _by_place(task, on)
    routed = _by_route(task, place or task.origin_grid, on)
    if routed is not None:
        return Proposal(routed, BY_ROUTE, ministry)
    if place is not None and not _covers(place, task.origin_grid):
        return Proposal(_lifted(task, place, on), BY_PLACE, ministry)
    return Proposal(_lifted(task, task.origin_grid, on), BY_FINDER, ministry)


def ministry_of(task: Task, on: date) -> Grid | None:
    """谁主管谁负责: the department that the scheme's rule `ministries` names for a category."""
    code = (rule(task.scheme, "ministries", on) or {}).get(task.category)
    return task.scheme.grids.filter(code=code).first() if code else None


def _by_place(task: Task, on: date) -> Grid | None:
    """The innermost grid whose outline covers the point; None without a point or an outline."""
    if task.lon is None or task.lat is None:
        return None
    found = locate(task.lon, task.lat, on=on)
    return next((one.grid for one in found if one.scheme.pk == task.scheme_id), None)


def _by_route(task: Task, place: Grid, on: date) -> Grid | None:
    """The newest ruling for this category whose area covers the place (以后同类按此派遣)."""
    routes = Route.objects.filter(scheme=task.scheme, category=task.category)
    routes = routes.exclude(until_on__lt=on).select_related("under", "to_grid")
    for route in routes.order_by("-created_at", "-pk"):
        if route.under is None or _covers(route.under, place):
            return route.to_grid
    return None


def _lifted(task: Task, grid: Grid, on: date) -> Grid:
    """The nearest grid upwards whose tier may receive this level; the grid itself if none."""
    allowed = (rule(task.scheme, "task_levels", on) or {}).get(task.level)
    if not allowed:
        return grid
    chain = grid.get_ancestors(ascending=True, include_self=True)
    return next((one for one in chain if one.tier in allowed), grid)


def _covers(upper: Grid, lower: Grid) -> bool:
    return upper.tree_id == lower.tree_id and upper.lft <= lower.lft <= upper.rght


def overseeing_posts(user: User, grid: Grid, *, at: datetime) -> list[Post]:
    """My posts with 交办 authority over `grid`, the nearest first."""
    posts = access.posts_of(user, beijing_date(at))
    able = [
        post
        for post in posts
        if access.OVERSEE in access.ROLE_GRANTS.get(post.role, ()) and _covers(post.grid, grid)
    ]
    return sorted(able, key=lambda post: (-post.grid.level, post.pk))


def common_parent(one: Grid, other: Grid) -> Grid | None:
    """The lowest grid above both: who decides a cross-border matter (W-64)."""
    above = one.get_ancestors(include_self=True) & other.get_ancestors(include_self=True)
    return above.order_by("-level").first()
