"""督查巡查: visits, what they found, what was settled on the spot (W-70)."""

from django.db.models import QuerySet

from inspections.models import SUPERVISING_MODES, Finding, Inspection
from notices.facts.span import Span
from notices.wording import Figure

GROUP = "督查巡查"


def figures(span: Span) -> list[Figure]:
    """Released visits only: a bulletin does not give a 暗访 away (Y1-59)."""
    visits = Inspection.objects.filter(scheme=span.scheme, is_released=True, **span.within("at"))
    found = Finding.objects.filter(inspection__in=visits)
    return [
        _visits("visits", "巡查", visits),
        _visits("supervisions", "督查暗访", visits.filter(mode__in=SUPERVISING_MODES)),
        _findings("findings", "发现问题", found),
        _findings("settled", "现场纠正", found.filter(fixed_on_the_spot=True)),
    ]


def _visits(key: str, label: str, visits: QuerySet[Inspection]) -> Figure:
    keys = tuple(str(pk) for pk in visits.order_by("pk").values_list("pk", flat=True))
    return Figure(key, label, len(keys), "次", keys, "inspection", GROUP)


def _findings(key: str, label: str, findings: QuerySet[Finding]) -> Figure:
    rows = findings.order_by("pk").values_list("inspection_id", flat=True)
    keys = tuple(str(pk) for pk in rows)
    return Figure(key, label, len(keys), "个", keys, "inspection", GROUP)
