from dataclasses import replace
from datetime import timedelta

import pytest

from grids.models import IdempotentAnswer
from grids.services import idempotency


@pytest.fixture
def sent(worker):
    return idempotency.Request(worker, "key-1", "POST", "/api/v1/tasks/", "a" * 64)


def test_the_first_request_may_do_its_work(sent, noon):
    row, is_ours = idempotency.claim(sent, at=noon)

    assert is_ours
    assert row.finished_at is None


def test_the_same_request_gets_the_first_answer_again(sent, noon):
    row, _ = idempotency.claim(sent, at=noon)
    idempotency.keep(row, status=201, answer={"number": "YY-2026-000001"}, at=noon)

    again, is_ours = idempotency.claim(sent, at=noon)

    assert not is_ours
    assert (again.status, again.answer) == (201, {"number": "YY-2026-000001"})


@pytest.mark.parametrize("other", [{"body_sha256": "b" * 64}, {"path": "/api/v1/readings/"}])
def test_a_key_of_another_request_is_refused_and_the_first_answer_stays(sent, noon, other):
    row, _ = idempotency.claim(sent, at=noon)
    idempotency.keep(row, status=201, answer={}, at=noon)

    with pytest.raises(idempotency.KeyReused) as refusal:
        idempotency.claim(replace(sent, **other), at=noon)

    assert refusal.value.status == 422
    assert IdempotentAnswer.objects.get().body_sha256 == "a" * 64


def test_a_repeat_while_the_first_is_running_is_told_to_wait(sent, noon):
    idempotency.claim(sent, at=noon)

    with pytest.raises(idempotency.StillRunning) as refusal:
        idempotency.claim(sent, at=noon + timedelta(seconds=30))

    assert refusal.value.status == 409


def test_a_request_whose_process_died_can_be_made_again(sent, noon):
    idempotency.claim(sent, at=noon)

    _, is_ours = idempotency.claim(sent, at=noon + timedelta(minutes=3))

    assert is_ours


def test_two_people_may_use_the_same_key(sent, noon, neighbour):
    idempotency.claim(sent, at=noon)

    _, is_ours = idempotency.claim(replace(sent, user=neighbour), at=noon)

    assert is_ours


def test_answers_are_forgotten_after_a_day(sent, noon):
    idempotency.claim(sent, at=noon)

    assert idempotency.forget(at=noon + timedelta(hours=23)) == 0
    assert idempotency.forget(at=noon + timedelta(hours=25)) == 1
