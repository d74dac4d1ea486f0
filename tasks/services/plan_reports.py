"""材料报送: a unit's report comes in, the office signs for it (ZY-103, ZY-104)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction

from grids import access
from grids.errors import Invalid, Refused
from grids.models import Grid, User
from tasks import plan_policies
from tasks.deadlines import beijing_date
from tasks.models import Attachment, ClaimState, Measure, MeasureClaim, Plan, PlanReport
from tasks.selectors import plan_reports, plan_terms, plans
from tasks.services import evidence, wording
from tasks.services.plans import NOTE_LENGTH, check_figure


@dataclass(frozen=True)
class Claim:
    """What the unit says about one measure; `quantity` done so far, in the measure's unit."""

    measure: Measure
    state: str
    quantity: Decimal | None = None
    note: str = ""


@transaction.atomic
def submit_report(
    plan: Plan,
    *,
    grid: Grid,
    month: str,
    text: str,
    by: User,
    at: datetime,
    claims: Iterable[Claim] = (),
    attachments: Iterable[Attachment] = (),
    papers: Iterable[File] = (),
) -> PlanReport:
    """报送: the unit's words and claims, with the system's own figures frozen beside them.

    `month` is `2017-04` or `special_plan` (which needs a file). `papers` are files that came
    with the form, `attachments` such as were stored before; a correction keeps the earlier ones.
    Sending again makes a new revision that has to be signed for anew; the first arrival decides
    whether it was late. The same content twice changes nothing. Raises PermissionDenied, Invalid
    with the fields at fault, Refused when the unit does not report or the month has not begun.
    """
    plan_policies.check_report(by, grid, at=at)
    wanted = plan_terms.term(plan, month)
    text = wording.needed(text, "text", "请写明工作开展情况。")
    said, files, new = list(claims), list(attachments), list(papers)
    _check_files(files, by)
    Plan.objects.select_for_update().get(pk=plan.pk)
    last = _last(plan, grid, wanted)
    files += [] if last is None else [one for one in last.attachments.all() if one not in files]
    _check_term(plan, grid, wanted, has_file=bool(files or new), at=at)
    _check_claims(plan, grid, wanted, said)
    files += [_store(paper, grid, by=by, at=at) for paper in new]
    if last is not None and _same(last, text, said, files):
        return last
    report = _write(plan, grid, wanted, text, last, by=by, at=at)
    report.attachments.set(files)
    MeasureClaim.objects.bulk_create([_claim_row(report, claim) for claim in said])
    return report


def _check_term(
    plan: Plan, grid: Grid, wanted: plan_terms.Term, *, has_file: bool, at: datetime
) -> None:
    if grid not in plan_terms.reporters(plan, wanted.due_on):
        raise Refused(f"{grid.name}不在“{wanted.title}”的报送单位之列。")
    if wanted.since is not None and at < wanted.since:
        first = beijing_date(wanted.since)
        raise Refused(f"“{wanted.title}”从{first.month}月{first.day}日起填报。")
    if not wanted.is_monthly and not has_file:
        words = "请附上专项工作方案的文件。"
        raise Invalid(words, fields={"attachments": words})


def _check_claims(plan: Plan, grid: Grid, wanted: plan_terms.Term, claims: list[Claim]) -> None:
    if claims and not wanted.is_monthly:
        raise Invalid("专项工作方案不填各项进展。", fields={"claims": "请只附文件和说明"})
    carried = set(plan.measures.filter(units__grid=grid).values_list("pk", flat=True))
    if len({claim.measure.pk for claim in claims}) != len(claims):
        raise Invalid("同一项措施填了两次。", fields={"claims": "每项措施只填一次"})
    for claim in claims:
        if claim.measure.pk not in carried:
            words = f"{grid.name}不承担{plans.item(claim.measure)}。"
            raise Invalid(words, fields={"claims": words})
        _check_claim(claim)


