"""Ties stored files to the task and the feedback card that they prove."""

from collections.abc import Iterable

from grids.errors import Refused
from grids.models import User
from tasks.models import Attachment, FeedbackCard, Task


def attach(
    task: Task,
    attachments: Iterable[Attachment],
    *,
    by: User | None,
    card: FeedbackCard | None = None,
) -> list[Attachment]:
    """Binds each file once. Refused when one already belongs to another matter, or when
    somebody else uploaded it."""
    rows = list(
        Attachment.objects.select_for_update().filter(pk__in=[one.pk for one in attachments])
    )
    for row in rows:
        if row.task_id not in (None, task.pk):
            raise Refused("有附件已经属于另一件任务，请重新拍摄或上传。")
        if row.task_id is None and by is not None and row.uploaded_by_id != by.pk:
            raise Refused("有附件由别人上传，不能作为您的佐证。")
    bound = {"task": task, "grid": task.grid or task.origin_grid}
    if card is not None:
        bound["card"] = card
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).update(**bound)
    return rows
