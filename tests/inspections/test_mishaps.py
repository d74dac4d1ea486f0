"""督查 part of the weekly score: who found it, who did the work, when the feedback came (W-53)."""

from datetime import timedelta

import pytest

from build import NOON
from build_inspections import problem, visit
from build_tasks import make_issued, make_registered, pair
from grids.models import Grid
from inspections.models import Mode
from inspections.services import visits
from stations import supervision
from stations.periods import Kind, Period
from tasks.models import Task
from tasks.selectors import indicators
from tasks.services import life

pytestmark = [pytest.mark.django_db, pytest.mark.clause("W-53")]
WEEK = Period.containing(Kind.WEEK, NOON.date())
SINCE, UNTIL = supervision.bounds(WEEK)


@pytest.fixture
def units(cast):
    """The two streets of the district are ranked."""
    names = ("street", "other_street")
    return [Grid.objects.get(pk=getattr(cast.tree, name).pk) for name in names]


def against(units):
    """One row per street: what the score counts and the indicators count alike."""
    found = supervision.of_units(units, WEEK)
    for unit in units:
        figures = indicators(unit.scheme, unit, SINCE, UNTIL)
        assert figures.supervision == found[unit.pk].total
    return [found[unit.pk].as_proof() for unit in units]


def of_street(units):
    """Of the street, when nothing counts against the other one."""
    mine, other = against(units)
    assert other["total"] == 0
    return {name: count for name, count in mine.items() if count and name != "total"}


def look(grid, by, mode):
    given = visit(grid, mode=mode, findings=(problem(),))
    return visits.record(given, by=by, at=NOON)[0]


# --- 督查发现 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.SUPERVISION, Mode.SURPRISE, Mode.SAMPLE])
def test_what_the_supervision_of_a_grid_above_finds_counts_against_the_visited(cast, units, mode):
    look(cast.tree.village, cast.supervisor, mode)

    assert Task.objects.get().source == Task.Source.SUPERVISE
    assert of_street(units) == {"found": 1}


@pytest.mark.parametrize("mode", [Mode.PATROL, Mode.QUICK, Mode.LEADER])
def test_a_plain_patrol_from_above_is_no_supervision(cast, units, mode):
    look(cast.tree.village, cast.office, mode)

    assert of_street(units) == {}


def test_what_a_unit_finds_by_its_own_supervision_does_not_count_against_it(cast, units):
    look(cast.tree.village, cast.chief, Mode.SUPERVISION)

    assert of_street(units) == {}


def test_a_covert_finding_counts_once_it_is_public_and_not_before(cast, units):
    row = look(cast.tree.village, cast.supervisor, Mode.COVERT)
    assert of_street(units) == {}

    visits.release(row, by=cast.office, at=NOON + timedelta(days=1))
    assert of_street(units) == {"found": 1}


def test_a_covert_finding_counts_in_the_week_in_which_it_became_public(cast, units):
    row = look(cast.tree.village, cast.supervisor, Mode.COVERT)
    visits.release(row, by=cast.office, at=NOON + timedelta(days=7))

    assert of_street(units) == {}
    assert supervision.of_units(units, WEEK.following())[units[0].pk].found == 1


# --- 逾期 ---------------------------------------------------------------------------------------


def due_in(cast, hours, **over):
    task = make_registered(cast.scheme, cast.tree.root, cast.office)
    terms = {"deadline_kind": "HOURS", "deadline_amount": hours}
    return make_issued(task, cast.tree.village, cast.office, **terms | over)


def hand_in(cast, task, after, by=None):
    by = by or cast.worker
    if task.state == "ISSUED":
        task = life.accept(task, by=by, at=NOON + timedelta(minutes=1))
    return life.submit(
        task, measures="已覆盖", attachments=pair(by), by=by, at=NOON + timedelta(hours=after)
    )


def test_feedback_in_time_is_not_overdue_however_late_the_office_accepts(cast, units):
    task = hand_in(cast, due_in(cast, 8), 6)
    assert of_street(units) == {}

    life.approve(task, by=cast.office, at=NOON + timedelta(days=3))

    assert of_street(units) == {}


def test_feedback_after_the_deadline_is_overdue_also_when_accepted_at_once(cast, units):
    life.approve(hand_in(cast, due_in(cast, 8), 9), by=cast.office, at=NOON + timedelta(hours=9))

    assert of_street(units) == {"overdue": 1}


def test_only_feedback_that_is_accepted_saves_the_deadline(cast, units):
    refused = hand_in(cast, due_in(cast, 8), 6)
    task = life.send_back(refused, reason="没有覆盖", by=cast.office, at=NOON + timedelta(hours=7))
    again = hand_in(cast, task, 10)
    life.approve(again, by=cast.office, at=NOON + timedelta(hours=11))

    assert of_street(units) == {"overdue": 1, "refused": 1}


def test_what_is_merely_striven_for_is_never_overdue(cast, units):
    due_in(cast, 8, strength="STRIVE", deadline_text="力争当日完成")

    assert of_street(units) == {}


def test_a_joint_matter_counts_by_its_parts(cast, units):
    whole = due_in(cast, 8)
    Task.objects.filter(pk=whole.pk).update(join_role=Task.JoinRole.WHOLE)

    assert of_street(units) == {}


# --- 退回 and 反弹 --------------------------------------------------------------------------------


def test_a_refusal_stays_with_the_grid_that_did_the_work(cast, units):
    task = hand_in(cast, due_in(cast, 200), 2)
    task = life.send_back(task, reason="没有覆盖", by=cast.office, at=NOON + timedelta(hours=3))

    moved = life.rule(
        task,
        to=cast.tree.other_street,
        note="属该街道",
        by=cast.office,
        at=NOON + timedelta(hours=4),
    )

    assert moved.grid == cast.tree.other_street
    assert of_street(units) == {"refused": 1}


def test_a_rebound_stays_with_the_grid_that_did_the_work(cast, units):
    done = hand_in(cast, due_in(cast, 200), 2)
    closed = life.approve(done, by=cast.office, at=NOON + timedelta(hours=3))
    opened = life.revisit(
        closed, good=False, note="又裸露", by=cast.supervisor, at=NOON + timedelta(hours=4)
    )
    life.rule(
        opened,
        to=cast.tree.other_street,
        note="属该街道",
        by=cast.office,
        at=NOON + timedelta(hours=5),
    )

    assert of_street(units) == {"rebounds": 1}
