"""Who may open the pages and API routes of tasks, and who may do what."""

import uuid
from types import SimpleNamespace
from typing import Any

from build import NOON
from build_tasks import make_closed, make_registered, make_submitted, make_task, pair
from pictures import encoded, picture, sha, stored, upload
from tasks.models import Campaign, Measure, Plan, Task
from tasks.services import life

Answer = tuple[dict[str, Any], Any]
PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


UNSEEN = {"neighbour": 404, "enterprise": 404, "outsider": 404}
SEES = every(200, **UNSEEN)  # a task of the village: its own people, those above
API_SEES = SEES | {"anonymous": 401}
DESK = every(
    403, chief=200, office=200, supervisor=200, outsider=200
)  # 交办与验收 somewhere in the regime
STAFF = every(200, enterprise=403)


def doing(done: int, *able: str) -> dict[str, int]:
    """Only `able` may; whoever sees the task but may not is forbidden, others do not see it."""
    return every(403, **UNSEEN, **dict.fromkeys(able, done))


def by_api(row: dict[str, int]) -> dict[str, int]:
    return {who: 200 if status == 302 else status for who, status in row.items()} | {
        "anonymous": 401
    }


# --- objects ------------------------------------------------------------------------------------


def at_village(task: Task, **data: Any) -> Answer:
    return {"number": task.number}, data


def issued(cast: SimpleNamespace) -> Answer:
    return at_village(make_task(cast))


def with_card(cast: SimpleNamespace) -> Answer:
    return {"number": make_submitted(cast).number, "round": 1}, {}


def acting(action: str, **data: Any) -> Any:
    """The action on a task that waits for it, with what the form sends."""

    def thing(cast: SimpleNamespace) -> Answer:
        kwargs, sent = at_village(STARTS[action](cast), **data)
        return kwargs | {"action": action}, sent

    return thing


def verb(action: str, **data: Any) -> Any:
    """The same for the API, whose route names the action itself."""

    def thing(cast: SimpleNamespace) -> Answer:
        return at_village(STARTS[action](cast), **data)

    return thing


def found(cast: SimpleNamespace) -> Task:
    return make_registered(cast.scheme, cast.tree.village, cast.manager, kind="CHECK")


def held(cast: SimpleNamespace) -> Task:
    return life.accept(make_task(cast), by=cast.manager, at=NOON)


def moved(cast: SimpleNamespace) -> Task:
    """Transferred from the other village to this one."""
    task = make_task(cast)
    Task.objects.filter(pk=task.pk).update(grid=cast.tree.other_village)
    return life.transfer(
        Task.objects.get(pk=task.pk),
        to=cast.tree.village,
        reason_code="NOT_MY_AREA",
        note="界线",
        by=cast.neighbour,
        at=NOON,
    )


def asked(cast: SimpleNamespace) -> Task:
    task = held(cast)
    due = task.due_at.replace(year=2027)
    return life.ask_extension(task, due_at=due, reason="下雨", by=cast.manager, at=NOON)


def covert(cast: SimpleNamespace) -> Task:
    return make_registered(cast.scheme, cast.tree.village, cast.supervisor, is_hidden=True)


STARTS = {
    "issue": found,
    "join": found,
    "settle": found,
    "accept": make_task,
    "report_up": make_task,
    "transfer": make_task,
    "return_transfer": moved,
    "rule": make_task,
    "submit": held,
    "approve": make_submitted,
    "send_back": make_submitted,
    "ask_extension": held,
    "decide_extension": asked,
    "supervise": make_task,
    "revisit": make_closed,
    "void": make_task,
    "comment": make_task,
    "reveal": covert,
}
ORDER = {
    "requirement": "立即覆盖",
    "supervisor": "市网格办",
    "deadline_kind": "MOMENT",
    "due_at": "2099-01-01T18:00",
    "strength": "MUST",
}
API_ORDER = ORDER | {"due_at": "2099-01-01T18:00:00+08:00"}
LATER = {"due_at": "2099-01-01T18:00", "reason": "下雨"}


def new_one(cast: SimpleNamespace) -> Answer:
    return {}, {
        "client_id": uuid.uuid4(),
        "title": "道路积尘",
        "category": "ROAD",
        "kind": "RECTIFICATION",
        "level": "GENERAL",
        "source": "SUPERIOR",
        "origin_grid": "V1",
        "scheme": cast.scheme.code,
    }


