"""站点台账: outages, checks of the surroundings, works announced near a station."""

from datetime import datetime

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import User
from stations import policies, spraying, works
from stations.models import Station, StationLog
from stations.services import protection
from stations.standards import BEIJING


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
    work: str = "",
) -> StationLog:
    """登记: by whoever manages the station's grid. Invalid when it ends before it begins.

    `work`: which of the scheme's allowed works is announced (Z-16), only with 周边施工报备; it
    needs an end within the longest span of the rules. Refused when its words ask for spraying.
    """
    policies.check_manage(by, station)
    if kind not in StationLog.Kind.values:
        raise Invalid("请选择种类", fields={"kind": "请从列表中选择"})
    if not text.strip():
        raise Invalid("请写明内容", fields={"text": "请写明内容"})
    if until_at is not None and until_at < from_at:
        raise Invalid("结束早于开始", fields={"until_at": "结束不能早于开始"})
    if kind == StationLog.Kind.WORKS:
        _check_work(station, work, from_at, until_at, text, at)
    return StationLog.objects.create(
        station=station,
        kind=kind,
        work=work if kind == StationLog.Kind.WORKS else "",
        from_at=from_at,
        until_at=until_at,
        note=text.strip(),
        is_abnormal=is_abnormal,
        by=by,
        at=at,
    )


def _check_work(
    station: Station,
    work: str,
    from_at: datetime,
    until_at: datetime | None,
    text: str,
    at: datetime,
) -> None:
    on = at.astimezone(BEIJING).date()
    allowed = works.allowed(station.scheme, on)
    if work and work not in allowed:
        names = "、".join(allowed) or "无"
        raise Invalid("这项作业不在允许报备的清单里", fields={"work": f"可报备的作业：{names}"})
    if not work:
        return
    longest = works.longest(station.scheme, on)
    if until_at is None or until_at - from_at > longest:
        hours = int(longest.total_seconds() // 3600)
        raise Invalid(
            "报备作业须写明结束时间",
            fields={"until_at": f"请写结束时间，一次报备最长 {hours} 小时"},
        )
    word = spraying.told(text, protection.words(station, at))
    if word:
        raise Refused(f"站点周边不得{word}（环发〔2015〕175号），这项作业不能报备。")


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
