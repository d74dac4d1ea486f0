"""行动: what was done around a station while its values moved; apps above add their kinds.

Tasks are read here; visits and papers lie beside or above and `register` themselves when the
site starts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from grids.models import User
from stations.models import Station, StationLog
from tasks.models import Task


@dataclass(frozen=True)
class Intervention:
    """One act at one moment; `url` opens it."""

    at: datetime
    kind: str
    text: str
    url: str


Provider = Callable[[User, Station, datetime, datetime], Iterable[Intervention]]
_providers: list[Provider] = []
MOST = 60


def register(provider: Provider) -> None:
    """Once per kind; the same one again changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def between(user: User, station: Station, since: datetime, until: datetime) -> list[Intervention]:
    """Newest first, at most MOST; only what the person may see."""
    found = [
        one
        for provider in (of_tasks, of_works, *_providers)
        for one in provider(user, station, since, until)
        if since < one.at <= until
    ]
    return sorted(found, key=lambda one: (one.at, one.text), reverse=True)[:MOST]


def of_works(
    user: User, station: Station, since: datetime, until: datetime
) -> Iterable[Intervention]:
    """周边施工报备 of the station, from when the work began."""
    url = f"{reverse('stations:detail', args=[station.code])}#log"
    rows = station.logs.filter(kind=StationLog.Kind.WORKS, from_at__range=(since, until))
    for row in rows.order_by("-from_at", "-pk")[:MOST]:
        yield Intervention(row.from_at, "施工报备", row.work or row.note[:60], url)


def of_tasks(
    user: User, station: Station, since: datetime, until: datetime
) -> Iterable[Intervention]:
    """交办 and 销号 of matters of the station's grid and below, and of its alarms."""
    grid, span = station.grid, (since, until)
    here = Q(grid__tree_id=grid.tree_id, grid__lft__gte=grid.lft, grid__lft__lte=grid.rght)
    tasks = Task.objects.visible_to(user).filter(here | Q(alarms__station=station))
    moved = Q(issued_at__range=span) | Q(closed_at__range=span)
    for task in tasks.filter(moved).distinct().order_by("-issued_at", "-pk")[:MOST]:
        url = reverse("tasks:detail", args=[task.number])
        if task.issued_at:
            yield Intervention(task.issued_at, "交办", task.title, url)
        if task.closed_at:
            yield Intervention(task.closed_at, "销号", task.title, url)
