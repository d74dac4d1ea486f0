"""调度令 一令到底: numbered, issued, signed for, answered, accepted (Z-17)."""

from datetime import timedelta

import pytest

from build import NOON
from build_tasks import pair
from notices.services import issuing, orders
from tasks.services import life
from tasks.workflow import State

pytestmark = pytest.mark.django_db
A_YEAR = 20


def order(cast, colleague, at):
    """Drafted by the office, reviewed by a second person, numbered and issued."""
    drafted = orders.draft_order(
        cast.scheme,
        kind="DISPATCH",
        title="关于做好夜间管控的调度令",
        text="请立即落实。",
        grids=[cast.tree.street],
        work=orders.Work("工地全部停工", at + timedelta(days=2), "DUST"),
        by=cast.office,
        at=at,
    )
    issuing.review(drafted, by=colleague, at=at)
    return issuing.number_and_issue(drafted, by=cast.office, at=at)


@pytest.mark.clause("Z-17")
def test_an_order_is_numbered_signed_for_answered_and_closed(cast, colleague):
    issued = order(cast, colleague, NOON)
    receipt = issued.receipts.get()
    task = receipt.task
    assert (task.state, task.kind, task.source_ref != "") == (State.ISSUED, "DISPATCH", True)

    signed = issuing.acknowledge(receipt, by=cast.chief, at=NOON + timedelta(minutes=9))
    task = life.accept(task, by=cast.chief, at=NOON + timedelta(minutes=10))
    task = life.submit(
        task,
        measures="全部停工，逐家核查",
        attachments=pair(cast.chief),
        by=cast.chief,
        at=NOON + timedelta(hours=5),
    )
    closed = life.approve(task, by=cast.office, at=NOON + timedelta(hours=6))

    assert signed.read_at == NOON + timedelta(minutes=9)
    assert closed.state == State.CLOSED
    steps = list(closed.events.order_by("sequence").values_list("action", flat=True))
    assert steps == ["register", "issue", "accept", "submit", "approve"]


@pytest.mark.clause("Z-17")
def test_the_twenty_orders_of_a_year_are_numbered_one_after_the_other(cast, colleague):
    numbers = [
        order(cast, colleague, NOON + timedelta(hours=place)).serial for place in range(A_YEAR)
    ]

    assert numbers == list(range(1, A_YEAR + 1))
