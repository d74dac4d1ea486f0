"""完成情况: what a target has reached that hours do not give (Y1-05, ZY-71)."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import User
from stations import policies
from stations.models import Target, TargetReport
from stations.progress import is_computed
from stations.standards import BEIJING

_MOST = Decimal(1_000_000)


@transaction.atomic
def report(
    target: Target, *, value: Decimal, as_of: date, ground: str, by: User, at: datetime
) -> TargetReport:
    """填报完成情况. An earlier entry stays; the newest one of a day counts.

    Refused for a withdrawn target and for one that is computed from hours; Invalid for a day to
    come or outside the target's year, a share above 100 % and without a ground.
    """
    policies.check_target(by, target.scheme)
    locked = Target.objects.select_for_update().get(pk=target.pk)
    if locked.is_withdrawn:
        raise Refused("目标已经撤销，不再填报。")
    if is_computed(locked):
        raise Refused("这个指标由小时数据计算，不用填报。")
    faults = _faults(locked, value, as_of, ground, at.astimezone(BEIJING).date())
    if faults:
        raise Invalid("完成情况没有保存，请改正标出的项。", fields=faults)
    return TargetReport.objects.create(
        target=locked, value=value, as_of=as_of, ground=ground.strip(), by=by, at=at
    )


def _faults(
    target: Target, value: Decimal, as_of: date, ground: str, today: date
) -> dict[str, str]:
    faults = {}
    most = Decimal(100) if target.unit == "%" else _MOST
    if not 0 <= value <= most:
        faults["value"] = f"应在 0 到 {most} 之间"
    if as_of > today:
        faults["as_of"] = "还没有到这一天"
    elif target.year and as_of.year < target.year:
        faults["as_of"] = f"目标是 {target.year} 年的，日期不能更早"
    if not ground.strip():
        faults["ground"] = "请写明依据"
    return faults
