"""责任单位: its stations now, its weekly places, streak, targets and open matters."""

from datetime import datetime
from typing import Any

from grids.models import Grid, User
from stations import presence, progress, selectors
from stations.models import Ranking, RankingLine, Station, Target
from stations.pages.live import Row, values_of
from stations.periods import Kind, Period
from stations.standards import BEIJING
from tasks.models import Task

WEEKS = 26


def page(grid: Grid, user: User, at: datetime) -> dict[str, Any]:
    """Everything the page of a ranked unit shows."""
    on = at.astimezone(BEIJING).date()
    last = Period.containing(Kind.WEEK, on).previous()
    stations = list(Station.objects.open_on(on).filter(grid=grid).select_related("grid"))
    found = presence.live(stations, at)
    lines = places(grid)
    targets = Target.objects.filter(scheme=grid.scheme, is_withdrawn=False)
    own = targets.filter(grid=grid) | targets.filter(station__grid=grid)
    below = Task.objects.visible_to(user).filter(
        grid__tree_id=grid.tree_id, grid__lft__gte=grid.lft, grid__lft__lte=grid.rght
    )
    return {
        "unit": grid,
        "rows": [Row(item, values_of(item.reading)) for item in found],
        "streak": selectors.streaks(grid.scheme, last).get(grid),
        "lines": lines,
        "spec": chart(lines),
        "targets": progress.of_targets(
            own.select_related("grid", "station", "scheme").order_by("-year", "code"), at
        ),
        "open": below.open().count(),
        "overdue": below.overdue(at).count(),
        "recent": list(below.select_related("grid").order_by("-registered_at", "-pk")[:8]),
    }


def places(grid: Grid) -> list[RankingLine]:
    """Its lines of the newest published weeks, newest first."""
    current = Ranking.objects.current().filter(scheme=grid.scheme_id, kind=Ranking.Kind.WEEK)
    rows = RankingLine.objects.filter(grid=grid, ranking__in=current).select_related("ranking")
    return list(rows.order_by("-ranking__starts_on")[:WEEKS])


def chart(lines: list[RankingLine]) -> dict[str, Any]:
    """Rank and weekly index over time; a week without a place is a gap."""
    ordered = lines[::-1]
    return {
        "kind": "line",
        "x": [Period.parse(line.ranking.period).short for line in ordered],
        "x_title": "周",
        "y_title": "名次（越小越好）",
        "series": [{"name": "名次", "data": [line.rank for line in ordered]}],
        "empty": "还没有发布过周排名。",
    }
