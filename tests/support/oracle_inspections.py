"""Who may open the pages and API routes of the field."""

import uuid
from types import SimpleNamespace
from typing import Any

from build_inspections import make_duty, make_source, photo, record
from grids.models import Role
from inspections.models import Inspection, Mode, PollutionSource

Answer = tuple[dict[str, Any], Any]
PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


def api(statuses: dict[str, int]) -> dict[str, int]:
    return statuses | {"anonymous": 401}


# the village: seen by its own people, the street above, the root; not by neighbours and strangers
SEES_VILLAGE = every(200, neighbour=404, enterprise=404, outsider=404)
VISITORS = every(200, guest=403, enterprise=403)  # 巡查 somewhere; an outsider in his own regime
REPORTERS = every(200, enterprise=403)


def on_village(status: int, **others: int) -> dict[str, int]:
    return every(status, neighbour=404, enterprise=404, outsider=404) | others


def _visit(cast: SimpleNamespace) -> Inspection:
    known = Inspection.objects.filter(by=cast.worker).first()
    return known or record(cast.tree.village, cast.worker, photos=(photo(cast.worker),))


def visit(cast: SimpleNamespace) -> Answer:
    return {"pk": _visit(cast).pk}, {}


def visit_photo(cast: SimpleNamespace) -> Answer:
    row = _visit(cast)
    client_id = row.photos.values_list("client_id", flat=True).get()
    return {"pk": row.pk, "client_id": client_id, "variant": "thumb"}, {}


def covert(cast: SimpleNamespace) -> Answer:
    return {"pk": record(cast.tree.village, cast.office, mode=Mode.COVERT).pk}, {}


def finding(cast: SimpleNamespace) -> Answer:
    row = _visit(cast)
    found = row.findings.create(sequence=1, title="隐患", category="DUST", is_hazard=True)
    return {"pk": found.pk}, {}


def new_visit(cast: SimpleNamespace) -> Answer:
    village = cast.tree.village.pk
    return {}, {"client_id": uuid.uuid4(), "grid": village, "place": "路口", "note": "看过"}


def new_visit_form(cast: SimpleNamespace) -> Answer:
    kwargs, data = new_visit(cast)
    return kwargs, data | {"mode": "PATROL"}


def new_report(cast: SimpleNamespace) -> Answer:
    village = cast.tree.village.pk
    data = {"client_id": uuid.uuid4(), "grid": village, "title": "焚烧", "category": "DUST"}
    return {}, data | {"photos": [str(uuid.uuid4())]}


def new_report_form(cast: SimpleNamespace) -> Answer:
    village = cast.tree.village.pk
    data = {"client_id": uuid.uuid4(), "grid": village, "preset": "burning"}
    return {}, data | {"photos-ids": uuid.uuid4()}


def _source(cast: SimpleNamespace) -> PollutionSource:
    known = PollutionSource.objects.filter(grid=cast.tree.village).first()
    return known or make_source(cast.tree.village, cast.manager)


def source(cast: SimpleNamespace) -> Answer:
    return {"pk": _source(cast).pk}, {}


def source_change(cast: SimpleNamespace) -> Answer:
    row = _source(cast)
    data = {"name": "新名", "category": "DUST", "reason": "改名", "version": row.version}
    return {"pk": row.pk}, data


def source_cancel(cast: SimpleNamespace) -> Answer:
    row = _source(cast)
    return {"pk": row.pk}, {"reason": "关停", "version": row.version}


def source_waiting(cast: SimpleNamespace) -> Answer:
    row = make_source(cast.tree.village, cast.worker, name="等待确认的店")
    return {"pk": row.pk}, {"granted": "yes", "version": row.version}


def new_source(cast: SimpleNamespace) -> Answer:
    data = {"client_id": uuid.uuid4(), "grid": cast.tree.village.pk, "name": "新店"}
    return {}, data | {"category": "DUST"}


def duty(cast: SimpleNamespace) -> Answer:
    found = make_duty(cast.scheme, Role.OFFICE, "培训", "YEAR", code="training")
    return {"code": found.code}, {"title": "培训", "held_on": "2026-01-05"}


def regime(cast: SimpleNamespace) -> Answer:
    return {"code": cast.scheme.code}, {}


