"""督查 sees everything, judges what it found; the rest is the office's (ADR 0018)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from build import make_post
from build_tasks import make_issued, make_registered, make_submitted, make_task, pair
from tasks import policies
from tasks.models import Task
from tasks.selectors import lists
from tasks.services import life
from tasks.workflow import Action, State

DESK = {Action.ISSUE, Action.JOIN, Action.APPROVE, Action.SEND_BACK, Action.RULE, Action.VOID}


@pytest.fixture
def found(cast):
    """督查发现, not issued yet."""
    return make_registered(cast.scheme, cast.tree.village, cast.office, source="SUPERVISE")


def offered(cast, task, noon):
    return set(policies.offered(cast.supervisor, task, at=noon))


@pytest.mark.clause("Y1-59")
def test_what_an_inspection_found_is_issued_and_accepted_by_inspectors(cast, found, noon):
    task = make_issued(found, cast.tree.village, cast.supervisor)
    life.accept(task, by=cast.worker, at=noon)
    task.refresh_from_db()
    task = life.submit(
        task, measures="已盖", attachments=pair(cast.worker), by=cast.worker, at=noon
    )

    assert {Action.APPROVE, Action.SEND_BACK, Action.VOID} <= offered(cast, task, noon)
    assert life.approve(task, by=cast.supervisor, at=noon).state == State.CLOSED


def test_what_the_same_person_registered_counts_as_found(cast, noon):
    task = make_registered(cast.scheme, cast.tree.village, cast.supervisor)

    assert make_issued(task, cast.tree.village, cast.supervisor).state == State.ISSUED


def test_joint_orders_and_rulings_stay_with_the_office(cast, found, noon):
    assert offered(cast, found, noon) & DESK == {Action.ISSUE, Action.VOID}
    issued = make_issued(found, cast.tree.village, cast.supervisor)

    with pytest.raises(PermissionDenied, match="裁定由网格办办理"):
        life.rule(issued, to=cast.tree.other_village, note="界线", by=cast.supervisor, at=noon)


@pytest.mark.parametrize("make", [make_task, make_submitted])
def test_ordinary_work_of_the_office_is_refused_with_a_sentence(cast, make, noon):
    task = make(cast)
    before = Task.objects.values().get(pk=task.pk)

    assert offered(cast, task, noon) & DESK == set()
    with pytest.raises(PermissionDenied, match="不是督查发现的，由网格办作废"):
        life.void(task, reason="重复", by=cast.supervisor, at=noon)
    assert Task.objects.values().get(pk=task.pk) == before


def test_remarks_supervision_and_listing_stay_open(cast, noon):
    task = make_task(cast)

    assert {Action.COMMENT, Action.SUPERVISE} <= offered(cast, task, noon)
    life.supervise(task, note="三日内办结", listed=True, by=cast.supervisor, at=noon)


def test_with_an_office_post_beside_it_the_whole_desk_is_open(cast, noon):
    make_post(cast.supervisor, cast.tree.root, "OFFICE")

    assert life.approve(make_submitted(cast), by=cast.supervisor, at=noon).state == State.CLOSED


def test_the_lists_show_every_line_without_the_buttons(cast, found):
    waiting = make_registered(cast.scheme, cast.tree.village, cast.worker)
    submitted = make_submitted(cast)
    client = Client()
    client.force_login(cast.supervisor)

    inbox = client.get(reverse("tasks:inbox")).content.decode()
    judged = client.get(reverse("tasks:acceptance")).content.decode()

    assert lists.inbox(cast.supervisor, cast.scheme).count() == 2
    assert reverse("tasks:act", args=[found.number, "issue"]) in inbox
    assert reverse("tasks:act", args=[found.number, "join"]) not in inbox
    assert reverse("tasks:act", args=[waiting.number, "issue"]) not in inbox
    assert "由网格办交办" in inbox
    assert "不是督查发现的，由网格办验收销号" in judged
    assert reverse("tasks:act", args=[submitted.number, "approve"]) not in judged
