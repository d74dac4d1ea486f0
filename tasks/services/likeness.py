"""Same or alike: what an arriving photo has to do with earlier ones. A hint, never a block."""

from typing import Any

from django.db.models import Q

from tasks.models import Attachment

ALIKE_BITS = 6
"""Photos whose 64-bit dHash differs in at most so many bits look alike."""
LOOK_BACK = 2000
BLANK = ("", "0" * 16)


def distance(one: str, other: str) -> int:
    """Differing bits of two 64-bit hashes in hex."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def signals_of(row: Attachment) -> list[dict[str, Any]]:
    """REUSED: the same bytes came before; ALIKE: a look-alike of the same person or grid."""
    same = Attachment.objects.filter(sha256=row.sha256).exclude(client_id=row.client_id)
    found = [_signal("REUSED", pk) for pk in same.order_by("-pk").values_list("pk", flat=True)[:3]]
    if found or row.phash in BLANK:
        return found
    near = Q(uploaded_by=row.uploaded_by_id)
    if row.grid_id is not None:
        near |= Q(grid=row.grid_id)
    earlier = Attachment.objects.filter(near).exclude(phash__in=BLANK).order_by("-pk")
    hashes = earlier.values_list("pk", "phash")[:LOOK_BACK]
    alike = [pk for pk, phash in hashes if distance(row.phash, phash) <= ALIKE_BITS]
    return [_signal("ALIKE", pk) for pk in alike[:3]]


def _signal(kind: str, pk: int) -> dict[str, Any]:
    return {"kind": kind, "with": pk}
