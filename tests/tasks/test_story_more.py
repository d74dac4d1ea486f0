"""延期, 督办, 作废, 留言, 联合处置, 清单; repeats and stale pages."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from build_tasks import REQUIREMENT, SUPERVISOR, make_issued, make_registered, pair
from grids.errors import Invalid, Refused, Stale
from tasks import policies, selectors
from tasks.models import Task
from tasks.services import life
from tasks.workflow import Action, State

# --- 延期 ---------------------------------------------------------------------------------------


@pytest.mark.clause("Y1-33")
def test_only_the_issuing_side_moves_a_deadline_and_its_reason_is_kept(cast, handled, noon):
    later = handled.due_at + timedelta(days=2)
    asked = life.ask_extension(handled, due_at=later, reason="连日降雨", by=cast.worker, at=noon)
    assert asked.due_at == handled.due_at
    for user in (cast.worker, cast.village_chief):
        with pytest.raises(PermissionDenied):
            life.decide_extension(asked, granted=True, by=user, at=noon)

    task = life.decide_extension(asked, granted=True, note="同意", by=cast.office, at=noon)

    assert (task.due_at, task.extensions, task.extension_asked_to) == (later, 1, None)
    event = task.events.get(action="decide_extension")
    assert event.note == "同意"
    assert event.data["granted"] is True


def test_a_refused_extension_leaves_the_deadline(cast, handled, noon):
    later = handled.due_at + timedelta(days=2)
    asked = life.ask_extension(handled, due_at=later, reason="连日降雨", by=cast.worker, at=noon)
    with pytest.raises(Invalid, match="理由"):
        life.decide_extension(asked, granted=False, by=cast.office, at=noon)

    task = life.decide_extension(asked, granted=False, note="抓紧", by=cast.office, at=noon)

    assert (task.due_at, task.extensions) == (handled.due_at, 0)


def test_an_extension_to_an_earlier_moment_is_refused(cast, handled, noon):
    with pytest.raises(Invalid, match="晚于"):
        life.ask_extension(handled, due_at=noon, reason="x", by=cast.worker, at=noon)


def test_one_request_at_a_time(cast, handled, noon):
    ask = {"reason": "连日降雨", "by": cast.worker, "at": noon}
    asked = life.ask_extension(handled, due_at=handled.due_at + timedelta(days=2), **ask)

    ask["reason"] = "还要更久"
    with pytest.raises(Refused):
        life.ask_extension(asked, due_at=handled.due_at + timedelta(days=9), **ask)


# --- 督办, 作废, 留言 ---------------------------------------------------------------------------


@pytest.mark.clause("Y2-18", "Y2-09")
def test_supervision_adds_a_watcher_and_lists_the_matter(cast, handled, noon):
    task = life.supervise(handled, note="三日内办结", listed=True, by=cast.supervisor, at=noon)

    assert task.is_listed
    assert list(task.watchers.all()) == [cast.supervisor]
    assert task.lists.filter(kind="LISTED", removed_at=None).exists()


def test_the_holder_cannot_void_his_own_task(cast, handled, noon):
    with pytest.raises(PermissionDenied):
        life.void(handled, reason="不想办", by=cast.village_chief, at=noon)

    assert life.void(handled, reason="重复登记", by=cast.office, at=noon).state == State.VOID


@pytest.mark.parametrize(
    ("name", "may"),
    [("worker", 0), ("village_chief", 0), ("neighbour", 0), ("chief", 1), ("office", 1)],
)
def test_a_registered_matter_is_voided_from_above_only(cast, registered, noon, name, may):
    """Nobody makes what was found in the own grid disappear."""
    who = getattr(cast, name)

    assert policies.may(who, Action.VOID, registered, at=noon) == bool(may)
    assert (Action.VOID in policies.offered(who, registered, at=noon)) == bool(may)


def test_the_office_may_void_what_was_found_at_the_root(cast, noon):
    found = make_registered(cast.scheme, cast.tree.root, cast.office)

    assert life.void(found, reason="重复登记", by=cast.office, at=noon).state == State.VOID


def test_a_closed_task_cannot_be_voided(cast, closed, noon):
    with pytest.raises(Refused):
        life.void(closed, reason="重复", by=cast.office, at=noon)


def test_a_guest_only_looks(cast, handled, noon):
    assert Task.objects.visible_to(cast.guest).exists()
    with pytest.raises(PermissionDenied):
        life.comment(handled, note="我也说一句", by=cast.guest, at=noon)


@pytest.mark.clause("Y2-18")
def test_the_inspectors_remark_stands_in_the_history(cast, handled, noon):
    """督查 oversees without doing the work: it may speak, and its word reaches the holder."""
    life.comment(handled, note="现场已看，覆盖不到位", by=cast.supervisor, at=noon)

    event = handled.events.get(action="comment")
    assert (event.by, event.by_label) == (cast.supervisor, "市网格办 · 督查")
    assert Action.COMMENT in policies.offered(cast.supervisor, handled, at=noon)
    for name in ("guest", "neighbour", "outsider", "enterprise"):
        assert policies.why_not(cast.people[name], Action.COMMENT, handled, at=noon)


@pytest.mark.clause("Z-07", "W-77")
def test_a_matter_in_several_lists_counts_once(cast, issued, noon):
    life.enlist(issued, kind="KEY_REGION", reason="专项要求", by=cast.office, at=noon)
    life.enlist(issued, kind="PROTECTION", reason="专项要求", by=cast.office, at=noon)

    listed = selectors.ledger(cast.office, cast.scheme, {"list": "KEY_REGION"}, noon)
    everything = selectors.ledger(cast.office, cast.scheme, {}, noon)

    assert list(listed) == [issued]
    assert everything.count() == 1
    assert issued.lists.filter(removed_at=None).count() == 3


# --- 联合处置 -----------------------------------------------------------------------------------


def joined(cast, noon, units=None, **over):
    whole = make_registered(cast.scheme, cast.tree.root, cast.office)
    tree = cast.tree
    units = units or [(tree.street, "LEAD"), (tree.other_street, "CO"), (tree.key_grid, "DO")]
    return life.join(
        whole,
        units=units,
        requirement=REQUIREMENT,
        supervisor=SUPERVISOR,
        deadline_kind="WORKDAYS",
        deadline_amount=5,
        by=cast.office,
        at=noon,
        **over,
    )


def finish(part, by, cast, noon):
    part = life.accept(part, by=by, at=noon)
    part = life.submit(part, measures="已整改", attachments=pair(by), by=by, at=noon)
    return life.approve(part, by=cast.office, at=noon)


@pytest.mark.clause("Y1-76", "Y1-34", "W-46")
def test_a_joint_order_gives_each_unit_its_own_part_with_one_deadline(cast, noon):
    whole = joined(cast, noon, mode="部门合作")

    parts = list(whole.parts.order_by("number"))
    assert [part.join_role for part in parts] == ["LEAD", "CO", "DO"]
    assert {part.due_at for part in parts} == {whole.due_at}
    assert all(part.state == State.ISSUED for part in parts)
    assert whole.events.get(action="join").data["mode"] == "部门合作"
    with pytest.raises(Refused, match="分单"):
        life.transfer(
            whole,
            to=cast.tree.village,
            reason_code="NOT_MY_DUTY",
            note="x",
            by=cast.office,
            at=noon,
        )


@pytest.mark.clause("Y1-76", "Y1-34", "ZY-105")
def test_the_whole_closes_when_every_part_is_accepted_and_reopens_with_one(cast, noon):
    whole = joined(cast, noon, [(cast.tree.street, "LEAD"), (cast.tree.key_grid, "CO")])
    lead, enterprise = whole.parts.order_by("number")

    finish(lead, cast.chief, cast, noon)
    whole.refresh_from_db()
    assert whole.state == State.ISSUED
    part = finish(enterprise, cast.enterprise, cast, noon)
    whole.refresh_from_db()
    assert whole.state == State.CLOSED

    life.revisit(part, good=False, note="又冒烟", by=cast.supervisor, at=noon)
    whole.refresh_from_db()
    assert (whole.state, whole.closed_at) == (State.HANDLING, None)


@pytest.mark.clause("Y1-38", "ZY-46", "ZY-06")
def test_a_joint_order_may_have_several_leads_or_none(cast, noon):
    none = joined(cast, noon, [(cast.tree.street, "DUTY"), (cast.tree.other_street, "DUTY")])
    several = joined(cast, noon, [(cast.tree.street, "LEAD"), (cast.tree.other_street, "LEAD")])

    assert {part.join_role for part in none.parts.all()} == {"DUTY"}
    assert several.parts.filter(join_role="LEAD").count() == 2


def test_the_same_unit_twice_is_refused(cast, noon):
    with pytest.raises(Invalid, match="一次"):
        joined(cast, noon, [(cast.tree.street, "LEAD"), (cast.tree.street, "CO")])


def test_voiding_the_whole_voids_its_open_parts(cast, noon):
    whole = joined(cast, noon)

    life.void(whole, reason="重复", by=cast.office, at=noon)

    assert {part.state for part in whole.parts.all()} == {State.VOID}


def test_voiding_the_last_open_part_closes_the_whole(cast, noon):
    whole = joined(cast, noon, [(cast.tree.street, "LEAD"), (cast.tree.key_grid, "CO")])
    lead, other = whole.parts.order_by("number")
    finish(lead, cast.chief, cast, noon)

    life.void(other, reason="不涉及该企业", by=cast.office, at=noon)

    whole.refresh_from_db()
    assert whole.state == State.CLOSED


# --- repeats and stale pages --------------------------------------------------------------------


def test_a_double_click_leaves_one_event(cast, issued, noon):
    first = life.accept(issued, by=cast.worker, at=noon, version=issued.version)
    again = life.accept(issued, by=cast.worker, at=noon, version=issued.version)

    assert (first.state, again.state) == (State.HANDLING, State.HANDLING)
    assert issued.events.filter(action="accept").count() == 1


def test_a_remark_sent_twice_is_kept_once(cast, issued, noon):
    for _ in range(2):
        life.comment(issued, note="路已封", by=cast.worker, at=noon)

    assert issued.events.filter(action="comment").count() == 1


def test_a_stale_page_is_told_who_changed_what(cast, issued, noon):
    life.accept(issued, by=cast.worker, at=noon)

    with pytest.raises(Stale, match=r"学门口社区 · 网格员.*签收.*处置中"):
        life.transfer(
            issued,
            to=cast.tree.other_village,
            reason_code="NOT_MY_AREA",
            note="界线",
            by=cast.worker,
            at=noon,
            version=issued.version,
        )


def test_a_remark_does_not_make_an_open_form_stale(cast, issued, noon):
    life.comment(issued, note="路已封", by=cast.office, at=noon)

    task = life.accept(issued, by=cast.worker, at=noon, version=issued.version)

    assert task.state == State.HANDLING


def test_without_a_version_the_second_click_is_refused_and_leaves_no_event(cast, issued, noon):
    life.accept(issued, by=cast.worker, at=noon)
    with pytest.raises(Refused):
        life.accept(issued, by=cast.worker, at=noon)

    assert issued.events.count() == 3


@pytest.mark.clause("W-65", "W-47")
def test_the_time_from_finding_to_issue_and_to_answer_is_measured(cast, noon):
    task = make_registered(cast.scheme, cast.tree.root, cast.office, source="SUPERIOR")
    task = make_issued(task, cast.tree.village, cast.office, at=noon + timedelta(minutes=7))
    task = life.accept(task, by=cast.worker, at=noon + timedelta(minutes=19))

    assert (task.issued_at - task.registered_at) == timedelta(minutes=7)
    assert task.events.get(action="accept").data["minutes"] == 12
