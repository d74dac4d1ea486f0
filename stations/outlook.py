"""未来一周研判: the newest forecast of each day and the warning level it calls for (W-27)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from grids.errors import Invalid
from grids.models import Grid, GridScheme
from grids.selectors import rule_row
from stations import heavy
from stations.levels import AqiCategory, Level, level_of
from stations.models import Forecast
from stations.policies import root_of
from stations.standards import BEIJING
from stations.vector import pollutants_in

DAYS = 7
HEAVY = "heavy_pollution"
EDGE = [90, 110]


@dataclass(frozen=True)
class Rule:
    """A rule as it stands on a day; `is_example`: shipped or not yet confirmed."""

    value: Any
    clause: str = ""
    is_example: bool = True
    note: str = ""


@dataclass(frozen=True)
class Day:
    """One day of the outlook. `forecast` None: nobody forecast it.

    `is_edge`: the range touches 良–轻度污染 (W-33); `is_turn`: worse than the category before.
    """

    on: date
    forecast: Forecast | None
    is_edge: bool = False
    is_light: bool = False
    is_turn: bool = False
    is_apart: bool = False
    warning: heavy.WarningLevel | None = None

    @property
    def primary(self) -> tuple[str, ...]:
        return pollutants_in(self.forecast.primary_bits) if self.forecast else ()

    @property
    def levels(self) -> tuple[Level, ...]:
        """The categories that the range covers, milder first."""
        if self.forecast is None:
            return ()
        ends = level_of(self.forecast.aqi_low), level_of(self.forecast.aqi_high)
        return ends[:1] if ends[0] == ends[1] else ends


@dataclass(frozen=True)
class Proposal:
    """A warning that the forecast calls for; people decide.

    `lead_hours`: from the issue of the forecast to the first day's 00:00 (W-38), 0 when it has
    begun. `lifts_on` None: the forecast does not reach the end of it.
    """

    level: heavy.WarningLevel
    condition: str
    first: date
    last: date
    lifts_on: date | None
    lead_hours: int


@dataclass(frozen=True)
class Outlook:
    grid: Grid
    days: list[Day]
    proposals: list[Proposal]
    plan: heavy.Plan
    rule: Rule
    edge: list[int]
    edge_rule: Rule
    issued_at: datetime | None
    sources: list[str]


def outlook(scheme: GridScheme, grid: Grid | None, at: datetime) -> Outlook | None:
    """Seven days from today on, for the unit or, without one, for 全区. None without a root.

    Raises Invalid when the scheme's rule cannot be read.
    """
    unit = grid or root_of(scheme)
    if unit is None:
        return None
    first = at.astimezone(BEIJING).date()
    days = [first + timedelta(days=n) for n in range(DAYS)]
    found = newest(unit, days, at)
    rule, edge_rule = _rule(scheme, HEAVY, first), _rule(scheme, "near_pollution", first)
    plan = _plan(rule)
    edge = list((edge_rule.value or {}).get("edge", EDGE))
    row = [_counted(found.get(on), plan) for on in days]
    spells = heavy.spells(row, plan)
    return Outlook(
        grid=unit,
        days=_days(days, found, spells, plan, edge),
        proposals=[_proposal(spell, days, found) for spell in spells],
        plan=plan,
        rule=rule,
        edge=edge,
        edge_rule=edge_rule,
        issued_at=max((one.issued_at for one in found.values()), default=None),
        sources=sorted({one.source for one in found.values()}),
    )


def _plan(rule: Rule) -> heavy.Plan:
    try:
        return heavy.plan_from(rule.value or {})
    except ValueError as error:
        raise Invalid(str(error)) from error


def newest(grid: Grid, days: list[date], at: datetime) -> dict[date, Forecast]:
    """The last issue known at `at` for each day."""
    rows = Forecast.objects.filter(grid=grid, on__in=days, issued_at__lte=at)
    return {row.on: row for row in rows.order_by("issued_at", "pk")}


def _rule(scheme: GridScheme, key: str, on: date) -> Rule:
    row = rule_row(scheme, key, on)
    return Rule(row.value, row.clause, row.is_example, row.note) if row else Rule(None)


def _is_apart(forecast: Forecast, plan: heavy.Plan) -> bool:
    """Led by ozone alone, or by dust: dealt with apart from the warnings."""
    led_by = {"dust"} if forecast.is_dust else set(pollutants_in(forecast.primary_bits))
    return bool(led_by) and led_by <= plan.apart


def _counted(forecast: Forecast | None, plan: heavy.Plan) -> int | None:
    if forecast is None or _is_apart(forecast, plan):
        return None
    return forecast.aqi_high if plan.bound == "high" else forecast.aqi_low


def _days(
    days: list[date],
    found: dict[date, Forecast],
    spells: list[heavy.Spell],
    plan: heavy.Plan,
    edge: list[int],
) -> list[Day]:
    rows, before = [], None
    for place, on in enumerate(days):
        one = found.get(on)
        number = level_of(one.aqi_high).number if one else None
        rows.append(
            Day(
                on,
                one,
                is_edge=one is not None and heavy.is_edge(one.aqi_low, one.aqi_high, edge),
                is_light=one is not None and level_of(one.aqi_high).category not in _FINE,
                is_turn=bool(number and before and number > before),
                is_apart=one is not None and _is_apart(one, plan),
                warning=_warning(place, spells),
            )
        )
        before = number
    return rows


_FINE = (AqiCategory.EXCELLENT, AqiCategory.GOOD)


def _warning(place: int, spells: list[heavy.Spell]) -> heavy.WarningLevel | None:
    """One warning holds from its first to its last day, at its highest level."""
    for spell in spells:
        if spell.first <= place <= spell.last:
            return spell.top.condition.level
    return None


def _proposal(spell: heavy.Spell, days: list[date], found: dict[date, Forecast]) -> Proposal:
    first = days[spell.first]
    start = datetime.combine(first, time(), tzinfo=BEIJING)
    told = [found[on].issued_at for on in days[spell.first : spell.last + 1] if on in found]
    lead = start - max(told)
    return Proposal(
        level=spell.top.condition.level,
        condition=spell.top.condition.text,
        first=first,
        last=days[spell.last],
        lifts_on=None if spell.lifts is None else days[spell.lifts],
        lead_hours=max(0, int(lead.total_seconds()) // 3600),
    )
