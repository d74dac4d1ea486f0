"""Who may use lists, indicators, batches and saved filters."""

from types import SimpleNamespace
from typing import Any

from build import NOON
from build_tasks import make_task
from tasks.models import LedgerExport, RevisitDraw, SavedFilter

PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


STAFF = every(200, enterprise=403)


def ticked(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {}, {"do": "urge", "pick": make_task(cast).number}


def kept(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    values = {"name": "逾期", "query": "due=overdue", "saved_at": NOON, "owner": cast.office}
    return {"pk": SavedFilter.objects.create(scheme=cast.scheme, **values).pk}, {}


def exported(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    """Still waiting: 409 for who asked, 404 for everybody else."""
    values = {"by": cast.office, "scheme": cast.scheme, "total": 1, "asked_at": NOON}
    return {"pk": LedgerExport.objects.create(**values).pk}, {}


def a_draw(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    day = NOON.date()
    values = {"method": "RISK", "since": day, "until": day, "wanted": 1, "seed": "一"}
    people = {"first": cast.chief, "second": cast.supervisor, "drawn_by": cast.office}
    made = RevisitDraw.objects.create(scheme=cast.scheme, drawn_at=NOON, **values, **people)
    return {"pk": made.pk}, {}


DRAWS = every(403, office=200, supervisor=200, outsider=200)  # the outsider draws in his own regime

ROUTES = {
    ("tasks:draw-new", "GET"): (None, DRAWS),
    ("tasks:draw-new", "POST"): (
        "an empty form",
        every(403, office=422, supervisor=422, outsider=422),
    ),
    ("tasks:draw", "GET"): ("a draw", STAFF | {"outsider": 404}),
    ("tasks:list-pages", "GET"): (None, STAFF),
    ("tasks:indicators", "GET"): (None, STAFF),
    # a batch counts only what one may see: the outsider has not ticked anything of his own
    ("tasks:batch", "POST"): (
        "ticked",
        every(403, chief=200, office=200, supervisor=200, outsider=422),
    ),
    ("tasks:exports", "GET"): (None, every(200)),  # everybody his own
    ("tasks:exports", "POST"): ("an export", every(302)),
    ("tasks:export", "GET"): ("an export of the office", every(404, office=409)),
    ("tasks:filter-save", "POST"): ("a filter", every(302)),
    ("tasks:filter-forget", "POST"): ("kept filter", every(404, office=302)),
}

OBJECTS_DESK = {
    "a draw": a_draw,
    "an empty form": lambda cast: ({}, {"seed": ""}),
    "ticked": ticked,
    "a filter": lambda cast: ({}, {"name": "逾期", "query": "due=overdue"}),
    "kept filter": kept,
    "an export": lambda cast: ({}, {"filter": "due=overdue"}),
    "an export of the office": exported,
}
