"""送达: each event once, to the people concerned, quiet at night, one digest for many."""

from datetime import timedelta

import pytest

from build import NOON
from build_tasks import make_handled, make_issued, make_registered, make_submitted, make_task
from notices import invariants
from notices.models import Delivery, Message
from notices.selectors import messages_of, unread
from notices.services import delivery, messages
from tasks.models import TaskEvent
from tasks.services import life

pytestmark = pytest.mark.django_db
NIGHT = NOON.replace(hour=23)


def texts(user, at=NOON + timedelta(days=30)):
    return [row.text for row in messages_of(user, at).order_by("pk")]


@pytest.mark.clause("Y2-27")
def test_who_receives_a_matter_is_told_once(cast):
    task = make_task(cast)

    first = delivery.deliver(at=NOON)
    second = delivery.deliver(at=NOON + timedelta(minutes=1))

    assert texts(cast.worker) == [f"交办 · {task.number} {task.title}（市网格办 · 网格办）"]
    assert texts(cast.neighbour) == []
    assert texts(cast.office) == []  # nobody is told what he did himself
    assert (first, second) == ({"events": 2, "told": 1}, {"events": 0, "told": 0})
    assert Delivery.objects.count() == TaskEvent.objects.count()
    assert invariants.each_event_once() == []


def test_feedback_goes_to_the_issuer_and_the_answer_to_who_did_it(cast):
    task = make_submitted(cast)
    delivery.deliver(at=NOON + timedelta(hours=3))
    assert any("反馈" in text for text in texts(cast.office))

    life.send_back(task, reason="照片看不清", by=cast.office, at=NOON + timedelta(hours=4))
    delivery.deliver(at=NOON + timedelta(hours=4))

    assert texts(cast.worker)[-1].endswith("：照片看不清")


def test_several_things_at_once_make_one_digest(cast):
    for _ in range(3):
        make_task(cast)

    delivery.deliver(at=NOON)

    mine = Message.objects.get(user=cast.worker)
    assert mine.text.startswith("新进展 3 件：")
    assert mine.url == "/messages/"


def test_the_night_is_quiet_and_the_morning_brings_one_digest(cast):
    make_task(cast, at=NIGHT)
    make_task(cast, at=NIGHT)

    delivery.deliver(at=NIGHT)
    assert texts(cast.worker) == []

    delivery.deliver(at=NIGHT + timedelta(hours=8))
    assert len(texts(cast.worker)) == 1


def test_what_must_be_done_within_hours_wakes_people(cast):
    make_task(cast, at=NIGHT, deadline_kind="HOURS", deadline_amount=2)

    delivery.deliver(at=NIGHT)

    mine = Message.objects.get(user=cast.worker)
    assert (mine.is_urgent, mine.at) == (True, NIGHT)


def test_an_event_that_commits_late_is_not_forgotten(cast):
    make_task(cast)
    delivery.deliver(at=NOON)
    first = TaskEvent.objects.order_by("pk").last()
    Delivery.objects.filter(event=first).delete()
    Message.objects.all().delete()
    make_handled(cast)  # newer events exist
    delivery.deliver(at=NOON + timedelta(hours=1))

    assert Delivery.objects.filter(event=first).exists()


@pytest.mark.clause("Y1-59")
def test_a_secret_visit_is_not_given_away_by_a_message(cast):
    task = make_registered(
        cast.scheme, cast.tree.village, cast.supervisor, is_hidden=True, source="COVERT"
    )
    life.comment(task, note="下周再去一次", by=cast.office, at=NOON)

    delivery.deliver(at=NOON)
    assert texts(cast.worker) == texts(cast.manager) == texts(cast.chief) == []

    make_issued(task, cast.tree.village, cast.office)  # 交办 makes it known
    delivery.deliver(at=NOON + timedelta(hours=1))
    assert len(texts(cast.worker)) == 1


def test_a_parallel_run_tells_nobody_twice(cast, monkeypatch):
    make_task(cast)
    stale = list(delivery._waiting(NOON))
    delivery.deliver(at=NOON)
    answers = iter([stale, []])
    monkeypatch.setattr(delivery, "_waiting", lambda at: next(answers))

    delivery.deliver(at=NOON)

    assert len(texts(cast.worker)) == 1


def test_one_event_that_cannot_be_worded_stops_nothing(cast, monkeypatch):
    make_task(cast)
    make_task(cast)
    real, calls = delivery._concerned, []

    def fails_first(event, seats, doers):
        calls.append(event.pk)
        if len(calls) == 1:
            raise KeyError("kaputt")
        return real(event, seats, doers)

    monkeypatch.setattr(delivery, "_concerned", fails_first)

    assert delivery.deliver(at=NOON)["events"] == 4
    assert texts(cast.worker)


@pytest.mark.clause("Y2-27")
def test_read_keeps_the_first_moment_and_the_count_falls(cast):
    make_task(cast)
    delivery.deliver(at=NOON)
    mine = Message.objects.get(user=cast.worker)
    assert unread(cast.worker, NOON) == 1

    messages.read(mine, at=NOON + timedelta(hours=1))
    messages.read(mine, at=NOON + timedelta(hours=2))

    mine.refresh_from_db()
    assert mine.read_at == NOON + timedelta(hours=1)
    assert unread(cast.worker, NOON) == 0


def test_a_message_for_the_morning_is_not_counted_at_night(cast):
    messages.tell([cast.worker], key="k", text="不急", at=NIGHT)

    assert unread(cast.worker, NIGHT) == 0
    assert messages.read_all(cast.worker, at=NIGHT) == 0
    assert unread(cast.worker, NIGHT + timedelta(hours=8)) == 1


def test_the_same_key_is_told_once_however_often(cast):
    for _ in range(3):
        messages.tell([cast.worker, cast.manager], key="k", text="一次", at=NOON)

    assert Message.objects.filter(key="k").count() == 2
