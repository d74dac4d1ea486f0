"""续传: pieces, stops, repeats, wrong bytes, strangers, a full disk, and what is left behind."""

import errno
import io
import os
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from grids.errors import Invalid, Refused
from pictures import encoded, picture, sha, stored
from tasks import invariants, jobs, media
from tasks.errors import Mismatch, NoSpace, TooLarge, Unsupported
from tasks.models import Attachment, Upload
from tasks.selectors import uploads as selecting
from tasks.services import uploads

VIDEO = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 40
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def begin(by, at, content=VIDEO, **over):
    values = {
        "client_id": uuid.uuid4(),
        "size": len(content),
        "sha256": sha(content),
        "purpose": "AFTER",
        "name": "村口视频.mp4",
    }
    found, _ = uploads.begin(by=by, at=at, **values | over)
    return Upload.objects.get(client_id=found.client_id)


def send(row, at, *, since=0, until=None, content=VIDEO, step=3000):
    end = len(content) if until is None else until
    for offset in range(since, end, step):
        piece = content[offset : min(offset + step, end)]
        found = uploads.append(row, offset=offset, piece=piece, at=at)
    return found


def left():
    """(rows of 续传, files of 续传, rows of 佐证, stray files)."""
    parts = [path.name for path in selecting.folder().glob("*")]
    stray = invariants.unregistered_files()
    return Upload.objects.count(), len(parts), Attachment.objects.count(), len(stray)


# --- the way in ---------------------------------------------------------------------------------


def test_a_file_in_pieces_becomes_the_same_evidence_as_one_in_one(worker, noon):
    row = begin(worker, noon, lon=112.5, lat=28.3, device_at=noon - timedelta(hours=2))
    send(row, noon)

    done, created = uploads.complete(Upload.objects.get(), at=noon)

    assert created
    with done.file.open("rb") as file:
        assert file.read() == VIDEO
    assert (done.mime, done.name, done.size) == ("video/mp4", "村口视频.mp4", len(VIDEO))
    assert (done.lon, done.lat, done.device_at) == (112.5, 28.3, noon - timedelta(hours=2))
    assert (done.uploaded_by, done.uploaded_at) == (worker, noon)
    assert left() == (0, 0, 1, 0)
    assert invariants.files_are_their_rows() == []


def test_a_photo_in_pieces_gets_its_clean_copies(worker, noon):
    content = encoded(picture())
    row = begin(worker, noon, content)
    send(row, noon, content=content)

    done, _ = uploads.complete(Upload.objects.get(), at=noon)

    assert done.public.name
    assert done.thumb.name
    assert left() == (0, 0, 1, 0)


def test_a_broken_upload_goes_on_where_it_stopped(worker, noon):
    row = begin(worker, noon)
    send(row, noon, until=6000)

    standing, created = uploads.begin(
        client_id=row.client_id,
        size=len(VIDEO),
        sha256=sha(VIDEO),
        purpose="AFTER",
        by=worker,
        at=noon + timedelta(days=1),
    )
    assert (standing.received, created) == (6000, False)

    send(row, noon, since=standing.received)
    done, _ = uploads.complete(Upload.objects.get(), at=noon)
    assert done.sha256 == sha(VIDEO)


def test_repeated_pieces_and_pieces_out_of_place_change_nothing(worker, noon):
    row = begin(worker, noon)
    send(row, noon, until=6000)

    assert uploads.append(row, offset=0, piece=b"x" * 3000, at=noon).received == 6000
    with pytest.raises(uploads.Misplaced, match="6000") as gap:
        uploads.append(row, offset=9000, piece=VIDEO[9000:9100], at=noon)
    with pytest.raises(uploads.Misplaced):
        uploads.append(row, offset=5000, piece=VIDEO[5000:7000], at=noon)

    assert gap.value.fields == {"received": "6000"}
    send(row, noon, since=6000)
    assert uploads.complete(Upload.objects.get(), at=noon)[0].sha256 == sha(VIDEO)


def test_bytes_that_a_crash_left_behind_the_record_are_written_over(worker, noon):
    row = begin(worker, noon)
    send(row, noon, until=6000)
    with selecting.path_of(row).open("ab") as file:
        file.write(b"half a piece that nobody recorded")

    send(row, noon, since=6000)

    assert uploads.complete(Upload.objects.get(), at=noon)[0].sha256 == sha(VIDEO)


def test_a_restored_database_without_the_bytes_begins_at_zero(worker, noon):
    row = begin(worker, noon)
    send(row, noon, until=6000)
    selecting.path_of(row).unlink()

    assert selecting.standing(row.client_id, worker).received == 0
    send(row, noon)
    assert uploads.complete(Upload.objects.get(), at=noon)[0].sha256 == sha(VIDEO)


