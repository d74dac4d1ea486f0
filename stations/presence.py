"""Which stations speak as of a moment, which are late, silent or under maintenance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q

from grids.models import GridScheme, SchemeRule
from grids.selectors import valid_q
from stations import hours
from stations.models import HourlyReading, Station, StationLog
from stations.standards import BEIJING
from stations.upkeep import Span, Upkeep, upkeep
from stations.vector import pollutants_in

LATE = {"late": 2, "alarm": 4, "silent": 24, "maintenance": 48}
"""Hours behind the clock: 迟到 from `late`, alarm from `alarm`, 离线 from `silent`; a registered
maintenance explains at most `maintenance` hours of silence (rule `station_late`)."""
STATES = {
    "ONLINE": "在线",
    "LATE": "迟到",
    "SILENT": "离线",
    "MAINTENANCE": "维护",
    "NONE": "无数据",
}
BEHIND = frozenset({"LATE", "SILENT"})
HAS_VALUE = ~Q(**dict.fromkeys(hours.COLUMNS))
_LOOK_BACK = (timedelta(hours=26), timedelta(days=40))


def late_rules(schemes: Iterable[int], at: datetime) -> dict[int, dict[str, int]]:
    """By scheme id, as they stand on the day; one query."""
    wanted = set(schemes)
    on = at.astimezone(BEIJING).date()
    rows = SchemeRule.objects.filter(valid_q(on), scheme__in=wanted, key="station_late")
    given = {row.scheme_id: row.value for row in rows.order_by("valid_from")}
    return {pk: {**LATE, **(given.get(pk) or {})} for pk in wanted}


def late_rule(scheme: GridScheme, at: datetime) -> dict[str, int]:
    return late_rules([scheme.pk], at)[scheme.pk]


@dataclass(frozen=True)
class Live:
    """A station as of a moment. `lag` in whole hours behind the clock; None: no data at all.

    `is_current`: the newest value is not late, whatever the state; `upkeep`: the maintenance
    registered since that value, also one that explains nothing any more.
    """

    station: Station
    reading: HourlyReading | None
    lag: int | None
    state: str
    is_current: bool
    upkeep: Upkeep | None = None

    @property
    def primary(self) -> tuple[str, ...]:
        return pollutants_in(self.reading.primary_bits) if self.reading else ()

    @property
    def upkeep_until(self) -> datetime | None:
        """Up to when the maintenance under way counts; None in every other state."""
        if self.upkeep is None or self.state != "MAINTENANCE":
            return None
        ends = (self.upkeep.until_at, self.upkeep.limit_at)
        return min(end for end in ends if end is not None)

    @property
    def is_over_long(self) -> bool:
        """A maintenance is still registered as under way, but explains nothing any more."""
        return self.upkeep is not None and self.upkeep.is_running and self.upkeep.is_expired

    @property
    def is_missing(self) -> bool:
        """Without an hour in time and without a maintenance that explains it."""
        return not self.is_current and self.state != "MAINTENANCE"


def live(stations: Iterable[Station], at: datetime) -> list[Live]:
    """Each station with its newest hour that has any value, judged by the rule of its scheme."""
    chosen = list(stations)
    newest = newest_hours(chosen, at)
    wanted = Q(station__in=[])
    for moment in set(newest.values()):
        ids = [pk for pk, when in newest.items() if when == moment]
        wanted |= Q(hour_ending_at=moment, station__in=ids)
    rows = {row.station_id: row for row in HourlyReading.objects.filter(wanted)} if newest else {}
    limits = late_rules((station.scheme_id for station in chosen), at)
    spans = maintenance(chosen, at)
    return [
        _live(one, rows.get(one.pk), at, limits[one.scheme_id], spans.get(one.pk, ()))
        for one in chosen
    ]


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


def maintenance(stations: Iterable[Station], at: datetime) -> dict[int, list[Span]]:
    """By station id the 仪器维护 entries of the last forty days that have begun; one query."""
    rows = StationLog.objects.filter(
        Q(until_at=None) | Q(until_at__gt=at - _LOOK_BACK[-1]),
        kind=StationLog.Kind.INSTRUMENT,
        station__in=[station.pk for station in stations],
        from_at__lte=at,
    )
    found: dict[int, list[Span]] = {}
    for pk, from_at, until_at in rows.values_list("station_id", "from_at", "until_at"):
        found.setdefault(pk, []).append(Span(from_at, until_at))
    return found


def _live(
    station: Station,
    reading: HourlyReading | None,
    at: datetime,
    limits: Mapping[str, int],
    spans: Iterable[Span],
) -> Live:
    newest = reading.hour_ending_at if reading else None
    kept = upkeep(spans, at=at, newest=newest, longest=limits["maintenance"])
    lag = None if newest is None else hours.hour_number(at) - hours.hour_number(newest)
    state = "MAINTENANCE" if kept and kept.counts else _state(lag, limits)
    is_current = lag is not None and lag < limits["late"]
    return Live(station, reading, lag, state, is_current, kept)


def _state(lag: int | None, limits: Mapping[str, int]) -> str:
    if lag is None:
        return "NONE"
    return "ONLINE" if lag < limits["late"] else "LATE" if lag < limits["silent"] else "SILENT"


def scheme_stations(scheme: GridScheme, at: datetime) -> list[Station]:
    """Standing stations of a scheme in the order of the tree."""
    stations = Station.objects.open_on(at.astimezone(BEIJING).date()).filter(scheme=scheme)
    return list(stations.select_related("grid").order_by("grid__tree_id", "grid__lft", "code"))


def behind(found: Iterable[Live]) -> list[Live]:
    """迟到 and 离线, the longest silence first; not those under maintenance."""
    late = [item for item in found if item.state in BEHIND]
    return sorted(late, key=lambda item: -(item.lag or 0))
