"""目标余量: one target with the days behind its figures, its history, its course over the year."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from grids.models import Grid, GridScheme
from grids.selectors import quote
from stations import allowance, progress
from stations.models import Station, Target
from stations.periods import Kind, Period
from stations.standards import BEIJING, SYMBOLS, pollutant_of
from stations.statistics import area_days, day_aqi

_KINDS = {*allowance.CASCADE, Kind.DAY}
SYMBOL = {item: SYMBOLS[pollutant_of(item)] for item in ("so2", "no2", "pm10", "pm25", "co")}
SYMBOL["o3_8h"] = "O3 8h"


def page(target: Target, code: str, at: datetime) -> dict[str, Any]:
    """Everything the page of a target shows; `code` is the period of the list."""
    [found] = progress.of_targets([target], at)
    period = period_in(target, code, at)
    behind = days_behind(target, period, at)
    return {
        "target": target,
        "row": found,
        "period": period,
        "days": [day for day in behind if any(v is not None for v in day["values"].values())],
        "empty_days": sum(all(v is None for v in day["values"].values()) for day in behind),
        "item": item_of(target),
        "symbols": SYMBOL,
        "revisions": list(target.revisions.select_related("by").order_by("-at", "-pk")),
        "clause": quote(target.scheme, target.clause) if target.clause else None,
        "is_computed": progress.is_computed(target),
        "reports": sorted(
            target.reports.select_related("by"), key=lambda one: (one.as_of, one.at), reverse=True
        ),
        "spec": course(target, at),
        "stations": progress.stations_of(target),
    }


def item_of(target: Target) -> str:
    """The daily item that the target counts; "" for good days and the index."""
    return (
        progress.MEANS.get(target.indicator)
        or progress.PERCENTILES.get(target.indicator, ("", 0))[0]
    )


def days_behind(target: Target, period: Period, at: datetime) -> list[dict[str, Any]]:
    """The list behind a figure: the days of a period up to yesterday, newest first."""
    today = at.astimezone(BEIJING).date()
    days = area_days(progress.stations_of(target), period)
    found = []
    for on in reversed([day for day in period.days if day < today]):
        row = days.get(on, {})
        found.append({"on": on, "values": row, "aqi": day_aqi(row, on, None) if row else None})
    return found


def period_in(target: Target, code: str, at: datetime) -> Period:
    """The period asked for if it touches the target's year; otherwise the whole year."""
    year = Period.parse(f"{target.year or at.astimezone(BEIJING).year}")
    try:
        asked = Period.parse(code) if code else year
    except ValueError:
        return year
    is_inside = asked.last >= year.first and asked.first <= year.last
    return asked if is_inside and asked.kind in _KINDS else year


def course(target: Target, at: datetime) -> dict[str, Any]:
    """The mean (or the count of good days) from 1 January to each day, with the target's line."""
    now = at.astimezone(BEIJING).date()
    year = Period.parse(f"{target.year or now.year}")
    days = area_days(progress.stations_of(target), year)
    shown = [on for on in year.days if on < now and on in days]
    item, good = progress.MEANS.get(target.indicator), target.indicator in progress.GOOD
    data: list[float | None] = []
    total, count = Decimal(0), 0
    for on in shown:
        if good:
            aqi = day_aqi(days[on], on, None)
            count += aqi is not None and aqi <= 100
            data.append(count)
        elif item:
            value = days[on][item]
            total, count = total + (value or 0), count + (value is not None)
            data.append(round(float(total / count), 1) if count else None)
    name = "累计优良天数" if good else "年初以来平均"
    return {
        "kind": "line",
        "x": [f"{on:%m-%d}" for on in shown] if data else [],
        "x_title": "日期",
        "y_title": name,
        "unit": "天" if good else target.unit,
        "series": [{"name": name, "data": data}],
        "limits": []
        if target.indicator == Target.Indicator.GOOD_DAY_RATIO
        else [{"name": "目标", "value": float(target.value)}],
        "empty": "这类指标没有逐日累计曲线，见下面的逐日数据。" if shown else "还没有有效日值。",
    }


def subjects(scheme: GridScheme) -> tuple[QuerySet[Grid], QuerySet[Station]]:
    """Units with stations, and stations, that a target may be set for."""
    stations = Station.objects.filter(scheme=scheme, is_active=True)
    units = Grid.objects.filter(pk__in=stations.values("grid"), parent__isnull=False)
    return units.order_by("lft"), stations.order_by("code")
