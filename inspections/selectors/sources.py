"""Reads of the register: list, nearby, duplicates."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from grids.geo import distance_m
from grids.models import Grid, GridScheme, User
from inspections.models import Inspection, PollutionSource
from inspections.selectors.visits import SIMILAR_M, box, nearest
from tasks.models import Task

Status = PollutionSource.Status
WAITING = (Status.PENDING, Status.CHANGE_PENDING, Status.CANCEL_PENDING)
SIMILAR_SHARE = 0.5
"""Share of common pairs of characters from which two names are taken for one."""
MOST_COMPARED = 5000
ORDERS = {
    "name": ("name", "pk"),
    "-name": ("-name", "-pk"),
    "visited": ("last_visited_at", "pk"),
    "-visited": ("-last_visited_at", "-pk"),
    "number": ("number",),
    "-number": ("-number",),
}


def listed(user: User, scheme: GridScheme, filters: dict[str, Any]) -> QuerySet[PollutionSource]:
    """The register as far as `user` sees it.

    `filters`: status, category, grid (subtree), mobile, never, stale_days with `at`, waiting,
    q, order. Struck-off sources only when asked for.
    """
    rows = PollutionSource.objects.visible_to(user).filter(scheme=scheme)
    rows = rows.filter(*_conditions(filters))
    if filters.get("status") != Status.CANCELLED:
        rows = rows.on_register()
    rows = rows.annotate(open_problems=_open_problems(user))
    order = ORDERS.get(filters.get("order") or "", ("grid__lft", "name", "pk"))
    return rows.select_related("grid").order_by(*order)


def _conditions(filters: dict[str, Any]) -> list[Q]:
    grid: Grid | None = filters.get("grid")
    span = (
        {"grid__tree_id": grid.tree_id, "grid__lft__range": (grid.lft, grid.rght)} if grid else {}
    )
    simple = {"status": filters.get("status"), "category": filters.get("category")}
    conditions = [Q(**span), Q(**{key: value for key, value in simple.items() if value})]
    if filters.get("never"):
        conditions.append(Q(last_visited_at=None))
    if filters.get("mobile"):
        conditions.append(Q(is_mobile=filters["mobile"] == "1"))
    if filters.get("waiting"):
        conditions.append(Q(status__in=WAITING))
    if filters.get("q"):
        text = filters["q"]
        words = Q(name__icontains=text) | Q(address__icontains=text) | Q(number__iexact=text)
        conditions.append(words | Q(grid__name__icontains=text))
    return conditions


def _open_problems(user: User) -> Count:
    """Open tasks found at the source, as far as the person may see them."""
    seen = Task.objects.visible_to(user).open().values("pk")
    return Count(
        "inspections__findings__task",
        filter=Q(inspections__findings__task__in=seen),
        distinct=True,
    )


def waiting_count(user: User, scheme: GridScheme) -> int:
    """Sources that wait for a decision in the grids the person sees."""
    rows = PollutionSource.objects.visible_to(user)
    return rows.filter(scheme=scheme, status__in=WAITING).count()


def coverage(rows: QuerySet[PollutionSource], *, at: datetime, days: int = 30) -> dict[str, int]:
    """How many of the sources on the register were visited within `days` (Y1-62)."""
    found = rows.order_by().aggregate(
        total=Count("pk", distinct=True),
        visited=Count(
            "pk",
            filter=Q(last_visited_at__gte=at - timedelta(days=days)),
            distinct=True,
        ),
        never=Count("pk", filter=Q(last_visited_at=None), distinct=True),
    )
    return {"days": days, **found}


def visits_of(source: PollutionSource, user: User) -> QuerySet[Inspection]:
    """Visits of the source that the person may see, newest first."""
    rows = Inspection.objects.visible_to(user).filter(source=source).with_media()
    rows = rows.annotate(finding_count=Count("findings", distinct=True))
    return rows.select_related("by", "checklist", "visitor_grid").order_by("-at", "-pk")


def nearby(
    user: User, scheme: GridScheme, *, lon: float, lat: float, within_m: int, most: int = 60
) -> list[tuple[PollutionSource, int]]:
    """(source, metres), nearest first; only sources with a position."""
    rows = PollutionSource.objects.visible_to(user).on_register()
    rows = rows.filter(box(lon, lat, within_m), scheme=scheme).select_related("grid")
    return nearest(rows, lon, lat, within_m)[:most]


def similar(
    user: User,
    scheme: GridScheme,
    *,
    name: str,
    address: str = "",
    lon: float | None = None,
    lat: float | None = None,
    besides: int = 0,
) -> list[tuple[PollutionSource, str]]:
    """(source, why): likely the same as the one being registered; by name, address, 200 m."""
    seen = PollutionSource.objects.visible_to(user).on_register().filter(scheme=scheme)
    rows = seen.exclude(pk=besides).select_related("grid").order_by("pk")[:MOST_COMPARED]
    reasons = ((source, _why(source, name.strip(), address.strip(), lon, lat)) for source in rows)
    return [(source, why) for source, why in reasons if why][:6]


def _why(
    source: PollutionSource, name: str, address: str, lon: float | None, lat: float | None
) -> str:
    metres = None
    if None not in (lon, lat, source.lon, source.lat):
        metres = distance_m(lon, lat, source.lon, source.lat)  # type: ignore[arg-type]
    near = metres is not None and metres <= SIMILAR_M
    if name and alike(name, source.name):
        return f"名称相近，相距 {metres:.0f} 米" if near else "名称相近"
    if address and address == source.address:
        return "地址相同"
    return f"相距 {metres:.0f} 米" if near else ""


def alike(one: str, other: str) -> bool:
    """Two names that contain each other or share half of their pairs of characters."""
    if one in other or other in one:
        return min(len(one), len(other)) >= 2
    pairs, others = _pairs(one), _pairs(other)
    most = max(len(pairs), len(others))
    return most > 0 and len(pairs & others) / most >= SIMILAR_SHARE


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
