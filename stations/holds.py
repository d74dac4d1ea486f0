"""暂缓: 疑似干扰 that nobody has judged yet holds the rankings that its rule names."""

from datetime import datetime, timedelta

from grids.models import GridScheme
from stations import rankables
from stations.models import Alarm
from stations.periods import Period
from stations.standards import BEIJING


def touching(scheme: GridScheme, period: Period) -> list[Alarm]:
    """疑似干扰 at ranked stations whose hours lie in the period, judged or not, in time order.

    Hours count by the day they belong to: 00:00 is the last hour of the day before.
    """
    start = datetime(period.first.year, period.first.month, period.first.day, tzinfo=BEIJING)
    end = start + timedelta(days=len(period.days))
    rows = Alarm.objects.filter(
        kind=Alarm.Kind.INTERFERENCE,
        station__scheme=scheme,
        started_at__lte=end,
        last_at__gt=start,
    )
    ordered = rows.select_related("station__grid").order_by("started_at", "pk")
    found = [alarm for alarm in ordered if period.kind.value in alarm.rule.get("holds", ())]
    if not found:
        return []
    ranked = {station.pk for station in rankables.ranked_stations(scheme, period)}
    return [alarm for alarm in found if alarm.station_id in ranked]


def holding(scheme: GridScheme, period: Period) -> list[Alarm]:
    """Those without a verdict: while there is one, the period is not published."""
    return [alarm for alarm in touching(scheme, period) if not alarm.is_reviewed]


def reason(period: Period, alarms: list[Alarm]) -> str:
    """The sentence for people: which episodes hold the period, and what to do."""
    shown = "；".join(
        f"{alarm.station.name} {alarm.started_at.astimezone(BEIJING):%m-%d %H:00} 起"
        for alarm in alarms[:5]
    )
    more = f"等 {len(alarms)} 处" if len(alarms) > 5 else ""
    return (
        f"{period.label}有疑似干扰未核查（{shown}{more}），排名暂缓发布。"
        "请在“高值与异常”里记录核查结论，记录后即可发布。"
    )
