"""Uploaded files between 试导入 and 导入: kept for a day, by content, for their uploader only."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from grids.errors import Refused
from grids.models import User
from stations.ingest.sheets import sha256_of

_KEPT = timedelta(hours=24)


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(data: bytes, *, by: User, at: datetime) -> str:
    """Its SHA-256, to ask for it again; files of yesterday go."""
    for old in _folder().glob("*.bin"):
        if old.stat().st_mtime < (at - _KEPT).timestamp():
            old.unlink(missing_ok=True)
    digest = sha256_of(data)
    (_folder() / f"{by.pk}-{digest}.bin").write_bytes(data)
    return digest


def take(digest: str, *, by: User) -> bytes:
    """The kept file. Refused when it is gone or was somebody else's."""
    path = _folder() / f"{by.pk}-{digest}.bin"
    if not digest.isalnum() or not path.exists():
        raise Refused("试导入的文件已清理，请重新选择文件")
    return path.read_bytes()
