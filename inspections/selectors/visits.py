"""Lists and details of visits, and the choices of the form."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from grids import access
from grids.geo import distance_m
from grids.models import Grid, GridScheme, User
from inspections import policies
from inspections.models import (
    Checklist,
    Finding,
    Inspection,
    InspectionPhoto,
    PollutionSource,
)
from tasks.models import Task

SIMILAR_M = 200
"""Reports within this distance may be the same matter (fixed in the field rules of 快速上报)."""
SIMILAR_HOURS = 24
Located = TypeVar("Located", Task, PollutionSource)
DEGREE_M = 111_320
"""Metres per degree of latitude; a degree of longitude is never longer."""


def listed(user: User, scheme: GridScheme, filters: dict[str, Any]) -> QuerySet[Inspection]:
    """Visits of the scheme that `user` may see, newest first.

    `filters`: mode, grid (subtree), category, since, until (Beijing dates), mine, incomplete,
    hidden, found, q.
    """
    rows = Inspection.objects.visible_to(user).filter(scheme=scheme)
    rows = rows.filter(*_conditions(user, filters)).with_media()
    rows = rows.annotate(finding_count=Count("findings", distinct=True))
    if filters.get("incomplete"):
        rows = rows.filter(photos__attachment=None, photos__isnull=False)
    if filters.get("found"):
        rows = rows.filter(finding_count__gt=0)
    related = ("grid", "by", "source", "checklist", "visitor_grid")
    return rows.select_related(*related).order_by("-at", "-pk")


def _conditions(user: User, filters: dict[str, Any]) -> list[Q]:
    grid: Grid | None = filters.get("grid")
    text = filters.get("q")
    span = (
        {"grid__tree_id": grid.tree_id, "grid__lft__range": (grid.lft, grid.rght)} if grid else {}
    )
    simple = {
        "mode": filters.get("mode"),
        "checklist__category": filters.get("category"),
        "at__date__gte": filters.get("since"),
        "at__date__lte": filters.get("until"),
    }
    conditions = [Q(**span), Q(**{key: value for key, value in simple.items() if value})]
    if filters.get("mine"):
        conditions.append(Q(by=user))
    if filters.get("hidden"):
        conditions.append(Q(is_released=False))
    if text:
        words = Q(place__icontains=text) | Q(source__name__icontains=text)
        conditions.append(words | Q(note__icontains=text) | Q(station_code=text))
    return conditions


def detailed(user: User) -> QuerySet[Inspection]:
    """Everything that the page of one visit shows."""
    visible_tasks = Task.objects.visible_to(user)
    findings = Finding.objects.order_by("sequence").prefetch_related(
        Prefetch("task", queryset=visible_tasks)
    )
    photos = InspectionPhoto.objects.select_related("attachment", "item", "finding")
    return (
        Inspection.objects.visible_to(user)
        .with_media()
        .select_related("scheme", "grid", "visitor_grid", "source", "checklist", "by")
        .prefetch_related(
            "answers__item",
            Prefetch("findings", queryset=findings),
            Prefetch("photos", queryset=photos.order_by("pk")),
            "sightings__user",
        )
    )


def checklists(scheme: GridScheme) -> QuerySet[Checklist]:
    """检查表 of the scheme with their items in order."""
    return scheme.checklists.prefetch_related("items").order_by("pk")


# --- choices of a form --------------------------------------------------------------------------

MOST_CHOICES = 300


def grid_choices(
    user: User, scheme: GridScheme, permission: str, *, extra: Grid | None = None
) -> list[Grid]:
    """Grids to choose from on a form, the person's own first; at most 300 with `extra`."""
    open_grids = access.grids_for(user, permission).filter(scheme=scheme, closed_on=None)
    rows = list(open_grids.order_by("tree_id", "lft")[:MOST_CHOICES])
    if extra is not None and extra not in rows:
        rows.append(extra)
    return rows


def own_grid(user: User, scheme: GridScheme, action: str, at: datetime) -> Grid | None:
    """The deepest grid of the person's own posts on which he may do it; None without one."""
    posts = access.posts_of(user, localdate(at)).filter(grid__scheme=scheme)
    grids = [post.grid for post in posts.order_by("-grid__level", "grid__lft")]
    return next((grid for grid in grids if policies.may(user, action, grid)), None)


def source_choices(user: User, scheme: GridScheme) -> QuerySet[PollutionSource]:
    """Sources that the person may visit: what the form and its offline copy offer."""
    patrolled = access.scope_q(user, access.PATROL, "grid__")
    rows = PollutionSource.objects.on_register().filter(patrolled, scheme=scheme)
    return rows.select_related("grid").order_by("grid__lft", "name", "pk")[:MOST_CHOICES]


# --- nearby reports -----------------------------------------------------------------------------


def box(lon: float, lat: float, metres: float, prefix: str = "") -> Q:
    """A condition on `{prefix}lon`/`{prefix}lat`: a box that holds the circle of `metres`."""
    high = metres / DEGREE_M
    wide = high / max(0.2, 1 - (abs(lat) / 90) ** 2) if abs(lat) < 89 else 360
    return Q(
        **{
            f"{prefix}lat__range": (lat - high, lat + high),
            f"{prefix}lon__range": (lon - wide, lon + wide),
        }
    )


def nearest(
    things: Iterable[Located], lon: float, lat: float, within_m: float
) -> list[tuple[Located, int]]:
    """(thing, whole metres) of what has a position within the distance, nearest first."""
    near = [
        (thing, round(distance_m(lon, lat, thing.lon, thing.lat)))
        for thing in things
        if thing.lon is not None and thing.lat is not None
    ]
    return sorted((one for one in near if one[1] <= within_m), key=lambda one: (one[1], one[0].pk))


def similar_reports(
    user: User,
    scheme: GridScheme,
    *,
    category: str,
    lon: float | None,
    lat: float | None,
    at: datetime,
) -> list[tuple[Task, int]]:
    """(task, metres) of the same category within 200 m and 24 h, nearest first.

    Only tasks that the person may see. [] without a place fix.
    """
    if lon is None or lat is None or not category:
        return []
    since = at - timedelta(hours=SIMILAR_HOURS)
    rows = Task.objects.visible_to(user).open().filter(box(lon, lat, SIMILAR_M))
    rows = rows.filter(scheme=scheme, category=category, registered_at__gte=since)
    return nearest(rows, lon, lat, SIMILAR_M)
