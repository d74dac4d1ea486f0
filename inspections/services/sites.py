"""一票停工: a failed hard item stops the site that it was found on (ZY-55)."""

from datetime import datetime

from django.utils.timezone import localdate

from grids.models import User
from grids.selectors import rule
from inspections.models import Answer, Inspection, PollutionSource
from inspections.selectors.sites import STOPPED, WORKING
from inspections.services.sources import keep_version


def stop_if_failed(inspection: Inspection, *, by: User, at: datetime) -> bool:
    """Sets a working site to 停工整治 when the regime's rule says so; True if it did.

    Nothing for a visit that is still hidden: the register must not tell of it.
    """
    source = inspection.source
    if source is None or not inspection.is_released:
        return False
    if not rule(inspection.scheme, "site.stop_on_hard_fail", localdate(at), default=False):
        return False
    failed = inspection.answers.filter(verdict=Answer.Verdict.FAIL, item__is_hard=True)
    first = failed.select_related("item").order_by("item__number").first()
    row = PollutionSource.objects.select_for_update().get(pk=source.pk)
    if first is None or row.attributes.get("state") != WORKING:
        return False
    row.attributes = row.attributes | {"state": STOPPED}
    row.save(update_fields=["attributes"])
    keep_version(row, by=by, at=at, reason=f"一票停工：{first.item.text}")
    return True
