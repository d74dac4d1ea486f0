"""外部排名: where a ranking made elsewhere puts us, as its bulletin says."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from grids.errors import Invalid
from grids.models import GridScheme, User
from stations import policies
from stations.models import ExternalRank
from stations.periods import Period


@transaction.atomic
def note(
    scheme: GridScheme,
    *,
    issuer: str,
    scope: str,
    indicator: str,
    kind: str,
    period: Period,
    rank: int,
    places: int,
    value: Decimal | None,
    by: User,
    at: datetime,
) -> ExternalRank:
    """登记: the same ranking and period again corrects the row. Invalid when rank > places."""
    policies.check_publish(by, scheme)
    if not 1 <= rank <= places:
        raise Invalid("名次应在 1 和总数之间", fields={"rank": "名次应在 1 和总数之间"})
    found, _ = ExternalRank.objects.update_or_create(
        scheme=scheme,
        issuer=issuer.strip(),
        scope=scope.strip(),
        indicator=indicator,
        kind=kind,
        period=period.code,
        defaults={"rank": rank, "places": places, "value": value, "by": by, "at": at},
    )
    return found
