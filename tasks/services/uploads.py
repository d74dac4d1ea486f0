"""续传: a large file arrives in pieces and goes on where it stopped; whole, it becomes 佐证."""

import errno
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Sum
from django.utils.dateparse import parse_datetime

from grids.errors import Invalid, Refused
from grids.models import Grid, User
from tasks import media
from tasks.errors import Mismatch, NoSpace, TooLarge, Unreadable, Unsupported
from tasks.models import Attachment, Upload
from tasks.selectors import uploads as selecting
from tasks.selectors.uploads import Standing
from tasks.services import evidence

MOST_PIECE = 4 * media.MEGABYTE
MOST_OPEN, MOST_OPEN_BYTES = 20, 2048 * media.MEGABYTE
"""What one person may have on the way at a time."""
RESERVE = 256 * media.MEGABYTE
"""Left free on the disk for everything else; no new file is begun into it."""
KEPT = timedelta(days=7)
STRAY_AFTER = timedelta(hours=24)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FINAL = (Mismatch, Unsupported, Unreadable, TooLarge, Invalid, NoSpace)
"""Refusals that the same bytes would meet again: what has arrived is given up."""
CLOCKS = ("fix_at", "device_at")


class Misplaced(Refused):
    """The piece does not begin where the file stops; `fields["received"]` says where that is."""

    code = "offset"


def begin(
    *,
    client_id: uuid.UUID,
    size: int,
    sha256: str,
    purpose: str,
    by: User,
    at: datetime,
    name: str = "",
    grid: Grid | None = None,
    **fix: Any,
) -> tuple[Standing, bool]:
    """开始续传: announces a file of `size` bytes; (standing, True) when it is new.

    Announcing the same file again tells how much has arrived. `fix`: lon, lat, accuracy_m,
    fix_at, device_at. Raises TooLarge (413), NoSpace (507), Invalid, Refused (409) when the id
    belongs to another file or too many are on the way, PermissionDenied for a foreign grid.
    """
    evidence.check_target(purpose, by, grid)
    _check_size(size)
    done = _done(client_id, by, sha256)
    if done is not None:
        return done, False
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one at a time for the quota
        known = Upload.objects.filter(client_id=client_id).first()
        if known is not None:
            return _same(known, size, sha256, by), False
        _check_quota(by, size)
        row = Upload.objects.create(
            client_id=client_id,
            by=by,
            purpose=purpose,
            name=evidence.shown_name(name),
            size=size,
            sha256=sha256.lower(),
            part=f"{uuid.uuid4().hex}.part",
            facts={key: _plain(value) for key, value in fix.items() if value is not None},
            grid=grid,
            begun_at=at,
            touched_at=at,
        )
    return selecting.under_way(row), True


def append(upload: Upload, *, offset: int, piece: bytes, at: datetime) -> Standing:
    """收下一段: a piece that begins where the file stops.

    A piece that is there already changes nothing. Raises Misplaced (409) for a gap, Invalid for
    an empty piece or one beyond the end, TooLarge, NoSpace (what had arrived is removed, so that
    the disk is free again), Refused when the upload ended meanwhile.
    """
    _check_piece(upload, offset, piece)
    with _given_up_when_full(upload), transaction.atomic():
        row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if row is None:
            return _after_all(upload)
        arrived = selecting.received(row)
        if offset + len(piece) <= arrived:
            return selecting.under_way(row)
        if offset != arrived:
            words = f"已收到 {arrived} 字节，请从这里继续。"
            raise Misplaced(words, fields={"received": str(arrived)})
        _write(selecting.path_of(row), offset, piece)
        row.received, row.touched_at = offset + len(piece), at
        row.save(update_fields=["received", "touched_at"])
    return selecting.under_way(row)


def complete(upload: Upload, *, at: datetime) -> tuple[Attachment, bool]:
    """传完: compares the SHA-256 and passes the whole file through the door of 佐证.

    Twice, or by two at once, makes one row. Refused (409) while bytes are missing; Mismatch,
    Unsupported, Unreadable (422, 415) and TooLarge give up what has arrived, with its reason.
    """
    if selecting.received(upload) < upload.size:
        return _unfinished(upload), False
    try:
        return _kept(upload, at=at)
    except FileNotFoundError:  # somebody else completed it between two lines
        return _unfinished(upload), False
    except FINAL:
        abandon(upload)
        raise


def _kept(upload: Upload, *, at: datetime) -> tuple[Attachment, bool]:
    with _own_copy(upload) as path, path.open("rb") as raw:
        facts = {key: _moment(key, value) for key, value in upload.facts.items()}
        row, created = evidence.store(
            client_id=upload.client_id,
            file=Whole(raw, name=upload.name),
            sha256=upload.sha256,
            purpose=upload.purpose,
            grid=upload.grid,
            by=upload.by,
            at=at,
            **facts,
        )
    abandon(upload)
    return row, created


