"""佐证: what is taken, what is refused, what is kept and what is shown."""

import io
import uuid
import zipfile
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from PIL import Image

from grids.errors import Invalid, Refused
from pictures import bomb, encoded, exif_of, picture, sha, stored, upload
from tasks import invariants, media
from tasks.errors import Mismatch, TooLarge, Unreadable, Unsupported
from tasks.models import Attachment
from tasks.services import evidence


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def read(field):
    with default_storage.open(field.name) as file:
        return file.read()


def nothing_is_kept():
    return not Attachment.objects.exists() and not invariants.unregistered_files()


# --- what is kept -------------------------------------------------------------------------------


@pytest.mark.clause("Y1-67")
def test_the_original_is_kept_byte_for_byte_and_the_copies_are_clean(worker):
    content = encoded(picture(), exif=exif_of())

    row = stored(worker, content)

    assert read(row.file) == content
    for copy in (read(row.public), read(row.thumb)):
        assert b"SecretMaker" not in copy
        assert b"Exif" not in copy
        assert not Image.open(io.BytesIO(copy)).getexif()
    assert row.exif_at == datetime(2026, 11, 14, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert (round(row.exif_lon, 3), round(row.exif_lat, 3)) == (112.55, 28.36)


def test_a_picture_lying_on_its_side_is_shown_upright(worker):
    row = stored(worker, encoded(picture(640, 480), exif=exif_of(orientation=6)))

    assert (row.width, row.height) == (480, 640)
    assert Image.open(io.BytesIO(read(row.public))).size == (480, 640)


def test_files_lie_under_random_names(worker):
    row = stored(worker, name="../../etc/passwd\u202egpj.php")

    assert "passwd" not in row.file.name
    assert row.name == "passwdgpj.php"
    assert row.file.name.endswith(".jpg")


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("JPEG", "CMYK"), ("WEBP", "RGB")],
)
def test_every_common_kind_of_photo_is_taken(worker, kind, mode):
    image = picture()
    image = Image.new("I;16", (64, 64), 30000) if mode == "I;16" else image.convert(mode)

    row = stored(worker, encoded(image, kind))

    assert Image.open(io.BytesIO(read(row.public))).mode == "RGB"


def test_the_photo_of_an_iphone_is_recognised_by_its_content():
    assert media.of_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 40) == media.HEIC


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"%PDF-1.7\n%", "application/pdf"),
        (b"\0\0\0\x20ftypisom" + b"\0" * 40, "video/mp4"),
        (b"ID3\x04" + b"\0" * 40, "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"#!AMR\n" + b"\0" * 20, "audio/amr"),
    ],
)
@pytest.mark.clause("Y1-67")
def test_sound_video_and_papers_are_kept_as_files(worker, content, mime):
    row = stored(worker, content, purpose="DOCUMENT")

    assert (row.mime, row.public.name, row.phash) == (mime, "", "")


