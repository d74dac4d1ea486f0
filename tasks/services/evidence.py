"""佐证: one file in, checked by content, kept with its hash, clean copies beside it."""

import errno
import hashlib
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from grids import access
from grids.errors import Invalid, Refused
from grids.models import Grid, User
from tasks import invariants, media
from tasks.errors import Mismatch, NoSpace, TooLarge, Unsupported
from tasks.models import Attachment
from tasks.services import darkroom, likeness
from tasks.services.wording import check_position

NAME_LENGTH = 200
ORPHANS_AFTER = timedelta(hours=24)
FOLDERS = {"file": "original", "public": "public", "thumb": "thumb"}
LARGEST = max(media.MOST_BYTES.values())


@dataclass(frozen=True)
class Fix:
    """Where and when the device says the shutter was: WGS-84 degrees, metres, device clock."""

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    fix_at: datetime | None = None
    device_at: datetime | None = None


def store(
    *,
    client_id: uuid.UUID,
    file: File,
    sha256: str,
    purpose: str,
    by: User,
    at: datetime,
    grid: Grid | None = None,
    lon: float | None = None,
    lat: float | None = None,
    accuracy_m: float | None = None,
    fix_at: datetime | None = None,
    device_at: datetime | None = None,
) -> tuple[Attachment, bool]:
    """Stores one file; (row, True) when new, (row, False) when this `client_id` was here already.

    `sha256` is what the client computed ("" when it could not). Raises TooLarge (413),
    Unsupported (415), Mismatch and Unreadable (422), Invalid, Refused (409) when the client id
    belongs to other bytes. A missing or bad place fix never blocks.
    """
    check_target(purpose, by, grid)
    _check(file)
    fix = Fix(*_position(lon, lat), accuracy_m, fix_at, device_at)
    digest = _digest(file)
    if sha256 and sha256.lower() != digest:
        raise Mismatch("文件在传输中损坏（校验值不符），请重新上传。")
    known = Attachment.objects.filter(client_id=client_id).first()
    if known is not None:
        return check_same(known, digest, by), False
    kind = _kind(file)
    names = {field: _random_name(folder, kind) for field, folder in FOLDERS.items()}
    try:
        row = _build(client_id, file, digest, purpose, kind, names, fix, by=by, at=at, grid=grid)
        return _keep(row, digest, by)
    except OSError as error:
        raise NoSpace("服务器存储已满，文件没有保存，请稍后重试。") from _space(error)
    except BaseException:
        _remove(names.values())
        raise


def keep(
    files: Iterable[tuple[str, File]], *, record: uuid.UUID, by: User, at: datetime
) -> list[Attachment]:
    """Files that came inside a form: (purpose, file). The ids follow from `record` and content,
    so that the same form sent again stores nothing twice."""
    rows = []
    for purpose, file in files:
        client_id = uuid.uuid5(record, f"{purpose}:{_digest(file)}")
        row, _ = store(client_id=client_id, file=file, sha256="", purpose=purpose, by=by, at=at)
        rows.append(row)
    return rows


def check_target(purpose: str, by: User, grid: Grid | None) -> None:
    """Invalid for an unknown purpose, PermissionDenied for a grid that one does not see."""
    if purpose not in Attachment.Purpose.values:
        raise Invalid("佐证的用途不存在。", fields={"purpose": "请从列表中选择"})
    if grid is not None and not access.holds(by, access.VIEW, grid):
        raise PermissionDenied("这个网格不在您的辖区内")


def _check(file: File) -> None:
    if not file.size:
        raise Invalid("文件是空的，请重新选择。", fields={"file": "文件是空的"})
    if file.size > LARGEST:
        raise TooLarge(f"文件超过 {LARGEST // media.MEGABYTE} MB，请压缩或分段后再传。")


def _position(lon: float | None, lat: float | None) -> tuple[float | None, float | None]:
    """The fix, or nothing when it is incomplete: GPS trouble never blocks a photo."""
    with suppress(Invalid):
        check_position(lon, lat)
        return lon, lat
    return None, None


