"""A video from a village with a weak signal breaks off, the page goes, and it goes on."""

import re

import pytest

from build_tasks import make_handled
from chromium import PHONE, needs_chromium
from pictures import sha
from tasks.models import Attachment, Upload

VIDEO = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 25_000  # 6.4 MB


@needs_chromium
@pytest.mark.browser
def test_a_video_that_broke_off_goes_on_where_it_stopped(
    open_page, cast, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr("tasks.services.uploads.MOST_PIECE", 1024 * 1024)
    task = make_handled(cast)
    page = open_page(cast.worker, PHONE)
    offsets = []
    page.on("request", lambda one: offsets.extend(re.findall(r"offset=(\d+)", one.url)))

    page.goto(f"/tasks/{task.number}/submit/")
    page.wait_for_selector("#shot-scene[data-armed]", state="attached")
    with page.expect_response(lambda answer: "offset=0" in answer.url):
        page.set_input_files(
            "#shot-scene", {"name": "a.mp4", "mimeType": "video/mp4", "buffer": VIDEO}
        )
    page.context.set_offline(offline=True)
    page.wait_for_selector("[data-photo][data-state=wait]")
    stopped = Upload.objects.get().received
    assert 0 < stopped < len(VIDEO)
    before = len(offsets)

    page.context.set_offline(offline=False)
    page.reload()
    page.wait_for_selector("[data-photo][data-state=sent]", timeout=30_000)

    assert int(offsets[before]) == stopped
    assert min(int(offset) for offset in offsets[before:]) == stopped
    row = Attachment.objects.get()
    assert (row.sha256, row.size, row.mime) == (sha(VIDEO), len(VIDEO), "video/mp4")
    assert not Upload.objects.exists()
    assert page.locator(f'input[type=hidden][value="{row.client_id}"]').count() == 1
