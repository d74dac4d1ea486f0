"""报送提醒: units whose monthly report is due soon and has not arrived (ZY-104)."""

from collections.abc import Iterator
from datetime import datetime

from grids.models import Grid, Role
from notices.selectors.chairs import chairs
from notices.services.messages import Told, tell_together
from tasks.deadlines import beijing_date
from tasks.models import Plan
from tasks.selectors import plan_reports, plan_terms

WRITERS = (Role.WORKER, Role.MANAGER, Role.CHIEF)


def remind(*, at: datetime) -> dict[str, int]:
    """On the days of the rule `report_reminder_days`: everybody in a unit that has not reported.

    One message per person and day however many units and plans it concerns; at night it is shown
    from 07:00. Safe twice and in parallel. A plan asks only from its own year on.
    """
    missing = [found for plan in _plans() for found in _missing(plan, at)]
    seats = chairs({grid.pk for _, _, grid in missing}, beijing_date(at))
    news = [
        Told(user_id, _text(term, grid), f"/plans/{plan.pk}/reports/{term.key}/{grid.pk}/")
        for plan, term, grid in missing
        for user_id in sorted(seats.of(grid.pk, WRITERS))
    ]
    day = beijing_date(at)
    told = tell_together(
        news, key=f"report:{day:%Y-%m-%d}", heading="待报材料", url="/reports/", at=at
    )
    return {"units": len(missing), "told": told}


def _plans() -> list[Plan]:
    return list(
        Plan.objects.filter(kind=Plan.Kind.DOCUMENT).select_related("scheme").order_by("pk")
    )


def _missing(plan: Plan, at: datetime) -> Iterator[tuple[Plan, plan_terms.Term, Grid]]:
    """The running month's report; a regime without such a rule asks for none."""
    for term in plan_terms.terms(plan, at, most=1):
        if term.is_monthly:
            for grid in plan_reports.to_remind(plan, term.key, at=at):
                yield plan, term, grid


def _text(term: plan_terms.Term, grid: Grid) -> str:
    due = term.due_on
    return f"{grid.name}的{term.title}还没有报送，{due.month}月{due.day}日 24:00 截止"
