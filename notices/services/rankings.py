"""发布排名: one way for the Monday job, the page and the API, always with every part (W-53)."""

from datetime import datetime

from grids.models import GridScheme, User
from inspections.selectors import settled_by_unit
from stations import rankables
from stations.models import Ranking
from stations.periods import Kind, Period
from stations.services import ranking
from stations.services.drafts import Draft


def preview(scheme: GridScheme, period: Period) -> Draft:
    """What `publish` would give now; nothing is stored."""
    return ranking.preview(scheme, period, enforcement=settled(scheme, period))


def publish(scheme: GridScheme, period: Period, *, by: User | None, at: datetime) -> Ranking:
    """Once per period; a repeated call returns what was published. `by` None is the job.

    Raises PermissionDenied, and Refused before the period has ended or without units.
    """
    given = settled(scheme, period)
    return ranking.publish(scheme, period, by=by, at=at, enforcement=given)


def settled(scheme: GridScheme, period: Period) -> dict[int, int] | None:
    """执法办案 by grid id: what units found and settled themselves. None: weeks only have it."""
    if period.kind is not Kind.WEEK:
        return None
    units = [unit.grid for unit in rankables.units(scheme, period)]
    return settled_by_unit(scheme, units, period.first, period.last)
