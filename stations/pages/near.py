"""The air where a person works: for the first page of the phone."""

from datetime import datetime

from django.db.models import QuerySet

from grids import access
from grids.models import Grid, GridScheme, User
from stations import presence
from stations.models import Station
from stations.pages.live import Row, values_of
from stations.standards import BEIJING

MOST = 3


def near(user: User, scheme: GridScheme, at: datetime) -> list[Row]:
    """At most three stations of the own grids; without one there, those of the smallest grid
    above that has any. Empty when the regime has no station."""
    on = at.astimezone(BEIJING).date()
    posts = access.posts_of(user, on).filter(grid__scheme=scheme).order_by("grid__lft", "pk")
    readable = Station.objects.readable_by(user).open_on(on).filter(scheme=scheme)
    for post in posts:
        stations = around(post.grid, readable.select_related("grid").order_by("code"))
        if stations:
            found = presence.live(stations, at)
            return [Row(one, values_of(one.reading)) for one in found]
    return []


def around(grid: Grid, stations: QuerySet[Station]) -> list[Station]:
    """At most three of `stations` in the grid, else in the smallest grid above that has any."""
    for place in [grid, *grid.get_ancestors(ascending=True)]:
        inside = stations.filter(
            grid__tree_id=place.tree_id, grid__lft__gte=place.lft, grid__rght__lte=place.rght
        )
        found = list(inside[:MOST])
        if found:
            return found
    return []
