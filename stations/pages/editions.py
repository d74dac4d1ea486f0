"""版本对照: any period under HJ 633-2012 and HJ 633-2026 side by side, day by day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from stations import hours, rankables
from stations.composite import composite
from stations.levels import LEVELS, Level, level_of
from stations.models import DailyAir, Station
from stations.periods import Period
from stations.ranking import period_concentrations
from stations.standards import Edition, LimitSet, edition_on
from stations.statistics import area_days, day_aqi
from stations.validity import good_day_percent

LIMIT_NAMES = {
    LimitSet.GB3095_2012: "GB 3095-2012",
    LimitSet.GB3095_2026_TRANSITION: "GB 3095-2026 过渡阶段",
    LimitSet.GB3095_2026_FINAL: "GB 3095-2026 最终阶段",
}


@dataclass(frozen=True)
class Day:
    """One day under both editions; None: that edition publishes none. `own` is the day's own."""

    on: date
    old: int | None
    new: int | None
    own: Edition

    @property
    def levels(self) -> tuple[Level | None, Level | None]:
        return tuple(None if aqi is None else level_of(aqi) for aqi in (self.old, self.new))  # type: ignore[return-value]

    @property
    def step(self) -> int:
        """Levels that 2026 is worse (+) or better (−); 0 also where one is missing."""
        old, new = self.levels
        return new.number - old.number if old and new else 0

    @property
    def better(self) -> int:
        return -self.step

    @property
    def is_changed(self) -> bool:
        return self.step != 0

    @property
    def lost_good(self) -> bool:
        """优良 before, no longer so."""
        return self.old is not None and self.new is not None and self.old <= 100 < self.new


def compare(stations: Sequence[Station], period: Period, until: date) -> dict[str, Any]:
    """Both editions over the days of a period up to `until`; one station by its own day values
    (with the highest hour of ozone), several by their mean."""
    days = _of_station(stations[0], period) if len(stations) == 1 else _of_area(stations, period)
    found = [day for day in days if day.on <= until]
    sides = [("HJ 633-2012", [d.old for d in found]), ("HJ 633-2026", [d.new for d in found])]
    return {
        "days": found,
        "changed": [day for day in found if day.is_changed],
        "lost": sum(day.lost_good for day in found),
        "sides": [_side(name, aqis) for name, aqis in sides],
        "levels": [
            (level, *(_count(aqis, level) for _, aqis in sides), *_shift(sides, level))
            for level in LEVELS
        ],
        "indices": _indices(stations, period, until),
        "spec": _chart(found),
    }


def _of_station(station: Station, period: Period) -> list[Day]:
    rows = DailyAir.objects.filter(station=station, on__range=(period.first, period.last))
    return [
        Day(
            row["on"],
            hours.reported_day(row, Edition.HJ633_2012)["aqi"],
            hours.reported_day(row, Edition.HJ633_2026)["aqi"],
            edition_on(row["on"]),
        )
        for row in rows.order_by("on").values(*rankables.DAY_FIELDS)
    ]


def _of_area(stations: Sequence[Station], period: Period) -> list[Day]:
    return [
        Day(
            on,
            day_aqi(values, on, Edition.HJ633_2012),
            day_aqi(values, on, Edition.HJ633_2026),
            edition_on(on),
        )
        for on, values in area_days(stations, period).items()
    ]


def _side(name: str, aqis: list[int | None]) -> dict[str, Any]:
    known = [aqi for aqi in aqis if aqi is not None]
    return {
        "name": name,
        "valid": len(known),
        "good": sum(aqi <= 100 for aqi in known),
        "percent": good_day_percent(aqis),
        "worst": max(known, default=None),
    }


def _count(aqis: list[int | None], level: Level) -> int:
    return Counter(level_of(aqi).number for aqi in aqis if aqi is not None)[level.number]


def _shift(sides: list[tuple[str, list[int | None]]], level: Level) -> tuple[int]:
    old, new = (_count(aqis, level) for _, aqis in sides)
    return (new - old,)


def _indices(
    stations: Sequence[Station], period: Period, until: date
) -> list[tuple[str, Decimal | None]]:
    """The composite index of the same days under each set of limits."""
    days = [row for on, row in area_days(stations, period).items() if on <= until]
    values = period_concentrations(days)
    return [
        (name, composite(values, limit_set=limits).index) for limits, name in LIMIT_NAMES.items()
    ]


def _chart(days: list[Day]) -> dict[str, Any]:
    return {
        "kind": "line",
        "x": [f"{day.on:%m-%d}" for day in days],
        "x_title": "日期",
        "y_title": "日 AQI",
        "series": [
            {"name": "HJ 633-2012", "data": [day.old for day in days], "dashed": True},
            {"name": "HJ 633-2026", "data": [day.new for day in days]},
        ],
        "limits": [{"name": "轻度污染", "value": 101}],
        "empty": "这个周期没有日值。",
    }
