"""Who looks at 派遣规则, and who sets them: the office of the root of the regime."""

from types import SimpleNamespace
from typing import Any

from build import NOON
from tasks.models import Route
from tasks.services import routes

PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


def drafted(cast: SimpleNamespace) -> Route:
    return routes.draft(
        scheme=cast.scheme,
        category="BARE_SOIL",
        under=cast.tree.street,
        to=cast.tree.other_street,
        reason="权属",
        by=cast.office,
        at=NOON,
    )


def draft(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    terms = {"category": "ROAD", "under": "", "to": "S2", "reason": "改类别"}
    sent = {f"change-{name}": value for name, value in terms.items()}
    days = {"on-from_on": "2099-01-01", "on-note": "启用", "off-until_on": "2099-02-01"}
    return {"pk": drafted(cast).pk}, sent | days | {"off-note": "停用"}


# the outsider is the office of another regime: ours is not there for it
LISTS = every(403, chief=200, office=200, supervisor=200, outsider=200)
SEES = every(403, chief=200, office=200, supervisor=200, outsider=404)
SETS = every(403, office=302, outsider=404)

ROUTES = {
    ("tasks:routes", "GET"): (None, LISTS),
    ("tasks:route-new", "GET"): (None, every(403, office=200, outsider=200)),
    ("tasks:route-new", "POST"): ("new rule", every(403, office=302, outsider=422)),
    ("tasks:route", "GET"): ("draft rule", SEES),
    ("tasks:route-change", "POST"): ("draft rule", SETS),
    ("tasks:route-on", "POST"): ("draft rule", SETS),
    ("tasks:route-off", "POST"): ("draft rule", SETS),
}

OBJECTS_ROUTES = {
    "draft rule": draft,
    "new rule": lambda cast: ({}, {"category": "ROAD", "to": "S2", "reason": "权属"}),
}