def _unfinished(upload: Upload) -> Attachment:
    """The 佐证 if it is there after all, else what is missing."""
    done = Attachment.objects.filter(client_id=upload.client_id, uploaded_by=upload.by).first()
    if done is not None:
        return done
    missing = upload.size - selecting.received(upload)
    raise Refused(f"文件还没有传完，还差 {missing} 字节，请接着上传。")


def abandon(upload: Upload) -> None:
    """放弃: row and bytes go; twice is harmless."""
    Upload.objects.filter(pk=upload.pk).delete()
    selecting.path_of(upload).unlink(missing_ok=True)


def sweep(*, at: datetime) -> int:
    """Gives up what was not touched for a week, and pieces without a row; returns how many."""
    swept = 0
    for row in Upload.objects.filter(touched_at__lt=at - KEPT).order_by("pk"):
        abandon(row)
        swept += 1
    known = set(Upload.objects.values_list("part", flat=True))
    before = (at - STRAY_AFTER).timestamp()
    for path in sorted(selecting.folder().glob("*")):
        with suppress(FileNotFoundError):
            if path.name not in known and path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


# --- bytes --------------------------------------------------------------------------------------


class Whole(File):
    """A complete file that the store may move into place instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.file.name) if self.file else ""


def _write(path: Path, offset: int, piece: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.truncate(offset)  # what a broken write left behind
        file.seek(offset)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _own_copy(upload: Upload) -> Iterator[Path]:
    """A name of its own for the same bytes: of two who complete at once neither moves it away."""
    own = selecting.folder() / f"{uuid.uuid4().hex}.whole"
    link: Callable[..., Any] = getattr(os, "link", shutil.copyfile)
    link(selecting.path_of(upload), own)
    try:
        yield own
    finally:
        own.unlink(missing_ok=True)


@contextmanager
def _given_up_when_full(upload: Upload) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        abandon(upload)
        raise NoSpace("服务器存储已满，已收到的部分已删除，请稍后从头再传。") from error


# --- checks -------------------------------------------------------------------------------------


def _check_size(size: int) -> None:
    if size < 1:
        raise Invalid("文件是空的，请重新选择。", fields={"size": "文件是空的"})
    if size > evidence.LARGEST:
        most = evidence.LARGEST // media.MEGABYTE
        raise TooLarge(f"文件超过 {most} MB，请压缩或分成几个文件再传。")


def _check_quota(by: User, size: int) -> None:
    mine = Upload.objects.filter(by=by)
    if mine.count() >= MOST_OPEN:
        raise Refused(f"您有 {MOST_OPEN} 个文件还没有传完，请先传完或放弃其中的文件。")
    if (mine.aggregate(sum=Sum("size"))["sum"] or 0) + size > MOST_OPEN_BYTES:
        most = MOST_OPEN_BYTES // media.MEGABYTE
        raise Refused(f"您没有传完的文件合计超过 {most} MB，请先传完或放弃其中的文件。")
    coming = Upload.objects.aggregate(sum=Sum(F("size") - F("received")))["sum"] or 0
    selecting.folder().mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(selecting.folder()).free < coming + size + RESERVE:
        raise NoSpace("服务器存储快满了，暂时收不下这个文件，请稍后再传，并告知管理员。")


def _check_piece(upload: Upload, offset: int, piece: bytes) -> None:
    if len(piece) > MOST_PIECE:
        raise TooLarge(f"一段最多 {MOST_PIECE // media.MEGABYTE} MB，请分得小一些。")
    if not piece:
        raise Invalid("这一段是空的，请重新上传这一段。", fields={"piece": "没有内容"})
    if offset < 0 or offset + len(piece) > upload.size:
        words = f"这一段超出了文件的大小（{upload.size} 字节）。"
        raise Invalid(words, fields={"offset": words})


def _same(known: Upload, size: int, sha256: str, by: User) -> Standing:
    if known.by_id != by.pk or (known.size, known.sha256) != (size, sha256.lower()):
        raise Refused("这个编号已经用于另一个文件，请重新选择文件。")
    return selecting.under_way(known)


def _done(client_id: uuid.UUID, by: User, sha256: str) -> Standing | None:
    row = Attachment.objects.filter(client_id=client_id).first()
    if row is None:
        return None
    evidence.check_same(row, sha256.lower(), by)
    return selecting.arrived(row)


def _after_all(upload: Upload) -> Standing:
    """The row went while a piece was on its way: completed, or given up."""
    done = _done(upload.client_id, upload.by, upload.sha256)
    if done is None:
        raise Refused("这次上传已经放弃或过期，请重新开始上传。")
    return done


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(key: str, value: Any) -> Any:
    return parse_datetime(value) if key in CLOCKS else value
