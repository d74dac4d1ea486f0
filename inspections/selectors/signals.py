"""Signs of how a visit was made, for a person to judge; nothing follows by itself (W-59)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from grids.geo import distance_m
from inspections.models import Inspection, Mode

FAR_M = 300
"""Beyond this the fix is worth a look; a phone in a street is good to 50 m."""
SHORT = timedelta(minutes=2)
WINDOW = timedelta(days=90)


@dataclass(frozen=True)
class Signal:
    """A figure in words; `is_odd` asks for a look, it does not accuse."""

    text: str
    is_odd: bool = False


def signals(inspection: Inspection) -> list[Signal]:
    """Duration, distance, photos used before, share of visits with problems."""
    found = [_duration(inspection), _distance(inspection), _reuse(inspection), _rate(inspection)]
    return [signal for signal in found if signal is not None]


def _duration(inspection: Inspection) -> Signal | None:
    """By the device's own clock, so that a late signal does not count."""
    if inspection.started_at is None or inspection.device_at is None:
        return None
    length = inspection.device_at - inspection.started_at
    minutes = max(round(length.total_seconds() / 60), 0)
    return Signal(f"从打开到提交 {minutes} 分钟", is_odd=length < SHORT)


def _distance(inspection: Inspection) -> Signal | None:
    source = inspection.source
    if inspection.lon is None or inspection.lat is None:
        return Signal("没有定位", is_odd=False)
    if source is None or source.lon is None or source.lat is None:
        return None
    metres = round(distance_m(inspection.lon, inspection.lat, source.lon, source.lat))
    return Signal(f"定位距污染源 {metres} 米", is_odd=metres > FAR_M)


def _reuse(inspection: Inspection) -> Signal | None:
    photos = inspection.photos.filter(attachment__isnull=False).select_related("attachment")
    alike = sum(1 for photo in photos if photo.attachment and photo.attachment.signals)
    return Signal(f"{alike} 张照片与以前的照片相同或相似", is_odd=True) if alike else None


def _rate(inspection: Inspection) -> Signal:
    """The visitor's visits of the 90 days before, as far as they are released."""
    rows = Inspection.objects.filter(
        by=inspection.by, is_released=True, at__gt=inspection.at - WINDOW, at__lte=inspection.at
    ).exclude(mode=Mode.QUICK)
    counted = rows.aggregate(
        visits=Count("pk", distinct=True),
        found=Count("pk", filter=Q(findings__isnull=False), distinct=True),
    )
    return Signal(f"检查人近 90 天检查 {counted['visits']} 次，{counted['found']} 次发现问题")
