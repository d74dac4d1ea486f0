"""Photos of a visit: files that came with a form, and files that arrive later."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from grids.models import User
from inspections.models import Inspection, InspectionPhoto
from tasks.models import Attachment
from tasks.services import binding, evidence


@dataclass(frozen=True)
class Fix:
    """Where and when the device says it was (WGS-84 degrees, metres); None: not known."""

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    fix_at: datetime | None = None
    device_at: datetime | None = None


NOWHERE = Fix()


def keep(
    files: Iterable[tuple[str, str, UploadedFile]],
    *,
    record: UUID,
    by: User,
    at: datetime,
    fix: Fix = NOWHERE,
) -> dict[str, list[UUID]]:
    """Store files that came inside the form itself (field, purpose, file): field → client ids.

    The ids follow from the record's id, the field and the content, so that sending the same
    form again stores nothing twice. Raises what `evidence.store` raises.
    """
    kept: dict[str, list[UUID]] = {}
    for field, purpose, file in files:
        digest = _sha256(file)
        client_id = uuid5(record, f"{field}:{digest}")
        evidence.store(
            client_id=client_id,
            file=file,
            sha256=digest,
            purpose=purpose,
            lon=fix.lon,
            lat=fix.lat,
            accuracy_m=fix.accuracy_m,
            fix_at=fix.fix_at,
            device_at=fix.device_at,
            by=by,
            at=at,
        )
        kept.setdefault(field, []).append(client_id)
    return kept


def _sha256(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


@transaction.atomic
def claim(inspection: Inspection, *, by: User) -> int:
    """Take in photos of this visit that have reached the server; returns how many still miss.

    Only files that the visitor himself sent count. A late photo of a finding goes to its task.
    """
    waiting = inspection.photos.filter(attachment=None).select_related("finding__task")
    sent = Attachment.objects.filter(
        client_id__in=waiting.values("client_id"), uploaded_by=inspection.by
    )
    by_id = {attachment.client_id: attachment for attachment in sent}
    missing = 0
    for photo in waiting:
        attachment = by_id.get(photo.client_id)
        if attachment is None:
            missing += 1
            continue
        _take_in(photo, attachment, by=by)
    return missing


def _take_in(photo: InspectionPhoto, attachment: Attachment, *, by: User) -> None:
    photo.attachment = attachment
    photo.save(update_fields=["attachment"])
    task = photo.finding.task if photo.finding else None
    if task is not None and attachment.task_id is None:
        binding.attach(task, [attachment], by=by)
