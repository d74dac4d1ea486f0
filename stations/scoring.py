"""From a unit's station days to its line in a ranking, with the working as plain data. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from stations import aqi
from stations.composite import composite_limit
from stations.ranking import (
    DAY_ITEMS,
    Participation,
    WeekAir,
    is_valid_day,
    unit_day,
    week_air,
)
from stations.standards import Basis, LimitSet, RuleSet, rule_set_on

StationDay = Mapping[str, Any]


@dataclass(frozen=True)
class UnitAir:
    """A unit's air of a period. `value`: composite index, for a day the AQI; None: not ranked."""

    participation: Participation
    value: Decimal | None
    proof: dict[str, Any]


def day_values(row: StationDay) -> dict[str, Decimal | None]:
    """The published figures of one stored day by `DAY_ITEMS`: µg/m³, CO mg/m³."""
    whole = {item: row[f"{item}_ugm3"] for item in DAY_ITEMS if item != "co"}
    values = {item: None if n is None else Decimal(n) for item, n in whole.items()}
    tenths = row["co_mgm3_x10"]
    return {**values, "co": None if tenths is None else Decimal(tenths) / 10}


def unit_days(
    days: Sequence[date], stations: Mapping[str, Mapping[date, StationDay]]
) -> list[dict[str, Any]]:
    """For each day: the unit's values and the stations they are means of (station code → row)."""
    found = []
    for on in days:
        rows = {code: rows[on] for code, rows in stations.items() if on in rows}
        values = unit_day([day_values(row) for row in rows.values()])
        found.append(
            {
                "on": on.isoformat(),
                "is_valid": is_valid_day(values),
                "values": _shown(values),
                "stations": {
                    code: {**_shown(day_values(row)), "aqi": row["aqi"]}
                    for code, row in rows.items()
                },
                "_values": values,
            }
        )
    return found


def week(days: list[dict[str, Any]], *, rules: RuleSet, at_least: int) -> UnitAir:
    """周综合指数 of a unit and its working; consumes what `unit_days` gave."""
    found = week_air(
        [day.pop("_values") for day in days], limit_set=rules.limit_set, at_least=at_least
    )
    index = found.composite
    return UnitAir(
        participation=found.participation,
        value=index.index if index else None,
        proof={"days": days, **_week_proof(found, rules.limit_set)},
    )


def _week_proof(found: WeekAir, limit_set: LimitSet) -> dict[str, Any]:
    terms = []
    for name, part in (found.composite.parts if found.composite else {}).items():
        terms.append(
            {
                "pollutant": name,
                "concentration": str(found.concentrations[name]),
                "limit": composite_limit(name, limit_set),
                "part": str(part),
            }
        )
    return {"concentrations": _shown(found.concentrations), "terms": terms}


def day(days: list[dict[str, Any]]) -> UnitAir:
    """日 AQI of a unit; it takes part with a day that has all six."""
    [only] = days
    values = only.pop("_values")
    rules = rule_set_on(date.fromisoformat(only["on"]))
    found = aqi.assess(values, edition=rules.edition, basis=Basis.DAY)
    is_valid = only["is_valid"]
    reason = "" if is_valid else "当日六项不全，不参与排名"
    return UnitAir(
        participation=Participation(int(is_valid), is_valid, reason),
        value=Decimal(found.aqi) if is_valid and found.aqi is not None else None,
        proof={
            "days": days,
            "iaqi": {name: part for name, part in found.iaqi.items() if part is not None},
            "primary": list(found.primary),
        },
    )


def _shown(values: Mapping[str, Decimal | None]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in values.items()}
