import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from build import NOON
from build_inspections import make_checklist, make_source, pair, photo, problem, record, visit
from grids.errors import Invalid, Refused
from inspections.models import Answer, Inspection, Mode
from inspections.selectors import visits as selectors
from inspections.services import media, visits
from inspections.services.given import AnswerGiven
from pictures import encoded, picture, stored
from tasks.models import Task
from tasks.workflow import State


@pytest.fixture
def sheet(scheme):
    return make_checklist(scheme)


def item(sheet, number):
    return sheet.items.get(number=number)


def test_a_visit_is_recorded_with_its_answers(sheet, village, worker, noon):
    good = AnswerGiven(item(sheet, 2), verdict="PASS")

    row, created = visits.record(
        visit(village, checklist=sheet, answers=(good,)), by=worker, at=noon
    )

    assert created
    assert row.answers.get().verdict == "PASS"
    assert (row.grid, row.visitor_grid, row.by) == (village, village, worker)


@pytest.mark.clause("Y1-37", "ZY-52")
def test_a_failed_item_without_its_photo_is_refused(sheet, village, worker, noon):
    bad = AnswerGiven(item(sheet, 1), verdict="FAIL")

    with pytest.raises(Invalid, match="须拍一张照片"):
        visits.record(visit(village, checklist=sheet, answers=(bad,)), by=worker, at=noon)

    assert not Inspection.objects.exists()


@pytest.mark.clause("Z-26")
def test_a_failed_item_becomes_a_task_with_its_photo(sheet, village, worker, noon):
    shot = photo(worker, purpose="BEFORE")
    bad = AnswerGiven(item(sheet, 1), verdict="FAIL", photos=(shot,))

    row, _ = visits.record(visit(village, checklist=sheet, answers=(bad,)), by=worker, at=noon)

    finding = row.findings.get()
    assert (finding.title, finding.category) == ("不合格：物料堆放百分之百覆盖", "DUST")
    assert finding.task.state == State.REGISTERED
    assert finding.task.attachments.get().client_id == shot
    assert row.photos.get().item == item(sheet, 1)


@pytest.mark.parametrize(
    ("number", "value", "verdict"),
    [
        (3, "1.8", "PASS"),  # 不得低于 1.8 米: the limit itself is good
        (3, "1.79", "FAIL"),
        (4, "60", "PASS"),  # 不得超过 60 立方米
        (4, "60.001", "FAIL"),
    ],
)
@pytest.mark.clause("ZY-58", "ZY-60")
def test_a_number_is_held_against_its_limit(sheet, village, worker, noon, number, value, verdict):
    given = AnswerGiven(item(sheet, number), value=Decimal(value), photos=(photo(worker),))

    row, _ = visits.record(visit(village, checklist=sheet, answers=(given,)), by=worker, at=noon)

    assert row.answers.get().verdict == verdict
    assert row.findings.count() == (verdict == "FAIL")


def test_the_problem_of_a_number_says_what_it_should_be(sheet, village, worker, noon):
    low = AnswerGiven(item(sheet, 3), value=Decimal("1.500"), photos=(photo(worker),))

    row, _ = visits.record(visit(village, checklist=sheet, answers=(low,)), by=worker, at=noon)

    assert row.findings.get().title == "不合格：围挡高度 1.5 米（应 ≥ 1.8 米）"


def test_a_number_item_needs_its_number(sheet, village, worker, noon):
    empty = AnswerGiven(item(sheet, 3))

    with pytest.raises(Invalid, match="请填写“围挡高度”的数值"):
        visits.record(visit(village, checklist=sheet, answers=(empty,)), by=worker, at=noon)


def test_an_item_that_does_not_apply_needs_nothing(sheet, village, worker, noon):
    away = AnswerGiven(item(sheet, 3), verdict=Answer.Verdict.NA)

    row, _ = visits.record(visit(village, checklist=sheet, answers=(away,)), by=worker, at=noon)

    assert row.answers.get().verdict == "NA"
    assert not row.findings.exists()


def test_an_item_of_another_sheet_is_refused(sheet, scheme, village, worker, noon):
    other = make_checklist(scheme, "other")
    stray = AnswerGiven(item(other, 2), verdict="PASS")

    with pytest.raises(Invalid, match="不在所选检查表中"):
        visits.record(visit(village, checklist=sheet, answers=(stray,)), by=worker, at=noon)


