"""Who may open which page and API door of the office."""

from types import SimpleNamespace
from typing import Any

from build import NOON
from notices.models import Message, Notice, Receipt, Summons
from tasks.models import Task
from tasks.services import life

LOGIN = {"anonymous": 302}
KEY = {"anonymous": 401}
PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("outsider", "enterprise", "guest"),
)


def row(default: int, first: dict[str, int], **special: int) -> dict[str, int]:
    return first | dict.fromkeys(PEOPLE, default) | special


ALL = row(200, LOGIN)
ROOT_READERS = row(403, LOGIN, office=200, supervisor=200, guest=200, outsider=200)
"""The outsider runs another regime and sees his own desk."""


def summons(cast: SimpleNamespace, state: str = "PROPOSED") -> Summons:
    return Summons.objects.create(
        scheme=cast.scheme,
        scheme_root=cast.tree.root,
        grid=cast.tree.street,
        basis=Summons.Basis.STREAK,
        to=Summons.To.EXECUTIVE,
        target_title="汽车路街道 分管领导",
        state=state,
        streak_started="2026-W45",
        fired="2026-W46",
        weeks=2,
        clause="W-54",
        proposed_at=NOON,
        decided_at=NOON if state != "PROPOSED" else None,
    )


def notice(cast: SimpleNamespace, state: str = "ISSUED") -> Notice:
    is_out = state == "ISSUED"
    figure = {"key": "closed", "label": "验收销号", "value": 0, "unit": "件"}
    paper = Notice.objects.create(
        scheme=cast.scheme,
        scheme_root=cast.tree.root,
        kind=Notice.Kind.WEEKLY,
        period="2026-W46",
        title="关于第46周情况的通报",
        number="测试周通报〔2026〕46号" if is_out else "",
        serial=46 if is_out else None,
        state=state,
        facts={"figures": [figure | {"rows": [], "about": "task", "group": "整改", "url": ""}]},
        body=[{"heading": "一、情况", "paragraphs": ["销号{验收销号}。"]}],
        drafted_at=NOON,
        issued_at=NOON if is_out else None,
    )
    Receipt.objects.create(notice=paper, grid=cast.tree.street)
    return paper


def _proposed(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": summons(cast).pk}, {}


def _decision(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": summons(cast).pk, "action": "decide"}, {"approve": "yes", "note": "同意"}


def _api_decision(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": summons(cast).pk}, {"approve": True, "note": "同意"}


def _approved(data: dict[str, Any]) -> Any:
    return lambda cast: ({"pk": summons(cast, "APPROVED").pk}, data)


def _held(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    talk = summons(cast, "APPROVED")
    Summons.objects.filter(pk=talk.pk).update(state="HELD", held_at=NOON, minutes="已谈")
    return {"pk": talk.pk}, {}


def _flagged(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    talk = summons(cast, "APPROVED")
    Summons.objects.filter(pk=talk.pk).update(is_questioned=True)
    return {"pk": talk.pk}, {"note": "维持"}


def _issued(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast).pk}, {}


def _draft(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast, "DRAFT").pk}, {}


def _text(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    data = {"title": "通报", "version": 1, "heading-0": "一", "text-0": "正文", "text-1": ""}
    return {"pk": notice(cast, "DRAFT").pk}, data | {"heading-1": ""}


def _api_text(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    body = [{"heading": "一", "paragraphs": ["正文"]}]
    return {"pk": notice(cast, "DRAFT").pk}, {"title": "通报", "body": body}


def _review(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast, "DRAFT").pk, "action": "review"}, {}


def _reviewed(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast, "REVIEWED").pk}, {}


def _reason(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast).pk}, {"reason": "更正"}


def _figure(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast).pk, "key": "closed"}, {}


def _receipt(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast).receipts.get().pk}, {}


