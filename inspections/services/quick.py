"""快速上报: one photo, one tap, one task; or one more voice for a task that exists."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grids.errors import Invalid
from grids.models import Grid, User
from inspections.models import Inspection, Mode
from inspections.services import visits
from inspections.services.given import FindingGiven, Visit
from tasks.models import Task


@dataclass(frozen=True)
class Report:
    """What was seen, where (WGS-84 degrees, metres), with at least one photo (client ids).

    `join` is the task that already holds the matter; None opens a new one.
    """

    client_id: UUID
    grid: Grid
    title: str
    category: str
    photos: tuple[UUID, ...]
    detail: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    device_at: datetime | None = None
    is_hazard: bool = False
    join: Task | None = None

    def as_visit(self) -> Visit:
        finding = FindingGiven(
            title=self.title,
            category=self.category,
            detail=self.detail,
            photos=self.photos,
            is_hazard=self.is_hazard,
            join=self.join,
        )
        return Visit(
            client_id=self.client_id,
            grid=self.grid,
            mode=Mode.QUICK,
            place=self.place.strip() or self.grid.name,
            lon=self.lon,
            lat=self.lat,
            accuracy_m=self.accuracy_m,
            findings=(finding,),
            device_at=self.device_at,
        )


def report(given: Report, *, by: User, at: datetime) -> tuple[Inspection, bool]:
    """上报: (record, is it new). Repeating it is harmless.

    Raises Invalid without a photo, and what `visits.record` raises.
    """
    if not given.photos:
        raise Invalid("请拍一张照片再上报。", fields={"photos": "须有一张照片"})
    if given.join is not None and given.join.scheme_id != given.grid.scheme_id:
        raise Invalid("要并入的任务不属于这个体系。", fields={"join": "请重新选择"})
    return visits.record(given.as_visit(), by=by, at=at)
