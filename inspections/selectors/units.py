"""Figures of units for the weekly score."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from grids.models import Grid, GridScheme
from tasks.models import Task


def settled_by_unit(
    scheme: GridScheme, units: list[Grid], since: date, until: date
) -> dict[int, int]:
    """执法办案: problems that units found and settled themselves, closed since–until.

    Both days count, Beijing time. A unit's own: found by it or below it, handled there too;
    a problem found twice counts once.
    """
    start = timezone.make_aware(datetime.combine(since, time.min))
    end = timezone.make_aware(datetime.combine(until, time.max))
    closed = Task.objects.filter(scheme=scheme, closed_at__gte=start, closed_at__lte=end)
    return {unit.pk: closed.filter(**_inside(unit)).distinct().count() for unit in units}


def _inside(unit: Grid) -> dict[str, Any]:
    """Conditions on a task: handled in the unit, found on a visit made on the unit's behalf."""
    span = {"tree_id": unit.tree_id, "lft__gte": unit.lft, "lft__lte": unit.rght}
    sides = ("grid", "findings__inspection__visitor_grid")
    return {f"{side}__{key}": value for side in sides for key, value in span.items()}
