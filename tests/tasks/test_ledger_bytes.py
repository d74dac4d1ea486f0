"""Any single changed byte of an event or of a file is found, wherever it stands."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from build_tasks import make_closed, make_task
from ledger_lock import unlocked
from pictures import encoded, picture, stored
from tasks import invariants
from tasks.models import Attachment, TaskEvent
from tasks.services import ledger, life

TEXTS = (
    "action",
    "from_state",
    "to_state",
    "by_label",
    "on_behalf_of",
    "note",
    "prev_hash",
    "hash",
)
NUMBERS = ("sequence", "by_id", "grid_id", "to_grid_id", "task_id")


@pytest.fixture
def history(cast, noon):
    """A whole life, and a second task to move events to."""
    task = make_closed(cast)
    life.comment(task, note="回头看时请查西门。", by=cast.office, at=noon + timedelta(hours=5))
    make_task(cast)
    assert ledger.verify(at=noon, with_files=False).is_whole
    return task


def places(text):
    """First, middle and last, of whatever length."""
    return sorted({0, len(text) // 2, len(text) - 1}) if text else []


def other(char):
    return "7" if char != "7" else "3"


def raw(column, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM tasks_taskevent WHERE id = %s", [pk])  # noqa: S608
        return cursor.fetchone()[0]


def write(column, value, pk):
    """As somebody with the keys of the database would, the guard put aside."""
    with unlocked(connection), connection.cursor() as cursor:
        statement = f"UPDATE tasks_taskevent SET {column} = %s WHERE id = %s"  # noqa: S608
        cursor.execute(statement, [value, pk])


def is_found(column, value, pk, noon):
    """Whether the check notices it; the true value is back afterwards."""

    class Undo(Exception):
        pass

    seen = []
    try:
        with transaction.atomic():
            before = raw(column, pk)
            write(column, value, pk)
            if raw(column, pk) == before:  # PostgreSQL drops a blank beyond the column's length
                return True
            seen.append(not ledger.verify(at=noon, with_files=False).is_whole)
            raise Undo
    except Undo:
        return seen[0]
    except DatabaseError:
        return True  # the database itself would not take it


def changed_texts(pk):
    for column in (*TEXTS, "data"):
        value = raw(column, pk)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for place in places(text):
            yield column, text[:place] + other(text[place]) + text[place + 1 :]
        if column != "data":
            yield column, text + " "


@pytest.mark.slow
@pytest.mark.clause("Y1-28")
def test_every_changed_character_of_every_event_is_found(history, noon):
    tried, unseen = 0, []
    for pk in history.events.values_list("pk", flat=True):
        for column, value in changed_texts(pk):
            tried += 1
            if not is_found(column, value, pk, noon):
                unseen.append((pk, column, value))

    assert unseen == []
    assert tried > 100


def test_every_changed_number_moment_and_owner_of_an_event_is_found(history, noon):
    unseen = []
    events = list(history.events.all())
    for event in events:
        moments = [event.at + timedelta(microseconds=1), event.at - timedelta(hours=8)]
        tries = [("at", value) for value in moments]
        for column in NUMBERS:
            now = raw(column, event.pk)
            tries += [(column, value) for value in _others(column, now, event)]
        unseen += [(event.sequence, *one) for one in tries if not is_found(*one, event.pk, noon)]

    assert unseen == []


def _others(column, now, event):
    if column == "sequence":
        return [99]
    if column == "task_id":
        return [TaskEvent.objects.exclude(task=now).values_list("task_id", flat=True)[0]]
    known = TaskEvent.objects.exclude(**{column: None}).exclude(**{column: now})
    found = set(known.values_list(column, flat=True)[:1])
    return [*found, *([None] if now is not None else [])]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="keeps moments as text")
@pytest.mark.parametrize(
    ("moment", "reason"),
    [("2026-13-18 04:00:00", "内容已损坏，读不出来"), ("not a moment", "内容与校验值不符")],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_still_checked(
    history, cast, noon, moment, reason
):
    later = make_task(cast)
    write("at", moment, history.events.filter(sequence=2).values_list("pk", flat=True)[0])
    last = later.events.order_by("-sequence").first()
    write("note", "另一件也被改了", last.pk)

    report = ledger.verify(at=noon, with_files=False)

    found = {(one.number, one.sequence): one.reason for one in report.breaks if one.number}
    assert found[history.number, 2] == reason
    assert found[later.number, last.sequence] == "内容与校验值不符"
    assert report.tasks == 3
    assert invariants.chains_hold() == [
        f"{history.number} 第 2 条：{reason}",
        f"{later.number} 第 {last.sequence} 条：内容与校验值不符",
    ]


@pytest.mark.clause("Y1-28")
def test_every_flipped_bit_of_a_file_is_found_wherever_it_stands(worker, noon, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    row = stored(worker, encoded(picture(64, 48)))
    path = default_storage.path(row.file.name)
    with open(path, "rb") as file:  # noqa: PTH123
        content = file.read()
    assert invariants.count_files() == (1, [])

    unseen = []
    for place in sorted({0, 1, len(content) // 3, len(content) // 2, len(content) - 1}):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[place] ^= 1 << bit
            with open(path, "wb") as file:  # noqa: PTH123
                file.write(flipped)
            if ledger.verify(at=noon).is_whole:
                unseen.append((place, bit))
    assert unseen == []

    for damaged in (content[:-1], content + b"\0", b""):
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(damaged)
        assert not ledger.verify(at=noon).is_whole
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(content)
    assert ledger.verify(at=noon).is_whole


def test_a_changed_hash_in_the_row_of_a_file_is_found(worker, noon, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    row = stored(worker, client_id=uuid.uuid4())
    wrong = other(row.sha256[0]) + row.sha256[1:]

    Attachment.objects.filter(pk=row.pk).update(sha256=wrong)

    (found,) = ledger.verify(at=noon).breaks
    assert str(row.client_id) in found.reason
