"""调度令 and other papers to named grids: a text, who must sign, and the tasks it opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from notices import policies
from notices.models import Notice, Receipt
from notices.models.papers import PERIODIC
from notices.services.bulletins import root_of
from tasks.models import Task
from tasks.services import life

MOST_GRIDS = 300
MOST_TEXT = 5000


@dataclass(frozen=True)
class Work:
    """What a 调度令 asks of every grid: requirement and the moment by which."""

    requirement: str
    due_at: datetime
    category: str = Task.Category.OTHER


@transaction.atomic
def draft_order(
    scheme: GridScheme,
    *,
    kind: str,
    title: str,
    text: str,
    grids: Sequence[Grid],
    work: Work | None = None,
    by: User,
    at: datetime,
) -> Notice:
    """起草: a 调度令 needs `work` (W-76); 预警, 表扬, 批评 are papers without tasks."""
    root = root_of(scheme)
    policies.check(by, "draft_notice", root)
    _check(kind, title, text, grids, work, scheme, at)
    notice = Notice.objects.create(
        scheme=scheme,
        scheme_root=root,
        kind=kind,
        title=title.strip(),
        facts={"figures": [], "ranking": {}, "units": [], "overdue": [], "order": _data(work)},
        body=[{"heading": "", "paragraphs": [line for line in text.splitlines() if line.strip()]}],
        drafted_by=by,
        drafted_at=at,
    )
    Receipt.objects.bulk_create([Receipt(notice=notice, grid=grid) for grid in grids])
    return notice


def _data(work: Work | None) -> dict[str, Any]:
    if work is None:
        return {}
    return {
        "requirement": work.requirement.strip(),
        "due_at": work.due_at.isoformat(),
        "category": work.category,
    }


def _check(
    kind: str,
    title: str,
    text: str,
    grids: Sequence[Grid],
    work: Work | None,
    scheme: GridScheme,
    at: datetime,
) -> None:
    faults: dict[str, str] = {}
    if kind not in Notice.Kind.values or kind in PERIODIC:
        faults["kind"] = "请选择调度令、预警、表扬或批评"
    if not 0 < len(title.strip()) <= 160:
        faults["title"] = "请填写标题，最多 160 个字"
    if not 0 < len(text.strip()) <= MOST_TEXT:
        faults["text"] = f"请填写正文，最多 {MOST_TEXT} 个字"
    if not 0 < len(grids) <= MOST_GRIDS:
        faults["grids"] = f"请选择 1 到 {MOST_GRIDS} 个单位"
    if any(grid.scheme_id != scheme.pk for grid in grids):
        faults["grids"] = "只能选择本体系的单位"
    faults |= _faults_of(kind, work, at)
    if faults:
        raise Invalid("；".join(faults.values()) + "。", fields=faults)


def _faults_of(kind: str, work: Work | None, at: datetime) -> dict[str, str]:
    if kind != Notice.Kind.DISPATCH:
        return {}
    if work is None or not work.requirement.strip():
        return {"requirement": "调度令须写明要求"}
    if work.due_at <= at:
        return {"due_at": "时限须在现在之后"}
    return {}


def open_tasks(notice: Notice, *, by: User, at: datetime) -> list[Task]:
    """One task of kind 调度令 per receiving grid; a grid that has one already is left alone."""
    receipts = notice.receipts.filter(task=None).select_related("grid").order_by("grid__lft", "pk")
    return [_open_task(notice, receipt, by=by, at=at) for receipt in receipts]


def _open_task(notice: Notice, receipt: Receipt, *, by: User, at: datetime) -> Task:
    order = notice.facts["order"]
    due_at = parse_datetime(order["due_at"])
    if due_at is None or due_at <= at:
        raise Invalid("调度令的时限已经过去，请重新起草。", fields={"due_at": "请改时限"})
    task = life.register(
        scheme=notice.scheme,
        title=notice.title[:120],
        kind=Task.Kind.DISPATCH,
        category=order["category"],
        source=Task.Source.SUPERIOR,
        source_ref=f"notice:{notice.pk}",
        problem=notice.number,
        origin_grid=notice.scheme_root,
        by=by,
        at=at,
    )
    task = life.issue(
        task,
        grid=receipt.grid,
        requirement=order["requirement"],
        supervisor=str(by)[:80],
        deadline_kind=Task.DeadlineKind.MOMENT,
        due_at=due_at,
        override_reason=f"{notice.number}指定的单位",
        by=by,
        at=at,
    )
    receipt.task = task
    receipt.save(update_fields=["task"])
    return task
