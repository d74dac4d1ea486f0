"""The tree of grids: open, move, close, fill in the 五定 profile, keep papers on file."""

import hashlib
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.timezone import localdate

from grids import access, departures, policies
from grids.errors import Invalid, Refused
from grids.models import Grid, GridDocument, GridScheme, Post, User
from grids.policies import GridAction
from grids.services.authority import refresh_holders
from grids.services.history import record
from grids.tiers import may_stand_under

PROFILE = ("fixed_area", "fixed_people", "fixed_duties", "fixed_tasks", "fixed_rewards")
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
DOCUMENT_HEADS = {
    b"%PDF": "pdf",
    b"PK\x03\x04": "docx xlsx",
    b"\xff\xd8\xff": "jpg jpeg",
    b"\x89PNG": "png",
}


@transaction.atomic
def open_grid(
    *,
    parent: Grid,
    code: str,
    name: str,
    tier: str,
    kind: str,
    opened_on: date,
    division_code: str = "",
    note: str = "",
    by: User,
    at: datetime,
) -> Grid:
    """设立网格 below `parent`. Which tier may stand there is data of the regime (Y1-07)."""
    scheme = GridScheme.objects.select_for_update().get(pk=parent.scheme_id)
    parent = Grid.objects.get(pk=parent.pk)
    policies.check(by, GridAction.OPEN, parent)
    _check_place(scheme, tier, parent)
    if parent.closed_on is not None:
        raise Refused(f"“{parent.name}”已撤销，不能再设下级网格。")
    if scheme.grids.filter(code=code).exists():
        raise Refused(f"编码“{code}”已被使用，请换一个。", fields={"code": "已被使用"})
    grid = Grid.objects.create(
        scheme=scheme,
        parent=parent,
        code=code,
        name=name,
        tier=tier,
        kind=kind,
        opened_on=opened_on,
        division_code=division_code,
        note=note,
    )
    access.forget(by)
    record("open", grid=grid, by=by, at=at, parent=parent.code, name=name)
    return grid


def _check_place(scheme: GridScheme, tier: str, parent: Grid) -> None:
    if not may_stand_under(scheme.allowed_parents, tier, parent.tier):
        allowed = [scheme.tier_label(t) for t in scheme.allowed_parents.get(tier, [])]
        raise Invalid(
            f"{scheme.tier_label(tier)}不能设在{scheme.tier_label(parent.tier)}“{parent.name}”之下；"
            f"本体系允许的上级：{'、'.join(allowed) or '无'}。",
            fields={"tier": "不能设在这里"},
        )


@transaction.atomic
def move_grid(grid: Grid, *, parent: Grid, by: User, at: datetime) -> Grid:
    """调整上级: the whole subtree moves with its posts and history (撤并乡镇)."""
    scheme = GridScheme.objects.select_for_update().get(pk=grid.scheme_id)
    grid, parent = Grid.objects.get(pk=grid.pk), Grid.objects.get(pk=parent.pk)
    policies.check(by, GridAction.MOVE, grid)
    if parent.scheme_id != scheme.pk:
        raise Invalid("上级网格属于另一个体系，请另选。", fields={"parent": "另一个体系"})
    if parent.is_descendant_of(grid, include_self=True):
        raise Invalid("不能移到自己的下级之下。", fields={"parent": "是自己的下级"})
    _check_place(scheme, grid.tier, parent)
    before = grid.parent.code if grid.parent else None
    grid.move_to(parent, "last-child")
    access.forget(by)
    record("move", grid=grid, by=by, at=at, before=before, after=parent.code)
    return Grid.objects.get(pk=grid.pk)


@transaction.atomic
def close_grid(grid: Grid, *, closed_on: date, by: User, at: datetime) -> Grid:
    """撤销网格 by date: `closed_on` is the first day without it. Posts end the day before.

    Refused while it has children, or while another app objects (`grids.departures`).
    """
    grid = Grid.objects.select_for_update(of=("self",)).get(pk=grid.pk)
    policies.check(by, GridAction.CLOSE, grid)
    if grid.parent_id is None:
        raise Refused("体系的根不能撤销。")
    if closed_on <= grid.opened_on:
        raise Invalid("撤销日期须晚于设立日期。", fields={"closed_on": "须晚于设立日期"})
    if grid.children.filter(closed_on=None).exists():
        raise Refused(f"“{grid.name}”还有下级网格，请先撤销或移走它们。")
    for objection in departures.objections(grid):
        raise Refused(objection)
    grid.closed_on = closed_on
    grid.save(update_fields=["closed_on"])
    ended = _end_posts(grid, closed_on - timedelta(days=1))
    record("close", grid=grid, by=by, at=at, closed_on=str(closed_on), posts=len(ended))
    refresh_holders(ended, on=localdate(at))
    return grid


def _end_posts(grid: Grid, last_day: date) -> list[Post]:
    running = list(grid.posts.filter(until_on=None) | grid.posts.filter(until_on__gt=last_day))
    for post in running:
        post.until_on = max(last_day, post.from_on)
        post.save(update_fields=["until_on"])
    return running


@transaction.atomic
def fill_profile(grid: Grid, *, profile: dict[str, str], by: User, at: datetime) -> Grid:
    """填写五定: 定区域 定人员 定职责 定任务 定奖惩 (Y1-88, Y2-31)."""
    grid = Grid.objects.select_for_update(of=("self",)).get(pk=grid.pk)
    policies.check(by, GridAction.PROFILE, grid)
    changed = {
        name: text
        for name, text in profile.items()
        if name in PROFILE and getattr(grid, name) != text
    }
    if not changed:
        return grid
    before = {name: getattr(grid, name) for name in changed}
    for name, text in changed.items():
        setattr(grid, name, text)
    grid.save(update_fields=list(changed))
    record("profile", grid=grid, by=by, at=at, before=before, after=changed)
    return grid


@transaction.atomic
def add_document(
    grid: Grid,
    *,
    kind: str,
    title: str,
    file: UploadedFile,
    document_number: str = "",
    by: User,
    at: datetime,
) -> GridDocument:
    """上传材料: a paper of the grid, such as the one that founds its 领导小组 (Y1-84)."""
    policies.check(by, GridAction.DOCUMENT, grid)
    data = file.read()
    _check_document(file.name or "", data)
    file.seek(0)
    document = GridDocument.objects.create(
        grid=grid,
        kind=kind,
        title=title,
        document_number=document_number,
        file=file,
        file_name=(file.name or "")[-160:],
        sha256=hashlib.sha256(data).hexdigest(),
        added_by=by,
        added_at=at,
    )
    record("document", grid=grid, by=by, at=at, title=title, sha256=document.sha256)
    return document


def _check_document(name: str, data: bytes) -> None:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise Invalid("文件超过 20 MB，请压缩后再传。", fields={"file": "超过 20 MB"})
    ending = name.rsplit(".", 1)[-1].lower()
    endings = next((e for head, e in DOCUMENT_HEADS.items() if data.startswith(head)), "")
    if ending not in endings.split():
        raise Invalid(
            "只收 PDF、DOCX、XLSX、JPG、PNG，且内容须与扩展名一致。",
            fields={"file": "文件类型不符"},
        )
