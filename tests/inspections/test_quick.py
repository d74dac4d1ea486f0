import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from build_inspections import WEST, photo, problem, record
from grids.errors import Invalid
from inspections.models import Inspection, Mode
from inspections.presets import PRESETS
from inspections.selectors.visits import similar_reports
from inspections.services import quick, visits
from inspections.services.given import Visit
from inspections.services.quick import Report
from tasks.models import Task

LON, LAT = WEST
NEAR = 0.0015  # degrees of latitude: 167 m
FAR = 0.0020  # 222 m


def report(grid, by, **over):
    values = {
        "client_id": uuid.uuid4(),
        "grid": grid,
        "title": "露天焚烧",
        "category": "OPEN_BURNING",
        "photos": (photo(by, over.pop("shade", 0)),),
        "lon": LON,
        "lat": LAT,
    }
    return Report(**values | over)


@pytest.mark.clause("Y1-45", "ZY-84", "ZY-41", "ZY-66")
def test_the_bans_of_the_documents_are_one_tap_away():
    labels = {preset.label: preset.category for preset in PRESETS}

    assert labels["露天焚烧"] == "OPEN_BURNING"
    assert labels["燃放烟花"] == "FIREWORKS"
    assert {"冒黑烟", "渣土黑车"} <= labels.keys()
    assert set(labels.values()) <= set(Task.Category.values)


@pytest.mark.clause("Y1-45")
def test_a_report_with_one_photo_and_place_becomes_a_task(village, worker, noon):
    row, created = quick.report(report(village, worker), by=worker, at=noon)

    task = Task.objects.get()
    assert created
    assert (task.source, task.category, task.lon) == (Task.Source.QUICK, "OPEN_BURNING", LON)
    assert task.attachments.count() == 1
    assert row.mode == Mode.QUICK


def test_a_report_needs_a_photo(village, worker, noon):
    with pytest.raises(Invalid, match="请拍一张照片"):
        quick.report(report(village, worker, photos=()), by=worker, at=noon)


@pytest.mark.clause("Y1-91", "Z-49")
def test_a_guest_can_report(village, guest, noon):
    quick.report(report(village, guest), by=guest, at=noon)

    assert Task.objects.get().registered_by == guest


def test_an_enterprise_cannot_report(key_grid, enterprise, noon):
    with pytest.raises(PermissionDenied):
        quick.report(report(key_grid, enterprise), by=enterprise, at=noon)


def test_reporting_again_is_harmless(village, worker, noon):
    given = report(village, worker)
    quick.report(given, by=worker, at=noon)

    _, created = quick.report(given, by=worker, at=noon)

    assert not created
    assert (Task.objects.count(), Inspection.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("lat", "category", "hours", "offered"),
    [
        (LAT + NEAR, "OPEN_BURNING", 1, True),
        (LAT + FAR, "OPEN_BURNING", 1, False),  # beyond 200 m
        (LAT + NEAR, "DUST", 1, False),  # another matter
        (LAT + NEAR, "OPEN_BURNING", 25, False),  # yesterday's smoke
    ],
)
def test_like_reports_nearby_are_offered(
    village, worker, scheme, noon, lat, category, hours, offered
):
    quick.report(report(village, worker), by=worker, at=noon - timedelta(hours=hours))

    found = similar_reports(worker, scheme, category=category, lon=LON, lat=lat, at=noon)

    assert bool(found) is offered


def test_a_report_out_of_sight_is_not_offered(
    village, other_village, worker, neighbour, scheme, noon
):
    quick.report(report(village, worker), by=worker, at=noon)

    found = similar_reports(neighbour, scheme, category="OPEN_BURNING", lon=LON, lat=LAT, at=noon)

    assert found == []


def test_without_a_place_nothing_is_offered(worker, scheme, noon):
    assert similar_reports(worker, scheme, category="DUST", lon=None, lat=None, at=noon) == []


def test_joining_adds_a_voice_instead_of_a_task(village, worker, manager, noon):
    quick.report(report(village, worker), by=worker, at=noon)
    task = Task.objects.get()

    row, _ = quick.report(report(village, manager, shade=5, join=task), by=manager, at=noon)

    assert Task.objects.get() == task
    assert row.findings.get().task == task
    assert task.attachments.count() == 2
    assert "又有人反映" in task.events.get(action="comment").note


def test_a_quick_report_is_no_patrol(village, worker, scheme, noon):
    row = record(village, worker, mode=Mode.QUICK, findings=(problem(),), note="")

    assert row.get_mode_display() == "快速上报"
    assert visits.record(Visit(client_id=row.client_id, grid=village), by=worker, at=noon) == (
        row,
        False,
    )
