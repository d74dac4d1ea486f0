"""Who should get a matter: by ruling, by place and category, by the grid that found it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from grids import access
from grids.models import Grid, GridScheme, Post, User
from grids.selectors import locate, rule
from tasks.deadlines import beijing_date
from tasks.models import Route, Task

BY_ROUTE, BY_PLACE, BY_FINDER = "派遣规则", "位置与级别", "发现网格"


@dataclass(frozen=True)
class Proposal:
    """The proposed grid (属地), why, and the 主管部门 of the category (Y1-02).

    `reasons` are the sentences behind it, the deciding one first; `route` the rule that decided.
    """

    grid: Grid | None
    basis: str
    ministry: Grid | None = None
    reasons: tuple[str, ...] = ()
    route: Route | None = None

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
    place = place_of(task, on)
    route = winner(rules_on(task.scheme, task.category, on), place or task.origin_grid)
    if route is not None:
        reasons = _reasons(task, _said(route), route.to_grid, route.to_grid, ministry)
        return Proposal(route.to_grid, BY_ROUTE, ministry, reasons, route)
    if place is not None and not _covers(place, task.origin_grid):
        lifted = _lifted(task, place, on)
        said = f"坐标落在{place.name}的界线内"
        return Proposal(lifted, BY_PLACE, ministry, _reasons(task, said, place, lifted, ministry))
    finder = task.origin_grid
    lifted = _lifted(task, finder, on)
    reasons = _reasons(task, _found_by(task, place), finder, lifted, ministry)
    return Proposal(lifted, BY_FINDER, ministry, reasons)


def _reasons(
    task: Task, first: str, chosen: Grid, lifted: Grid, ministry: Grid | None
) -> tuple[str, ...]:
    """The deciding sentence, then level and line ministry where they have a say."""
    found = [first]
    if lifted != chosen:
        tier = task.scheme.tier_label(lifted.tier)
        found.append(f"{task.get_level_display()}事项由{tier}承办，上提到{lifted.name}")
    if ministry is not None:
        category = task.get_category_display()
        found.append(f"{category}类由{ministry.name}主管（谁主管、谁负责）")
    return tuple(found)


def _said(route: Route) -> str:
    area = route.under.name if route.under else "全体系"
    return (
        f"派遣规则 {route.pk}（{route.get_origin_display()}）：{area}内的"
        f"{route.get_category_display()}派给{route.to_grid.name}，理由：{route.reason[:80]}"
    )


def _found_by(task: Task, place: Grid | None) -> str:
    if task.lon is None:
        return f"没有坐标，按发现网格{task.origin_grid.name}"
    if place is None:
        return f"坐标不在任何网格的界线内，按发现网格{task.origin_grid.name}"
    return f"坐标所在的{place.name}不比发现网格{task.origin_grid.name}更细，按发现网格"


def ministry_of(task: Task, on: date) -> Grid | None:
    """谁主管谁负责: the department that the scheme's rule `ministries` names for a category."""
    code = (rule(task.scheme, "ministries", on) or {}).get(task.category)
    return task.scheme.grids.filter(code=code).first() if code else None


def place_of(task: Task, on: date) -> Grid | None:
    """The innermost grid whose outline covers the point; None without a point or an outline."""
    if task.lon is None or task.lat is None:
        return None
    found = locate(task.lon, task.lat, on=on)
    return next((one.grid for one in found if one.scheme.pk == task.scheme_id), None)


def rules_on(scheme: GridScheme, category: str, on: date) -> list[Route]:
    """The rules that count on the day: the narrowest area first, the newest of equal ones."""
    routes = Route.objects.filter(scheme=scheme, category=category, from_on__lte=on)
    routes = routes.exclude(until_on__lt=on).select_related("under", "to_grid")
    return sorted(routes, key=precedence)


def precedence(route: Route) -> tuple[int, float, int]:
    """Smaller goes first: deeper area, then later made."""
    depth = -1 if route.under is None else route.under.level
    return -depth, -route.created_at.timestamp(), -route.pk


def winner(rules: Iterable[Route], place: Grid) -> Route | None:
    """The first of the ordered rules whose area covers the place (以后同类按此派遣)."""
    covering = (one for one in rules if one.under is None or _covers(one.under, place))
    return next(covering, None)


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
