"""A building site: six things in place before work, one failed hard item stops it."""

import pytest

from build_inspections import make_checklist, make_rule, make_source, photo, visit
from grids.errors import Invalid
from inspections.models import Mode
from inspections.services import sources, visits
from inspections.services.given import AnswerGiven
from inspections.services.sources import Facts
from tasks.models import Task


@pytest.fixture
def sheet(scheme):
    make_rule(scheme, "site.gate_checklist", "six", "ZY-51")
    make_rule(scheme, "site.stop_on_hard_fail", value=True, clause="ZY-55")
    return make_checklist(scheme)


@pytest.fixture
def site(sheet, village, manager):
    state = {"kind": "建筑工地", "state": "未开工"}
    return make_source(village, manager, name="五一路工地", category="DUST", attributes=state)


def start_work(site, by, at):
    site.refresh_from_db()
    facts = Facts(name=site.name, category="DUST", attributes={"state": "施工"})
    return sources.change(site, facts=facts, reason="开工", version=site.version, by=by, at=at)


def look(site, sheet, by, at, *, failed=0, mode=Mode.PATROL):
    """All four items answered; the item number `failed` fails."""
    shot = photo(by, at.hour + failed)
    answers = tuple(
        AnswerGiven(item, verdict="FAIL", photos=(shot,))
        if item.number == failed
        else AnswerGiven(item, verdict="NA" if item.answer == "NUMBER" else "PASS")
        for item in sheet.items.order_by("number")
    )
    given = visit(site.grid, source=site, checklist=sheet, answers=answers, mode=mode)
    return visits.record(given, by=by, at=at)[0]


@pytest.mark.clause("ZY-51")
def test_a_site_cannot_start_before_its_checklist_has_passed(site, sheet, worker, manager, noon):
    with pytest.raises(Invalid, match="检查全部合格以后才能转为施工"):
        start_work(site, manager, noon)

    look(site, sheet, worker, noon)

    assert start_work(site, manager, noon).attributes["state"] == "施工"


def test_a_half_answered_checklist_opens_nothing(site, sheet, village, worker, manager, noon):
    only = AnswerGiven(sheet.items.get(number=2), verdict="PASS")
    given = visit(village, source=site, checklist=sheet, answers=(only,))
    visits.record(given, by=worker, at=noon)

    with pytest.raises(Invalid):
        start_work(site, manager, noon)


def test_a_site_cannot_be_registered_as_working(sheet, village, manager):
    with pytest.raises(Invalid, match="才能转为施工"):
        make_source(village, manager, category="DUST", attributes={"state": "施工"})


def test_where_no_rule_says_so_a_site_may_work(scheme, village, manager):
    make_checklist(scheme)

    site = make_source(village, manager, category="DUST", attributes={"state": "施工"})

    assert site.attributes["state"] == "施工"


@pytest.fixture
def working(site, sheet, worker, manager, noon):
    look(site, sheet, worker, noon.replace(hour=8))
    return start_work(site, manager, noon.replace(hour=9))


def test_a_failed_hard_item_stops_the_site(working, sheet, worker, noon):
    look(working, sheet, worker, noon, failed=1)

    working.refresh_from_db()
    assert working.attributes["state"] == "停工整治"
    assert working.versions.latest("version").reason == "一票停工：物料堆放百分之百覆盖"


def test_a_soft_item_does_not_stop_it(working, sheet, worker, noon):
    look(working, sheet, worker, noon, failed=2)

    working.refresh_from_db()
    assert working.attributes["state"] == "施工"


def test_a_hidden_visit_stops_it_only_when_released(working, sheet, office, noon):
    row = look(working, sheet, office, noon, failed=1, mode=Mode.COVERT)
    working.refresh_from_db()
    assert working.attributes["state"] == "施工"

    visits.release(row, by=office, at=noon)

    working.refresh_from_db()
    assert working.attributes["state"] == "停工整治"


def test_it_works_again_after_its_problems_are_closed(working, sheet, worker, manager, noon):
    look(working, sheet, worker, noon, failed=1)
    look(working, sheet, worker, noon.replace(hour=13))

    with pytest.raises(Invalid, match="还有 1 件问题没有验收销号"):
        start_work(working, manager, noon)

    Task.objects.update(state="VOID")
    assert start_work(working, manager, noon).attributes["state"] == "施工"
