"""Keys to the API: shown once, kept as SHA-256, with a scope and an end."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from grids.models import ApiToken, User

LIFE_DAYS = 180
KEY_BYTES = 30


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def issue(
    user: User, *, at: datetime, scope: str = ApiToken.Scope.WRITE, days: int = LIFE_DAYS
) -> tuple[str, ApiToken]:
    """A new key for `user`; ends by itself after `days`."""
    key = secrets.token_urlsafe(KEY_BYTES)
    token = ApiToken.objects.create(
        user=user,
        digest=digest_of(key),
        scope=scope,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    return key, token


def find(key: str, *, at: datetime) -> ApiToken | None:
    """The living token of a key; None when unknown, ended, revoked or its user is closed."""
    living = ApiToken.objects.filter(
        digest=digest_of(key), expires_at__gt=at, revoked_at=None, user__is_active=True
    )
    return living.select_related("user").first()


@transaction.atomic
def revoke(token: ApiToken, *, at: datetime) -> None:
    """吊销: the key opens nothing from the next request on."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
