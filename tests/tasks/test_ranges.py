"""Video starts in the middle: parts of a file by Range."""

import uuid

import pytest
from django.urls import reverse

from pictures import sha, upload
from tasks.services import evidence
from tasks.views.ranges import bounds

VIDEO = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 300


@pytest.fixture
def video(worker, noon, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    values = {"purpose": "SCENE", "by": worker, "at": noon, "sha256": sha(VIDEO)}
    file = upload(VIDEO, "村口.mp4")
    return evidence.store(client_id=uuid.uuid4(), file=file, **values)[0]


@pytest.fixture
def get(client, worker, video):
    client.force_login(worker)
    url = reverse("tasks:attachment", args=[video.client_id, "original"])
    return lambda **headers: client.get(url, **headers)


def body(answer):
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, len(VIDEO) - 1),
        ("bytes=70000-70009", 70000, 70009),
        ("bytes=100-999999999", 100, len(VIDEO) - 1),
        ("bytes=-10", len(VIDEO) - 10, len(VIDEO) - 1),
        ("bytes=-999999999", 0, len(VIDEO) - 1),
        ("bytes=0-0", 0, 0),
    ],
)
def test_a_part_is_exactly_the_bytes_that_were_asked_for(get, asked, first, last):
    answer = get(HTTP_RANGE=asked)

    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(VIDEO)}"
    assert body(answer) == VIDEO[first : last + 1]
    assert int(answer["Content-Length"]) == last + 1 - first
    assert answer["Content-Type"] == "video/mp4"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=9-3", "bytes=-0", "bytes=-"])
def test_nothing_there_is_said_with_the_size(get, asked):
    answer = get(HTTP_RANGE=asked)

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(VIDEO)}")


@pytest.mark.parametrize("asked", ["", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b"])
def test_what_is_not_one_range_of_bytes_gets_the_whole_file(get, asked):
    answer = get(HTTP_RANGE=asked)

    assert (answer.status_code, answer["Accept-Ranges"]) == (200, "bytes")
    assert body(answer) == VIDEO


def test_a_part_of_another_version_is_sent_whole(get, video):
    same = get(HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE=f'"{video.sha256}"')
    other = get(HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE='"other"')

    assert (same.status_code, other.status_code) == (206, 200)
    assert (body(same), body(other)) == (VIDEO[:10], VIDEO)


def test_a_stranger_gets_no_part_either(client, video, neighbour):
    client.force_login(neighbour)
    url = reverse("tasks:attachment", args=[video.client_id, "original"])

    assert client.get(url, HTTP_RANGE="bytes=0-9").status_code == 404


def test_an_empty_file_has_no_part():
    first, last = bounds("0", "", 0)

    assert first > last