def _digest(file: File) -> str:
    running = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        running.update(chunk)
    return running.hexdigest()


def check_same(known: Attachment, digest: str, by: User) -> Attachment:
    """The row, if it is this person's and of these bytes; else Refused (409)."""
    if known.uploaded_by_id != by.pk or known.sha256 != digest:
        raise Refused("这个编号已经用于另一个文件，请重新选择文件。")
    return known


def _kind(file: File) -> media.Media:
    file.seek(0)
    head = file.read(media.HEAD)
    kind = media.recognise(head, file.file) if file.file else None
    if kind is None:
        raise Unsupported(
            "这个文件不是照片、视频、录音或文档。"
            "请上传 JPEG、PNG、WEBP、HEIC 照片，MP4 视频，录音，PDF、DOCX 或 XLSX。"
        )
    most = media.MOST_BYTES[kind.family]
    if file.size > most:
        raise TooLarge(f"文件超过 {most // media.MEGABYTE} MB，请压缩后再传。")
    return kind


def _random_name(folder: str, kind: media.Media) -> str:
    """Stored under a random name: the sender's own name never touches the disk."""
    suffix = kind.suffix if folder == "original" else ".jpg"
    token = uuid.uuid4().hex
    return f"evidence/{folder}/{token[:2]}/{token}{suffix}"


def _build(
    client_id: uuid.UUID,
    file: File,
    digest: str,
    purpose: str,
    kind: media.Media,
    names: dict[str, str],
    fix: Fix,
    *,
    by: User,
    at: datetime,
    grid: Grid | None,
) -> Attachment:
    """Writes the original and its clean copies; the row is not saved yet."""
    file.seek(0)
    default_storage.save(names["file"], file)
    row = Attachment(
        client_id=client_id,
        sha256=digest,
        purpose=purpose,
        mime=kind.mime,
        name=shown_name(file.name),
        size=file.size,
        file=names["file"],
        lon=fix.lon,
        lat=fix.lat,
        accuracy_m=fix.accuracy_m,
        fix_at=fix.fix_at,
        device_at=fix.device_at,
        uploaded_by=by,
        uploaded_at=at,
        grid=grid,
    )
    if kind.family == "image":
        _develop(row, kind, names)
    return row


def _develop(row: Attachment, kind: media.Media, names: dict[str, str]) -> None:
    paths = {field: Path(default_storage.path(name)) for field, name in names.items()}
    for path in paths.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    picture = darkroom.develop(kind, paths["file"], paths["public"], paths["thumb"])
    row.public, row.thumb = names["public"], names["thumb"]
    row.width, row.height, row.phash = picture.width, picture.height, picture.phash
    row.exif_at, row.exif_lon, row.exif_lat = picture.taken_at, picture.lon, picture.lat


@transaction.atomic
def _insert(row: Attachment) -> None:
    row.signals = likeness.signals_of(row)
    row.save(force_insert=True)


def _keep(row: Attachment, digest: str, by: User) -> tuple[Attachment, bool]:
    try:
        _insert(row)
    except IntegrityError:  # the same client id arrived twice at the same moment
        _remove([row.file.name, row.public.name, row.thumb.name])
        return check_same(Attachment.objects.get(client_id=row.client_id), digest, by), False
    return row, True


def shown_name(name: str | None) -> str:
    """The sender's name as text for people: no path, no control or direction characters."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:NAME_LENGTH]


def _space(error: OSError) -> OSError:
    """Re-raises everything but a full disk."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        raise error
    return error


def _remove(names: object) -> None:
    for name in names:  # type: ignore[attr-defined]
        if name:
            with suppress(OSError):
                default_storage.delete(name)


def sweep(*, at: datetime) -> int:
    """Removes files without a row that are older than a day; returns how many."""
    swept = 0
    for name in invariants.unregistered_files():
        if default_storage.get_modified_time(name) < at - ORPHANS_AFTER:
            default_storage.delete(name)
            swept += 1
    return swept
