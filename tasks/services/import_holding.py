"""Uploaded ledgers between 预览 and 导入: kept for a day, for their uploader only."""

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from grids.errors import Refused
from grids.models import User

KEPT = timedelta(hours=24)
DIGEST = re.compile(r"[0-9a-f]{64}")


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "ledgers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(data: bytes, *, by: User, at: datetime) -> str:
    """Its SHA-256, to ask for it again; files of yesterday go."""
    for old in _folder().glob("*.bin"):
        if old.stat().st_mtime < (at - KEPT).timestamp():
            old.unlink(missing_ok=True)
    digest = hashlib.sha256(data).hexdigest()
    (_folder() / f"{by.pk}-{digest}.bin").write_bytes(data)
    return digest


def take(digest: str, *, by: User) -> bytes:
    """The kept file. Refused when it is gone or was somebody else's."""
    path = _folder() / f"{by.pk}-{digest}.bin"
    if not DIGEST.fullmatch(digest) or not path.exists():
        raise Refused("预览的文件已清理，请重新选择文件。")
    return path.read_bytes()