def a_file(cast: SimpleNamespace) -> Answer:
    content = encoded(picture(64, 48))
    return {}, {
        "client_id": str(uuid.uuid4()),
        "purpose": "SCENE",
        "sha256": sha(content),
        "file": upload(content),
    }


def regime(cast: SimpleNamespace) -> Answer:
    return {"code": cast.scheme.code}, {}


def measure(cast: SimpleNamespace) -> Answer:
    plan = Plan.objects.create(scheme=cast.scheme, code="p", name="方案")
    one = Measure.objects.create(plan=plan, number=1, title="措施", text="原文")
    return {"pk": one.pk}, {"form": "milestone", "name": "开工", "due_on": "2026-12-01"}


def campaign(cast: SimpleNamespace) -> Answer:
    values = dict.fromkeys(("goal", "requirement", "measures", "effect"), "x")
    made = Campaign.objects.create(
        scheme=cast.scheme,
        name="专项",
        due_on=NOON.date(),
        opened_by=cast.office,
        opened_at=NOON,
        **values,
    )
    return {"pk": made.pk}, {}


def new_campaign(cast: SimpleNamespace) -> Answer:
    values = dict.fromkeys(("goal", "requirement", "measures", "effect"), "x")
    return {}, {"name": "专项", "due_on": "2099-12-31", "percent": 95, **values}


def listed(cast: SimpleNamespace) -> Answer:
    return at_village(make_task(cast), lists=["PROBLEM", "KEY_TASK"], reason="年度重点")


def public_photo(cast: SimpleNamespace) -> Answer:
    return {"client_id": _photo(cast), "variant": "public"}, {}


def original_photo(cast: SimpleNamespace) -> Answer:
    return {"client_id": _photo(cast), "variant": "original"}, {}


def photo_record(cast: SimpleNamespace) -> Answer:
    return {"client_id": _photo(cast)}, {}


def _photo(cast: SimpleNamespace) -> uuid.UUID:
    photo = stored(cast.worker, encoded(picture(64, 48)))
    task = held(cast)
    rest = pair(cast.worker)
    life.submit(task, measures="已盖", attachments=[photo, *rest], by=cast.worker, at=NOON)
    return photo.client_id


HOLDS = doing(302, "worker", "manager")
OVERSEES = doing(302, "office", "chief")  # for what nobody has been given yet
ISSUED_IT = doing(302, "office")  # the office issued it, so only the office's side decides
ABOVE = doing(302, "office", "chief", "supervisor")

PAGES = {
    "issue": (OVERSEES, ORDER | {"grid": "V1"}),
    "join": (OVERSEES, ORDER | {"grid_0": "V1", "role_0": "LEAD", "grid_1": "S1"}),
    "accept": (HOLDS, {}),
    "report_up": (HOLDS, {"reason": "处理不了"}),
    "transfer": (HOLDS, {"to": "V2", "reason_code": "NOT_MY_AREA", "note": "界线"}),
    "return_transfer": (HOLDS | {"neighbour": 403}, {"note": "不归我"}),
    "rule": (ISSUED_IT, {"to": "V2", "note": "裁定"}),
    "approve": (ISSUED_IT, {"note": ""}),
    "send_back": (ISSUED_IT, {"reason": "没盖全"}),
    "ask_extension": (HOLDS, LATER),
    "decide_extension": (ISSUED_IT, {"granted": "yes"}),
    "supervise": (ABOVE, {"note": "抓紧"}),
    # the office closed it, the village did it: a third person looks again
    "revisit": (doing(302, "chief", "supervisor"), {"good": "yes", "note": "看过"}),
    "void": (ISSUED_IT, {"reason": "重复"}),
    "comment": (
        doing(302, "worker", "manager", "chief", "office", "supervisor"),
        {"note": "路已封"},
    ),
    "reveal": (
        doing(302, "office", "supervisor")
        | dict.fromkeys(("worker", "manager", "chief", "guest"), 404),
        {},
    ),
}
# 反馈 without photos: the form comes again with the sentence (422 page, 400 API)
HOLDS_INCOMPLETE = doing(422, "worker", "manager")

