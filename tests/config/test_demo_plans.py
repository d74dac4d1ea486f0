"""The plan of the demo at work: broken down, handled, reported; cut off and run again."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from build import NOON, make_post, make_user
from config.demo import own_plans
from config.demo import plans as demo
from grids.models import GridScheme, Role, User
from tasks.models import PlanReport, Task
from tasks.selectors import plan_board, plan_drafts, plan_reconciling, plan_terms
from tasks.services import ledger


@pytest.fixture
def rests(monkeypatch):
    """How long the job would have rested, instead of resting."""
    taken = []
    monkeypatch.setattr(demo, "sleep", taken.append)
    return taken


@pytest.fixture
def scheme(db, rests):
    folder = Path(settings.BASE_DIR, "schemes", "zhongyuan")
    call_command("load_scheme", str(folder), stdout=StringIO())
    found = GridScheme.objects.get(code="zhongyuan")
    make_user(demo.OPERATOR, is_superuser=True)
    make_user(demo.UNITS)
    office = make_user(demo.OFFICE)
    make_post(office, found.grids.get(parent=None), Role.OFFICE, title="经办")
    return found


def test_without_a_demo_nothing_happens(scheme):
    assert demo.advance(at=NOON) == {"tasks": 0}
    assert not Task.objects.exists()


@pytest.mark.slow
def test_the_board_the_reports_and_the_reconciliation_have_figures(scheme, rests, monkeypatch):
    monkeypatch.setattr(demo, "MOST", 6)
    GridScheme.objects.update(is_demo=True)

    done = demo.advance(at=NOON)

    plan = scheme.plans.get()
    assert done["tasks"] == Task.objects.count() > 40
    assert {"CLOSED", "HANDLING", "ISSUED"} <= set(Task.objects.values_list("state", flat=True))
    assert all(task.issued_at == NOON - timedelta(days=100) for task in Task.objects.all())
    shown = plan_board.board(plan, User.objects.get(username=demo.OFFICE), NOON)
    assert sum(row.closed for row in shown.rows) == Task.objects.filter(state="CLOSED").count()
    (running, before) = [one.key for one in plan_terms.terms(plan, NOON) if one.is_monthly][:2]
    assert PlanReport.objects.filter(period=before, received_by__isnull=False).exists()
    assert any(report.is_late for report in PlanReport.objects.filter(period=before))
    assert plan_reconciling.reconcile(plan, before, at=NOON)
    assert not ledger.verify(at=NOON).breaks
    assert len(rests) > done["tasks"]  # between any two steps somebody else gets the database
    assert max(rests) <= demo.LONGEST_REST
    assert demo.advance(at=NOON) == {"tasks": 0} or not PlanReport.objects.filter(period=running)


def test_an_emergency_plan_of_the_demo_has_a_revision_that_waits(scheme):
    unit = scheme.grids.get(code="D-ENVIRONMENT")
    person = User.objects.get(username=demo.UNITS)
    make_post(person, unit, Role.WORKER, title="监管责任人")
    for name in (own_plans.CHIEF, own_plans.STATION_OFFICE):
        make_user(name)

    assert own_plans.settle(at=NOON) == 2
    assert own_plans.settle(at=NOON) == 0

    first, second = scheme.plans.filter(kind="EMERGENCY").order_by("version")
    assert (first.state, second.state) == ("IN_FORCE", "SUBMITTED")
    changed = plan_drafts.difference(second)
    assert [one.label for one in changed.head] == ["责任考核"]
    assert {one.label for item in changed.items for one in item.fields} == {"内容", "数量"}
