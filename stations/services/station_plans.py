"""一站一策: the station's own unit draws up the plan of the station (Z-09)."""

from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import File
from django.db import transaction

from grids.errors import Refused
from grids.models import User
from stations.models import Station, StationPlan
from tasks.models import Attachment, Plan
from tasks.services import plan_drafts
from tasks.services.plan_drafts import Head


@transaction.atomic
def draw_up(
    station: Station,
    *,
    head: Head,
    by: User,
    at: datetime,
    attachments: Iterable[Attachment] = (),
    papers: Iterable[File] = (),
) -> Plan:
    """拟定: a draft of the unit that answers for the station; it goes its way like every plan of
    a unit. One per station: later ones are its versions, Refused otherwise."""
    locked = Station.objects.select_for_update(of=("self",)).select_related("grid__scheme")
    row = locked.get(pk=station.pk)
    if StationPlan.objects.filter(station=row).exists():
        raise Refused(f"{row.name}已有一站一策方案，请在那份方案上修订。")
    plan = plan_drafts.draw_up(
        grid=row.grid,
        kind=Plan.Kind.STATION,
        head=head,
        attachments=attachments,
        papers=papers,
        by=by,
        at=at,
    )
    StationPlan.objects.create(station=row, plan=plan)
    return plan