@pytest.mark.clause("Y1-73")
def test_sending_a_visit_again_changes_nothing(village, worker, noon):
    given = visit(village, findings=(problem(),))
    first, created = visits.record(given, by=worker, at=noon)

    again, repeated = visits.record(given, by=worker, at=noon + timedelta(hours=3))

    assert (created, repeated) == (True, False)
    assert again.pk == first.pk
    assert (Inspection.objects.count(), Task.objects.count()) == (1, 1)


def test_the_id_of_somebody_elses_visit_is_refused(village, other_village, worker, neighbour, noon):
    row = record(village, worker)

    with pytest.raises(Refused, match="属于另一位人员"):
        visits.record(visit(other_village, client_id=row.client_id), by=neighbour, at=noon)


@pytest.mark.clause("Y1-73")
def test_half_sent_photos_are_counted_and_taken_in_later(village, worker, noon):
    here, late = photo(worker, 1), uuid.uuid4()
    given = visit(village, findings=(problem(photos=(here, late)),))
    row, _ = visits.record(given, by=worker, at=noon)
    assert media_of(row) == (1, 2)

    stored(worker, encoded(picture(shade=9)), client_id=late)
    visits.record(given, by=worker, at=noon)

    assert media_of(row) == (2, 2)
    assert row.findings.get().task.attachments.count() == 2


def test_a_photo_of_somebody_else_does_not_count(village, worker, neighbour, noon):
    foreign = photo(neighbour)

    row = record(village, worker, photos=(foreign,))

    assert media_of(row) == (0, 1)
    assert media.claim(row, by=worker) == 1


def media_of(row):
    counted = Inspection.objects.with_media().get(pk=row.pk)
    return counted.arrived, counted.expected


@pytest.mark.clause("Y2-22", "Y1-101")
def test_what_was_fixed_on_the_spot_waits_for_acceptance(village, worker, noon):
    fixed = problem(fixed_on_the_spot=True, measures="当场覆盖", photos=pair(worker))

    row, _ = visits.record(visit(village, findings=(fixed,)), by=worker, at=noon)

    task = row.findings.get().task
    assert task.state == State.SUBMITTED
    assert task.cards.get().measures == "当场覆盖"


def test_fixing_on_the_spot_needs_the_photo_afterwards(village, worker, noon):
    before = photo(worker, purpose="BEFORE")
    fixed = problem(fixed_on_the_spot=True, measures="当场覆盖", photos=(before,))

    with pytest.raises(Invalid, match="整改前、整改后的照片"):
        visits.record(visit(village, findings=(fixed,)), by=worker, at=noon)

    assert not Task.objects.exists()


def test_fixing_on_the_spot_needs_measures(village, worker, noon):
    fixed = problem(fixed_on_the_spot=True, photos=pair(worker))

    with pytest.raises(Invalid, match="请写明采取的措施"):
        visits.record(visit(village, findings=(fixed,)), by=worker, at=noon)


@pytest.mark.clause("Y2-03")
def test_a_hazard_is_noted_without_a_task(village, worker, noon):
    row, _ = visits.record(visit(village, findings=(problem(is_hazard=True),)), by=worker, at=noon)

    assert row.findings.get().task is None
    assert not Task.objects.exists()


def test_a_hard_item_cannot_be_a_mere_hazard(sheet, village, worker, noon):
    shot = photo(worker)
    hard = item(sheet, 1)
    bad = AnswerGiven(hard, verdict="FAIL", photos=(shot,))
    soft = problem(item=hard, is_hazard=True, photos=(shot,))
    given = visit(village, checklist=sheet, answers=(bad,), findings=(soft,))

    with pytest.raises(Invalid, match="硬性要求"):
        visits.record(given, by=worker, at=noon)


def test_a_visit_needs_a_place_and_some_content(village, worker, noon):
    with pytest.raises(Invalid, match="请写明地点"):
        visits.record(visit(village, place="", note="看过"), by=worker, at=noon)
    with pytest.raises(Invalid, match="至少填一项"):
        visits.record(visit(village), by=worker, at=noon)


def test_half_a_position_is_refused(village, worker, noon):
    with pytest.raises(Invalid):
        visits.record(visit(village, note="看过", lon=112.3), by=worker, at=noon)


@pytest.mark.clause("Y1-24", "Y1-27")
def test_a_visit_dates_its_source(village, worker, manager, noon):
    shop = make_source(village, manager)

    record(village, worker, source=shop, place="")

    shop.refresh_from_db()
    assert shop.last_visited_at == noon


@pytest.mark.clause("Y1-91")
def test_a_guest_can_report_but_not_visit(village, guest, noon):
    with pytest.raises(PermissionDenied, match="快速上报"):
        visits.record(visit(village, note="看过"), by=guest, at=noon)