def test_completing_twice_is_one_row(worker, noon):
    row = begin(worker, noon)
    send(row, noon)
    row = Upload.objects.get()

    first, created = uploads.complete(row, at=noon)
    again, anew = uploads.complete(row, at=noon)  # the one who was slower

    assert (first, created, anew) == (again, True, False)
    assert uploads.append(row, offset=0, piece=b"late", at=noon).attachment == first
    assert left() == (0, 0, 1, 0)


# --- refusals -----------------------------------------------------------------------------------


def test_it_is_not_complete_before_every_byte_is_there(worker, noon):
    row = begin(worker, noon)
    send(row, noon, until=6000)

    with pytest.raises(Refused, match=f"还差 {len(VIDEO) - 6000} 字节"):
        uploads.complete(Upload.objects.get(), at=noon)

    assert left() == (1, 1, 0, 0)


def test_other_bytes_than_announced_are_given_up_with_the_reason(worker, noon):
    row = begin(worker, noon, sha256="0" * 64)
    send(row, noon)

    with pytest.raises(Mismatch, match="请重新上传"):
        uploads.complete(Upload.objects.get(), at=noon)

    assert left() == (0, 0, 0, 0)


def test_what_is_not_evidence_is_refused_however_it_comes(worker, noon):
    content = b"MZ\x90\0" + b"\0" * 9000
    row = begin(worker, noon, content, name="现场.mp4")
    send(row, noon, content=content)

    with pytest.raises(Unsupported, match="视频"):
        uploads.complete(Upload.objects.get(), at=noon)

    assert left() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("size", "error", "words"), [(0, Invalid, "空"), (500 * media.MEGABYTE + 1, TooLarge, "500 MB")]
)
def test_the_size_is_looked_at_before_the_first_byte(worker, noon, size, error, words):
    with pytest.raises(error, match=words):
        begin(worker, noon, size=size)

    assert not Upload.objects.exists()


def test_an_empty_piece_one_too_large_and_one_beyond_the_end_are_refused(worker, noon, monkeypatch):
    row = begin(worker, noon)

    with pytest.raises(Invalid, match="空"):
        uploads.append(row, offset=0, piece=b"", at=noon)
    with pytest.raises(Invalid, match="超出"):
        uploads.append(row, offset=0, piece=VIDEO + b"x", at=noon)
    monkeypatch.setattr(uploads, "MOST_PIECE", 100)
    with pytest.raises(TooLarge, match="分得小"):
        uploads.append(row, offset=0, piece=VIDEO[:101], at=noon)

    assert selecting.standing(row.client_id, worker).received == 0


def test_an_id_belongs_to_one_file_of_one_person(worker, neighbour, noon):
    row, known = begin(worker, noon), stored(worker)

    for by, over in (
        (neighbour, {"client_id": row.client_id}),
        (worker, {"client_id": row.client_id, "sha256": "1" * 64}),
        (worker, {"client_id": row.client_id, "size": 77}),
        (worker, {"client_id": known.client_id}),
        (neighbour, {"client_id": known.client_id, "sha256": known.sha256}),
    ):
        with pytest.raises(Refused, match="编号"):
            begin(by, noon, **over)
    assert Upload.objects.count() == 1


def test_what_has_arrived_in_one_piece_need_not_be_announced(worker, noon):
    known = stored(worker)

    found, created = uploads.begin(
        client_id=known.client_id,
        size=known.size,
        sha256=known.sha256,
        purpose="AFTER",
        by=worker,
        at=noon,
    )

    assert (found.attachment, created) == (known, False)


def test_nobody_has_more_than_a_few_files_on_the_way(worker, neighbour, noon, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    begin(worker, noon)
    begin(worker, noon)

    with pytest.raises(Refused, match="没有传完"):
        begin(worker, noon)
    begin(neighbour, noon)

    monkeypatch.setattr(uploads, "MOST_OPEN", 20)
    monkeypatch.setattr(uploads, "MOST_OPEN_BYTES", 2 * len(VIDEO))
    with pytest.raises(Refused, match="合计"):
        begin(worker, noon)


def test_nothing_is_filed_for_a_grid_outside_ones_own(cast, noon):
    with pytest.raises(PermissionDenied):
        begin(cast.worker, noon, grid=cast.tree.other_street)


# --- the disk -----------------------------------------------------------------------------------


def test_no_file_is_begun_that_the_disk_could_not_hold(worker, noon, monkeypatch):
    usage = SimpleNamespace(free=uploads.RESERVE + len(VIDEO) - 1)
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda path: usage)

    with pytest.raises(NoSpace, match="存储"):
        begin(worker, noon)

    assert not Upload.objects.exists()


def test_a_full_disk_frees_what_had_arrived_and_leaves_no_row(worker, noon, monkeypatch):
    row = begin(worker, noon)
    send(row, noon, until=6000)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.os, "fsync", full)
    with pytest.raises(NoSpace, match="已满"):
        uploads.append(row, offset=6000, piece=VIDEO[6000:9000], at=noon)

    assert left() == (0, 0, 0, 0)