def _api_receipt(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": notice(cast).pk}, {"grid": cast.tree.street.code}


def _message(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": Message.objects.create(user=cast.worker, key="k", text="一件", at=NOON).pk}, {}


def _period(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {}, {"period": "2020-W01"}  # not among those offered: the form comes back


def _api_period(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {}, {"scheme": cast.scheme.code, "period": "2026-W45"}


def _scheme(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"code": cast.scheme.code}, {}


def _instruction(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    task = life.register(
        scheme=cast.scheme,
        title="裸露黄土",
        category=Task.Category.BARE_SOIL,
        source=Task.Source.PATROL,
        origin_grid=cast.tree.village,
        by=cast.office,
        at=NOON,
    )
    return {"number": task.number}, {"note": "抓紧办"}


OBJECTS_NOTICES = {
    "a proposed talk": _proposed,
    "a decision": _decision,
    "a decision by program": _api_decision,
    "an approved talk to state": _approved({"text": "说明"}),
    "an approved talk to hold": _approved({"held_at": "2026", "minutes": "x", "requirement": "x"}),
    "an approved talk to withdraw": _approved({"note": "更正"}),
    "a held talk": _held,
    "a flagged talk": _flagged,
    "an issued paper": _issued,
    "a draft": _draft,
    "a draft's text": _text,
    "a draft's text by program": _api_text,
    "a draft to review": _review,
    "a reviewed paper": _reviewed,
    "a paper to withdraw": _reason,
    "a figure": _figure,
    "a receipt": _receipt,
    "a receipt by program": _api_receipt,
    "the worker's message": _message,
    "a period": _period,
    "a period by program": _api_period,
    "a regime": _scheme,
    "a matter to remark on": _instruction,
}

OFFICE_SEES = row(404, LOGIN, office=200)
OFFICE_FORM = row(403, LOGIN, office=200, outsider=200)
MEMBERS = row(200, LOGIN, enterprise=404, outsider=404)

ROUTES = {
    ("notices:home", "GET"): (None, row(302, LOGIN)),
    ("notices:desk", "GET"): (None, ROOT_READERS),
    ("notices:leader", "GET"): (
        None,
        row(200, LOGIN, worker=403, neighbour=403, supervisor=403, enterprise=403, guest=403),
    ),
    ("notices:instruct", "POST"): (
        "a matter to remark on",
        row(404, LOGIN, worker=302, manager=302, chief=302, office=302, supervisor=302, guest=403),
    ),
    ("notices:summonses", "GET"): (None, ALL),
    ("notices:summons", "GET"): ("a proposed talk", OFFICE_SEES | {"supervisor": 200}),
    ("notices:summons-act", "POST"): ("a decision", row(404, LOGIN, office=302, supervisor=403)),
    ("notices:list", "GET"): (None, ALL),
    ("notices:new", "GET"): (None, OFFICE_FORM),
    ("notices:new", "POST"): ("a period", row(403, LOGIN, office=422, outsider=422)),
    ("notices:order", "GET"): (None, OFFICE_FORM),
    ("notices:order", "POST"): (None, row(403, LOGIN, office=422, outsider=422)),
    ("notices:detail", "GET"): ("an issued paper", MEMBERS),
    ("notices:edit", "GET"): ("a draft", OFFICE_SEES | {"supervisor": 403}),
    ("notices:edit", "POST"): ("a draft's text", row(404, LOGIN, office=302, supervisor=403)),
    ("notices:act", "POST"): ("a draft to review", row(404, LOGIN, office=302, supervisor=403)),
    ("notices:figure", "GET"): ("a figure", MEMBERS),
    ("notices:document", "GET"): ("an issued paper", MEMBERS),
    ("notices:sign", "POST"): (
        "a receipt",
        row(403, LOGIN, chief=302, enterprise=404, outsider=404),
    ),
    ("notices:messages", "GET"): (None, ALL),
    ("notices:message-read", "POST"): ("the worker's message", row(404, LOGIN, worker=302)),
    ("notices:messages-read", "POST"): (None, row(302, LOGIN)),
    ("notices:scheme-panel", "GET"): ("a regime", row(200, LOGIN, outsider=404)),
    ("api:summons-list", "GET"): (None, row(200, KEY)),
    ("api:summons-detail", "GET"): ("a proposed talk", row(404, KEY, office=200, supervisor=200)),
    ("api:summons-decide", "POST"): (
        "a decision by program",
        row(404, KEY, office=200, supervisor=403),
    ),
    ("api:summons-state", "POST"): (
        "an approved talk to state",
        row(404, KEY, chief=200, office=200, supervisor=403),
    ),
    ("api:summons-hold", "POST"): (
        "an approved talk to hold",
        row(404, KEY, chief=400, office=400, supervisor=400),  # the input is looked at first
    ),
    ("api:summons-close", "POST"): (
        "a held talk",
        row(404, KEY, chief=403, office=200, supervisor=403),
    ),
    ("api:summons-withdraw", "POST"): (
        "an approved talk to withdraw",
        row(404, KEY, chief=403, office=200, supervisor=403),
    ),
    ("api:summons-uphold", "POST"): (
        "a flagged talk",
        row(404, KEY, chief=403, office=200, supervisor=403),
    ),
    ("api:notice-list", "GET"): (None, row(200, KEY)),
    ("api:notice-list", "POST"): (
        "a period by program",
        row(403, KEY, office=201, outsider=404),
    ),
    ("api:notice-detail", "GET"): ("an issued paper", row(200, KEY, enterprise=404, outsider=404)),
    ("api:notice-edit", "POST"): (
        "a draft's text by program",
        row(404, KEY, office=200, supervisor=403),
    ),
    ("api:notice-refresh", "POST"): ("a draft", row(404, KEY, office=200, supervisor=403)),
    ("api:notice-review", "POST"): ("a draft", row(404, KEY, office=200, supervisor=403)),
    ("api:notice-issue", "POST"): ("a reviewed paper", row(404, KEY, office=200, supervisor=403)),
    ("api:notice-withdraw", "POST"): (
        "a paper to withdraw",
        row(403, KEY, office=200, enterprise=404, outsider=404),
    ),
    ("api:notice-sign", "POST"): (
        "a receipt by program",
        row(403, KEY, chief=200, enterprise=404, outsider=404),
    ),
    ("api:notice-document", "GET"): (
        "an issued paper",
        row(200, KEY, enterprise=404, outsider=404),
    ),
}