OBJECTS_INSPECTIONS = {
    "inspections visit": visit,
    "inspections photo": visit_photo,
    "inspections covert": covert,
    "inspections finding": finding,
    "inspections new visit": new_visit,
    "inspections new visit form": new_visit_form,
    "inspections new report": new_report,
    "inspections new report form": new_report_form,
    "inspections source": source,
    "inspections change": source_change,
    "inspections cancel": source_cancel,
    "inspections waiting": source_waiting,
    "inspections new source": new_source,
    "inspections duty": duty,
    "inspections regime": regime,
}

# A grid that a form may not name is wrong input (422 on pages, 400 in the API), not a place.
POSTS_FORM = every(302, neighbour=422, guest=403, enterprise=403, outsider=422)
POSTS_API = api(every(201, neighbour=400, guest=403, enterprise=400, outsider=400))
WRITES_SOURCE = on_village(302, guest=403)
API_SOURCE = api(on_village(200, guest=403))

ROUTES = {
    ("inspections:list", "GET"): (None, REPORTERS),
    ("inspections:new", "GET"): (None, VISITORS),
    ("inspections:new", "POST"): ("inspections new visit form", POSTS_FORM),
    ("inspections:detail", "GET"): ("inspections visit", SEES_VILLAGE),
    ("inspections:photo", "GET"): ("inspections photo", SEES_VILLAGE),
    ("inspections:release", "POST"): (
        "inspections covert",
        every(404, office=302, supervisor=302),  # nor does a 来宾 of the root see it
    ),
    ("inspections:quick", "GET"): (None, REPORTERS),
    ("inspections:quick", "POST"): (
        "inspections new report form",
        every(302, neighbour=422, enterprise=403, outsider=422),
    ),
    ("inspections:quick-similar", "GET"): (None, REPORTERS),
    ("inspections:nearby", "GET"): (None, REPORTERS),
    ("inspections:grid-at", "GET"): (None, REPORTERS),
    ("inspections:queue", "GET"): (None, every(200)),
    ("inspections:service-worker", "GET"): (None, every(200, anonymous=200)),
    ("inspections:sources", "GET"): (None, REPORTERS),
    ("inspections:source-new", "GET"): (None, VISITORS),
    ("inspections:source-new", "POST"): ("inspections new source", POSTS_FORM),
    ("inspections:source-fields", "GET"): (None, VISITORS),
    ("inspections:source-similar", "GET"): (None, VISITORS),
    ("inspections:source", "GET"): ("inspections source", SEES_VILLAGE),
    ("inspections:source-change", "GET"): ("inspections source", SEES_VILLAGE | {"guest": 403}),
    ("inspections:source-change", "POST"): ("inspections change", WRITES_SOURCE),
    ("inspections:source-cancel", "POST"): ("inspections cancel", WRITES_SOURCE),
    ("inspections:source-decide", "POST"): (
        "inspections waiting",
        on_village(302, guest=403, worker=403, supervisor=403),
    ),
    ("inspections:duties", "GET"): (None, REPORTERS),
    ("inspections:today", "GET"): (None, REPORTERS),
    ("inspections:duties-others", "GET"): (None, REPORTERS),
    ("inspections:duty-record", "GET"): (
        "inspections duty",
        every(200, enterprise=403, outsider=404),
    ),
    ("inspections:duty-record", "POST"): (
        "inspections duty",
        every(403, office=302, outsider=404),
    ),
    ("inspections:scheme-panel", "GET"): ("inspections regime", every(200, outsider=404)),
    ("api:inspection-list", "GET"): (None, api(every(200))),
    ("api:inspection-list", "POST"): ("inspections new visit", POSTS_API),
    ("api:inspection-detail", "GET"): ("inspections visit", api(SEES_VILLAGE)),
    ("api:inspection-release", "POST"): (
        "inspections covert",
        api(every(404, office=200, supervisor=200)),
    ),
    ("api:finding-list", "GET"): (None, api(every(200))),
    ("api:finding-list", "POST"): (
        "inspections new report",
        api(every(201, neighbour=400, enterprise=400, outsider=400)),
    ),
    ("api:finding-detail", "GET"): ("inspections finding", api(SEES_VILLAGE)),
    ("api:source-list", "GET"): (None, api(every(200))),
    ("api:source-list", "POST"): ("inspections new source", POSTS_API),
    ("api:source-detail", "GET"): ("inspections source", api(SEES_VILLAGE)),
    ("api:source-change", "POST"): ("inspections change", API_SOURCE),
    ("api:source-cancel", "POST"): ("inspections cancel", API_SOURCE),
    ("api:source-decide", "POST"): (
        "inspections waiting",
        api(on_village(200, guest=403, worker=403, supervisor=403)),
    ),
}