def office_file(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member in ("[Content_Types].xml", *members):
            archive.writestr(member, "x")
    return buffer.getvalue()


def test_office_papers_are_told_by_their_members(worker):
    row = stored(worker, office_file("xl/workbook.xml"), purpose="DOCUMENT", name="台账.docx")

    assert row.mime.endswith("spreadsheetml.sheet")


def test_the_place_fix_and_both_clocks_are_kept(worker, noon):
    device = noon - timedelta(minutes=3)

    row = stored(worker, lon=112.5, lat=28.3, accuracy_m=12.0, fix_at=device, device_at=device)

    assert (row.lon, row.lat, row.accuracy_m) == (112.5, 28.3, 12.0)
    assert (row.device_at, row.uploaded_at) == (device, noon)


def test_a_bad_fix_never_blocks_a_photo(worker):
    row = stored(worker, lon=500.0, lat=28.3)

    assert (row.lon, row.lat) == (None, None)


# --- repeats ------------------------------------------------------------------------------------


def test_the_same_upload_twice_is_one_row(worker, noon):
    content, one = encoded(picture()), uuid.uuid4()
    first = stored(worker, content, client_id=one)

    again, created = evidence.store(
        client_id=one,
        file=upload(content),
        sha256=sha(content),
        purpose="AFTER",
        by=worker,
        at=noon,
    )

    assert (again, created) == (first, False)
    assert len(invariants.unregistered_files()) == 0


def test_a_client_id_is_not_reused_for_other_bytes_or_by_others(worker, neighbour):
    content, one = encoded(picture()), uuid.uuid4()
    stored(worker, content, client_id=one)

    with pytest.raises(Refused, match="编号"):
        stored(worker, encoded(picture(shade=9)), client_id=one)
    with pytest.raises(Refused, match="编号"):
        stored(neighbour, content, client_id=one)


# --- abuses -------------------------------------------------------------------------------------


def test_bytes_that_changed_on_the_way_are_refused(worker):
    with pytest.raises(Mismatch, match="校验值"):
        stored(worker, sha256="0" * 64)

    assert nothing_is_kept()


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\0" * 30,
        b"MZ\x90\0" + b"\0" * 60,
        b"hello",
        b"\0\0\0\x20ftypavis" + b"\0" * 30,
    ],
)
def test_what_is_not_evidence_is_refused_by_content_whatever_its_name(worker, content):
    with pytest.raises(Unsupported, match="照片"):
        stored(worker, content, name="现场.jpg")

    assert nothing_is_kept()


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        bomb(8_000),
        encoded(picture())[:2000],
        b"\xff\xd8\xff\xe0" + b"A" * 500,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 100,
        b"\0\0\0\x18ftypheic" + b"\0" * 400,
    ],
    ids=["bomb", "64 megapixels", "cut", "no jpeg", "no png", "no webp", "no heic"],
)
def test_a_bomb_or_a_broken_photo_is_refused_and_leaves_nothing(worker, content):
    with pytest.raises(Unreadable, match="照片"):
        stored(worker, content)

    assert nothing_is_kept()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_is_no_photo(worker, kind):
    frames = [picture(shade=shade) for shade in range(3)]

    with pytest.raises(Unreadable, match="动图"):
        stored(worker, encoded(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_foreign_bytes_inside_a_photo_are_not_served(worker):
    payload = b"<script>alert('x')</script>PK\x03\x04"

    row = stored(worker, encoded(picture(), comment=payload) + payload)

    assert payload in read(row.file)
    for copy in (read(row.public), read(row.thumb)):
        assert b"<script" not in copy
        assert b"PK\x03\x04" not in copy


def test_an_office_paper_with_macros_is_refused(worker):
    content = office_file("xl/workbook.xml", "xl/vbaProject.bin")

    with pytest.raises(Unsupported):
        stored(worker, content, purpose="DOCUMENT")


def test_a_file_that_is_too_large_is_refused_before_it_is_decoded(worker, monkeypatch):
    monkeypatch.setitem(media.MOST_BYTES, "image", 1000)

    with pytest.raises(TooLarge, match="超过"):
        stored(worker)

    assert nothing_is_kept()


def test_an_empty_file_is_refused(worker):
    with pytest.raises(Invalid, match="空"):
        stored(worker, b"")


def test_nobody_files_evidence_for_a_grid_outside_his_own(cast):
    with pytest.raises(PermissionDenied, match="辖区"):
        stored(cast.worker, grid=cast.tree.other_street)


def test_a_dying_decoder_ends_one_upload_only(worker, monkeypatch):
    monkeypatch.setattr("tasks.services.darkroom.SCRIPT", "/dev/null")

    with pytest.raises(Unreadable, match="无法解码"):
        stored(worker)

    assert nothing_is_kept()


# --- hints --------------------------------------------------------------------------------------


def test_the_same_photo_for_another_matter_is_flagged_not_blocked(worker):
    first = stored(worker)

    again = stored(worker)

    assert again.signals == [{"kind": "REUSED", "with": first.pk}]


def test_a_scaled_and_recompressed_copy_looks_alike(worker):
    first = stored(worker, encoded(picture(1600, 1200)))

    again = stored(worker, encoded(picture(1600, 1200).resize((500, 375)), quality=40))

    assert again.signals == [{"kind": "ALIKE", "with": first.pk}]


def test_another_scene_is_not_flagged(worker):
    stored(worker, encoded(picture(shade=1)))

    other = picture().rotate(90).transpose(Image.Transpose.FLIP_TOP_BOTTOM)

    assert stored(worker, encoded(other)).signals == []


# --- I6 -----------------------------------------------------------------------------------------


def test_a_changed_file_and_a_file_without_a_row_are_found(worker, noon):
    row = stored(worker)
    assert invariants.files_are_their_rows() == []

    with default_storage.open(row.file.name, "ab") as file:
        file.write(b"x")
    assert "校验值不符" in invariants.files_are_their_rows()[0]

    default_storage.delete(row.file.name)
    assert "不见了" in invariants.files_are_their_rows()[0]


def test_the_sweep_removes_only_old_files_without_a_row(worker, noon):
    row = stored(worker)
    stray = default_storage.save("evidence/original/aa/stray.jpg", upload(b"x"))
    written = default_storage.get_modified_time(stray)

    assert evidence.sweep(at=written + timedelta(hours=1)) == 0
    assert evidence.sweep(at=written + timedelta(hours=25)) == 1
    assert default_storage.exists(row.file.name)
