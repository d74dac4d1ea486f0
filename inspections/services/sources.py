"""污染源 register: propose, change, cancel, decide; every version is kept (Y1-26, Y1-27)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from grids.errors import Invalid, Refused, Stale
from grids.models import Grid, User
from inspections import policies
from inspections.models import PollutionSource, SourceVersion
from inspections.selectors.sites import why_not_working
from tasks.models import Task
from tasks.services.wording import check_position

Status = PollutionSource.Status
FIELDS = (
    "name",
    "category",
    "address",
    "lon",
    "lat",
    "contact",
    "is_mobile",
    "starts_on",
    "ends_on",
    "attributes",
)
STALE = "这条污染源刚被别人改过，请核对后再保存。您填写的内容没有写入。"


@dataclass(frozen=True)
class Facts:
    """What the register holds of a source (degrees WGS-84)."""

    name: str
    category: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    contact: str = ""
    is_mobile: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    attributes: dict[str, Any] | None = None

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FIELDS} | {
            "name": self.name.strip(),
            "address": self.address.strip(),
            "attributes": dict(self.attributes or {}),
        }


def check_facts(facts: Facts) -> None:
    """Raises Invalid with the field at fault."""
    if not facts.name.strip():
        raise Invalid("请填写污染源名称。", fields={"name": "必填"})
    if facts.category not in Task.Category.values:
        raise Invalid("类别不在列表中，请重新选择。", fields={"category": "请重新选择"})
    check_position(facts.lon, facts.lat)
    if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
        raise Invalid("结束日期早于开始日期，请核对。", fields={"ends_on": "早于开始日期"})


@transaction.atomic
def propose(
    *, grid: Grid, facts: Facts, by: User, at: datetime, client_id: UUID | None = None
) -> tuple[PollutionSource, bool]:
    """新增: waits for the 网格负责人; who may confirm has it on the register at once.

    (source, is it new): the same `client_id` again gives the first one. Raises Invalid,
    PermissionDenied (403), Refused (409) when the id belongs to somebody else.
    """
    known = _known(client_id, by)
    if known is not None:
        return known, False
    policies.check(by, "propose_source", grid)
    check_facts(facts)
    _check_site(grid, None, facts, at)
    source = PollutionSource.objects.create(
        client_id=client_id,
        scheme=grid.scheme,
        number=_next_number(grid),
        grid=grid,
        proposed_by=by,
        proposed_at=at,
        **facts.values(),
    )
    keep_version(source, by=by, at=at, reason="新增")
    if policies.may(by, "confirm_source", grid):
        source = decide(source, granted="yes", note="", by=by, at=at)
    return source, True


def _known(client_id: UUID | None, by: User) -> PollutionSource | None:
    if client_id is None:
        return None
    known = PollutionSource.objects.filter(client_id=client_id).first()
    if known is not None and known.proposed_by_id != by.pk:
        raise Refused("这个编号的污染源由另一位人员登记，请刷新页面后重新填写。")
    return known


def _next_number(grid: Grid) -> str:
    """`WC-S-00012`: counted per prefix; the unique column settles a race."""
    prefix = f"{grid.scheme.task_prefix}-S-"
    rows = PollutionSource.objects.select_for_update().filter(number__startswith=prefix)
    last = rows.order_by("-number").values_list("number", flat=True).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"


def _check_site(grid: Grid, source: PollutionSource | None, facts: Facts, at: datetime) -> None:
    if reason := why_not_working(grid.scheme, source, facts.values(), localdate(at)):
        raise Invalid(reason, fields={"attributes": reason})


def _locked(source: PollutionSource, version: int | None) -> PollutionSource:
    row = PollutionSource.objects.select_for_update(of=("self",)).select_related("grid__scheme")
    fresh = row.get(pk=source.pk)
    if version is not None and fresh.version != version:
        raise Stale(STALE)
    return fresh


@transaction.atomic
def change(
    source: PollutionSource, *, facts: Facts, reason: str, version: int, by: User, at: datetime
) -> PollutionSource:
    """变更: the new values wait for the 网格负责人; who may confirm changes at once.

    Raises Stale (409) when `version` is not the newest, Invalid without a reason.
    """
    policies.check(by, "propose_source", source.grid)
    reason = _needed(reason, "请写明变更原因。")
    check_facts(facts)
    fresh = _locked(source, version)
    if fresh.status == Status.CANCELLED:
        raise Refused("这条污染源已注销，不能再变更；如已恢复，请重新登记。")
    _check_site(fresh.grid, fresh, facts, at)
    fresh.pending = _plain(facts.values())
    waits_first = fresh.status == Status.PENDING
    fresh.status = Status.PENDING if waits_first else Status.CHANGE_PENDING
    fresh.save(update_fields=["pending", "status"])
    keep_version(fresh, by=by, at=at, reason=f"申请变更：{reason}")
    if policies.may(by, "confirm_source", fresh.grid):
        return decide(fresh, granted="yes", note=reason, by=by, at=at)
    return fresh


@transaction.atomic
def ask_cancel(
    source: PollutionSource, *, reason: str, by: User, at: datetime, version: int | None = None
) -> PollutionSource:
    """申请注销: the source leaves the register when the 网格负责人 confirms."""
    policies.check(by, "propose_source", source.grid)
    reason = _needed(reason, "请写明注销原因。")
    fresh = _locked(source, version)
    if fresh.status not in (Status.ACTIVE, Status.CHANGE_PENDING):
        raise Refused(f"这条污染源现在是“{fresh.get_status_display()}”，不能申请注销。")
    fresh.status, fresh.pending = Status.CANCEL_PENDING, None
    fresh.save(update_fields=["status", "pending"])
    keep_version(fresh, by=by, at=at, reason=f"申请注销：{reason}")
    return fresh


@transaction.atomic
def decide(
    source: PollutionSource,
    *,
    granted: str,
    note: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> PollutionSource:
    """确认 or 退回 what waits: a new source, a change, a cancellation.

    `granted` is "yes" or "no"; "no" needs a note. Raises Refused (409) when nothing waits.
    """
    policies.check(by, "confirm_source", source.grid)
    fresh = _locked(source, version)
    if fresh.status not in OUTCOMES:
        raise Refused("这条污染源没有等待确认的事项，可能别人刚确认过，请刷新。")
    yes = granted == "yes"
    if not yes:
        note = _needed(note, "退回请写明原因。")
    word = f"{'确认' if yes else '退回'}{WORDS[fresh.status]}"
    changed = _apply_pending(fresh) if yes else []
    fresh.status, fresh.pending = OUTCOMES[fresh.status][0 if yes else 1], None
    fresh.confirmed_by, fresh.confirmed_at = by, at
    fresh.save(update_fields=["status", "pending", "confirmed_by", "confirmed_at", *changed])
    keep_version(fresh, by=by, at=at, reason=f"{word}：{note}" if note.strip() else word)
    return fresh


WORDS: dict[str, str] = {
    Status.PENDING: "新增",
    Status.CHANGE_PENDING: "变更",
    Status.CANCEL_PENDING: "注销",
}
OUTCOMES: dict[str, tuple[Status, Status]] = {
    Status.PENDING: (Status.ACTIVE, Status.CANCELLED),
    Status.CHANGE_PENDING: (Status.ACTIVE, Status.ACTIVE),
    Status.CANCEL_PENDING: (Status.CANCELLED, Status.ACTIVE),
}
"""What waits → (status when confirmed, status when sent back)."""


def _apply_pending(source: PollutionSource) -> list[str]:
    values = source.pending or {}
    for field, value in values.items():
        is_day = field in ("starts_on", "ends_on") and value
        setattr(source, field, date.fromisoformat(value) if is_day else value)
    return list(values)


def _needed(text: str, sentence: str) -> str:
    if not text.strip():
        raise Invalid(sentence, fields={"reason": "必填"})
    return text.strip()[:100]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them: days in ISO form."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def keep_version(source: PollutionSource, *, by: User, at: datetime, reason: str) -> None:
    """A row of history; the first one is version 1, later ones raise the version."""
    values = _plain({field: getattr(source, field) for field in FIELDS})
    values |= {"status": source.status, "pending": source.pending}
    if source.versions.exists():
        source.version += 1
        source.save(update_fields=["version"])
    SourceVersion.objects.create(
        source=source, version=source.version, by=by, at=at, reason=reason[:120], values=values
    )
