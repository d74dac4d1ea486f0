"""Who may see which evidence, and what a person should notice about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q, QuerySet

from grids import access
from grids.geo import distance_m
from grids.models import User
from tasks import plan_flow
from tasks.models import Attachment, Plan, Task

FAR_M = 500
"""A place fix further from the matter than this is pointed out, never refused."""
EARLY = timedelta(hours=24)


def visible_to(user: User) -> QuerySet[Attachment]:
    """Files of tasks that I may see, my own, unattached ones filed for my grids, and
    the documents of plans in force in my regimes (企业 have no plans)."""
    rows = Attachment.objects.all()
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    if user.is_superuser:
        return rows
    seen = Task.objects.visible_to(user).values("pk")
    regimes = access.grids_for(user, access.REPORT).values("scheme")
    public = Plan.objects.filter(state__in=plan_flow.PUBLIC, scheme__in=regimes)
    papers = Plan.attachments.through.objects.filter(plan__in=public).values("attachment")
    loose = Q(task=None) & Q(grid__in=access.grids_for(user, access.VIEW).values("pk"))
    return rows.filter(Q(task__in=seen) | Q(uploaded_by=user) | loose | Q(pk__in=papers))


def may_have_original(user: User, row: Attachment) -> bool:
    """The original with its Exif: for who sent it and for the side that judges."""
    if user.is_superuser or row.uploaded_by_id == user.pk:
        return True
    task = row.task
    grid = (task.issuer_grid or task.origin_grid) if task else row.grid
    return access.holds(user, access.OVERSEE, grid)


@dataclass
class Shown:
    """A file as a page shows it: distance to the matter in metres, and hints for the eye."""

    row: Attachment
    distance: int | None = None
    hints: list[str] = field(default_factory=list)


def shown(task: Task, rows: Iterable[Attachment]) -> list[Shown]:
    """With distance and hints; one query for all look-alikes. Hints are never a verdict."""
    return shown_many({task.pk: task}, rows)


def shown_many(tasks: dict[int, Task], rows: Iterable[Attachment]) -> list[Shown]:
    """The same for files of several tasks at once."""
    rows = list(rows)
    wanted = {signal["with"] for row in rows for signal in row.signals}
    earlier = Attachment.objects.filter(pk__in=wanted).select_related("task", "card")
    known = {row.pk: row for row in earlier} if wanted else {}
    found = []
    for row in rows:
        task = tasks[row.task_id] if row.task_id is not None else next(iter(tasks.values()))
        found.append(Shown(row, _distance(task, row), _hints(task, row, known)))
    return found


def _distance(task: Task, row: Attachment) -> int | None:
    if task.lon is None or task.lat is None or row.lon is None or row.lat is None:
        return None
    return round(distance_m(task.lon, task.lat, row.lon, row.lat))


def _hints(task: Task, row: Attachment, earlier: dict[int, Attachment]) -> list[str]:
    hints = [
        _likeness(task, signal["kind"], earlier[signal["with"]])
        for signal in row.signals[:1]
        if signal["with"] in earlier and not _is_own_before(row, earlier[signal["with"]])
    ]
    distance = _distance(task, row)
    if distance is not None and distance > FAR_M:
        hints.append(f"定位离现场 {distance} 米，请留意")
    if row.exif_at is not None and row.exif_at < task.registered_at - EARLY:
        hints.append("拍摄时间早于问题登记，请留意")
    return hints


def _is_own_before(row: Attachment, other: Attachment) -> bool:
    """整改前 may well be the photo with which the same matter was found."""
    return row.purpose == "BEFORE" and other.task_id == row.task_id and other.purpose != "AFTER"


def _likeness(task: Task, kind: str, other: Attachment) -> str:
    word = "完全相同" if kind == "REUSED" else "相似度高"
    if other.task_id == task.pk:
        where = f"第 {other.card.round} 轮" if other.card else "登记时"
        return f"与{where}照片{word}，请留意"
    if other.task is None:
        return f"与之前上传的照片{word}，请留意"
    if _may_be_named(other.task, beside=task):
        return f"与 {other.task.number} 的照片{word}，请留意"
    return f"与其他任务的照片{word}，请留意"


def _may_be_named(other: Task, *, beside: Task) -> bool:
    """The number of another regime's matter, or of a 暗访, is not given away."""
    return other.scheme_id == beside.scheme_id and not other.is_hidden
