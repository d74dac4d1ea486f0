"""Two connections send the same large file. Needs row locks, so it runs on PostgreSQL only."""

import threading
import uuid

import pytest
from django.db import close_old_connections, connection, connections

from pictures import sha
from tasks import invariants
from tasks.models import Attachment, Upload
from tasks.selectors import uploads as selecting
from tasks.services import uploads

VIDEO = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 400
STEP = 20_000

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]


def at_once(*calls):
    """Runs the calls in threads that start together; gives what each returned or raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        close_old_connections()
        gate.wait()
        try:
            answers[number] = call()
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def begin(worker, noon):
    return uploads.begin(
        client_id=uuid.UUID(int=7),
        size=len(VIDEO),
        sha256=sha(VIDEO),
        purpose="SCENE",
        by=worker,
        at=noon,
    )


def test_a_file_sent_by_four_connections_at_once_is_one_whole_file(
    worker, noon, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "files"
    begun = at_once(*[lambda: begin(worker, noon)] * 4)
    assert sorted(created for _, created in begun) == [False, False, False, True]

    def send_all():
        """Each goes on wherever the file stops, as a device does."""
        row = Upload.objects.get()
        while (arrived := selecting.standing(row.client_id, worker).received) < len(VIDEO):
            try:
                uploads.append(row, offset=arrived, piece=VIDEO[arrived : arrived + STEP], at=noon)
            except uploads.Misplaced:
                continue
        return uploads.complete(Upload.objects.select_related("by").get(pk=row.pk), at=noon)

    answers = at_once(*[send_all] * 4)

    done = [one for one in answers if isinstance(one, tuple)]
    assert all(isinstance(one, tuple | Upload.DoesNotExist) for one in answers), answers
    assert sum(created for _, created in done) == 1
    row = Attachment.objects.get()
    with row.file.open("rb") as file:
        assert file.read() == VIDEO
    assert invariants.files_are_their_rows() == []
    assert not Upload.objects.exists()
    assert list(selecting.folder().glob("*")) == []


def test_completing_by_six_at_once_is_one_row_and_nobody_fails(worker, noon, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    begin(worker, noon)
    row = Upload.objects.select_related("by").get()
    uploads.append(row, offset=0, piece=VIDEO, at=noon)
    row.refresh_from_db()

    answers = at_once(*[lambda: uploads.complete(row, at=noon)] * 6)

    assert all(isinstance(one, tuple) for one in answers), answers
    assert sum(created for _, created in answers) == 1
    assert Attachment.objects.count() == 1
    assert invariants.files_are_their_rows() == []
    assert list(selecting.folder().glob("*")) == []
