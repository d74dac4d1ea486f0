"""拟定实施方案: a unit draws up its own plan and changes it until it is handed in (Y1-87)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction

from grids import access
from grids.errors import Invalid, Refused
from grids.models import Grid, GridScheme, User
from tasks import plan_flow, plan_policies
from tasks.deadlines import beijing_date
from tasks.models import Attachment, Plan, PlanStep
from tasks.plan_flow import MOVES, PlanAction
from tasks.services import evidence, wording

DRAWN = (Plan.Kind.UNIT, Plan.Kind.STATION, Plan.Kind.EMERGENCY)
MOST_FILES = 20
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True)
class Head:
    """What stands above the measures."""

    name: str
    year: int
    goal: str
    assessment: str


@transaction.atomic
def draw_up(
    *,
    grid: Grid,
    head: Head,
    by: User,
    at: datetime,
    kind: str = Plan.Kind.UNIT,
    attachments: Iterable[Attachment] = (),
    papers: Iterable[File] = (),
) -> Plan:
    """拟定: a draft that only the unit's own side sees; numbered P-2026-001 in its regime.

    `papers` are files that came with the form, `attachments` such as were stored before.
    Raises PermissionDenied for who has no working post in the unit, Invalid with the fields.
    """
    plan_policies.check_draw_up(by, grid, at=at)
    if kind not in DRAWN:
        raise Invalid("方案的种类不存在。", fields={"kind": "请从列表中选择"})
    said = _checked(head)
    scheme = GridScheme.objects.select_for_update().get(pk=grid.scheme_id)
    plan = Plan.objects.create(
        scheme=scheme,
        code=_next_code(scheme, head.year),
        kind=kind,
        state=Plan.State.DRAFT,
        grid=grid,
        **said,
    )
    _add_files(plan, attachments, papers, by=by, at=at)
    step(plan, PlanAction.DRAW_UP, by=by, at=at)
    return plan


def _checked(head: Head) -> dict[str, object]:
    if not FIRST_YEAR <= head.year <= LAST_YEAR:
        words = f"年度应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。"
        raise Invalid(words, fields={"year": words})
    return {
        "name": wording.needed(head.name, "name", "请写明方案名称。", longest=160),
        "year": head.year,
        "goal": wording.needed(head.goal, "goal", "请写明工作目标。"),
        "assessment": wording.needed(head.assessment, "assessment", "请写明责任考核。"),
    }


def _next_code(scheme: GridScheme, year: int) -> str:
    """The scheme's row is locked, so nobody takes the same number."""
    start = f"P-{year}-"
    known = scheme.plans.filter(code__startswith=start, version=1).values_list("code", flat=True)
    taken = [int(code.removeprefix(start)[:6]) for code in known if code[len(start) :].isdigit()]
    return f"{start}{max(taken, default=0) + 1:03d}"


@transaction.atomic
def rewrite(
    plan: Plan,
    *,
    head: Head,
    by: User,
    at: datetime,
    attachments: Iterable[Attachment] = (),
    papers: Iterable[File] = (),
) -> Plan:
    """修改: while it is drawn up or was sent back; files are added to those that are there."""
    locked = lock_open(plan, by=by, at=at)
    for name, value in _checked(head).items():
        setattr(locked, name, value)
    locked.save(update_fields=["name", "year", "goal", "assessment"])
    _add_files(locked, attachments, papers, by=by, at=at)
    return locked


@transaction.atomic
def drop_file(plan: Plan, *, file: Attachment, by: User, at: datetime) -> Plan:
    """移除文件: it stays stored as what it is, the plan names it no longer."""
    locked = lock_open(plan, by=by, at=at)
    locked.attachments.remove(file)
    return locked


@transaction.atomic
def discard(plan: Plan, *, by: User, at: datetime) -> None:
    """删除草稿: only before it was handed in for the first time."""
    locked = lock_open(plan, by=by, at=at)
    if locked.state != Plan.State.DRAFT:
        raise Refused("报审过的方案不能删除，请修改后重新报审。")
    locked.delete()


def lock_open(plan: Plan, *, by: User, at: datetime) -> Plan:
    """The row, locked. PermissionDenied for others than the unit, Refused unless it may change."""
    plan_policies.check_draw_up(by, plan.grid, at=at)
    locked = locked_row(plan)
    if locked.state not in plan_flow.OPEN:
        raise Refused(f"方案{locked.get_state_display()}，不能修改。")
    return locked


def locked_row(plan: Plan) -> Plan:
    rows = Plan.objects.select_for_update(of=("self",)).select_related("scheme", "grid__scheme")
    return rows.get(pk=plan.pk)


def _add_files(
    plan: Plan, known: Iterable[Attachment], papers: Iterable[File], *, by: User, at: datetime
) -> None:
    files, new = list(known), list(papers)
    for file in files:
        if file.uploaded_by_id != by.pk or file.task_id is not None:
            raise Refused("附件由别人上传，或已经属于一件任务，请重新上传。")
    if plan.attachments.count() + len(files) + len(new) > MOST_FILES:
        words = f"方案文件最多 {MOST_FILES} 个。"
        raise Invalid(words, fields={"files": words})
    for paper in new:
        row, _ = evidence.store(
            client_id=uuid4(),
            file=paper,
            sha256="",
            purpose=Attachment.Purpose.DOCUMENT,
            grid=plan.grid,
            by=by,
            at=at,
        )
        files.append(row)
    plan.attachments.add(*files)


def step(plan: Plan, action: PlanAction, *, by: User, at: datetime, note: str = "") -> None:
    posts = access.posts_of(by, beijing_date(at)).filter(grid__scheme=plan.scheme_id)
    post = posts.order_by("grid__level", "pk").first()
    label = str(by)
    if post is not None:
        named = post.title.startswith(post.grid.name)
        label = post.title if named else f"{post.grid.name} · {post.title}".rstrip(" ·")
    PlanStep.objects.create(plan=plan, action=action, note=note, by=by, by_label=label[:160], at=at)


def moved(plan: Plan, action: PlanAction, *, by: User, at: datetime, note: str = "") -> Plan:
    target = MOVES.get((plan.state, action))
    if target is None:
        raise Refused(f"方案{plan.get_state_display()}，不能{action.label}。")
    plan.state = target
    plan.save(update_fields=["state"])
    step(plan, action, by=by, at=at, note=note)
    return plan
