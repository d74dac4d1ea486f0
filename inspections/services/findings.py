"""Findings become tasks: one finding, one task, in the same transaction (W-47)."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from grids import access
from grids.models import User
from inspections.models import HIDDEN_MODES, SUPERVISING_MODES, Finding, Inspection, Mode
from inspections.services.given import FindingGiven
from tasks import policies as task_policies
from tasks.models import Attachment, Task
from tasks.services import binding, life
from tasks.workflow import Action


def open_task(finding: Finding, given: FindingGiven, *, by: User, at: datetime) -> Task | None:
    """登记: open the task of a finding, settle it when it was fixed on the spot, or join one.

    None for a hazard (隐患) noted before it becomes a problem (Y2-03). Raises Invalid when the
    before/after pair of a problem fixed on the spot has not arrived.
    """
    if given.is_hazard:
        return None
    if given.join is not None:
        return _join(finding, given.join, by=by, at=at)
    task = _register(finding, by=by, at=at)
    _link(finding, task)
    if given.fixed_on_the_spot:
        life.settle(
            task,
            measures=given.measures,
            result="现场已纠正",
            attachments=_photos_of(finding),
            requirement=f"立即整改：{finding.title}",
            supervisor=_supervisor(finding.inspection, by, at),
            by=by,
            at=at,
        )
    return task


def _register(finding: Finding, *, by: User, at: datetime) -> Task:
    inspection = finding.inspection
    return life.register(
        scheme=inspection.scheme,
        title=_title(finding),
        problem=finding.detail,
        category=finding.category,
        source=_source_of(inspection),
        source_ref=f"inspection:{inspection.pk}",
        clause=finding.item.clause if finding.item else "",
        origin_grid=inspection.grid,
        place=_place_of(inspection),
        lon=inspection.lon,
        lat=inspection.lat,
        is_hidden=inspection.mode in HIDDEN_MODES,
        attachments=_photos_of(finding),
        facts={"visitor": inspection.visitor_grid_id},
        by=by,
        at=at,
    )


def _join(finding: Finding, task: Task, *, by: User, at: datetime) -> Task:
    """The same matter is reported already: the photo and the words go to that task."""
    photos = _photos_of(finding)
    binding.attach(task, photos, by=by)
    note = f"又有人反映：{finding.title}（照片 {len(photos)} 张）{finding.detail}"
    if task_policies.may(by, Action.COMMENT, task, at=at):
        life.comment(task, note=note, by=by, at=at)
    _link(finding, task)
    return task


def _link(finding: Finding, task: Task) -> None:
    finding.task = task
    finding.save(update_fields=["task"])


def _title(finding: Finding) -> str:
    """Source and problem, so that the ledger line says what and where."""
    source = finding.inspection.source
    if source is None or source.name in finding.title:
        return finding.title
    return f"{source.name}：{finding.title}"[:120]


def _source_of(inspection: Inspection) -> str:
    if inspection.mode in HIDDEN_MODES:
        return Task.Source.COVERT
    if inspection.mode in SUPERVISING_MODES:
        return Task.Source.SUPERVISE
    return Task.Source.QUICK if inspection.mode == Mode.QUICK else Task.Source.PATROL


def _place_of(inspection: Inspection) -> str:
    source = inspection.source
    if inspection.place or source is None:
        return inspection.place or inspection.station_code
    return source.address or source.name


def _supervisor(inspection: Inspection, by: User, at: datetime) -> str:
    """督办责任人 of what was fixed at once: the visitor's own post."""
    posts = access.posts_of(by, localdate(at)).filter(grid=inspection.visitor_grid)
    post = posts.first()
    return (f"{post.grid.name} {post.title}" if post else str(by))[:80]


def _photos_of(finding: Finding) -> list[Attachment]:
    return list(Attachment.objects.filter(inspection_photos__finding=finding).order_by("pk"))


@transaction.atomic
def reveal(inspection: Inspection, *, by: User, at: datetime) -> None:
    """Let the visited grid see the tasks of a covert visit, each with its event.

    Releasing the visit releases its tasks too: who may do the first may not fail at the second.
    """
    for finding in inspection.findings.exclude(task=None).select_related("task"):
        task = finding.task
        if task is None or not task.is_hidden:
            continue
        allowed = task_policies.may(by, Action.REVEAL, task, at=at)
        life.reveal(task, by=by if allowed else None, at=at)
