"""Exports of one person, and whether the rights are still those with which they were asked for."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from grids import access
from grids.models import GridScheme, User
from tasks.models import LedgerExport

SHOWN = 20


def folder() -> Path:
    """Outside the evidence store: what lies here can be made again."""
    return Path(settings.MEDIA_ROOT) / "exports"


def mine(user: User, scheme: GridScheme) -> QuerySet[LedgerExport]:
    """The newest twenty of `user` in one regime."""
    return user.ledger_exports.filter(scheme=scheme).order_by("-asked_at", "-pk")[:SHOWN]


def rights(user: User) -> str:
    """A digest of what `user` may see and oversee; another one after any change of it, also when
    the tree was drawn anew. "" for whoever is not active."""
    if not user.is_active:
        return ""
    spans = [sorted(access.granted_spans(user, of)) for of in (access.VIEW, access.OVERSEE)]
    return hashlib.sha256(f"{user.is_superuser}{spans}".encode()).hexdigest()
