"""The history cannot be changed, and a change made by force is found."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from build_tasks import make_closed, make_task
from grids.models import Post
from grids.services.posts import substitute
from ledger_lock import unlocked
from pictures import stored
from tasks import invariants
from tasks import ledger as chain
from tasks.jobs import ledger_check
from tasks.models import LedgerSeal, Task, TaskEvent
from tasks.services import ledger, life
from tasks.services.moves import fields_of
from tasks.workflow import Action


@pytest.mark.clause("Y1-28")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tasks_taskevent SET note = 'x'",
        "UPDATE tasks_taskevent SET by_id = NULL WHERE sequence = 1",
        "DELETE FROM tasks_taskevent",
        "DELETE FROM tasks_taskevent WHERE sequence = 3",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_event(handled, statement):
    with (
        pytest.raises(DatabaseError, match="流转记录不能修改或删除"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert handled.events.count() == 3


def test_the_orm_is_refused_too(handled):
    with pytest.raises(DatabaseError), transaction.atomic():
        TaskEvent.objects.filter(task=handled).update(note="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        handled.events.first().delete()


def force(statement, parameters=()):
    """As somebody with the keys of the database would."""
    with unlocked(connection), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.clause("Y1-28")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("note", "绿网覆盖 3,200 m2"),
        ("by_label", "别人"),
        ("to_state", "CLOSED"),
        ("data", '{"minutes": 1}'),
        ("hash", "0" * 64),
        ("prev_hash", "0" * 64),
    ],
)
def test_one_changed_value_is_found_and_named(cast, noon, column, value):
    task = make_closed(cast)
    other = make_task(cast)
    assert ledger.verify(at=noon, with_files=False).is_whole

    force(
        f"UPDATE tasks_taskevent SET {column} = %s WHERE task_id = %s AND sequence = 3",  # noqa: S608
        [value, task.pk],
    )

    report = ledger.verify(at=noon, with_files=False)
    assert (report.breaks[0].number, report.breaks[0].sequence) == (task.number, 3)
    assert all(broken.number != other.number for broken in report.breaks)
    assert invariants.chains_hold()[0].startswith(f"{task.number} 第 3 条")


def test_a_removed_link_is_found(cast, noon):
    task = make_closed(cast)

    force("DELETE FROM tasks_taskevent WHERE task_id = %s AND sequence = 2", [task.pk])

    assert ledger.verify(at=noon, with_files=False).breaks[0].sequence == 2


def test_a_cut_tail_is_found_by_the_state(cast, noon):
    task = make_closed(cast)
    last = task.events.count()

    force("DELETE FROM tasks_taskevent WHERE task_id = %s AND sequence = %s", [task.pk, last])

    assert ledger.chain_of(task.pk) is None
    assert task.number in ledger.verify(at=noon, with_files=False).breaks[0].reason


def test_a_chain_that_vanished_as_a_whole_is_found_by_the_seal(cast, noon):
    gone, kept = make_closed(cast), make_task(cast)
    ledger.seal(at=noon)
    make_task(cast)
    assert ledger.verify(at=noon, with_files=False).is_whole

    force("DELETE FROM tasks_taskevent WHERE task_id = %s", [gone.pk])

    reasons = [broken.reason for broken in ledger.verify(at=noon, with_files=False).breaks]
    assert any("少了" in reason for reason in reasons)
    assert kept.events.exists()


def test_a_state_changed_behind_the_history_is_found(issued):
    assert invariants.states_are_their_events() == []

    Task.objects.filter(pk=issued.pk).update(state="HANDLING")

    assert issued.number in invariants.states_are_their_events()[0]


def test_a_chain_written_anew_from_the_middle_is_found_by_the_seal(cast, noon):
    task = make_closed(cast)
    ledger.seal(at=noon)
    _rewrite(task, from_sequence=3)

    assert ledger.chain_of(task.pk) is None
    report = ledger.verify(at=noon, with_files=False)
    assert "封存摘要不符" in report.breaks[0].reason


def _rewrite(task, from_sequence):
    """A forger with the keys recomputes every later hash."""
    previous = ""
    for event in task.events.order_by("sequence"):
        if event.sequence >= from_sequence:
            event.note, event.prev_hash = f"{event.note}！", previous
            event.hash = chain.digest(previous, fields_of(event, task.number))
            force(
                "UPDATE tasks_taskevent SET note=%s, prev_hash=%s, hash=%s WHERE id=%s",
                [event.note, event.prev_hash, event.hash, event.pk],
            )
        previous = event.hash


def test_the_nightly_check_seals_what_is_whole_and_only_that(cast, noon, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    stored(cast.worker)
    task = make_task(cast)

    found = ledger_check(at=noon, due_at=noon)
    assert (found["whole"], found["tasks"], found["files"]) == (True, 1, 1)
    assert LedgerSeal.objects.count() == 1

    force("UPDATE tasks_taskevent SET note = 'x' WHERE task_id = %s", [task.pk])
    assert ledger_check(at=noon, due_at=noon)["whole"] is False
    assert LedgerSeal.objects.count() == 1


def test_the_command_names_the_first_broken_link_and_exits_with_1(cast, capsys):
    task = make_closed(cast)
    call_command("verify_ledger", "--no-files")
    assert "完整" in capsys.readouterr().out

    force("UPDATE tasks_taskevent SET note='x' WHERE task_id=%s AND sequence=4", [task.pk])
    with pytest.raises(CommandError) as stopped:
        call_command("verify_ledger", "--no-files", "--json")

    assert stopped.value.returncode == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["breaks"][0] == {
        "number": task.number,
        "sequence": 4,
        "reason": "内容与校验值不符",
    }


def test_a_substitute_is_named_with_the_post_he_acts_for(cast, issued, noon):
    stand_in = cast.neighbour
    substitute(
        Post.objects.get(user=cast.worker),
        substitute=stand_in,
        from_on=noon.date(),
        until_on=noon.date(),
        reason="请假",
        by=cast.worker,
        at=noon,
    )

    task = life.accept(issued, by=stand_in, at=noon)

    event = task.events.get(action=Action.ACCEPT)
    assert event.by == stand_in
    assert event.on_behalf_of == "学门口社区 社区工作人员"
