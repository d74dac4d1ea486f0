"""材料报送: due on the 24th, prefilled, late and missing ones listed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from build import make_grid, make_post, make_user
from build_plans import (
    MEMBERS,
    STREETS,
    beijing,
    give,
    give_set,
    hand_in,
    make_district,
    make_measure,
    make_rule,
)
from build_tasks import make_photo
from grids.errors import Invalid, Refused
from grids.models import Role
from tasks.models import PlanReport
from tasks.selectors import plan_reports, plan_terms
from tasks.services import life
from tasks.services.plan_reports import Claim, receive_report, submit_report
from tasks.services.plans import expand

APRIL, START = "2026-04", beijing(2026, 3, 30, 9)
IN_TIME, TOO_LATE = beijing(2026, 4, 24, 23, 59), beijing(2026, 4, 25, 0, 0)


@pytest.fixture
def city(db):
    return make_district()


@pytest.fixture
def coal(city):
    measure = make_measure(city.plan, 4, due_on=beijing(2026, 10, 31).date(), quantity=9, unit="台")
    give_set(measure, "RESPONSIBLE", STREETS)
    return measure


@pytest.fixture
def tasks(city, coal):
    return {task.grid.code: task for task in expand(coal, by=city.office, at=START).created}


def send(city, code="S1", *, at=IN_TIME, month=APRIL, claims=(), by=None, **over):
    values = {"text": "本月按方案推进。", "by": by or city.people[code], "claims": claims}
    return submit_report(city.plan, grid=city.grids[code], month=month, at=at, **values | over)


def states(city, at, month=APRIL):
    lines = plan_reports.report_list(city.plan, month, at=at)
    return {line.grid.code: line.state.label for line in lines}


# --- when it is due ------------------------------------------------------------------------------


@pytest.mark.clause("ZY-104")
def test_a_monthly_report_is_due_at_the_end_of_the_24th_and_reaches_back_a_month(city):
    april = plan_terms.term(city.plan, APRIL)

    assert april.due_at == beijing(2026, 4, 25)
    assert april.since == beijing(2026, 3, 25)
    assert april.due_on == beijing(2026, 4, 24).date()


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("2026-02", (2026, 2, 1), (2026, 3, 1)),  # 31日 in February is the 28th
        ("2026-04", (2026, 4, 1), (2026, 5, 1)),  # … in April the 30th
        ("2026-05", (2026, 5, 1), (2026, 6, 1)),
    ],
)
def test_in_a_short_month_the_last_day_stands_for_the_day(city, month, first, last):
    city.scheme.rules.filter(key="monthly_report_day").update(value=31)

    found = plan_terms.term(city.plan, month)

    assert (found.since, found.due_at) == (beijing(*first), beijing(*last))


@pytest.mark.parametrize("month", ["2026-13", "2026-4", "四月", "", "0001-01", "2026-04-01"])
def test_what_is_no_month_gets_a_sentence(city, month):
    with pytest.raises(Invalid, match="2017-04"):
        plan_terms.term(city.plan, month)


def test_a_regime_without_a_day_has_no_reports(city):
    city.scheme.rules.all().delete()

    with pytest.raises(Invalid, match="没有规定月报"):
        plan_terms.term(city.plan, APRIL)
    assert plan_terms.terms(city.plan, IN_TIME) == []


def test_the_months_on_offer_begin_with_the_one_that_runs(city):
    keys = [one.key for one in plan_terms.terms(city.plan, IN_TIME)]
    after = [one.key for one in plan_terms.terms(city.plan, TOO_LATE)]

    assert keys == ["2026-04", "2026-03", "2026-02", "2026-01"]
    assert after[:2] == ["2026-05", "2026-04"]


# --- who reported --------------------------------------------------------------------------------


@pytest.mark.clause("ZY-104")
def test_the_list_says_who_reported_in_time_who_late_and_who_not_at_all(city, coal):
    send(city, "S1", at=IN_TIME)
    assert states(city, IN_TIME) == dict.fromkeys(["D1", "D2", "S2", "S3"], "未到期") | {
        "S1": "按时"
    }

    send(city, "S2", at=TOO_LATE)

    assert states(city, TOO_LATE) == {
        "D1": "缺报",
        "D2": "缺报",
        "S1": "按时",
        "S2": "迟报",
        "S3": "缺报",
    }
    missing = plan_reports.missing(city.plan, APRIL, at=TOO_LATE)
    assert [grid.code for grid in missing] == ["D1", "D2", "S3"]


@pytest.mark.clause("ZY-104")
def test_units_without_a_report_are_reminded_on_the_days_of_the_rule(city, coal):
    send(city, "S1", at=beijing(2026, 4, 20, 9))

    reminded = {
        day: len(plan_reports.to_remind(city.plan, APRIL, at=beijing(2026, 4, day, 9)))
        for day in range(18, 26)
    }

    assert reminded == {18: 0, 19: 0, 20: 0, 21: 4, 22: 0, 23: 4, 24: 0, 25: 0}


def test_without_the_rule_the_units_of_the_plan_report_but_not_the_receiving_office(city, coal):
    city.scheme.rules.filter(key="monthly_material").delete()
    give(coal, "LEAD", city.root)

    assert set(states(city, IN_TIME)) == {"S1", "S2", "S3"}


def test_a_correction_is_a_new_revision_and_does_not_make_the_report_late(city, coal):
    first = send(city, text="初稿")
    again = send(city, text="更正稿", at=TOO_LATE)

    first.refresh_from_db()
    assert (first.is_latest, first.text, again.revision) == (False, "初稿", 2)
    assert not again.is_late
    assert [one.text for one in plan_reports.history(city.plan, city.grids["S1"], APRIL)] == [
        "更正稿",
        "初稿",
    ]


def test_a_double_click_leaves_one_report(city, coal):
    claims = [Claim(coal, "GOING", Decimal(3), "在办")]

    first, again = (send(city, claims=claims) for _ in range(2))

    assert first == again
    assert PlanReport.objects.count() == 1


@pytest.mark.clause("ZY-103")
def test_the_unit_plan_is_due_once_needs_its_file_and_is_signed_for(city, coal):
    rule = {"due_on": "2026-02-28", "from": [MEMBERS], "to": "R"}
    make_rule(city.scheme, "submission.special_plan", rule, clause="ZY-103")
    key, day = plan_terms.SPECIAL, beijing(2026, 2, 20, 9)
    with pytest.raises(Invalid, match="附上专项工作方案"):
        send(city, month=key, at=day)

    paper = make_photo(city.people["S1"], "DOCUMENT")
    report = send(city, month=key, at=day, attachments=[paper])
    report = receive_report(report, by=city.office, at=day + timedelta(hours=1))

    assert report.due_at == beijing(2026, 3, 1)
    assert (report.received_by, report.is_late) == (city.office, False)
    assert list(report.attachments.all()) == [paper]
    late = [code for code, state in states(city, report.due_at, key).items() if state == "缺报"]
    assert late == ["D1", "D2", "S2", "S3"]


# --- who may -------------------------------------------------------------------------------------


def test_a_unit_reports_for_itself_and_nobody_else_for_it(city, coal):
    for person in (city.people["S2"], city.office):
        with pytest.raises(PermissionDenied, match="第1街道办事处"):
            send(city, "S1", by=person)

    assert not PlanReport.objects.exists()


def test_the_office_signs_once_and_never_for_its_own_unit(city, coal):
    report = send(city)
    first = receive_report(report, by=city.office, at=IN_TIME)
    colleague = make_user("colleague")
    make_post(colleague, city.root, Role.OFFICE)
    again = receive_report(report, by=colleague, at=TOO_LATE)
    assert (again.received_by, again.received_at) == (first.received_by, IN_TIME)

    with pytest.raises(PermissionDenied):
        receive_report(report, by=city.people["S1"], at=IN_TIME)
    both = make_user("both")
    make_post(both, city.root, Role.OFFICE)
    make_post(both, city.grids["S1"], Role.MANAGER)
    with pytest.raises(PermissionDenied, match="有任职"):
        receive_report(report, by=both, at=IN_TIME)


def test_a_replaced_report_cannot_be_signed_for(city, coal):
    first = send(city, text="初稿")
    send(city, text="更正稿")

    with pytest.raises(Refused, match="新的版本"):
        receive_report(first, by=city.office, at=IN_TIME)


def test_who_does_not_belong_to_the_reporting_units_is_told(city, coal):
    grid = make_grid(city.scheme, city.root, code="X", name="另一单位")
    person = make_user("x")
    make_post(person, grid, Role.CHIEF)
    city.grids["X"] = type(grid).objects.get(pk=grid.pk)

    with pytest.raises(Refused, match="报送单位"):
        send(city, "X", by=person)


def test_a_month_that_has_not_begun_is_refused(city, coal):
    with pytest.raises(Refused, match="4月25日起"):
        send(city, month="2026-05", at=beijing(2026, 4, 24, 12))


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ({"state": "PERFECT"}, "状态不存在"),
        ({"quantity": Decimal(-1)}, "第4项"),
        ({"quantity": Decimal("Infinity")}, "第4项"),
        ({"quantity": Decimal("1.234")}, "两位小数"),
        ({"note": "长" * 201}, "200"),
    ],
)
def test_a_wrong_claim_is_refused_and_nothing_is_kept(city, coal, claim, sentence):
    values = {"state": "GOING", "quantity": None, "note": ""} | claim

    with pytest.raises(Invalid, match=sentence):
        send(city, claims=[Claim(coal, **values)])

    assert not PlanReport.objects.exists()


def test_claims_are_made_once_and_for_own_measures_only(city, coal):
    other = make_measure(city.plan, 5)
    give(other, "LEAD", city.grids["D1"])

    with pytest.raises(Invalid, match="不承担第5项"):
        send(city, claims=[Claim(other, "DONE")])
    with pytest.raises(Invalid, match="填了两次"):
        send(city, claims=[Claim(coal, "DONE"), Claim(coal, "GOING")])
    with pytest.raises(Invalid, match="工作开展情况"):
        send(city, text="  ")


# --- prefilled -----------------------------------------------------------------------------------


@pytest.mark.clause("ZY-104")
def test_a_report_is_prefilled_from_the_units_own_rows(city, coal, tasks):
    at = beijing(2026, 4, 10, 9)
    person = city.people["S1"]
    task = life.accept(tasks["S1"], by=person, at=at)
    files = [make_photo(person, at=at), make_photo(person, at=at)]
    outcome = life.Outcome(quantity=Decimal(3), unit="台")
    handed = life.submit(
        task, measures="拆除 3 台", outcome=outcome, attachments=files, by=person, at=at
    )
    life.approve(handed, by=city.office, at=at)

    draft = plan_reports.prefill(city.grids["S1"], city.plan, APRIL, at=IN_TIME)
    other = plan_reports.prefill(city.grids["S2"], city.plan, APRIL, at=IN_TIME)

    assert plan_reports.as_record(draft.figures) == {
        "issued": 1,
        "closed": 1,
        "closed_late": 0,
        "missed": 0,
        "open": 0,
        "overdue": 0,
        "evidence": 2,
    }
    (line,) = draft.lines
    assert (line.item, line.state, line.quantity) == ("第4项", "DONE", Decimal(3))
    assert "3月25日至4月24日" in draft.text
    assert "销号 1 件" in draft.text
    assert [line.state for line in other.lines] == ["NOT_STARTED"]
    assert (other.figures.open, other.figures.evidence) == (1, 0)


def test_the_figures_of_the_system_are_frozen_when_the_report_comes_in(city, coal, tasks):
    report = send(city)

    life.approve(hand_in(city, tasks["S1"], at=TOO_LATE), by=city.office, at=TOO_LATE)

    report.refresh_from_db()
    assert (report.figures["open"], report.figures["closed"]) == (1, 0)


def test_the_next_month_begins_where_the_last_one_ended(city, coal, tasks):
    for code, at in (("S1", IN_TIME), ("S2", TOO_LATE)):
        life.approve(hand_in(city, tasks[code], at=at), by=city.office, at=at)

    def closed(code, month):
        at = beijing(2026, 6, 1)
        return plan_reports.prefill(city.grids[code], city.plan, month, at=at).figures.closed

    assert [closed("S1", APRIL), closed("S2", APRIL)] == [1, 0]
    assert [closed("S1", "2026-05"), closed("S2", "2026-05")] == [0, 1]


def test_a_report_that_comes_late_still_shows_how_it_stood_at_the_deadline(city, tasks):
    due = tasks["S1"].due_at  # the end of October
    at = due + timedelta(days=26)
    handed = hand_in(city, tasks["S1"], at=at)
    life.approve(handed, by=city.office, at=at + timedelta(hours=1))

    figures = plan_reports.prefill(
        city.grids["S1"], city.plan, "2026-11", at=at + timedelta(days=2)
    ).figures

    assert (figures.open, figures.overdue, figures.closed) == (1, 1, 0)
