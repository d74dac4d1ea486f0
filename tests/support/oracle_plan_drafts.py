"""Who draws up a unit's plan, who judges it, and who sees it until it is in force (Y1-87)."""

from types import SimpleNamespace
from typing import Any

from build_plans import give, make_measure, make_plan
from oracle_plans import every
from tasks.models import Measure, Plan, PlanStep

Answer = tuple[dict[str, Any], Any]
UNIT_DRAFT = every(404, worker=200, manager=200, chief=403, office=403, supervisor=404)
"""A draft of the village: seen by its own side and by the grids above it, written by itself."""
UNIT_DOES = UNIT_DRAFT | {"worker": 302, "manager": 302}
ITEM = {"title": "治理散煤", "units": "V1", "due_on": "2026-10-31", "strength": "MUST"}
HEAD = {"name": "社区实施方案", "year": 2026, "goal": "清零。", "assessment": "每季考核。"}


def draft(cast: SimpleNamespace, state: str = Plan.State.DRAFT) -> Plan:
    plan = make_plan(
        cast.scheme,
        code="P-2026-001",
        kind=Plan.Kind.UNIT,
        state=state,
        grid=cast.tree.village,
        goal="清零。",
        assessment="每季考核。",
    )
    give(make_measure(plan, 1, due_on="2026-10-31"), "RESPONSIBLE", cast.tree.village)
    PlanStep.objects.create(
        plan=plan, action="SUBMIT", by=cast.worker, by_label="学门口社区", at=cast.noon
    )
    return plan


def own(cast: SimpleNamespace) -> Answer:
    return {"pk": draft(cast).pk}, {}


def head(cast: SimpleNamespace) -> Answer:
    return own(cast)[0], HEAD


def measure(cast: SimpleNamespace) -> Answer:
    plan = draft(cast)
    return {"pk": plan.pk, "measure": Measure.objects.get(plan=plan).pk}, ITEM


def item(cast: SimpleNamespace) -> Answer:
    return own(cast)[0], ITEM


def thrown_away(cast: SimpleNamespace) -> Answer:
    return own(cast)[0], {"act": "discard"}


def handed_in(cast: SimpleNamespace) -> Answer:
    return {"pk": draft(cast, Plan.State.SUBMITTED).pk}, {"act": "approve"}


def sent_back(cast: SimpleNamespace) -> Answer:
    return handed_in(cast)[0], {"reason": "请细化。"}


def second(cast: SimpleNamespace) -> Answer:
    first = draft(cast, Plan.State.REPLACED)
    new = draft_again(cast, first)
    return {"pk": new.pk}, {}


def draft_again(cast: SimpleNamespace, first: Plan) -> Plan:
    return make_plan(
        cast.scheme,
        code="P-2026-001-v2",
        kind=Plan.Kind.UNIT,
        state=Plan.State.IN_FORCE,
        grid=cast.tree.village,
        version=2,
        previous=first,
    )


def in_force(cast: SimpleNamespace) -> Answer:
    return {"pk": draft(cast, Plan.State.IN_FORCE).pk}, {}


def drawn(cast: SimpleNamespace) -> Answer:
    given = HEAD | {"grid": cast.tree.village.pk, "kind": "UNIT"}
    return {}, given


def api_drawn(cast: SimpleNamespace) -> Answer:
    return {}, HEAD | {"grid": "V1", "scheme": cast.scheme.code}


def api_item(cast: SimpleNamespace) -> Answer:
    return own(cast)[0], {"title": "治理散煤", "units": ["V1"], "due_on": "2026-10-31"}


def api_bare(cast: SimpleNamespace) -> Answer:
    """Without its document it cannot be handed in: whoever may try gets 400."""
    return own(cast)[0], {}


OBJECTS_PLAN_DRAFTS = {
    "plan draft": own,
    "plan draft head": head,
    "plan draft measure": measure,
    "plan draft item": item,
    "plan draft discarded": thrown_away,
    "plan handed in": handed_in,
    "plan sent back": sent_back,
    "plan version": second,
    "plan of a unit": in_force,
    "plan drawn up": drawn,
    "api plan drawn up": api_drawn,
    "api plan item": api_item,
    "api plan bare": api_bare,
}

SEEN = every(404, worker=200, manager=200, chief=200, office=200, supervisor=404)
JUDGED = every(404, worker=403, manager=403, chief=403, office=302, supervisor=403)


def api(row: dict[str, int], **over: int) -> dict[str, int]:
    return row | {"anonymous": 401} | over


ROUTES = {
    ("tasks:plan-new", "GET"): (None, every(200, supervisor=403, guest=403, enterprise=403)),
    ("tasks:plan-new", "POST"): (
        "plan drawn up",
        every(422, worker=302, manager=302, supervisor=403, guest=403, enterprise=403),
    ),
    ("tasks:plan-draft", "GET"): ("plan draft", SEEN),
    ("tasks:plan-draft", "POST"): ("plan draft head", UNIT_DOES),
    ("tasks:plan-step", "POST"): ("plan draft discarded", UNIT_DOES),
    ("tasks:plan-judge", "POST"): ("plan handed in", JUDGED),
    ("tasks:plan-import", "GET"): ("plan draft", UNIT_DRAFT),
    ("tasks:plan-import", "POST"): (
        "plan draft",
        UNIT_DRAFT | {"worker": 422, "manager": 422},
    ),
    ("tasks:plan-item-new", "GET"): ("plan draft", UNIT_DRAFT),
    ("tasks:plan-item-new", "POST"): ("plan draft item", UNIT_DOES),
    ("tasks:plan-item", "GET"): ("plan draft measure", UNIT_DRAFT),
    ("tasks:plan-item", "POST"): ("plan draft measure", UNIT_DOES),
    ("tasks:plan-item-drop", "POST"): ("plan draft measure", UNIT_DOES),
    ("tasks:plan-differences", "GET"): ("plan version", every(200, enterprise=403, outsider=404)),
    ("api:plan-list", "POST"): (
        "api plan drawn up",
        api(every(403, worker=201, manager=201, outsider=400)),
    ),
    ("api:plan-items", "POST"): (
        "api plan item",
        api(UNIT_DRAFT, worker=201, manager=201),
    ),
    ("api:plan-submit", "POST"): (
        "api plan bare",
        api(UNIT_DRAFT, worker=400, manager=400),
    ),
    ("api:plan-send-back", "POST"): ("plan sent back", api(JUDGED, office=200)),
    ("api:plan-approve", "POST"): ("plan handed in", api(JUDGED, office=200)),
    ("api:plan-revise", "POST"): (
        "plan of a unit",
        api(every(403, worker=201, manager=201, enterprise=404, outsider=404)),
    ),
    ("api:plan-differences", "GET"): (
        "plan version",
        api(every(200, enterprise=404, outsider=404)),
    ),
}
