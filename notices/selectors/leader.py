"""领导一页: one card for ten minutes a day; reads what others keep."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from grids import access
from grids.models import Grid, GridScheme, Role, User
from inspections.selectors.duties import DutyState, duty_states
from notices.models import Receipt, Summons
from notices.selectors.streaks import Streak, streaks
from notices.selectors.waiting import unsigned
from notices.selectors.week import newest
from stations.models import DailyAir, RankingLine, Station
from stations.periods import Period
from stations.progress import Progress, progress
from stations.statistics import items_label
from stations.vector import pollutants_in
from tasks.deadlines import beijing_date
from tasks.models import Task, TaskQuerySet
from tasks.selectors.lists import held_by
from tasks.workflow import State

LEADING = (Role.CHIEF, Role.MANAGER, Role.OFFICE)
MOST = 6


@dataclass(frozen=True)
class StationCard:
    """Yesterday of one station; `aqi` None: no valid day."""

    station: Station
    aqi: int | None
    primary: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """The unit's place in the last published week."""

    line: RankingLine
    period: Period
    streak: Streak


@dataclass(frozen=True)
class Leader:
    grid: Grid | None
    stations: list[StationCard]
    place: Place | None
    targets: list[Progress]
    late: list[Task]
    late_count: int
    big: list[Task]
    mine: list[Task]
    duties: list[DutyState]
    papers: list[Receipt]
    talks: list[Summons]


def leading_grid(user: User, scheme: GridScheme, at: datetime) -> Grid | None:
    """The highest grid of the regime that the person leads on that day."""
    posts = access.posts_of(user, beijing_date(at)).filter(grid__scheme=scheme, role__in=LEADING)
    first = posts.order_by("grid__level", "grid__lft", "pk").first()
    return first.grid if first else None


def leader(user: User, scheme: GridScheme, at: datetime) -> Leader:
    grid = leading_grid(user, scheme, at)
    late = _under(grid, scheme).overdue(at).select_related("grid").order_by("due_at", "pk")
    mine = held_by(user, at, scheme=scheme).select_related("grid").order_by("due_at", "pk")
    states = duty_states(user, scheme, beijing_date(at))
    return Leader(
        grid=grid,
        stations=_stations(user, grid, scheme, at),
        place=_place(grid, scheme) if grid else None,
        targets=[one for one in progress(scheme, at) if _concerns(one, grid, at)][:2],
        late=list(late[:MOST]),
        late_count=late.count(),
        big=list(_big(grid, scheme)[:MOST]),
        mine=list(mine[:MOST]),
        duties=[state for state in states if state.missing][:MOST],
        papers=list(unsigned(user, scheme, at)[:MOST]),
        talks=list(_talks(user, scheme)[:MOST]),
    )


def _under(grid: Grid | None, scheme: GridScheme) -> TaskQuerySet:
    tasks = Task.objects.single().filter(scheme=scheme, is_hidden=False)
    if grid is None:
        return tasks.none()
    return tasks.filter(
        grid__tree_id=grid.tree_id, grid__lft__gte=grid.lft, grid__lft__lte=grid.rght
    )


def _big(grid: Grid | None, scheme: GridScheme) -> QuerySet[Task]:
    """重大问题: listed or 重大 matters under me that are open."""
    tasks = _under(grid, scheme).open().filter(Q(is_listed=True) | Q(level=Task.Level.MAJOR))
    return tasks.exclude(state=State.REGISTERED).select_related("grid").order_by("due_at", "pk")


def _talks(user: User, scheme: GridScheme) -> QuerySet[Summons]:
    rows = Summons.objects.visible_to(user).filter(scheme=scheme)
    return rows.filter(state__in=("APPROVED", "HELD")).select_related("grid").order_by("-pk")


def _concerns(one: Progress, grid: Grid | None, at: datetime) -> bool:
    """Targets of this year that are measured, of the whole regime or of my own unit."""
    of_me = one.target.grid_id is None or (grid is not None and one.target.grid_id == grid.pk)
    return one.is_measured and of_me and one.target.year in (None, beijing_date(at).year)


def _stations(user: User, grid: Grid | None, scheme: GridScheme, at: datetime) -> list[StationCard]:
    """Stations of my unit and those where I hold a station post."""
    held = Q(posts__user=user, posts__until_on=None)
    below = Q(pk__in=[])
    if grid is not None and grid.parent_id is not None:
        below = Q(grid__tree_id=grid.tree_id, grid__lft__gte=grid.lft, grid__lft__lte=grid.rght)
    stations = Station.objects.filter(held | below, scheme=scheme, is_active=True).distinct()
    chosen = list(stations.order_by("code")[:MOST])
    on = beijing_date(at) - timedelta(days=1)
    days = {day.station_id: day for day in DailyAir.objects.filter(on=on, station__in=chosen)}
    return [_card(station, days.get(station.pk)) for station in chosen]


def _card(station: Station, day: DailyAir | None) -> StationCard:
    if day is None:
        return StationCard(station, None, ())
    primary = tuple(items_label(item) for item in pollutants_in(day.primary_bits))
    return StationCard(station, day.aqi, primary)


def _place(grid: Grid, scheme: GridScheme) -> Place | None:
    ranking = newest(scheme)
    if ranking is None:
        return None
    line = ranking.lines.filter(grid=grid).select_related("ranking", "grid").first()
    if line is None:
        return None
    runs = streaks(scheme, ranking.period)
    return Place(line, Period.parse(ranking.period), runs.get(grid.pk, Streak()))
