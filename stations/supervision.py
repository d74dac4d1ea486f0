"""督查 part of a weekly score: what the tasks of a unit say about a period (W-53)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from grids.models import Grid
from stations.periods import Period
from stations.standards import BEIJING
from tasks.selectors.mishaps import mishaps


@dataclass
class Supervision:
    """Counts of one unit and everything below it; fewer is better."""

    overdue: int = 0
    refused: int = 0
    rebounds: int = 0
    found: int = 0

    @property
    def total(self) -> int:
        return self.overdue + self.refused + self.rebounds + self.found

    def as_proof(self) -> dict[str, int]:
        return asdict(self) | {"total": self.total}


LABELS = {"overdue": "逾期", "refused": "验收退回", "rebounds": "反弹", "found": "督查发现"}


def bounds(period: Period) -> tuple[datetime, datetime]:
    """The period's first moment and the first one after it, Beijing time."""
    start = datetime.combine(period.first, time(), tzinfo=BEIJING)
    return start, datetime.combine(period.last + timedelta(days=1), time(), tzinfo=BEIJING)


def of_units(units: Iterable[Grid], period: Period) -> dict[int, Supervision]:
    """By grid id. Matters not yet revealed (暗访) are left out until they are."""
    listed = list(units)
    counts = {unit.pk: Supervision() for unit in listed}
    for scheme in {unit.scheme for unit in listed}:
        for mishap in mishaps(scheme, *bounds(period)):
            for unit in listed:
                if mishap.counts_for(unit):
                    counts[unit.pk].__dict__[mishap.kind] += 1
    return counts
