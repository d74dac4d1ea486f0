"""约谈 by people: decide, state, hold, close; refusals change nothing."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from build import NOON, make_post, make_user
from build_tasks import make_photo
from grids.errors import Invalid, Refused
from grids.models import Role
from notices.models import Message, Summons
from notices.services import summonses
from tasks.services import life

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader(units):
    user = make_user("leader", display_name="A街道主要领导")
    make_post(user, units[0], Role.CHIEF, title="主要领导")
    return user


@pytest.fixture
def proposed(scheme, units, tree):
    return Summons.objects.create(
        scheme=scheme,
        scheme_root=tree.root,
        grid=units[0],
        basis="STREAK",
        to="EXECUTIVE",
        target_title="A街道 分管领导",
        streak_started="2026-W45",
        fired="2026-W46",
        weeks=2,
        clause="W-54",
        proposed_at=NOON,
    )


@pytest.fixture
def approved(proposed, office):
    return summonses.decide(proposed, approve=True, note="同意", by=office, at=NOON)


def hold(row, by, **over):
    values = {
        "held_at": NOON + timedelta(hours=3),
        "minutes": "分管领导到会说明原因。",
        "requirement": "十个工作日内完成工地覆盖。",
        "at": NOON + timedelta(hours=4),
    }
    return summonses.hold(row, by=by, **values | over)


@pytest.mark.clause("W-54", "W-56")
def test_a_person_decides_and_the_unit_learns_of_it(proposed, office, leader):
    assert not Summons.objects.visible_to(leader).exists()

    row = summonses.decide(proposed, approve=True, note="同意", by=office, at=NOON)

    assert (row.state, row.decided_by, row.decided_at) == ("APPROVED", office, NOON)
    assert Summons.objects.visible_to(leader).get() == row
    assert "将约谈A街道 分管领导" in Message.objects.get(user=leader).text


def test_the_unit_states_its_side_before_the_talk(approved, leader, office, worker):
    row = summonses.state(approved, text="第 45 周在大修道路。", by=leader, at=NOON)

    assert (row.statement, row.statement_by) == ("第 45 周在大修道路。", leader)
    with pytest.raises(PermissionDenied):
        summonses.state(approved, text="我也说", by=worker, at=NOON)
    hold(approved, office)
    with pytest.raises(Refused, match="已约谈"):
        summonses.state(approved, text="又说", by=leader, at=NOON)


@pytest.mark.clause("W-54", "Y1-100")
def test_the_talk_leaves_minutes_and_opens_a_task_for_the_unit(approved, office, units):
    row = hold(approved, office)

    assert (row.state, row.task.kind, row.task.grid) == ("HELD", "SUMMONS", units[0])
    assert row.task.state == "ISSUED"
    with pytest.raises(Refused, match="还没有销号"):
        summonses.close(row, by=office, at=NOON + timedelta(days=1))


def test_a_talk_closes_when_its_task_has_left_the_ledger(approved, office, leader, supervisor):
    row = hold(approved, office)
    later = NOON + timedelta(days=1)
    task = life.accept(row.task, by=leader, at=later)
    proof = [make_photo(leader, "DOCUMENT", at=later)]
    task = life.submit(task, measures="已覆盖", attachments=proof, by=leader, at=later)
    life.approve(task, by=office, at=later + timedelta(hours=1))

    row = summonses.close(row, by=office, at=later + timedelta(hours=2))

    assert row.state == "CLOSED"


@pytest.mark.parametrize("who", ["chief", "worker", "supervisor", "outsider", "guest"])
def test_only_the_office_decides(proposed, who, cast):
    with pytest.raises(PermissionDenied):
        summonses.decide(proposed, approve=True, note="", by=cast.people[who], at=NOON)

    proposed.refresh_from_db()
    assert proposed.state == "PROPOSED"


@pytest.mark.parametrize(
    "over",
    [
        {"minutes": "  "},
        {"requirement": ""},
        {"held_at": NOON + timedelta(days=2)},  # in the future
        {"held_at": NOON - timedelta(days=2)},  # before it was approved
        {"minutes": "长" * 5001},
    ],
)
def test_bad_minutes_are_refused_and_nothing_changes(approved, office, over):
    with pytest.raises(Invalid):
        hold(approved, office, **over)

    approved.refresh_from_db()
    assert (approved.state, approved.task, approved.minutes) == ("APPROVED", None, "")


def test_declining_needs_a_reason(proposed, office):
    with pytest.raises(Invalid, match="理由"):
        summonses.decide(proposed, approve=False, note=" ", by=office, at=NOON)


def test_a_decision_is_made_once(approved, office):
    with pytest.raises(Refused, match="已批准"):
        summonses.decide(approved, approve=False, note="改主意", by=office, at=NOON)


def test_a_flagged_talk_is_upheld_or_withdrawn_with_a_reason(approved, office, leader):
    Summons.objects.filter(pk=approved.pk).update(is_questioned=True, question="更正")

    with pytest.raises(Invalid):
        summonses.uphold(approved, note="", by=office, at=NOON)
    row = summonses.uphold(approved, note="两周均在后三位附近", by=office, at=NOON)

    assert not row.is_questioned
    assert "复核维持" in row.decision_note
    row = summonses.withdraw(row, note="数据更正", by=office, at=NOON)
    assert row.state == "WITHDRAWN"
    assert not Summons.objects.visible_to(leader).exists()
    assert Message.objects.filter(user=leader, text__contains="已撤回").count() == 1
