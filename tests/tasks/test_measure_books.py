"""里程碑, 资金; matters of a kind of their own: 网格限期整改, 停业关闭, 搬迁, 重大问题."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from build_tasks import make_issued, make_photo, make_registered, pair
from grids.errors import Invalid
from tasks import selectors
from tasks.models import Measure, Plan
from tasks.services import life, measure_books
from tasks.workflow import Rung, State


@pytest.fixture
def measure(cast):
    plan = Plan.objects.create(scheme=cast.scheme, code="p", name="方案")
    return Measure.objects.create(
        plan=plan, number=1, title="低氮改造", text="原文", due_on=date(2026, 12, 31)
    )


@pytest.mark.clause("Y1-52", "ZY-01")
def test_a_long_measure_goes_in_milestones_within_its_deadline(cast, measure, noon):
    who = {"by": cast.office, "at": noon}
    with pytest.raises(Invalid, match="不能晚于措施"):
        measure_books.set_milestone(measure, name="验收", due_on=date(2027, 1, 2), **who)

    step = measure_books.set_milestone(measure, name="招标", due_on=date(2026, 11, 1), **who)
    measure_books.set_milestone(measure, name="招标", due_on=date(2026, 11, 15), **who)
    with pytest.raises(Invalid):
        measure_books.reach(step, done_on=date(2026, 11, 19), **who)
    measure_books.reach(step, done_on=date(2026, 11, 18), **who)

    row = measure.milestones.get()
    assert (row.due_on, row.done_on) == (date(2026, 11, 15), date(2026, 11, 18))


@pytest.mark.clause("Y1-51", "W-15")
def test_money_is_planned_before_it_is_paid_and_never_more_than_planned(cast, measure, noon):
    who = {"by": cast.office, "at": noon, "on": date(2026, 11, 1)}
    with pytest.raises(Invalid, match="先登记安排"):
        measure_books.record_fund(measure, kind="PAID", amount_yuan=Decimal(1), **who)
    measure_books.record_fund(measure, kind="PLANNED", amount_yuan=Decimal("500000"), **who)
    measure_books.record_fund(measure, kind="PAID", amount_yuan=Decimal("300000.50"), **who)
    measure_books.record_fund(measure, kind="REWARD", amount_yuan=Decimal("100000"), **who)

    with pytest.raises(Invalid):
        measure_books.record_fund(measure, kind="PAID", amount_yuan=Decimal("100000"), **who)

    assert measure_books.funds_of(measure) == (Decimal("500000.00"), Decimal("400000.50"))


def test_only_who_leads_the_regime_keeps_these_books(cast, measure, noon):
    with pytest.raises(PermissionDenied):
        measure_books.set_milestone(
            measure, name="x", due_on=date(2026, 12, 1), by=cast.chief, at=noon
        )


def test_the_page_keeps_both_and_says_what_is_wrong(cast, measure, noon):
    client = Client()
    client.force_login(cast.office)
    url = reverse("tasks:measure", args=[measure.pk])
    with time_machine.travel(noon, tick=False):
        step = {"form": "milestone", "name": "招标", "due_on": "2026-11-01"}
        fund = {"form": "fund", "kind": "PLANNED", "amount_yuan": "500000", "on": "2026-11-01"}
        assert client.post(url, step).status_code == client.post(url, fund).status_code == 302
        refused = client.post(url, fund | {"kind": "PAID", "amount_yuan": "500001"})
        page = client.get(url).content.decode()
        reached = client.post(
            url,
            {"form": "reach", "milestone": measure.milestones.get().pk, "done_on": "2026-11-18"},
        )

    assert refused.status_code == 422
    assert "拨付合计将超过安排" in refused.content.decode()
    assert "500,000.00" in page
    assert reached.status_code == 302
    assert measure.milestones.get().done_on == date(2026, 11, 18)


@pytest.mark.clause("Y1-99")
def test_a_grid_itself_may_be_ordered_to_rectify_by_a_deadline(cast, noon):
    task = make_registered(
        cast.scheme, cast.tree.root, cast.office, kind="UNIT", title="网格制度未落实"
    )
    task = make_issued(task, cast.tree.street, cast.office, deadline_kind="MONTH_END")
    task = life.accept(task, by=cast.chief, at=noon)
    with pytest.raises(Invalid, match="文件"):
        life.submit(task, measures="已整改", by=cast.chief, at=noon)

    paper = make_photo(cast.chief, "DOCUMENT")
    task = life.submit(task, measures="已整改", attachments=[paper], by=cast.chief, at=noon)

    assert life.approve(task, by=cast.office, at=noon).state == State.CLOSED


@pytest.mark.clause("ZY-29")
def test_shutting_a_plant_down_needs_the_paper_of_the_approval(cast, handled, noon):
    closing = life.Outcome(disposition="SHUT_DOWN")
    files = pair(cast.worker)
    with pytest.raises(Invalid, match="文件"):
        life.submit(
            handled,
            measures="责令关闭",
            attachments=files,
            outcome=closing,
            by=cast.worker,
            at=noon,
        )

    files.append(make_photo(cast.worker, "DOCUMENT"))
    task = life.submit(
        handled, measures="责令关闭", attachments=files, outcome=closing, by=cast.worker, at=noon
    )

    assert task.disposition == "SHUT_DOWN"


@pytest.mark.clause("ZY-18")
def test_plants_to_be_moved_stand_in_a_list_with_their_state(cast, issued, handled, noon):
    for task in (issued, handled):
        life.enlist(task, kind="RELOCATION", reason="专项要求", by=cast.office, at=noon)

    rows = selectors.ledger(cast.office, cast.scheme, {"list": "RELOCATION"}, noon)

    assert {row.number: row.state for row in rows} == {
        issued.number: State.ISSUED,
        handled.number: State.HANDLING,
    }


@pytest.mark.clause("W-05")
def test_a_major_matter_is_the_chiefs_to_settle_or_hand_on(cast, noon):
    task = make_registered(cast.scheme, cast.tree.root, cast.office, level="MAJOR")
    task = make_issued(task, cast.tree.village, cast.office)
    assert task.rung == Rung.CHIEF
    handing_on = {"to": cast.tree.other_village, "reason_code": "NO_AUTHORITY", "note": "界线"}

    for user in (cast.worker, cast.manager):
        with pytest.raises(PermissionDenied):
            life.accept(task, by=user, at=noon)
        with pytest.raises(PermissionDenied):
            life.transfer(task, by=user, at=noon, **handing_on)

    assert life.transfer(task, by=cast.village_chief, at=noon, **handing_on).rung == Rung.CHIEF
