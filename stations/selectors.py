"""Reads of the air side that others ask for: now, late, rankings, streaks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, Prefetch, Q, QuerySet

from grids.models import Grid, GridScheme, User
from grids.selectors import rule
from stations import aqi, hours
from stations.models import HourlyReading, Ranking, RankingLine, Station
from stations.periods import Period
from stations.standards import BEIJING, POLLUTANTS, Basis, Edition, day_of_hour, edition_on
from stations.validity import mean
from stations.vector import pollutants_in

LATE = {"late": 2, "alarm": 4, "silent": 24}
"""Hours behind the clock: 迟到 from `late`, alarm from `alarm`, 离线 from `silent` (a rule)."""
_FRESH = timedelta(hours=3)
_LOOK_BACK = (timedelta(hours=26), timedelta(days=40))
HAS_VALUE = ~Q(**dict.fromkeys(hours.COLUMNS))


def late_rule(scheme: GridScheme, at: datetime) -> dict[str, int]:
    return {**LATE, **(rule(scheme, "station_late", at.astimezone(BEIJING).date()) or {})}


@dataclass(frozen=True)
class Live:
    """A station as of a moment. `lag` in whole hours behind the clock; None: no data at all."""

    station: Station
    reading: HourlyReading | None
    lag: int | None
    state: str

    @property
    def primary(self) -> tuple[str, ...]:
        return pollutants_in(self.reading.primary_bits) if self.reading else ()

    @property
    def is_current(self) -> bool:
        return self.state == "ONLINE"


STATES = {"ONLINE": "在线", "LATE": "迟到", "SILENT": "离线", "NONE": "无数据"}


def live(stations: Iterable[Station], at: datetime, limits: Mapping[str, int] = LATE) -> list[Live]:
    """Each station with its newest hour that has any value."""
    chosen = list(stations)
    newest = newest_hours(chosen, at)
    wanted = Q(station__in=[])
    for moment in set(newest.values()):
        ids = [pk for pk, when in newest.items() if when == moment]
        wanted |= Q(hour_ending_at=moment, station__in=ids)
    rows = {row.station_id: row for row in HourlyReading.objects.filter(wanted)} if newest else {}
    now = hours.hour_number(at)
    return [_live(station, rows.get(station.pk), now, limits) for station in chosen]


def newest_hours(stations: Iterable[Station], at: datetime) -> dict[int, datetime]:
    """By station id the newest hour with any value, up to `at` and forty days back."""
    missing = {station.pk for station in stations}
    found: dict[int, datetime] = {}
    for back in _LOOK_BACK:  # nearly all have one in the last day
        rows = HourlyReading.objects.filter(
            HAS_VALUE,
            hour_ending_at__gt=at - back,
            hour_ending_at__lte=at + timedelta(hours=1),
            station__in=missing,
        )
        latest = rows.values_list("station_id").annotate(newest=Max("hour_ending_at"))
        found |= dict(latest)
        missing -= found.keys()
        if not missing:
            break
    return found


def _live(
    station: Station, reading: HourlyReading | None, now: int, limits: Mapping[str, int]
) -> Live:
    if reading is None:
        return Live(station, None, None, "NONE")
    lag = now - hours.hour_number(reading.hour_ending_at)
    state = "ONLINE" if lag < limits["late"] else "LATE" if lag < limits["silent"] else "SILENT"
    return Live(station, reading, lag, state)


def scheme_stations(scheme: GridScheme, at: datetime) -> list[Station]:
    """Standing stations of a scheme in the order of the tree."""
    stations = Station.objects.open_on(at.astimezone(BEIJING).date()).filter(scheme=scheme)
    return list(stations.select_related("grid").order_by("grid__tree_id", "grid__lft", "code"))


def late_stations(scheme: GridScheme, at: datetime) -> list[Live]:
    """迟到 and 离线 stations, the longest silence first."""
    found = live(scheme_stations(scheme, at), at, late_rule(scheme, at))
    behind = [item for item in found if item.state in {"LATE", "SILENT"}]
    return sorted(behind, key=lambda item: -(item.lag or 0))


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