def _check_claim(claim: Claim) -> None:
    item = plans.item(claim.measure)
    if claim.state not in ClaimState.values:
        raise Invalid(f"{item}的自报状态不存在。", fields={"claims": "请从列表中选择"})
    if len(claim.note) > NOTE_LENGTH:
        raise Invalid(f"{item}的说明最多 {NOTE_LENGTH} 个字。", fields={"claims": "说明过长"})
    if claim.quantity is None:
        return
    kind = plans.gauge(claim.measure)
    if kind not in (plans.Gauge.COUNT, plans.Gauge.SHARE):
        words = f"{item}没有可累计的数量，请写在说明里。"
        raise Invalid(words, fields={"claims": words})
    try:
        check_figure(claim.quantity, kind)
    except Invalid as error:
        raise Invalid(f"{item}：{error}", fields={"claims": str(error)}) from error


def _check_files(files: list[Attachment], by: User) -> None:
    for file in files:
        if file.uploaded_by_id != by.pk:
            raise Refused("有附件由别人上传，不能作为您的材料。")
        if file.task_id is not None:
            raise Refused("有附件已经属于一件任务，请重新上传。")


def _store(paper: File, grid: Grid, *, by: User, at: datetime) -> Attachment:
    """As evidence of the unit, seen by who may see the unit; a file refused is refused whole."""
    row, _ = evidence.store(
        client_id=uuid4(),
        file=paper,
        sha256="",
        purpose=Attachment.Purpose.DOCUMENT,
        grid=grid,
        by=by,
        at=at,
    )
    return row


def _last(plan: Plan, grid: Grid, wanted: plan_terms.Term) -> PlanReport | None:
    rows = PlanReport.objects.filter(plan=plan, grid=grid, period=wanted.key, is_latest=True)
    return rows.prefetch_related("claims", "attachments").first()


def _same(last: PlanReport, text: str, claims: list[Claim], files: list[Attachment]) -> bool:
    """True when nothing would change: a repeated request or a double click."""
    before = {(c.measure_id, c.state, c.quantity, c.note) for c in last.claims.all()}
    now = {(c.measure.pk, c.state, c.quantity, c.note.strip()) for c in claims}
    kept = {file.pk for file in last.attachments.all()}
    return (last.text, before, kept) == (text, now, {file.pk for file in files})


def _write(
    plan: Plan,
    grid: Grid,
    wanted: plan_terms.Term,
    text: str,
    last: PlanReport | None,
    *,
    by: User,
    at: datetime,
) -> PlanReport:
    draft = plan_reports.prefill(grid, plan, wanted.key, at=at)
    if last is not None:
        last.is_latest = False
        last.save(update_fields=["is_latest"])
    return PlanReport.objects.create(
        plan=plan,
        grid=grid,
        period=wanted.key,
        revision=last.revision + 1 if last else 1,
        due_at=wanted.due_at,
        text=text,
        figures=plan_reports.as_record(draft.figures),
        first_at=last.first_at if last else at,
        by=by,
        by_label=_label(by, grid, at=at),
        at=at,
    )


def _label(by: User, grid: Grid, *, at: datetime) -> str:
    """Who sent it, by the post in that unit: posts, not names."""
    posts = access.posts_of(by, beijing_date(at)).filter(grid=grid).order_by("pk")
    title = next((post.title for post in posts), "")
    return f"{grid.name} · {title}" if title else grid.name


def _claim_row(report: PlanReport, claim: Claim) -> MeasureClaim:
    return MeasureClaim(
        report=report,
        measure=claim.measure,
        state=claim.state,
        quantity=claim.quantity,
        note=claim.note.strip(),
    )


@transaction.atomic
def receive_report(report: PlanReport, *, by: User, at: datetime) -> PlanReport:
    """签收: the office confirms that it has the report; twice changes nothing.

    Refused for a revision that was replaced meanwhile, PermissionDenied for who sits in the unit.
    """
    locked = PlanReport.objects.select_for_update(of=("self",)).select_related("plan__scheme")
    row = locked.get(pk=report.pk)
    plan_policies.check_lead(by, plans.root_of(row.plan.scheme))
    plan_policies.check_apart(by, row.grid, at=at)
    if not row.is_latest:
        raise Refused("这份材料已有新的版本，请签收新版。")
    if row.received_at is None:
        row.received_by, row.received_at = by, at
        row.save(update_fields=["received_by", "received_at"])
    return row
