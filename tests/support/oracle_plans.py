"""Who may open the pages of plans, break measures down, report and receive."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from build import OPENED
from build_plans import give, make_measure, make_plan, make_rule
from tasks.models import Measure, Plan, PlanReport

Answer = tuple[dict[str, Any], Any]
PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)
MONTH = "2021-03"  # in the past whatever the clock says: late, and still taken


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


IN_REGIME = every(200, enterprise=403, outsider=404)
OFFICE = every(403, office=200, outsider=404)
OFFICE_DOES = OFFICE | {"office": 302}
SEES_UNIT = IN_REGIME | {"neighbour": 404}
"""The unit is the village: its people, the street above, the office, the guest."""
UNIT_SENDS = every(403, worker=302, manager=302, neighbour=404, outsider=404)


def _plan(cast: SimpleNamespace) -> Plan:
    plan = make_plan(cast.scheme, year=2021)
    make_rule(cast.scheme, "monthly_report_day", 24, valid_from=OPENED)
    measure = make_measure(plan, 4, quantity=9, unit="台")
    give(measure, "RESPONSIBLE", cast.tree.village, cast.tree.other_village)
    return plan


def plan(cast: SimpleNamespace) -> Answer:
    return {"pk": _plan(cast).pk}, {}


def measure(cast: SimpleNamespace) -> Answer:
    one = Measure.objects.get(plan=_plan(cast))
    return {"pk": one.plan_id, "measure": one.pk}, {"due_on": "2099-12-31"}


def quantity(cast: SimpleNamespace) -> Answer:
    day = OPENED + timedelta(days=1)
    given = {"grid": cast.tree.village.pk, "quantity": "3", "on": day.isoformat()}
    return measure(cast)[0], given


def report(cast: SimpleNamespace) -> Answer:
    one = Measure.objects.get(plan=_plan(cast))
    where = {"pk": one.plan_id, "period": MONTH, "grid": cast.tree.village.pk}
    return where, {"text": "本月按方案推进。", f"state-{one.pk}": "GOING"}


def sent(cast: SimpleNamespace) -> Answer:
    row = PlanReport.objects.create(
        plan=_plan(cast),
        grid=cast.tree.village,
        period=MONTH,
        due_at=cast.noon,
        text="本月按方案推进。",
        first_at=cast.noon,
        by=cast.manager,
        by_label="学门口社区",
        at=cast.noon,
    )
    return {"pk": row.plan_id, "report": row.pk}, {}


def expand_all(cast: SimpleNamespace) -> Answer:
    return {"pk": _plan(cast).pk}, {"expected": 2, "due_on": "2099-12-31"}


def api_expand_all(cast: SimpleNamespace) -> Answer:
    return {"pk": _plan(cast).pk}, {"expected": 2, "due_at": "2099-12-31T00:00:00+08:00"}


def api_measure(cast: SimpleNamespace) -> Answer:
    one = Measure.objects.get(plan=_plan(cast))
    return {"pk": one.pk}, {"due_at": "2099-12-31T00:00:00+08:00"}


def api_quantity(cast: SimpleNamespace) -> Answer:
    given = quantity(cast)[1] | {"grid": "V1"}
    return {"pk": Measure.objects.get().pk}, given


def api_report(cast: SimpleNamespace) -> Answer:
    given = {"grid": "V1", "month": MONTH, "text": "本月按方案推进。"}
    return {"pk": _plan(cast).pk}, given


def api_sent(cast: SimpleNamespace) -> Answer:
    return {"pk": sent(cast)[0]["report"]}, {}


def api(row: dict[str, int], done: int = 200) -> dict[str, int]:
    """For 企业 there are no plans in the API."""
    answers = {who: done if code == 302 else code for who, code in row.items()}
    return answers | {"anonymous": 401, "enterprise": 404}


OBJECTS_PLANS = {
    "whole plan": expand_all,
    "api whole plan": api_expand_all,
    "api measure": api_measure,
    "api quantity": api_quantity,
    "api report": api_report,
    "api report sent": api_sent,
    "plan": plan,
    "plan-measure": measure,
    "plan-quantity": quantity,
    "plan-report": report,
    "plan-report-sent": sent,
}

ROUTES = {
    ("tasks:plans", "GET"): (None, every(200, enterprise=403)),
    ("tasks:reports", "GET"): (None, every(302, enterprise=403)),
    ("tasks:plan", "GET"): ("plan", IN_REGIME),
    ("tasks:plan-board", "GET"): ("plan", IN_REGIME),
    ("tasks:plan-reports", "GET"): ("plan", IN_REGIME),
    ("tasks:plan-reconcile", "GET"): ("plan", IN_REGIME),
    ("tasks:plan-expand", "GET"): ("plan-measure", OFFICE),
    ("tasks:plan-expand", "POST"): ("plan-measure", OFFICE_DOES),
    ("tasks:plan-confirm", "GET"): ("plan-measure", OFFICE),
    ("tasks:plan-confirm", "POST"): ("plan-quantity", OFFICE_DOES),
    ("tasks:plan-report", "GET"): ("plan-report", SEES_UNIT),
    ("tasks:plan-report", "POST"): ("plan-report", UNIT_SENDS),
    ("tasks:plan-receive", "POST"): ("plan-report-sent", OFFICE_DOES),
    ("tasks:plan-expand-all", "GET"): ("plan", OFFICE),
    ("tasks:plan-expand-all", "POST"): ("whole plan", OFFICE_DOES),
    ("api:plan-list", "GET"): (None, every(200, anonymous=401)),
    ("api:plan-detail", "GET"): ("plan", api(IN_REGIME)),
    ("api:plan-measures", "GET"): ("plan", api(IN_REGIME)),
    ("api:plan-board", "GET"): ("plan", api(IN_REGIME)),
    ("api:plan-preview", "GET"): ("plan", api(OFFICE)),
    ("api:plan-expand", "POST"): ("api whole plan", api(OFFICE_DOES, 201)),
    ("api:plan-reports", "GET"): ("plan", api(every(400, outsider=404))),
    ("api:plan-reports", "POST"): ("api report", api(UNIT_SENDS)),
    ("api:plan-reconcile", "GET"): ("plan", api(every(400, outsider=404))),
    ("api:measure-detail", "GET"): ("api measure", api(IN_REGIME)),
    ("api:measure-expand", "POST"): ("api measure", api(OFFICE_DOES, 201)),
    ("api:measure-confirm", "POST"): ("api quantity", api(OFFICE_DOES, 201)),
    ("api:plan-report-detail", "GET"): ("api report sent", api(SEES_UNIT)),
    ("api:plan-report-receive", "POST"): (
        "api report sent",
        api(OFFICE_DOES | {"neighbour": 404}),
    ),
}
