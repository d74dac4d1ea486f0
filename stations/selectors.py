"""Reads of the air side that others ask for: the area now, rankings, streaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet

from grids.models import Grid, GridScheme, User
from stations import aqi, hours
from stations.models import HourlyReading, Ranking, RankingLine
from stations.periods import Period
from stations.presence import HAS_VALUE, LATE, scheme_stations
from stations.standards import BEIJING, POLLUTANTS, Basis, Edition, day_of_hour, edition_on
from stations.validity import mean

_FRESH = timedelta(hours=3)


@dataclass(frozen=True)
class AirNow:
    """全区 now: the stations' concentrations averaged first, then the index (HJ 633 4.2.2)."""

    at: datetime
    aqi: int | None
    category: str
    primary: tuple[str, ...]
    stations: int
    of: int
    is_late: bool
    values: dict[str, Decimal | None] = field(default_factory=dict)


def air_now(scheme: GridScheme, at: datetime, *, edition: Edition | None = None) -> AirNow | None:
    """The newest hour that half of the reporting stations have; None when nothing came in 3 hours
    of the newest value, and `is_late` when that hour is more than two behind the clock."""
    stations = scheme_stations(scheme, at)
    rows = HourlyReading.objects.filter(
        HAS_VALUE,
        station__in=[station.pk for station in stations],
        hour_ending_at__lte=at,
        hour_ending_at__gt=at - timedelta(hours=26),
    ).values("hour_ending_at", "station_id", "flags", "withdrawn_bits", *hours.COLUMNS)
    by_hour: dict[datetime, list[dict[str, Any]]] = {}
    for row in rows:
        by_hour.setdefault(row["hour_ending_at"], []).append(row)
    if not by_hour:
        return None
    chosen = _fullest(by_hour)
    return _averaged(chosen, by_hour[chosen], len(stations), at, edition)


def _fullest(by_hour: Mapping[datetime, list[Any]]) -> datetime:
    newest = max(by_hour)
    recent = [hour for hour in by_hour if newest - hour < _FRESH]
    most = max(len(by_hour[hour]) for hour in recent)
    return max(hour for hour in recent if 2 * len(by_hour[hour]) >= most)


def _averaged(
    hour: datetime,
    rows: list[dict[str, Any]],
    of: int,
    at: datetime,
    edition: Edition | None,
) -> AirNow:
    values: dict[str, Decimal | None] = {}
    for place, (name, column) in enumerate(zip(POLLUTANTS, hours.COLUMNS, strict=True)):
        given = [Decimal(row[column]) for row in rows if counts(row, place, column)]
        exact = mean(given)
        values[name] = None if exact is None else Decimal(round(exact)) / 1000
    chosen = edition or edition_on(day_of_hour(hour))
    found = aqi.assess(values, edition=chosen, basis=Basis.HOUR)
    return AirNow(
        at=hour.astimezone(BEIJING),
        aqi=found.aqi,
        category=found.level.category.label if found.level else "",
        primary=found.primary,
        stations=len(rows),
        of=of,
        is_late=hours.hour_number(at) - hours.hour_number(hour) >= LATE["late"],
        values=values,
    )


def counts(row: Mapping[str, Any], place: int, column: str) -> bool:
    """Whether one value of a stored hour enters statistics; `place` as in POLLUTANTS."""
    value, flags = row[column], row["flags"]
    is_out = bool(flags) and flags[place] in hours.EXCLUDED_MARKS
    return (
        value is not None and value >= 0 and not is_out and not row["withdrawn_bits"] >> place & 1
    )


# --- rankings ----------------------------------------------------------------------------------


def _with_lines(rankings: QuerySet[Ranking]) -> QuerySet[Ranking]:
    lines = RankingLine.objects.select_related("grid").order_by("pk")
    return rankings.select_related("scheme").prefetch_related(Prefetch("lines", queryset=lines))


def weekly(scheme: GridScheme, period: Period | str) -> Ranking | None:
    """The newest edition of a published ranking (week or day), with its lines in table order."""
    found = Ranking.objects.current().filter(scheme=scheme, period=str(period))
    return _with_lines(found).first()


def rankings_for(user: User | AnonymousUser, scheme: GridScheme, kind: str) -> QuerySet[Ranking]:
    """Published rankings of a kind, newest first, current editions only."""
    rows = Ranking.objects.visible_to(user).current().filter(scheme=scheme, kind=kind)
    return rows.order_by("-starts_on", "-pk")


@dataclass(frozen=True)
class UnitWeek:
    """One week of a unit. `is_bottom` None: 不参与排名, or no ranking was published."""

    period: str
    rank: int | None
    is_bottom: bool | None
    ranking_id: int | None


@dataclass(frozen=True)
class Streak:
    """连续后三位: `weeks` ranked weeks in a row up to the period; unranked ones do not count.

    `recent` are the last four weeks, oldest first.
    """

    grid: Grid
    weeks: int
    periods: tuple[str, ...]
    recent: tuple[UnitWeek, ...]

    @property
    def dots(self) -> str:
        """b bottom, g not, x no information: for the `dots` tag."""
        return "".join({True: "b", False: "g", None: "x"}[week.is_bottom] for week in self.recent)


def history(scheme: GridScheme, until: Period) -> dict[Grid, list[UnitWeek]]:
    """Every unit's weeks from its first ranking on, in time order and without gaps."""
    rankings = Ranking.objects.current().filter(
        scheme=scheme, kind=Ranking.Kind.WEEK, starts_on__lte=until.first
    )
    found: dict[Grid, dict[str, UnitWeek]] = {}
    lines = RankingLine.objects.filter(ranking__in=rankings).select_related("ranking", "grid")
    for line in lines.order_by("ranking__starts_on"):
        bottom = None if line.rank is None else line.is_bottom
        week = UnitWeek(line.ranking.period, line.rank, bottom, line.ranking_id)
        found.setdefault(line.grid, {})[week.period] = week
    return {grid: _without_gaps(weeks, until) for grid, weeks in found.items()}


def _without_gaps(weeks: Mapping[str, UnitWeek], until: Period) -> list[UnitWeek]:
    period, found = Period.parse(next(iter(weeks))), []
    while period.first <= until.first:
        found.append(weeks.get(period.code, UnitWeek(period.code, None, None, None)))
        period = period.following()
    return found


def streaks(scheme: GridScheme, period: Period | str) -> dict[Grid, Streak]:
    """Each unit's streak of bottom-three weeks as of a week (W-54, W-55)."""
    until = period if isinstance(period, Period) else Period.parse(period)
    return {grid: _streak(grid, weeks) for grid, weeks in history(scheme, until).items()}


def _streak(grid: Grid, weeks: list[UnitWeek]) -> Streak:
    run: list[str] = []
    for week in reversed(weeks):
        if week.is_bottom is False:
            break
        if week.is_bottom:
            run.append(week.period)
    return Streak(grid, len(run), tuple(reversed(run)), tuple(weeks[-4:]))