def test_another_fault_of_the_disk_is_not_called_full(worker, noon, monkeypatch):
    row = begin(worker, noon)

    def broken(handle):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(uploads.os, "fsync", broken)
    with pytest.raises(OSError, match="Input"):
        uploads.append(row, offset=0, piece=VIDEO[:3000], at=noon)

    assert selecting.standing(row.client_id, worker).received == 0


def test_the_nightly_check_gives_up_what_nobody_goes_on_with(worker, noon):
    old, fresh = begin(worker, noon), begin(worker, noon)
    send(old, noon, until=3000)
    later = noon + uploads.KEPT + timedelta(minutes=1)
    send(fresh, later - timedelta(days=1), until=3000)
    stray = selecting.folder() / "left.whole"
    stray.write_bytes(b"x")
    os.utime(stray, (noon.timestamp(), noon.timestamp()))

    assert jobs.ledger_check(at=later, due_at=later)["uploads"] == 2

    assert list(Upload.objects.all()) == [fresh]
    assert left()[:2] == (1, 1)
    assert uploads.sweep(at=later) == 0
    with pytest.raises(Refused, match="过期"):
        uploads.append(old, offset=3000, piece=VIDEO[3000:6000], at=later)


# --- the doors ----------------------------------------------------------------------------------


def page(name, **kwargs):
    return reverse(f"tasks:{name}", kwargs=kwargs)


def put(client, url, piece, **headers):
    return client.put(url, piece, content_type="application/octet-stream", **JSON, **headers)


def announced(client, url, **over):
    one = {"client_id": str(uuid.uuid4()), "size": len(VIDEO), "sha256": sha(VIDEO)}
    sent = one | {"purpose": "AFTER", "name": "a.mp4", "lon": "not a number"} | over
    return client.post(url, sent, **JSON)


@pytest.mark.parametrize("where", ["pages", "api"])
def test_the_whole_way_through_both_doors(client, worker, where):
    client.force_login(worker)
    base = page("upload-begin") if where == "pages" else reverse("api:upload-list")
    fix = {} if where == "pages" else {"lon": "112.5"}

    answer = announced(client, base, **fix)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["received"], said["done"], said["piece"]) == (0, False, uploads.MOST_PIECE)
    one = f"{base}{said['client_id']}/"

    assert put(client, one, VIDEO[:4000]).json()["received"] == 4000
    assert put(client, f"{one}?offset=9000", VIDEO[9000:]).status_code == 409
    assert put(client, f"{one}?offset=x", VIDEO[:1]).status_code in (400, 422)
    assert put(client, one, b"").status_code in (400, 422)
    assert client.post(f"{one}complete/", **JSON).status_code == 409
    assert client.get(one).json()["received"] == 4000
    assert put(client, f"{one}?offset=4000", VIDEO[4000:]).json()["received"] == len(VIDEO)

    first, again = (client.post(f"{one}complete/", **JSON) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["sha256"] == sha(VIDEO)
    assert client.get(one).json()["done"]


@pytest.mark.parametrize("where", ["pages", "api"])
def test_bytes_that_do_not_fit_their_hash_are_a_422_that_says_what_to_do(client, worker, where):
    client.force_login(worker)
    base = page("upload-begin") if where == "pages" else reverse("api:upload-list")
    fix = {} if where == "pages" else {"lon": "112.5"}
    one = f"{base}{announced(client, base, sha256='0' * 64, **fix).json()['client_id']}/"
    put(client, one, VIDEO)

    answer = client.post(f"{one}complete/", **JSON)

    assert answer.status_code == 422
    assert "请重新上传" in answer.json()["detail"]
    assert client.get(one).status_code == 404


def test_a_piece_that_broke_off_on_the_way_counts_as_none(client, worker):
    client.force_login(worker)
    one = f"{page('upload-begin')}{announced(client, page('upload-begin')).json()['client_id']}/"

    cut = {"wsgi.input": io.BytesIO(VIDEO[:1000]), "CONTENT_LENGTH": 3000}
    answer = put(client, one, VIDEO[:3000], **cut)

    assert answer.status_code == 422
    assert client.get(one).json()["received"] == 0


def test_a_stranger_meets_nothing_and_giving_up_is_possible(client, worker, neighbour):
    client.force_login(worker)
    one = f"{page('upload-begin')}{announced(client, page('upload-begin')).json()['client_id']}/"
    client.force_login(neighbour)
    answers = [client.get(one), put(client, one, VIDEO), client.delete(one)]
    answers.append(client.post(f"{one}complete/"))
    assert [answer.status_code for answer in answers] == [404] * 4

    client.force_login(worker)
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404


def test_an_announcement_without_a_hash_is_refused(client, worker):
    client.force_login(worker)

    answer = announced(client, page("upload-begin"), sha256="")

    assert (answer.status_code, "sha256" in answer.json()["errors"]) == (422, True)
