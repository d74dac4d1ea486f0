"""上报, 移交, 退还, 裁定: up and sideways, and how ping-pong ends."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from build import make_grid, make_post, make_user
from build_tasks import make_issued, make_registered, pair
from grids.errors import Invalid, Refused
from grids.models import Grid, Role, Tier
from tasks import selectors
from tasks.models import Task
from tasks.services import life
from tasks.workflow import Rung, State


def up(task, by, minutes, **over):
    at = task.issued_at + timedelta(minutes=minutes)
    return life.report_up(task, reason="需住建协调", by=by, at=at, **over)


@pytest.mark.clause("Y1-23", "Y1-65", "Y2-26", "Y1-25", "Y2-20")
def test_a_matter_climbs_four_rungs_and_every_hop_has_its_own_clock(cast, issued):
    task = issued

    task = up(task, cast.worker, 12)
    assert (task.grid, task.rung, task.state) == (cast.tree.village, Rung.MANAGER, State.ISSUED)
    task = up(task, cast.manager, 30)
    assert (task.grid, task.rung) == (cast.tree.village, Rung.CHIEF)
    task = up(task, cast.village_chief, 90)
    assert (task.grid, task.rung) == (cast.tree.street, Rung.CHIEF)
    task = up(task, cast.chief, 100)

    assert task.grid == cast.tree.district
    assert task.due_at == issued.due_at
    hops = task.events.filter(action="report_up").order_by("sequence")
    assert [event.data["minutes"] for event in hops] == [12, 18, 60, 10]
    assert [event.data["within_first_moment"] for event in hops] == [True, True, False, True]
    assert {grid.code for grid in task.assisting.all()} == {"V1", "S1"}


@pytest.mark.clause("Y1-65")
def test_reporting_up_needs_a_reason(cast, issued, noon):
    with pytest.raises(Invalid) as refusal:
        life.report_up(issued, reason=" ", by=cast.worker, at=noon)

    assert "reason" in refusal.value.fields


@pytest.mark.clause("Y2-21")
def test_the_report_says_what_was_stopped_on_the_spot(cast, issued):
    task = up(issued, cast.worker, 5, stopped="责令停止焚烧，已扑灭")

    event = task.events.get(action="report_up")
    assert event.data["stopped"] == "责令停止焚烧，已扑灭"
    assert event.note == "需住建协调"
    assert cast.worker.pk == event.by_id


def test_who_reported_up_still_sees_the_matter_but_no_longer_holds_it(cast, issued, noon):
    task = up(issued, cast.worker, 5)

    assert Task.objects.visible_to(cast.worker).get() == task
    with pytest.raises(PermissionDenied, match="协助"):
        life.accept(task, by=cast.worker, at=noon)
    assert life.accept(task, by=cast.manager, at=noon).state == State.HANDLING


@pytest.mark.clause("Y2-20", "Y2-26")
def test_the_lower_grid_assists_and_may_remark_but_not_close(cast, issued, noon):
    task = up(up(up(issued, cast.worker, 1), cast.manager, 2), cast.village_chief, 3)
    assert task.grid == cast.tree.street

    assert Task.objects.visible_to(cast.manager).get() == task
    life.comment(task, note="现场由村里协助看守", by=cast.manager, at=noon)
    task = life.submit(
        life.accept(task, by=cast.chief, at=noon),
        measures="已协调覆盖",
        attachments=pair(cast.chief),
        by=cast.chief,
        at=noon,
    )
    with pytest.raises(PermissionDenied):
        life.approve(task, by=cast.village_chief, at=noon)


def test_a_rung_that_the_grid_does_not_have_is_skipped(cast, noon):
    hamlet = make_grid(cast.scheme, cast.tree.other_street, code="V9", tier=Tier.THIRD)
    lone = make_user("lone")
    make_post(lone, hamlet, Role.WORKER)
    task = make_registered(cast.scheme, cast.tree.root, cast.office)
    task = make_issued(task, Grid.objects.get(pk=hamlet.pk), cast.office)

    task = life.report_up(task, reason="无权处置", by=lone, at=noon)

    assert (task.grid, task.rung) == (cast.tree.other_street, Rung.WORKER)


def test_at_the_root_there_is_nobody_to_report_to(cast, noon):
    task = make_registered(cast.scheme, cast.tree.root, cast.office)
    task = make_issued(task, cast.tree.root, cast.office)

    with pytest.raises(Refused, match="最上级"):
        life.report_up(task, reason="无权处置", by=cast.office, at=noon)


# --- sideways -----------------------------------------------------------------------------------


def across(task, to, by, noon, **over):
    values = {"reason_code": "NOT_MY_AREA", "note": "界线以东属三里桥社区"}
    return life.transfer(task, to=to, by=by, at=noon, **values | over)


@pytest.mark.clause("Y1-75")
def test_a_transfer_needs_a_reason_code_and_its_proof(cast, issued, noon):
    with pytest.raises(Invalid):
        across(issued, cast.tree.other_village, cast.worker, noon, reason_code="LAZY")
    with pytest.raises(Invalid):
        across(issued, cast.tree.other_village, cast.worker, noon, note="")

    task = across(issued, cast.tree.other_village, cast.worker, noon)

    assert (task.grid, task.state) == (cast.tree.other_village, State.ISSUED)
    event = task.events.get(action="transfer")
    assert (event.data["reason_code"], event.data["map"]) == ("NOT_MY_AREA", "UNKNOWN")
    assert (event.grid, event.to_grid) == (cast.tree.village, cast.tree.other_village)


@pytest.mark.clause("Y1-75", "W-64")
def test_ping_pong_ends_with_a_ruling(cast, issued, noon):
    there, here = cast.tree.other_village, cast.tree.village
    task = across(issued, there, cast.worker, noon)
    task = life.return_transfer(task, note="界线图显示在你村", by=cast.neighbour, at=noon)
    assert (task.grid, task.bounces) == (here, 1)
    task = across(task, there, cast.worker, noon)
    task = life.return_transfer(task, note="仍在你村", by=cast.neighbour, at=noon)
    assert task.bounces == 2

    for refused in (
        lambda: across(task, there, cast.worker, noon),
        lambda: life.transfer(
            task,
            to=cast.tree.street,
            reason_code="NOT_MY_DUTY",
            note="x",
            by=cast.worker,
            at=noon,
        ),
    ):
        with pytest.raises(Refused, match="只能由网格办裁定"):
            refused()
    assert list(selectors.dispute_list(cast.office, cast.scheme, noon)) == [task]

    ruled = life.rule(task, to=there, note="权属图第 3 页", by=cast.office, at=noon)

    assert (ruled.grid, ruled.state) == (there, State.ISSUED)
    assert not selectors.dispute_list(cast.office, cast.scheme, noon).exists()
    with pytest.raises(Refused, match="已经裁定"):
        across(ruled, here, cast.neighbour, noon)
    assert life.accept(ruled, by=cast.neighbour, at=noon).state == State.HANDLING


def test_only_what_was_transferred_can_be_returned(cast, issued, noon):
    with pytest.raises(Refused, match="不是移交来的"):
        life.return_transfer(issued, note="不归我", by=cast.worker, at=noon)


def test_a_signed_transfer_cannot_be_returned(cast, issued, noon):
    task = across(issued, cast.tree.other_village, cast.worker, noon)
    task = life.accept(task, by=cast.neighbour, at=noon)

    with pytest.raises(Refused):
        life.return_transfer(task, note="不归我", by=cast.neighbour, at=noon)


def test_nobody_transfers_to_himself(cast, issued, noon):
    with pytest.raises(Invalid, match="自己"):
        across(issued, cast.tree.village, cast.worker, noon)


def test_a_party_of_the_dispute_cannot_rule(cast, noon):
    task = make_registered(cast.scheme, cast.tree.street, cast.chief)
    task = make_issued(task, cast.tree.street, cast.office)

    with pytest.raises(PermissionDenied):
        life.rule(task, to=cast.tree.village, note="给村里", by=cast.chief, at=noon)


def test_a_neighbour_cannot_touch_what_he_does_not_hold(cast, issued, noon):
    with pytest.raises(PermissionDenied, match="不在您手上"):
        life.accept(issued, by=cast.neighbour, at=noon)


@pytest.mark.clause("W-64")
def test_a_cross_border_matter_has_one_common_parent(cast):
    found = selectors.common_parent(cast.tree.village, cast.tree.other_street)

    assert found == cast.tree.district
