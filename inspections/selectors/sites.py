"""Whether a building site may work: its pre-start checklist, the problems that stopped it."""

from datetime import date
from typing import Any

from django.db.models import Count, Q

from grids.models import GridScheme
from grids.selectors import rule
from inspections.models import Answer, Inspection, PollutionSource
from tasks.models import Task

WORKING, STOPPED = "施工", "停工整治"


def why_not_working(
    scheme: GridScheme, source: PollutionSource | None, values: dict[str, Any], on: date
) -> str:
    """The sentence why a site cannot be set to 施工; "" when it may, or when that is not asked.

    The regime's rule `site.gate_checklist` names the checklist that must have passed (ZY-51).
    A stopped site works again when its problems are closed (ZY-55).
    """
    before = source.attributes.get("state") if source else None
    if values.get("attributes", {}).get("state") != WORKING or before == WORKING:
        return ""
    gate = rule(scheme, "site.gate_checklist", on)
    sheet = scheme.checklists.filter(code=gate).first() if gate else None
    if sheet is not None and (source is None or not _passed(source, sheet.pk)):
        return f"“{sheet.name}”检查全部合格以后才能转为施工，请先登记这次检查。"
    if source is not None and before == STOPPED and (left := _open_problems(source)):
        return f"还有 {left} 件问题没有验收销号，不能复工。"
    return ""


def _passed(source: PollutionSource, checklist: int) -> bool:
    """The newest visit with this checklist answered every item and failed none."""
    newest = (
        Inspection.objects.filter(source=source, checklist=checklist)
        .annotate(
            told=Count("answers", distinct=True),
            failed=Count("answers", filter=Q(answers__verdict=Answer.Verdict.FAIL), distinct=True),
            asked=Count("checklist__items", distinct=True),
        )
        .order_by("-at", "-pk")
        .first()
    )
    return newest is not None and newest.failed == 0 and newest.told == newest.asked


def _open_problems(source: PollutionSource) -> int:
    found = Task.objects.open().filter(findings__inspection__source=source)
    return found.distinct().count()
