"""巡查: record a visit with answers, findings and photos. Every visit is written here."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.timezone import localdate

from grids import access
from grids.errors import Refused
from grids.models import Grid, User
from inspections import policies
from inspections.models import (
    HIDDEN_MODES,
    Answer,
    Finding,
    Inspection,
    InspectionPhoto,
    PollutionSource,
    Sighting,
)
from inspections.services import checks, media, sites
from inspections.services import findings as finding_services
from inspections.services.given import FindingGiven, Visit, complete, verdict_of


@transaction.atomic
def record(visit: Visit, *, by: User, at: datetime) -> tuple[Inspection, bool]:
    """登记巡查: store the visit, open a task for each finding. (record, is it new).

    Sending the same `client_id` again changes nothing but takes in photos that have arrived
    since. Raises Invalid (422) with the item at fault, PermissionDenied (403), Refused (409)
    when the id belongs to somebody else's record.
    """
    known = Inspection.objects.select_for_update().filter(client_id=visit.client_id).first()
    if known is not None:
        return _again(known, by=by), False
    checks.check_right(visit, by=by)
    checks.check_content(visit)
    visit = complete(visit)
    inspection = _store(visit, by, at)
    rows = _findings(inspection, visit)
    _photos(inspection, visit, rows)
    media.claim(inspection, by=by)
    for finding, given in zip(rows, visit.findings, strict=True):
        finding_services.open_task(finding, given, by=by, at=at)
    if inspection.is_released:
        touch_source(inspection.source)
        sites.stop_if_failed(inspection, by=by, at=at)
    return inspection, True


def _again(known: Inspection, *, by: User) -> Inspection:
    if known.by_id != by.pk:
        raise Refused("这个编号的巡查记录属于另一位人员，请刷新页面后重新填写。")
    media.claim(known, by=by)
    return known


def visitor_grid_of(grid: Grid, *, by: User, at: datetime) -> Grid:
    """On whose behalf `by` visits: his deepest own post that covers the place."""
    line = grid.get_ancestors(include_self=True)
    own = access.posts_of(by, localdate(at)).filter(grid__in=line).order_by("-grid__level")
    post = own.first()
    return post.grid if post else grid


def _store(visit: Visit, by: User, at: datetime) -> Inspection:
    return Inspection.objects.create(
        client_id=visit.client_id,
        scheme=visit.grid.scheme,
        grid=visit.grid,
        visitor_grid=visitor_grid_of(visit.grid, by=by, at=at),
        mode=visit.mode,
        is_released=visit.mode not in HIDDEN_MODES,
        source=visit.source,
        station_code=visit.station_code,
        place=visit.place.strip(),
        lon=visit.lon,
        lat=visit.lat,
        accuracy_m=visit.accuracy_m,
        checklist=visit.checklist,
        note=visit.note.strip(),
        by=by,
        started_at=visit.started_at,
        device_at=visit.device_at,
        at=at,
    )


def _findings(inspection: Inspection, visit: Visit) -> list[Finding]:
    Answer.objects.bulk_create(
        Answer(
            inspection=inspection,
            item=given.item,
            verdict=verdict_of(given),
            value=given.value,
            note=given.note,
        )
        for given in visit.answers
    )
    rows = [
        _finding(inspection, given, sequence)
        for sequence, given in enumerate(visit.findings, start=1)
    ]
    return Finding.objects.bulk_create(rows)


def _finding(inspection: Inspection, given: FindingGiven, sequence: int) -> Finding:
    return Finding(
        inspection=inspection,
        sequence=sequence,
        title=given.title.strip()[:120],
        detail=given.detail.strip(),
        category=given.category,
        item=given.item,
        is_hazard=given.is_hazard,
        fixed_on_the_spot=given.fixed_on_the_spot,
    )


def _photos(inspection: Inspection, visit: Visit, findings: list[Finding]) -> None:
    """One row per photo that the record names, whether its file is here yet or not."""
    rows = {
        photo: InspectionPhoto(inspection=inspection, client_id=photo) for photo in visit.media()
    }
    for answer in visit.answers:
        for photo in answer.photos:
            rows[photo].item = answer.item
    for finding, given in zip(findings, visit.findings, strict=True):
        for photo in given.photos:
            rows[photo].finding = finding
            rows[photo].item = rows[photo].item or finding.item
    InspectionPhoto.objects.bulk_create(rows.values())


def touch_source(source: PollutionSource | None) -> None:
    """最近检查: the newest released visit; a hidden one must not show through the date."""
    if source is not None:
        released = source.inspections.filter(is_released=True)
        newest = released.aggregate(at=Max("at"))["at"]
        PollutionSource.objects.filter(pk=source.pk).update(last_visited_at=newest)


@transaction.atomic
def release(inspection: Inspection, *, by: User, at: datetime) -> Inspection:
    """公开: let the visited grid see a covert visit, and the tasks found on it (Y1-59, W-44)."""
    policies.check(by, "release", inspection.visitor_grid)
    row = Inspection.objects.select_for_update().get(pk=inspection.pk)
    if not row.is_released:
        row.is_released, row.released_by, row.released_at = True, by, at
        row.save(update_fields=["is_released", "released_by", "released_at"])
        finding_services.reveal(row, by=by, at=at)
        touch_source(row.source)
        sites.stop_if_failed(row, by=by, at=at)
    return row


@transaction.atomic
def note_sighting(inspection: Inspection, *, by: User, at: datetime) -> None:
    """Keeps who looked at a visit while it was hidden (W-44); nothing for a released one."""
    if inspection.is_released or by.pk == inspection.by_id:
        return
    row, created = Sighting.objects.get_or_create(
        inspection=inspection, user=by, defaults={"first_at": at, "last_at": at}
    )
    if not created:
        Sighting.objects.filter(pk=row.pk).update(last_at=at, times=F("times") + 1)