API_DATA = {
    "issue": API_ORDER | {"grid": "V1"},
    "join": API_ORDER | {"units": [{"grid": "V1", "role": "LEAD"}]},
    "ask_extension": {"due_at": "2099-01-01T18:00:00+08:00", "reason": "下雨"},
    "decide_extension": {"granted": True},
    "revisit": {"good": True, "note": "看过"},
}

ROUTES = {
    ("tasks:today", "GET"): (None, every(200)),
    ("tasks:ledger", "GET"): (None, every(200)),  # everybody his own part of it
    ("tasks:filters", "GET"): (None, every(200)),
    ("tasks:register", "GET"): (None, STAFF),
    ("tasks:register", "POST"): (
        "new task",
        every(302, enterprise=403, outsider=422, neighbour=403),
    ),
    ("tasks:inbox", "GET"): (None, DESK),
    ("tasks:acceptance", "GET"): (None, DESK),
    ("tasks:disputes", "GET"): (None, DESK),
    ("tasks:revisits", "GET"): (None, STAFF),
    ("tasks:scheme-panel", "GET"): ("tasks regime", STAFF | {"outsider": 404}),
    ("tasks:measure", "GET"): ("measure", STAFF | {"outsider": 404}),
    ("tasks:measure", "POST"): (
        "measure",
        every(403, office=302, outsider=404),
    ),
    ("tasks:campaigns", "GET"): (None, STAFF),
    ("tasks:campaign", "GET"): ("campaign", STAFF | {"outsider": 404}),
    ("tasks:campaign-new", "GET"): (None, every(403, office=200, outsider=200)),
    ("tasks:campaign-new", "POST"): ("new campaign", every(403, office=302, outsider=302)),
    ("tasks:lists", "GET"): ("issued task", doing(200, "office", "chief", "supervisor")),
    ("tasks:lists", "POST"): ("listed task", doing(302, "office", "chief", "supervisor")),
    ("tasks:grid-options", "GET"): (None, every(200)),
    ("tasks:upload", "POST"): ("a file", every(201)),
    ("tasks:attachment", "GET"): ("public photo", SEES),
    ("tasks:detail", "GET"): ("issued task", SEES),
    ("tasks:order-sheet", "GET"): ("issued task", SEES),
    ("tasks:card", "GET"): ("card", SEES),
    ("tasks:act", "GET"): ("page of accept", doing(200, "worker", "manager")),
    ("tasks:act", "POST"): ("page of accept", HOLDS),
    ("api:task-list", "GET"): (None, every(200, anonymous=401)),
    ("api:task-list", "POST"): (
        "new task",
        every(201, anonymous=401, enterprise=403, outsider=403, neighbour=403),
    ),
    ("api:task-detail", "GET"): ("issued task", API_SEES),
    ("api:task-events", "GET"): ("issued task", API_SEES),
    ("api:attachment-list", "POST"): ("a file", every(201, anonymous=401)),
    ("api:attachment-detail", "GET"): ("photo record", API_SEES),
    ("api:changes", "GET"): (None, every(200, anonymous=401)),
    **{
        (f"api:task-{name.replace('_', '-')}", "POST"): (f"verb {name}", by_api(row))
        for name, (row, _) in PAGES.items()
    },
    ("api:task-submit", "POST"): (
        "verb submit",
        doing(400, "worker", "manager") | {"anonymous": 401},
    ),
    ("api:task-settle", "POST"): (
        "verb settle",
        # 督查 oversees and holds no grid: nothing on the spot is his to settle
        doing(400, "worker", "manager", "chief", "office") | {"anonymous": 401},
    ),
}

OBJECTS_TASKS = {
    "issued task": issued,
    "measure": measure,
    "tasks regime": regime,
    "campaign": campaign,
    "new campaign": new_campaign,
    "listed task": listed,
    "card": with_card,
    "new task": new_one,
    "a file": a_file,
    "public photo": public_photo,
    "original photo": original_photo,
    "photo record": photo_record,
    **{f"page of {name}": acting(name, **data) for name, (_, data) in PAGES.items()},
    "page of submit": acting("submit", measures="已盖"),
    **{f"verb {name}": verb(name, **API_DATA.get(name, data)) for name, (_, data) in PAGES.items()},
    "verb submit": verb("submit", measures="已盖"),
    "verb settle": verb("settle", measures="已盖", requirement="立即", supervisor="网格长"),
}
