import pytest

from build_inspections import make_source, photo, problem, record, visit
from inspections.invariants import CHECKS
from inspections.models import Finding, InspectionPhoto, PollutionSource
from inspections.services import visits


@pytest.fixture
def field(village, worker, manager, noon):
    shop = make_source(village, manager)
    given = visit(village, source=shop, findings=(problem(photos=(photo(worker),)),))
    return visits.record(given, by=worker, at=noon)[0]


def broken():
    return [code for code, _, check in CHECKS if check()]


def test_everything_holds_after_ordinary_work(field):
    assert broken() == []


def test_a_problem_without_a_task_is_found(field):
    Finding.objects.update(task=None)

    assert len(broken()) == 1


def test_a_foreign_photo_is_found(field, village, neighbour):
    other = photo(neighbour, 7)
    InspectionPhoto.objects.update(client_id=other)

    assert len(broken()) == 1


def test_a_register_that_left_its_history_is_found(field, village, worker):
    PollutionSource.objects.update(name="改过的名字")

    assert len(broken()) == 1


def test_a_hazard_without_a_task_is_no_fault(village, worker, noon):
    record(village, worker, findings=(problem(is_hazard=True),))

    assert broken() == []