def test_an_enterprise_can_neither_visit_nor_report(key_grid, enterprise, noon):
    for mode in (Mode.PATROL, Mode.QUICK):
        with pytest.raises(PermissionDenied):
            visits.record(visit(key_grid, mode=mode, note="看过"), by=enterprise, at=noon)


def test_a_neighbour_cannot_visit_here(village, neighbour, noon):
    with pytest.raises(PermissionDenied, match="不在您的职责范围内"):
        visits.record(visit(village, note="看过"), by=neighbour, at=noon)


def test_a_worker_cannot_visit_covertly(village, worker, noon):
    with pytest.raises(PermissionDenied, match="登记暗访"):
        visits.record(visit(village, mode=Mode.COVERT, note="看过"), by=worker, at=noon)


@pytest.mark.clause("W-40")
def test_a_leader_led_patrol_turns_its_problems_into_tasks(village, chief, noon):
    given = visit(village, mode=Mode.LEADER, findings=(problem(),))

    row, _ = visits.record(given, by=chief, at=noon)

    assert row.findings.get().task.state == State.REGISTERED
    assert row.visitor_grid.code == "S1"


@pytest.mark.clause("W-43", "W-39", "Y2-10", "ZY-99")
@pytest.mark.parametrize(
    "mode", [Mode.ROUTINE, Mode.SPECIAL, Mode.JOINT, Mode.SUPERVISION, Mode.SAMPLE, Mode.SURPRISE]
)
def test_the_kind_and_level_of_enforcement_stand_on_the_record(village, office, noon, mode):
    row = record(village, office, mode=mode)

    assert (row.mode, row.visitor_grid.tier, row.is_released) == (mode, "ROOT", True)


# --- 暗访 ---------------------------------------------------------------------------------------


@pytest.fixture
def covert(village, office, manager):
    shop = make_source(village, manager)
    given = visit(village, mode=Mode.COVERT, source=shop, findings=(problem(),))
    return visits.record(given, by=office, at=NOON)[0]


@pytest.mark.clause("Y1-59", "W-44", "W-58")
def test_the_visited_grid_does_not_see_a_covert_visit(covert, worker, chief, office, scheme):
    for person in (worker, chief):
        assert not selectors.listed(person, scheme, {}).exists()
        assert not Task.objects.visible_to(person).exists()
    assert selectors.listed(office, scheme, {}).count() == 1
    assert Task.objects.visible_to(office).get().source == Task.Source.COVERT


def test_a_covert_visit_does_not_show_through_the_source(covert):
    covert.source.refresh_from_db()

    assert covert.source.last_visited_at is None


@pytest.mark.clause("Y1-59", "W-44")
def test_released_it_shows_with_its_task(covert, worker, office, scheme, noon):
    visits.release(covert, by=office, at=noon)

    assert selectors.listed(worker, scheme, {}).count() == 1
    task = Task.objects.visible_to(worker).get()
    assert task.events.filter(action="reveal", by=office).exists()
    covert.source.refresh_from_db()
    assert covert.source.last_visited_at == noon


def test_the_visited_side_cannot_release_it(covert, chief, noon):
    with pytest.raises(PermissionDenied):
        visits.release(covert, by=chief, at=noon)


def test_who_visited_for_the_street_may_release_for_the_street(village, chief, worker, noon):
    given = visit(village, mode=Mode.COVERT, findings=(problem(),))
    row, _ = visits.record(given, by=chief, at=noon)
    assert not Task.objects.visible_to(worker).exists()

    visits.release(row, by=chief, at=noon)

    assert Task.objects.visible_to(worker).exists()


@pytest.mark.clause("W-44")
def test_who_looked_at_it_before_release_is_kept(covert, supervisor, noon):
    visits.note_sighting(covert, by=supervisor, at=noon)
    visits.note_sighting(covert, by=supervisor, at=noon + timedelta(minutes=5))

    seen = covert.sightings.get()
    assert (seen.user, seen.times) == (supervisor, 2)
    assert seen.last_at - seen.first_at == timedelta(minutes=5)


def test_a_released_visit_keeps_no_list_of_readers(village, worker, office, noon):
    row = record(village, worker)

    visits.note_sighting(row, by=office, at=noon)

    assert not row.sightings.exists()


def test_a_different_grid_than_the_sources_is_refused(village, other_village, office, noon):
    shop = make_source(village, office)
    given = replace(visit(other_village, note="看过"), source=shop)

    with pytest.raises(Invalid, match="不在所选网格里"):
        visits.record(given, by=office, at=noon)
