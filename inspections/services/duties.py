"""Records that fulfil a duty and are no visit: meetings, trainings, bulletins."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from grids import access
from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from inspections.models import Duty, DutyRecord
from inspections.schedule import takes_records
from inspections.selectors import duties
from tasks.models import Attachment


@dataclass(frozen=True)
class Deed:
    """What was done: when (Beijing date), what, and the paper about it."""

    title: str
    held_on: date
    detail: str = ""
    attachment: Attachment | None = None


@transaction.atomic
def register(duty: Duty, *, deed: Deed, by: User, at: datetime) -> DutyRecord:
    """登记履职材料: a meeting, a training … with its date; visits count by themselves.

    Raises PermissionDenied when the duty is not one of `by`'s, Invalid for a date to come or a
    duty that only visits fulfil.
    """
    today = localdate(at)
    mine = {state.duty.pk: state.post for state in duties.duty_states(by, duty.scheme, today)}
    if duty.pk not in mine:
        raise PermissionDenied("这一项不是您的职责，不能代为登记。")
    if not takes_records(duty.activity):
        raise Invalid("这一项由巡查记录自动计数，请直接登记巡查。")
    if not deed.title.strip():
        raise Invalid("请写明做了什么。", fields={"title": "必填"})
    if deed.held_on > today:
        raise Invalid("日期在今天之后，请在办完后登记。", fields={"held_on": "不能晚于今天"})
    return DutyRecord.objects.create(
        scheme=duty.scheme,
        user=by,
        grid=mine[duty.pk].grid,
        activity=duty.activity,
        title=deed.title.strip(),
        held_on=deed.held_on,
        detail=deed.detail.strip(),
        attachment=deed.attachment,
        by=by,
        at=at,
    )


@transaction.atomic
def credit(
    *,
    scheme: GridScheme,
    user: User,
    grid: Grid,
    activity: str,
    title: str,
    held_on: date,
    source_ref: str,
    at: datetime,
    url: str = "",
    by: User | None = None,
) -> tuple[DutyRecord, bool]:
    """Counts something recorded elsewhere (a bulletin issued, a meeting closed) for a person.

    `activity` is a word that stands in the duty's activity: 讲评, 调度会议, 周通报, 培训.
    Crediting the same `source_ref` again changes nothing.
    """
    return DutyRecord.objects.get_or_create(
        user=user,
        source_ref=source_ref,
        defaults={
            "scheme": scheme,
            "grid": grid,
            "activity": activity,
            "title": title[:160],
            "held_on": held_on,
            "url": url,
            "by": by,
            "at": at,
        },
    )


def oversees_anybody(user: User) -> bool:
    """Whether the page of other people's duties exists for this person."""
    return user.is_superuser or bool(access.granted_spans(user, access.OVERSEE))
