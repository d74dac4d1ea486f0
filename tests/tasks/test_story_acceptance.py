"""反馈, 验收, 退回, 回头看, 立行立改: who may judge what, and rounds."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from build import make_grid, make_post, make_user
from build_tasks import (
    make_closed,
    make_handled,
    make_issued,
    make_photo,
    make_registered,
    pair,
)
from grids.errors import Invalid, Refused
from grids.models import Grid, Post, Role, SchemeRule, Substitution
from grids.services.posts import refresh_authority
from tasks import policies
from tasks.models import FeedbackCard
from tasks.services import life
from tasks.workflow import Action, State


def set_rule(scheme, key, value):
    SchemeRule.objects.create(scheme=scheme, key=key, value=value, valid_from=date(2021, 1, 1))


# --- 反馈 ---------------------------------------------------------------------------------------


@pytest.mark.clause("Y1-66", "Y1-41")
def test_the_card_of_round_one_holds_measures_quantity_and_files(cast, handled, noon):
    files = pair(cast.worker)

    task = life.submit(
        handled,
        measures="绿网覆盖",
        result="已全覆盖",
        attachments=files,
        outcome=life.Outcome(quantity=Decimal("3200"), unit="m²"),
        by=cast.worker,
        at=noon,
    )

    card = task.cards.get()
    assert (card.round, card.grid, card.by) == (1, cast.tree.village, cast.worker)
    assert (card.quantity, card.unit) == (Decimal("3200"), "m²")
    assert set(card.attachments.all()) == set(files)
    assert (task.state, task.round) == (State.SUBMITTED, 1)


@pytest.mark.parametrize("missing", ["BEFORE", "AFTER"])
def test_a_rectification_without_its_pair_is_refused(cast, handled, noon, missing):
    files = [one for one in pair(cast.worker) if one.purpose != missing]

    with pytest.raises(Invalid, match="整改") as refusal:
        life.submit(handled, measures="覆盖", attachments=files, by=cast.worker, at=noon)

    assert "attachments" in refusal.value.fields
    assert not FeedbackCard.objects.exists()


def test_the_scene_photo_of_the_registration_counts_as_before(cast, noon):
    scene = make_photo(cast.office, "SCENE")
    task = make_registered(cast.scheme, cast.tree.root, cast.office, attachments=[scene])
    task = life.accept(make_issued(task, cast.tree.village, cast.office), by=cast.worker, at=noon)

    after = make_photo(cast.worker)
    task = life.submit(task, measures="覆盖", attachments=[after], by=cast.worker, at=noon)

    assert task.state == State.SUBMITTED


@pytest.mark.clause("Y1-54")
def test_the_scheme_says_which_evidence_a_kind_needs(cast, noon):
    set_rule(cast.scheme, "evidence", {"MATERIAL": {"required": ["DOCUMENT"], "why": "文件本身"}})
    task = make_registered(cast.scheme, cast.tree.root, cast.office, kind="MATERIAL")
    task = life.accept(make_issued(task, cast.tree.village, cast.office), by=cast.worker, at=noon)

    with pytest.raises(Invalid, match="文件"):
        life.submit(task, measures="已编制方案", by=cast.worker, at=noon)

    paper = make_photo(cast.worker, "DOCUMENT")
    task = life.submit(task, measures="已编制方案", attachments=[paper], by=cast.worker, at=noon)
    assert task.state == State.SUBMITTED


@pytest.mark.clause("Y1-30", "ZY-10", "ZY-13", "ZY-16")
def test_an_outcome_may_need_evidence_of_its_own(cast, handled, noon):
    set_rule(
        cast.scheme,
        "evidence",
        {
            "RECTIFICATION": {"required": ["BEFORE", "AFTER"]},
            "disposition": {"EXIT": ["DOCUMENT"]},
        },
    )
    exit_ = life.Outcome(disposition="EXIT")
    files = pair(cast.worker)
    with pytest.raises(Invalid, match="文件"):
        life.submit(
            handled, measures="拆除", attachments=files, outcome=exit_, by=cast.worker, at=noon
        )

    files.append(make_photo(cast.worker, "DOCUMENT"))
    task = life.submit(
        handled, measures="拆除并注销", attachments=files, outcome=exit_, by=cast.worker, at=noon
    )

    assert task.disposition == "EXIT"


@pytest.mark.clause("ZY-26")
def test_ticked_measures_are_kept_on_the_card(cast, handled, noon):
    steps = ("断水", "断电", "清原料", "清产品", "清设备")

    task = life.submit(
        handled,
        measures="两断三清",
        attachments=pair(cast.worker),
        outcome=life.Outcome(steps=steps),
        by=cast.worker,
        at=noon,
    )

    assert tuple(task.cards.get().steps) == steps


def test_a_file_of_another_matter_cannot_prove_this_one(cast, submitted, noon):
    used = list(submitted.attachments.all())
    other = make_handled(cast)

    with pytest.raises(Refused, match="另一件"):
        life.submit(other, measures="覆盖", attachments=used, by=cast.worker, at=noon)


def test_a_file_of_another_person_cannot_be_mine(cast, handled, noon):
    with pytest.raises(Refused, match="别人"):
        life.submit(
            handled, measures="覆盖", attachments=pair(cast.neighbour), by=cast.worker, at=noon
        )


# --- 验收 ---------------------------------------------------------------------------------------


@pytest.mark.clause("Y1-71", "Z-14")
def test_the_office_accepts_one_matter_and_closes_it(cast, submitted, noon):
    at = noon + timedelta(hours=3)

    task = life.approve(submitted, note="现场属实", by=cast.office, at=at)

    assert (task.state, task.closed_at, task.closed_by) == (State.CLOSED, at, cast.office)
    card = task.cards.get()
    assert (card.is_approved, card.decided_by, card.decision_note) == (
        True,
        cast.office,
        "现场属实",
    )


@pytest.mark.clause("Y1-71", "Z-14")
def test_a_refused_round_is_followed_by_the_next(cast, submitted, noon):
    back = life.send_back(submitted, reason="东侧 300 m² 未覆盖", by=cast.office, at=noon)
    assert (back.state, back.round) == (State.HANDLING, 1)

    again = life.submit(
        back, measures="补盖东侧", attachments=pair(cast.worker), by=cast.worker, at=noon
    )
    closed = life.approve(again, by=cast.office, at=noon)

    assert [card.is_approved for card in closed.cards.order_by("round")] == [False, True]
    assert closed.cards.get(round=1).decision_note == "东侧 300 m² 未覆盖"


def test_sending_back_needs_a_reason(cast, submitted, noon):
    with pytest.raises(Invalid):
        life.send_back(submitted, reason="", by=cast.office, at=noon)


def refused_to_judge(task, user, noon, match):
    with pytest.raises(PermissionDenied, match=match):
        life.approve(task, by=user, at=noon)
    task.refresh_from_db()
    assert task.state == State.SUBMITTED


def test_who_did_the_work_cannot_accept_it_even_from_a_higher_post(cast, submitted, noon):
    make_post(cast.worker, cast.tree.root, Role.OFFICE)

    refused_to_judge(submitted, cast.worker, noon, "参与了处置")


def test_a_colleague_of_the_same_grid_cannot_accept(cast, submitted, noon):
    refused_to_judge(submitted, cast.village_chief, noon, "无权")


def test_who_issued_it_to_the_own_grid_cannot_accept_what_a_colleague_did(cast, noon):
    colleague = make_user()
    make_post(colleague, cast.tree.street, Role.WORKER)
    task = make_registered(cast.scheme, cast.tree.street, cast.chief, kind="CHECK")
    task = life.accept(make_issued(task, cast.tree.street, cast.chief), by=colleague, at=noon)
    task = life.submit(task, measures="已核查", by=colleague, at=noon)

    refused_to_judge(task, cast.chief, noon, "汽车路街道有任职")


def test_a_second_post_in_the_office_does_not_make_a_colleague_independent(cast, submitted, noon):
    make_post(cast.village_chief, cast.tree.root, Role.OFFICE)

    refused_to_judge(submitted, cast.village_chief, noon, "学门口社区有任职")


def test_standing_in_for_the_doing_grid_shuts_the_office_out_too(cast, submitted, noon):
    Substitution.objects.create(
        post=Post.objects.get(user=cast.village_chief),
        substitute=cast.office,
        from_on=noon.date(),
        until_on=noon.date(),
        reason="请假",
        created_by=cast.village_chief,
        created_at=noon,
    )
    refresh_authority(cast.office, on=noon.date())
    cast.office.__dict__.pop("_spans", None)

    refused_to_judge(submitted, cast.office, noon, "代理学门口社区")


def test_a_post_held_on_the_day_of_the_work_counts_later_too(cast, submitted, noon):
    mover = make_user("mover")
    make_post(mover, cast.tree.village, Role.MANAGER, until_on=noon.date())
    make_post(mover, cast.tree.root, Role.OFFICE)
    refresh_authority(mover, on=noon.date())

    refused_to_judge(submitted, mover, noon + timedelta(days=40), "学门口社区有任职")


def test_a_superuser_who_did_the_work_is_no_exception(cast, handled, superuser, noon):
    task = life.submit(handled, measures="覆盖", attachments=pair(superuser), by=superuser, at=noon)

    refused_to_judge(task, superuser, noon, "参与了处置")


def test_at_the_root_only_an_independent_supervisor_accepts(cast, noon):
    task = make_registered(cast.scheme, cast.tree.root, cast.supervisor, kind="CHECK")
    task = make_issued(task, cast.tree.root, cast.office)
    task = life.accept(task, by=cast.office, at=noon)
    task = life.submit(task, measures="已核查", by=cast.office, at=noon)
    colleague = make_user("colleague")
    make_post(colleague, cast.tree.root, Role.OFFICE)

    refused_to_judge(task, colleague, noon, "市网格办有任职")
    assert life.approve(task, by=cast.supervisor, at=noon).state == State.CLOSED


def test_a_card_whose_files_are_still_on_their_way_is_not_judged(cast, handled, noon):
    task = life.submit(
        handled,
        measures="覆盖",
        attachments=pair(cast.worker),
        outcome=life.Outcome(expected=4),
        by=cast.worker,
        at=noon,
    )

    with pytest.raises(Refused, match="2/4"):
        life.approve(task, by=cast.office, at=noon)


def test_a_task_cannot_be_closed_before_its_feedback(cast, handled, noon):
    with pytest.raises(Refused, match="处置中的任务不能验收销号"):
        life.approve(handled, by=cast.office, at=noon)


# --- 立行立改 -----------------------------------------------------------------------------------


@pytest.mark.clause("Y1-101", "Y2-22", "Y2-32")
def test_found_and_fixed_on_the_spot_is_filed_above_in_one_form(cast, registered, noon):
    task = life.settle(
        registered,
        measures="当场覆盖",
        result="已覆盖",
        attachments=pair(cast.worker),
        requirement="立即覆盖",
        supervisor="社区网格长",
        by=cast.worker,
        at=noon,
    )

    assert (task.state, task.grid) == (State.SUBMITTED, cast.tree.village)
    assert task.issuer_grid == cast.tree.street
    assert life.approve(task, by=cast.chief, at=noon).state == State.CLOSED


def test_on_the_spot_needs_both_photos(cast, registered, noon):
    with pytest.raises(Invalid, match="各一张"):
        life.settle(
            registered,
            measures="当场覆盖",
            result="",
            attachments=[make_photo(cast.worker, "AFTER")],
            requirement="立即覆盖",
            supervisor="社区网格长",
            by=cast.worker,
            at=noon,
        )


def test_the_office_that_settled_something_itself_cannot_accept_it(cast, noon):
    task = make_registered(cast.scheme, cast.tree.village, cast.office)
    task = life.settle(
        task,
        measures="当场制止",
        result="",
        attachments=pair(cast.office),
        requirement="立即停止",
        supervisor="市网格办",
        by=cast.office,
        at=noon,
    )
    colleague = make_user("colleague")
    make_post(colleague, cast.tree.root, Role.OFFICE)

    refused_to_judge(task, cast.office, noon, "参与了处置")
    refused_to_judge(task, colleague, noon, "市网格办有任职")


# --- 回头看 -------------------------------------------------------------------------------------


@pytest.mark.clause("Y2-24")
def test_closing_sets_the_day_to_look_again(cast, closed, noon):
    assert closed.revisit_on == date(2026, 12, 18)


@pytest.mark.clause("W-48")
def test_a_third_person_finds_it_good_or_reopens_it(cast, closed, noon):
    later = noon + timedelta(days=30)
    with pytest.raises(PermissionDenied, match="第三人"):
        life.revisit(closed, good=True, note="看过", by=cast.office, at=later)
    with pytest.raises(PermissionDenied):
        life.revisit(closed, good=True, note="看过", by=cast.worker, at=later)

    good = life.revisit(closed, good=True, note="仍然覆盖", by=cast.supervisor, at=later)
    assert (good.state, good.revisit_on) == (State.CLOSED, None)

    back = life.revisit(
        good, good=False, note="绿网被揭开", by=cast.supervisor, at=later + timedelta(days=1)
    )
    assert (back.state, back.rebounds, back.closed_at) == (State.HANDLING, 1, None)
    assert back.due_at == datetime(2026, 12, 24, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.clause("W-69")
def test_the_negative_list_is_left_only_after_a_good_revisit(cast, closed, noon):
    life.enlist(closed, kind="NEGATIVE", reason="专项要求", by=cast.office, at=noon)
    with pytest.raises(Refused, match="回头看"):
        life.delist(closed, kind="NEGATIVE", reason="专项要求", by=cast.office, at=noon)

    task = life.revisit(closed, good=True, note="仍好", by=cast.supervisor, at=noon)
    life.delist(task, kind="NEGATIVE", reason="专项要求", by=cast.office, at=noon)

    assert not task.lists.filter(kind="NEGATIVE", removed_at=None).exists()


# --- what is offered ----------------------------------------------------------------------------


def test_buttons_are_exactly_what_would_succeed(cast, submitted, noon):
    offered = {
        name: set(policies.offered(user, submitted, at=noon)) for name, user in cast.people.items()
    }

    judging = {Action.APPROVE, Action.SEND_BACK, Action.SUPERVISE, Action.VOID, Action.COMMENT}
    assert offered["office"] == judging
    assert offered["worker"] == {Action.COMMENT}
    assert offered["neighbour"] == offered["outsider"] == offered["enterprise"] == set()
    assert offered["guest"] == set()


def test_two_grids_of_one_name_are_told_apart(cast, submitted, noon):
    twin = make_grid(cast.scheme, cast.tree.other_street, name="学门口社区", code="V8")
    twin_chief = make_user("twin")
    make_post(twin_chief, Grid.objects.get(pk=twin.pk), Role.CHIEF)
    make_post(twin_chief, cast.tree.root, Role.OFFICE)

    assert life.approve(submitted, by=twin_chief, at=noon).state == State.CLOSED


def test_closed_needs_its_time_and_its_person(cast):
    assert make_closed(cast).closed_by == cast.office
