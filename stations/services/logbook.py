"""站点台账: outages, checks of the surroundings, works announced near a station."""

from datetime import datetime

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import User
from stations import policies
from stations.models import Station, StationLog


@transaction.atomic
def note(
    station: Station,
    *,
    kind: str,
    from_at: datetime,
    until_at: datetime | None,
    text: str,
    is_abnormal: bool,
    by: User,
    at: datetime,
) -> StationLog:
    """登记: by whoever manages the station's grid. Invalid when it ends before it begins."""
    policies.check_manage(by, station)
    if kind not in StationLog.Kind.values:
        raise Invalid("请选择种类", fields={"kind": "请从列表中选择"})
    if not text.strip():
        raise Invalid("请写明内容", fields={"text": "请写明内容"})
    if until_at is not None and until_at < from_at:
        raise Invalid("结束早于开始", fields={"until_at": "结束不能早于开始"})
    return StationLog.objects.create(
        station=station,
        kind=kind,
        from_at=from_at,
        until_at=until_at,
        note=text.strip(),
        is_abnormal=is_abnormal,
        by=by,
        at=at,
    )


@transaction.atomic
def finish(log: StationLog, *, by: User, at: datetime) -> StationLog:
    """结束: an entry without an end ended at `at`. Refused when it has one already or only begins
    later; by whoever manages the station's grid."""
    policies.check_manage(by, log.station)
    own = StationLog.objects.select_for_update(of=("self",)).get(pk=log.pk)
    if own.until_at is not None:
        raise Refused("这一条已经写了结束时间，请刷新页面")
    if own.from_at > at:
        raise Refused("这一条还没有开始，不能结束；写错了请重新登记")
    own.until_at = at
    own.save(update_fields=["until_at"])
    return own
