"""台账 as a page shows it: the ledger's filters and those that other pages point here with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery

from grids.models import GridScheme, User
from tasks.deadlines import BEIJING
from tasks.models import FeedbackCard, TaskQuerySet
from tasks.selectors import published
from tasks.selectors.lists import ledger


def register(
    user: User, scheme: GridScheme | None, filters: Mapping[str, Any], at: datetime
) -> TaskQuerySet:
    """All of `lists.ledger`, and: `measure` (id of a 措施), `single`, `figure` of the indicators.

    `figure` counts over the Beijing days `first`–`last`, both included (without them: today).
    """
    tasks = ledger(user, scheme, filters, at)
    if measure := filters.get("measure"):
        tasks = tasks.filter(measure_unit__measure=measure)
    if filters.get("single"):
        tasks = tasks.single()
    if (figure := filters.get("figure")) in published.BY_KEY:
        today = at.astimezone(BEIJING).date()
        first, last = filters.get("first") or today, filters.get("last") or today
        tasks = published.narrowed(tasks, str(figure), first, last, at)
    return tasks


def printed(tasks: TaskQuerySet) -> TaskQuerySet:
    """With what the printed 整改销号台账 adds: accepted measures, and how many files prove it."""
    accepted = FeedbackCard.objects.filter(task=OuterRef("pk"), is_approved=True)
    files = Count("attachments", filter=Q(attachments__card__is_approved=True), distinct=True)
    last = accepted.order_by("-round").values("measures")[:1]
    return tasks.annotate(done=Subquery(last), files=files)
