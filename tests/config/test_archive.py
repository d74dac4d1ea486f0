import json
from pathlib import Path

import pytest

from config import archive
from grids.models import Grid, Post, User
from grids.services import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    photo = settings.MEDIA_ROOT / "2026" / "photo.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"\xff\xd8photo")
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def backup(cast, media, noon, tmp_path):
    runs.run("day_close", "2026-11-18", lambda: {"days": 19}, at=noon)
    folder = tmp_path / "backup"
    archive.write(folder, at=noon)
    return folder


def empty_everything():
    for model in archive._models():
        if model not in archive.MADE_BY_MIGRATIONS:
            rows = model._base_manager.all()
            rows._raw_delete(rows.db)


def test_a_backup_lists_every_row_and_file_with_its_checksum(backup):
    contents = archive.verify(backup)

    grids = (backup / "rows" / "grids.grid.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(grids) == Grid.objects.count()
    assert json.loads(grids[0])["name"] == "市网格办"
    assert contents.files == 1
    assert contents.rows > len(grids)


def test_what_was_backed_up_comes_back_row_by_row_and_file_by_file(backup, media):
    before = {model: list(archive._lines(model)) for model in archive._models()}
    empty_everything()
    (media / "2026" / "photo.jpg").unlink()

    archive.restore(backup)

    assert {model: list(archive._lines(model)) for model in archive._models()} == before
    assert (media / "2026" / "photo.jpg").read_bytes() == b"\xff\xd8photo"


def test_after_a_restore_new_rows_get_new_keys(backup):
    highest = User.objects.order_by("-pk")[0].pk
    empty_everything()

    archive.restore(backup)

    assert User.objects.create_user("newcomer").pk > highest


def test_a_restore_into_a_database_in_use_is_refused_and_changes_nothing(backup):
    posts = list(Post.objects.order_by("pk").values())

    with pytest.raises(archive.Damaged, match="已有数据"):
        archive.restore(backup)

    assert list(Post.objects.order_by("pk").values()) == posts


def flip_a_byte(folder):
    path = folder / "rows" / "grids.grid.jsonl"
    path.write_bytes(path.read_bytes().replace(b"V1", b"V9"))


def lose_a_file(folder):
    (folder / "files" / "2026" / "photo.jpg").unlink()


def add_a_file(folder):
    (folder / "files" / "extra").write_text("x")


def lose_the_list(folder):
    (folder / archive.LIST).unlink()


@pytest.mark.parametrize("damage", [flip_a_byte, lose_a_file, add_a_file, lose_the_list])
def test_a_damaged_backup_is_noticed_before_anything_is_restored(backup, damage):
    damage(backup)
    empty_everything()

    with pytest.raises(archive.Damaged):
        archive.restore(backup)

    assert not Grid.objects.exists()


def test_a_backup_of_another_version_is_refused(backup, monkeypatch):
    monkeypatch.setattr(archive, "_migrations", lambda: ["grids.0001_initial"])
    empty_everything()

    with pytest.raises(archive.Damaged, match="另一个版本"):
        archive.restore(backup)


def test_a_folder_in_use_is_not_overwritten(backup, noon):
    with pytest.raises(archive.Damaged, match="不是空的"):
        archive.write(backup, at=noon)


def test_the_nightly_backup_keeps_a_week(cast, media, tmp_path, noon):
    for day in range(9):
        archive.nightly(tmp_path / "nights", at=noon.replace(day=1 + day))

    kept = sorted(path.name for path in (tmp_path / "nights").iterdir())
    assert len(kept) == archive.NIGHTS
    assert kept[0].startswith("20261103")
