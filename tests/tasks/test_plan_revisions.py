"""预案修订: every year by the end of August (ZY-88)."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from build_plans import beijing, give, make_district, make_measure, make_plan, make_rule
from tasks.jobs import plan_revisions_due
from tasks.models import Plan, Task
from tasks.selectors import plan_revisions
from tasks.services import plan_judging, plan_versions
from tasks.services.plan_drafts import Head, rewrite

JUNE, JULY, AUGUST = beijing(2026, 6, 1, 8, 20), beijing(2026, 7, 1), beijing(2026, 8, 20, 9)
RULE = "response.plan_revision"


@pytest.fixture
def city(db):
    found = make_district()
    make_rule(found.scheme, RULE, {"due": "08-31"}, clause="ZY-88")
    make_rule(found.scheme, f"{RULE}_opens", "06-01", clause="ZY-88")
    return found


@pytest.fixture
def preplan(city):
    plan = make_plan(
        city.scheme,
        code="P-2026-001",
        name="重污染天气应急预案",
        kind=Plan.Kind.EMERGENCY,
        grid=city.grids["D1"],
        goal="削峰降值。",
        assessment="每次响应后评估。",
        in_force_at=beijing(2025, 8, 1),
    )
    measure = make_measure(plan, 1, "橙色预警停产", due_on=date(2026, 12, 31))
    give(measure, "RESPONSIBLE", city.grids["D1"])
    return plan


def run(at):
    return plan_revisions_due(at=at, due_at=at)["tasks"]


@pytest.mark.clause("ZY-88")
def test_every_year_has_one_task_due_at_the_end_of_august(city, preplan):
    assert run(beijing(2026, 5, 31, 8, 20)) == 0
    assert [run(JUNE), run(JUNE), run(JULY)] == [1, 0, 0]
    assert run(beijing(2027, 6, 1, 8, 20)) == 1

    first, second = Task.objects.order_by("pk")
    assert (first.grid, first.clause, first.state) == (city.grids["D1"], "ZY-88", "ISSUED")
    assert (first.due_at, first.deadline_text) == (beijing(2026, 9, 1), "8月底前")
    assert second.title == "2027年修订重污染天气应急预案"


def test_after_the_deadline_or_without_the_rule_nothing_is_opened(city, preplan):
    assert run(beijing(2026, 9, 1, 8, 20)) == 0
    city.scheme.rules.filter(key=RULE).update(valid_to=date(2026, 5, 31))
    assert run(JUNE) == 0
    assert not Task.objects.exists()


def test_without_a_plan_the_office_has_the_task(city):
    assert [run(JUNE), run(JULY)] == [1, 0]
    assert Task.objects.get().grid == city.root


@pytest.mark.clause("ZY-88")
@pytest.mark.parametrize(("approved", "word"), [(AUGUST, "按期"), (beijing(2026, 9, 3), "逾期")])
def test_the_page_of_the_plan_says_whether_the_new_version_came_in_time(
    city, preplan, approved, word
):
    run(JUNE)
    author = city.people["D1"]
    new = plan_versions.revise(preplan, by=author, at=JULY)
    paper = SimpleUploadedFile("新预案.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    head = Head("重污染天气应急预案（修订）", 2026, "削峰降值。", "每次响应后评估。")
    rewrite(new, head=head, papers=[paper], by=author, at=JULY)
    plan_judging.submit(new, by=author, at=JULY)
    (before,) = plan_revisions.revisions(preplan, city.office)
    assert before.version is None

    plan_judging.approve(new, by=city.office, at=approved)

    (found,) = plan_revisions.revisions(Plan.objects.get(pk=new.pk), city.office)
    assert (found.year, found.version.pk, found.was_in_time) == (2026, new.pk, word == "按期")
    client = Client()
    client.force_login(city.office)
    html = client.get(reverse("tasks:plan-draft", kwargs={"pk": new.pk})).content.decode()
    assert "2026年修订任务" in html
    assert f">{word}</span>" in html
    assert run(beijing(2026, 8, 21)) == 0
