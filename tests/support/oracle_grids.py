"""Who may open the pages and API routes of grids."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from build import make_user
from grids.models import GridDocument, Post, Role, Substitution

Answer = tuple[dict[str, Any], Any]
PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)


def row(anonymous: int, **statuses: int) -> dict[str, int]:
    return {"anonymous": anonymous, **statuses}


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


# the village: seen by its own people, the street above, the root; not by neighbours and strangers
SEES_VILLAGE = every(200, neighbour=404, enterprise=404, outsider=404)
STAFF_PAGE = every(200, enterprise=403)  # everybody in the own regime but 企业
OFFICE_ONLY = every(403, office=200, outsider=200)  # each office in its own regime
API_ALL = every(200, anonymous=401)
API_VILLAGE = SEES_VILLAGE | {"anonymous": 401}


def managing(status: int) -> dict[str, int]:
    """Needs MANAGE on the village: 网格负责人, those above; 网格员, 来宾 and 督查 are forbidden."""
    unseen = {"neighbour": 404, "enterprise": 404, "outsider": 404}
    return every(status, worker=403, guest=403, supervisor=403, **unseen)


def leading(status: int) -> dict[str, int]:
    """Needs OVERSEE above the village."""
    return managing(status) | {"manager": 403}


def at_root(status: int) -> dict[str, int]:
    """Needs OVERSEE on the root of the tree."""
    return leading(status) | {"chief": 403}


def village(cast: SimpleNamespace) -> Answer:
    return {"pk": cast.tree.village.pk}, {}


def worker_post(cast: SimpleNamespace) -> Answer:
    return {"pk": Post.objects.get(user=cast.worker).pk}, {}


def leader_post(cast: SimpleNamespace) -> Answer:
    return {"pk": Post.objects.get(user=cast.village_chief).pk}, {}


def appointment(cast: SimpleNamespace) -> Answer:
    newcomer = make_user("newcomer")
    given = {
        "role": Role.WORKER,
        "seat": 77,
        "user": newcomer.username,
        "from_on": cast.noon.date(),
    }
    return {"pk": cast.tree.village.pk}, given


def ending(cast: SimpleNamespace) -> Answer:
    return worker_post(cast)[0], {"until_on": cast.noon.date()}


def standing_in(cast: SimpleNamespace) -> Answer:
    day = cast.noon.date()
    given = {
        "substitute": "neighbour",
        "from_on": day,
        "until_on": day + timedelta(days=3),
        "reason": "出差",
    }
    return worker_post(cast)[0], given


def substitution(cast: SimpleNamespace) -> Answer:
    day = cast.noon.date()
    stand_in = Substitution.objects.create(
        post=Post.objects.get(user=cast.worker),
        substitute=cast.neighbour,
        from_on=day - timedelta(days=40),
        until_on=day - timedelta(days=30),
        reason="出差",
        created_by=cast.manager,
        created_at=cast.noon,
    )
    return {"pk": stand_in.pk}, {}


def profile(cast: SimpleNamespace) -> Answer:
    return village(cast)[0], {"fixed_area": "学门口社区全域"}


def paper(cast: SimpleNamespace) -> Answer:
    file = SimpleUploadedFile("group.pdf", b"%PDF-1.4 test", content_type="application/pdf")
    return village(cast)[0], {"kind": "GROUP", "title": "领导小组文件", "file": file}


def kept_paper(cast: SimpleNamespace) -> Answer:
    document = GridDocument.objects.create(
        grid=cast.tree.village,
        kind="GROUP",
        title="领导小组文件",
        file=ContentFile(b"%PDF-1.4", name="group.pdf"),
        file_name="group.pdf",
        sha256="0" * 64,
        added_by=cast.office,
        added_at=cast.noon,
    )
    return {"pk": document.pk}, {}


def new_child(cast: SimpleNamespace) -> Answer:
    given = {
        "code": "NEW-1",
        "name": "新社区",
        "tier": "THIRD",
        "kind": "TERRITORY",
        "opened_on": cast.noon.date(),
    }
    return {"pk": cast.tree.street.pk}, given


def removal(cast: SimpleNamespace) -> Answer:
    return village(cast)[0], {"parent": "S2"}


def closing(cast: SimpleNamespace) -> Answer:
    return village(cast)[0], {"closed_on": cast.noon.date()}


def outline(cast: SimpleNamespace) -> Answer:
    ring = b"[[[112.3,28.5],[112.4,28.5],[112.4,28.6],[112.3,28.5]]]"
    text = b'{"type":"Polygon","coordinates":' + ring + b"}"
    file = SimpleUploadedFile("v.geojson", text, content_type="application/json")
    given = {"file": file, "datum": "wgs84", "valid_from": cast.noon.date()}
    return village(cast)[0], given


def account(cast: SimpleNamespace) -> Answer:
    given = {"username": "new.person", "display_name": "新网格员", "password": "Lan-Ge-2026-x"}
    return {}, given


def idle_person(cast: SimpleNamespace) -> Answer:
    return {"pk": make_user("idle").pk}, {}


def the_worker(cast: SimpleNamespace) -> Answer:
    return {"pk": cast.worker.pk}, {}


def own_scheme(cast: SimpleNamespace) -> Answer:
    return {"code": cast.scheme.code}, {"scheme": cast.scheme.code}


def switching(cast: SimpleNamespace) -> Answer:
    return {}, {"scheme": cast.scheme.code}


def credentials(cast: SimpleNamespace) -> Answer:
    return {}, {"username": "worker", "password": "蓝天-Test-2026"}


OBJECTS_GRIDS = {
    "village": village,
    "worker's post": worker_post,
    "leader's post": leader_post,
    "appointment": appointment,
    "ending": ending,
    "standing in": standing_in,
    "substitution": substitution,
    "profile": profile,
    "paper": paper,
    "kept paper": kept_paper,
    "new child": new_child,
    "removal": removal,
    "closing": closing,
    "outline": outline,
    "account": account,
    "idle person": idle_person,
    "the worker": the_worker,
    "own scheme": own_scheme,
    "switching": switching,
    "credentials": credentials,
}

STREET_AT_ROOT = at_root(200) | {"worker": 404, "manager": 404}  # they stand below the street

ROUTES = {
    ("grids:tree", "GET"): (None, STAFF_PAGE),
    ("grids:search", "GET"): (None, every(200)),
    ("grids:incomplete", "GET"): (None, STAFF_PAGE),
    ("grids:map", "GET"): (None, STAFF_PAGE),
    ("grids:outlines", "GET"): (None, STAFF_PAGE),
    ("grids:gaps", "GET"): (None, STAFF_PAGE),
    ("grids:detail", "GET"): ("village", SEES_VILLAGE),
    ("grids:children", "GET"): ("village", SEES_VILLAGE),
    ("grids:card", "GET"): ("village", SEES_VILLAGE),
    ("grids:appoint", "GET"): ("village", managing(200)),
    ("grids:appoint", "POST"): ("appointment", managing(302)),
    ("grids:profile", "GET"): ("village", managing(200)),
    ("grids:profile", "POST"): ("profile", managing(302)),
    ("grids:document", "GET"): ("village", managing(200)),
    ("grids:document", "POST"): ("paper", managing(302)),
    ("grids:document-file", "GET"): ("kept paper", SEES_VILLAGE),
    ("grids:open", "GET"): ("new child", STREET_AT_ROOT),
    ("grids:open", "POST"): ("new child", STREET_AT_ROOT | {"office": 302}),
    ("grids:move", "GET"): ("village", at_root(200)),
    ("grids:move", "POST"): ("removal", at_root(302)),
    ("grids:close", "GET"): ("village", at_root(200)),
    ("grids:close", "POST"): ("closing", at_root(302)),
    ("grids:redraw", "GET"): ("village", at_root(200)),
    ("grids:redraw", "POST"): ("outline", at_root(302)),
    ("grids:end-post", "GET"): ("leader's post", leading(200)),
    ("grids:end-post", "POST"): ("ending", managing(302)),
    ("grids:substitute", "GET"): ("worker's post", managing(200) | {"worker": 200}),
    ("grids:substitute", "POST"): ("standing in", managing(302) | {"worker": 302}),
    ("grids:end-substitution", "POST"): ("substitution", managing(302) | {"worker": 302}),
    ("grids:people", "GET"): (None, OFFICE_ONLY),
    ("grids:person", "GET"): ("the worker", OFFICE_ONLY | {"worker": 200}),
    ("grids:person-new", "GET"): (None, OFFICE_ONLY),
    ("grids:person-new", "POST"): ("account", every(403, office=302, outsider=302)),
    ("grids:person-close", "POST"): ("idle person", every(403, office=302, outsider=302)),
    ("grids:people-options", "GET"): (None, every(200)),
    ("grids:schemes", "GET"): (None, STAFF_PAGE),
    ("grids:scheme", "GET"): ("own scheme", STAFF_PAGE | {"outsider": 404}),
    ("grids:matrix", "GET"): ("own scheme", STAFF_PAGE | {"outsider": 404}),
    ("grids:switch-scheme", "POST"): ("switching", every(302, outsider=404)),
    ("api:token", "POST"): ("credentials", {"anonymous": 200, "worker": 200}),
    ("api:token", "DELETE"): (None, {"anonymous": 400}),
    ("api:me", "GET"): (None, API_ALL),
    ("api:scheme-list", "GET"): (None, API_ALL),
    ("api:scheme-detail", "GET"): ("own scheme", API_ALL | {"outsider": 404}),
    ("api:grid-list", "GET"): (None, API_ALL),
    ("api:grid-detail", "GET"): ("village", API_VILLAGE),
    ("api:grid-subtree", "GET"): ("village", API_VILLAGE),
    ("api:grid-locate", "GET"): (None, every(400, anonymous=401)),
    ("api:post-list", "GET"): (None, API_ALL),
    ("api:post-detail", "GET"): ("worker's post", API_VILLAGE),
}
