"""How far large files are on their way."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from grids.models import User
from tasks.models import Attachment, Upload


@dataclass(frozen=True)
class Standing:
    """How far a file is, in bytes; `attachment` once it is whole and checked."""

    client_id: uuid.UUID
    size: int
    received: int
    attachment: Attachment | None = None


def folder() -> Path:
    """Beside the evidence, on the same disk: not served, not part of a backup."""
    return Path(settings.MEDIA_ROOT).with_name("arriving")


def path_of(upload: Upload) -> Path:
    return folder() / upload.part


def received(upload: Upload) -> int:
    """Bytes that can be relied on: recorded and on the disk (a restored database has none)."""
    try:
        return min(upload.received, path_of(upload).stat().st_size)
    except FileNotFoundError:
        return 0


def under_way(upload: Upload) -> Standing:
    return Standing(upload.client_id, upload.size, received(upload))


def arrived(row: Attachment) -> Standing:
    return Standing(row.client_id, row.size, row.size, row)


def standing(client_id: uuid.UUID, by: User) -> Standing | None:
    """How far one's own file is; None when there is none of that id."""
    upload = Upload.objects.filter(client_id=client_id, by=by).first()
    if upload is not None:
        return under_way(upload)
    done = Attachment.objects.filter(client_id=client_id, uploaded_by=by).first()
    return None if done is None else arrived(done)
