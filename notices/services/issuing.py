"""印发: review, number, issue, receipts, withdrawal; the same for bulletins and orders."""

from datetime import datetime

from django.db import IntegrityError, transaction

from grids.errors import Invalid, Refused
from grids.models import Grid, Role, User
from notices import policies, wording
from notices.models import Notice, NoticeNumber, Receipt
from notices.models.papers import PERIODIC
from notices.selectors.chairs import chairs
from notices.services import orders
from notices.services.bulletins import locked
from notices.services.messages import tell
from tasks.deadlines import beijing_date

State = Notice.State
URGENT_KINDS = (Notice.Kind.DISPATCH, Notice.Kind.WARNING)


@transaction.atomic
def review(notice: Notice, *, by: User, at: datetime) -> Notice:
    """审核: not by who drafted or last changed it, as long as the office has somebody else."""
    row = locked(notice, "review_notice", by, State.DRAFT)
    authors = {row.drafted_by_id, row.edited_by_id} - {None}
    seats = chairs([row.scheme_root_id], beijing_date(at))
    office = seats.exactly(row.scheme_root_id, (Role.OFFICE, Role.CHIEF))
    if by.pk in authors and office - authors:
        raise Refused("起草或最后修改的人不能审核，请由另一位同事审核。")
    row.state, row.reviewed_by, row.reviewed_at = State.REVIEWED, by, at
    row.version += 1
    row.save(update_fields=["state", "reviewed_by", "reviewed_at", "version"])
    return row


@transaction.atomic
def number_and_issue(
    notice: Notice, *, serial: int | None = None, by: User, at: datetime
) -> Notice:
    """编号印发: 望蓝办周通报〔2026〕46号; one receipt per receiving grid.

    `serial` None takes the next of the counter; a given one must be beyond it, so that no number
    is used twice. An order opens its tasks in the same transaction.
    """
    row = locked(notice, "issue_notice", by, State.REVIEWED)
    year = beijing_date(at).year
    row.serial = _next_serial(row, year, serial)
    sign = wording.issuer_sign(row.scheme.document_number, row.scheme.short_name)
    row.number = wording.document_number(sign, row.kind, year, row.serial)
    row.state, row.issued_by, row.issued_at = State.ISSUED, by, at
    row.version += 1
    _save_number(row)
    _send(row, by=by, at=at)
    return row


def _next_serial(row: Notice, year: int, wanted: int | None) -> int:
    counter, _ = NoticeNumber.objects.get_or_create(scheme=row.scheme, kind=row.kind, year=year)
    counter = NoticeNumber.objects.select_for_update().get(pk=counter.pk)
    serial = counter.last + 1 if wanted is None else wanted
    if not counter.last < serial < 10_000:
        least = counter.last + 1
        raise Invalid(f"期号应从 {least} 起。", fields={"serial": f"不小于 {least}"})
    counter.last = serial
    counter.save(update_fields=["last"])
    return serial


def _save_number(row: Notice) -> None:
    try:
        with transaction.atomic():
            row.save(
                update_fields=["serial", "number", "state", "issued_by", "issued_at", "version"]
            )
    except IntegrityError as error:
        raise Refused(f"文号 {row.number} 已经用过，请另填期号。") from error


def _send(row: Notice, *, by: User, at: datetime) -> None:
    grids = receivers(row, at=at)
    known = set(row.receipts.values_list("grid_id", flat=True))
    Receipt.objects.bulk_create(
        [Receipt(notice=row, grid=grid) for grid in grids if grid.pk not in known]
    )
    if row.kind == Notice.Kind.DISPATCH:
        orders.open_tasks(row, by=by, at=at)
    ids = list(row.receipts.values_list("grid_id", flat=True))
    seats = chairs(ids, beijing_date(at))
    people = set().union(*(seats.exactly(pk, (Role.CHIEF, Role.MANAGER)) for pk in ids))
    text = f"{row.get_kind_display()}：{row.title}（{row.number}），请签收"
    urgent = row.kind in URGENT_KINDS
    key = f"notice:{row.pk}"
    tell(people - {by.pk}, key=key, text=text, url=f"/notices/{row.pk}/", urgent=urgent, at=at)


def receivers(row: Notice, *, at: datetime) -> list[Grid]:
    """Bulletins go to every unit right below the root; orders keep the grids they named."""
    if row.kind not in PERIODIC:
        return []
    grids = Grid.objects.open_on(beijing_date(at)).filter(scheme=row.scheme, level=1)
    return list(grids.exclude(kind="ENTERPRISE").order_by("lft"))


@transaction.atomic
def acknowledge(receipt: Receipt, *, by: User, at: datetime) -> Receipt:
    """签收, once: the first moment and person stay."""
    rows = Receipt.objects.select_for_update(of=("self",)).select_related("notice", "grid")
    row = rows.get(pk=receipt.pk)
    policies.check_sign(by, row, at=at)
    if row.notice.state != State.ISSUED:
        raise Refused(f"这份公文现在是“{row.notice.get_state_display()}”，不能签收。")
    if row.read_at is None:
        row.read_by, row.read_at = by, at
        row.save(update_fields=["read_by", "read_at"])
    return row


@transaction.atomic
def withdraw(notice: Notice, *, reason: str, by: User, at: datetime) -> Notice:
    """撤回, with the reason; the number stays used. Tasks that an order opened go on by themselves.

    A withdrawn bulletin makes room for a new draft of its period.
    """
    row = locked(notice, "issue_notice", by, State.DRAFT, State.REVIEWED, State.ISSUED)
    if not reason.strip():
        raise Invalid("撤回请写明理由。", fields={"reason": "必填"})
    row.state, row.withdrawn_by, row.withdrawn_at = State.WITHDRAWN, by, at
    row.withdrawn_because = reason.strip()
    row.version += 1
    row.save(
        update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_because", "version"]
    )
    return row
