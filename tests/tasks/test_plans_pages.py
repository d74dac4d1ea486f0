"""The pages of plans: what they show, what their forms refuse, what a click does."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from build_plans import (
    STREETS,
    beijing,
    give,
    give_set,
    hand_in,
    make_district,
    make_measure,
    make_rule,
)
from tasks.models import Attachment, PlanReport, Progress, Task
from tasks.selectors import plan_terms
from tasks.services import life
from tasks.services.plans import expand

START = beijing(2026, 1, 5, 9)
MONTH = "2026-01"  # its day has come whenever these tests run


@pytest.fixture
def city(db):
    return make_district()


@pytest.fixture
def coal(city):
    measure = make_measure(
        city.plan,
        4,
        deadline_text="2026年10月底前",
        due_on=date(2026, 10, 31),
        quantity=60,
        unit="台",
        clause="ZY-07",
    )
    give(measure, "LEAD", city.grids["D1"])
    give_set(measure, "RESPONSIBLE", STREETS)
    return measure


def page_of(user, name, **kwargs):
    client = Client()
    client.force_login(user)
    query = kwargs.pop("query", "")
    return client.get(reverse(f"tasks:{name}", kwargs=kwargs) + query)


def post(user, name, data, **kwargs):
    client = Client()
    client.force_login(user)
    return client.post(reverse(f"tasks:{name}", kwargs=kwargs), data)


@pytest.mark.clause("ZY-06", "ZY-07", "W-31")
def test_the_page_of_a_plan_shows_text_units_deadline_and_quantity(city, coal):
    html = page_of(city.office, "plan", pk=city.plan.pk).content.decode()

    assert coal.text in html
    assert "2026年10月底前" in html
    assert "各街道办事处（3 个）" in html
    assert "第2街道办事处" in html
    assert "分解到 4 个单位" in html
    assert "60 台" in html


def test_breaking_down_asks_first_and_then_tells_what_it_did(city, coal):
    where = {"pk": city.plan.pk, "measure": coal.pk}
    asked = page_of(city.office, "plan-expand", **where).content.decode()
    assert "派发给 4 个单位" in asked
    assert not Task.objects.exists()

    answer = post(city.office, "plan-expand", {"due_on": "2099-12-31"}, **where)

    assert answer.status_code == 302
    assert {task.due_at for task in Task.objects.all()} == {beijing(2100, 1, 1)}
    assert "全部单位都已有任务" in page_of(city.office, "plan-expand", **where).content.decode()


def test_a_deadline_that_is_no_day_or_has_passed_comes_back_with_a_sentence(city, coal):
    where = {"pk": city.plan.pk, "measure": coal.pk}

    for given in ("2020-01-01", "明天"):
        answer = post(city.office, "plan-expand", {"due_on": given}, **where)
        assert answer.status_code == 422

    assert not Task.objects.exists()


def test_a_measure_of_another_plan_is_not_found(city, coal):
    where = {"pk": city.plan.pk + 1, "measure": coal.pk}

    assert page_of(city.office, "plan-expand", **where).status_code == 404


@pytest.mark.clause("ZY-105")
def test_every_cell_of_the_wall_map_opens_its_evidence(city, coal):
    task = next(t for t in expand(coal, by=city.office, at=START).created if t.grid.code == "S1")
    life.approve(hand_in(city, task, at=START, quantity="7", unit="台"), by=city.office, at=START)

    html = page_of(city.office, "plan-board", pk=city.plan.pk).content.decode()

    cells = re.findall(r'<a class="cell[^"]*"\s+href="([^"]+)"\s+title="([^"]+)"', html)
    assert len(cells) == 4
    (done,) = [href for href, title in cells if "第1街道办事处" in title]
    assert done == reverse("tasks:detail", kwargs={"number": task.number})
    assert all(href.startswith("/tasks/ZT-2026-") for href, _ in cells)
    client = Client()
    client.force_login(city.office)
    assert {client.get(href).status_code for href, _ in cells} == {200}
    assert "第4项 · 责任 · 完成 · 7 台" in html


@pytest.mark.clause("ZY-105")
@pytest.mark.parametrize(("query", "css"), [("", "a3"), ("?paper=a0", "a0"), ("?paper=x", "a3")])
def test_the_wall_map_is_laid_out_for_large_paper(city, coal, query, css):
    html = page_of(city.office, "plan-board", pk=city.plan.pk, query=query).content.decode()

    assert f'class="desk wallmap-page {css}"' in html
    assert "css/board.css" in html


def test_a_cell_with_several_tasks_opens_a_ledger_that_lists_them(city, coal):
    expand(coal, by=city.office, at=START)
    first = Task.objects.get(grid=city.grids["S1"])
    second = life.register(
        scheme=city.scheme,
        title="第4项 补充任务",
        category="COAL",
        source="PLAN",
        kind="MEASURE",
        origin_grid=city.root,
        measure_unit=first.measure_unit,
        by=city.office,
        at=START,
    )
    order = {"requirement": "清零", "supervisor": "区大气办", "deadline_kind": "DAYS"}
    grid = city.grids["S1"]
    life.issue(second, grid=grid, deadline_amount=9, by=city.office, at=START, **order)

    html = page_of(city.office, "plan-board", pk=city.plan.pk).content.decode()
    (href,) = re.findall(r'href="(/tasks/\?[^"]+)"', html)
    client = Client()
    client.force_login(city.office)
    ledger = client.get(href.replace("&amp;", "&")).content.decode()

    assert first.number in ledger
    assert second.number in ledger


@pytest.mark.clause("ZY-104")
def test_a_unit_opens_a_prefilled_form_and_sends_it(city, coal):
    expand(coal, by=city.office, at=START)
    unit, person = city.grids["S1"], city.people["S1"]
    where = {"pk": city.plan.pk, "period": MONTH, "grid": unit.pk}

    html = page_of(person, "plan-report", **where).content.decode()
    assert "接办任务 1 件" in html
    paper = SimpleUploadedFile("情况.pdf", b"%PDF-1.4 report", content_type="application/pdf")
    given = {
        "text": "已排查 12 户。",
        f"state-{coal.pk}": "GOING",
        f"quantity-{coal.pk}": "12.5",
        f"note-{coal.pk}": "其余本月办结",
        "files": [paper],
    }
    answer = post(person, "plan-report", given, **where)

    assert answer.status_code == 302
    report = PlanReport.objects.get()
    (claim,) = report.claims.all()
    assert (report.text, report.by_label) == (
        "已排查 12 户。",
        "第1街道办事处 · 第1街道办事处负责同志",
    )
    assert (claim.state, claim.quantity, claim.note) == ("GOING", Decimal("12.5"), "其余本月办结")
    assert [file.grid for file in report.attachments.all()] == [unit]
    listed = page_of(city.office, "plan-reports", pk=city.plan.pk, query=f"?month={MONTH}")
    assert "迟报" in listed.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"quantity": "-1"},
        {"quantity": "abc"},
        {"state": "PERFECT"},
        {"note": "长" * 201},
    ],
)
def test_a_wrong_report_comes_back_and_nothing_is_kept(city, coal, wrong):
    given = {"text": "按方案推进。", "state": "GOING", "quantity": "1", "note": ""} | wrong
    data = {name if name == "text" else f"{name}-{coal.pk}": v for name, v in given.items()}
    where = {"pk": city.plan.pk, "period": MONTH, "grid": city.grids["S1"].pk}

    answer = post(city.people["S1"], "plan-report", data, **where)

    assert answer.status_code == 422
    assert not PlanReport.objects.exists()


def test_a_file_that_is_none_of_the_known_kinds_is_refused_whole(city, coal):
    data = {"text": "按方案推进。", f"state-{coal.pk}": "GOING"}
    data["files"] = [SimpleUploadedFile("a.exe", b"MZ not a paper")]
    where = {"pk": city.plan.pk, "period": MONTH, "grid": city.grids["S1"].pk}

    answer = post(city.people["S1"], "plan-report", data, **where)

    assert answer.status_code == 422
    assert "不是照片" in answer.content.decode()
    assert not PlanReport.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.clause("ZY-103")
def test_the_one_off_plan_is_sent_with_its_file_and_received(city, coal):
    rule = {"due_on": "2026-02-28", "from": ["各责任单位"], "to": "R"}
    make_rule(city.scheme, "submission.special_plan", rule, clause="ZY-103")
    where = {"pk": city.plan.pk, "period": plan_terms.SPECIAL, "grid": city.grids["S1"].pk}
    bare = post(city.people["S1"], "plan-report", {"text": "见附件"}, **where)
    assert bare.status_code == 422

    paper = SimpleUploadedFile("方案.pdf", b"%PDF-1.4 plan", content_type="application/pdf")
    post(city.people["S1"], "plan-report", {"text": "见附件", "files": [paper]}, **where)
    report = PlanReport.objects.get()
    answer = post(city.office, "plan-receive", {}, pk=city.plan.pk, report=report.pk)

    report.refresh_from_db()
    assert (answer.status_code, report.received_by) == (302, city.office)


@pytest.mark.parametrize("month", ["abc", "2026-13", "1999-01"])
def test_a_month_that_does_not_exist_gets_a_sentence(city, coal, month):
    for name in ("plan-reports", "plan-reconcile"):
        answer = page_of(city.office, name, pk=city.plan.pk, query=f"?month={month}")
        assert answer.status_code == 422


def test_without_the_rule_the_pages_say_so(city, coal):
    city.scheme.rules.all().delete()

    for name in ("plan-reports", "plan-reconcile"):
        answer = page_of(city.office, name, pk=city.plan.pk)
        assert (answer.status_code, "没有规定月报" in answer.content.decode()) == (200, True)


@pytest.mark.clause("ZY-105")
def test_the_page_of_the_books_lists_differences_of_the_own_unit_only(city, coal):
    where, query = {"pk": city.plan.pk}, f"?month={MONTH}"

    office = page_of(city.office, "plan-reconcile", query=query, **where).content.decode()
    street = page_of(city.people["S1"], "plan-reconcile", query=query, **where).content.decode()

    assert office.count("没有报送") == 5
    assert street.count("没有报送") == 1


@pytest.mark.clause("Z-08")
def test_the_office_confirms_a_quantity(city, coal):
    where = {"pk": city.plan.pk, "measure": coal.pk}
    given = {"grid": city.grids["S1"].pk, "quantity": "3.5", "on": "2026-01-09", "note": ""}
    wrong = post(city.office, "plan-confirm", given | {"quantity": "-1"}, **where)
    assert wrong.status_code == 422
    assert "写明冲减的原因" in wrong.content.decode()

    answer = post(city.office, "plan-confirm", given, **where)

    assert answer.status_code == 302
    assert Progress.objects.get().quantity == Decimal("3.5")


@pytest.mark.parametrize("name", ["plan-reports", "plan-reconcile", "plan", "plan-board"])
def test_a_page_costs_the_same_for_many_measures_and_units(city, coal, name):
    client = Client()
    client.force_login(city.office)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"tasks:{name}", kwargs={"pk": city.plan.pk}))
        return len(queries)

    cost()
    before = cost()
    for number in range(5, 12):
        measure = make_measure(city.plan, number, quantity=9, unit="台")
        give(measure, "RESPONSIBLE", *city.streets, city.grids["D2"])
        expand(measure, by=city.office, at=START)

    assert cost() <= before


def test_the_way_to_the_reports_leads_to_the_newest_plan(city, coal):
    answer = page_of(city.office, "reports")

    assert answer.url == reverse("tasks:plan-reports", kwargs={"pk": city.plan.pk})
