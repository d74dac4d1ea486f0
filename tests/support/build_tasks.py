"""Builders around tasks: everything goes through the services, as people do it."""

import hashlib
import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from build import NOON
from grids.models import Grid, GridScheme, User
from tasks.models import Attachment, Task
from tasks.services import life

REQUIREMENT, SUPERVISOR = "裸露黄土全覆盖，出入车辆冲洗。", "市网格办 督查组"


def make_registered(
    scheme: GridScheme, grid: Grid, by: User | None, *, at: datetime = NOON, **over: Any
) -> Task:
    values: dict[str, Any] = {
        "title": "城北在建工地裸露黄土未覆盖",
        "category": Task.Category.BARE_SOIL,
        "source": Task.Source.PATROL,
    }
    return life.register(scheme=scheme, origin_grid=grid, by=by, at=at, **values | over)


def make_issued(task: Task, grid: Grid, by: User, *, at: datetime = NOON, **over: Any) -> Task:
    values: dict[str, Any] = {
        "requirement": REQUIREMENT,
        "supervisor": SUPERVISOR,
        "deadline_kind": Task.DeadlineKind.WORKDAYS,
        "deadline_amount": 3,
    }
    return life.issue(task, grid=grid, by=by, at=at, **values | over)


def make_photo(by: User, purpose: str = "AFTER", *, at: datetime = NOON, **over: Any) -> Attachment:
    """A row without a file: enough for the workflow, which never looks inside."""
    content = uuid.uuid4().hex
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
        "purpose": purpose,
        "mime": "application/pdf" if purpose == "DOCUMENT" else "image/jpeg",
        "size": 1,
        "file": f"evidence/original/{content}",
        "uploaded_by": by,
        "uploaded_at": at,
    }
    return Attachment.objects.create(**values | over)


def pair(by: User) -> list[Attachment]:
    return [make_photo(by, "BEFORE"), make_photo(by, "AFTER")]


def make_task(cast: SimpleNamespace, **over: Any) -> Task:
    """Found by the office and issued to the village, not signed yet."""
    task = make_registered(cast.scheme, cast.tree.root, cast.office)
    return make_issued(task, cast.tree.village, cast.office, **over)


def make_handled(cast: SimpleNamespace) -> Task:
    return life.accept(make_task(cast), by=cast.worker, at=NOON + timedelta(minutes=20))


def make_submitted(cast: SimpleNamespace, *, at: datetime = NOON + timedelta(hours=2)) -> Task:
    return life.submit(
        make_handled(cast),
        measures="绿网覆盖 3,200 m²，出口增设冲洗。",
        attachments=pair(cast.worker),
        by=cast.worker,
        at=at,
    )


def make_closed(cast: SimpleNamespace, *, at: datetime = NOON + timedelta(hours=3)) -> Task:
    return life.approve(make_submitted(cast), by=cast.office, at=at)
