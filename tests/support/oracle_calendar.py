"""Who may look at the work calendar, and who may change it.

In the cast nobody answers for both regimes; `tests/tasks/test_calendar_pages.py` has one who does.
"""

from types import SimpleNamespace
from typing import Any

from build import NOON
from tasks.models.calendar import CalendarChange

PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


def applied(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    row = CalendarChange.objects.create(token="0" * 64, source="通知", by=cast.office, at=NOON)
    return {"pk": row.pk}, {}


SEES = every(403, chief=200, office=200, supervisor=200, outsider=200)

ROUTES = {
    ("tasks:calendar", "GET"): (None, SEES),
    ("tasks:calendar-change", "GET"): ("calendar change", SEES),
    ("tasks:calendar-preview", "POST"): ("calendar entry", every(403)),
    ("tasks:calendar-apply", "POST"): ("calendar entry", every(403)),
}

OBJECTS_CALENDAR = {
    "calendar change": applied,
    "calendar entry": lambda cast: ({}, {"way": "text", "year": 2027, "source": "通知"}),
}
