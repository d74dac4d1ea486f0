"""What a person was told."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from grids.models import User
from notices.models import Message


def messages_of(user: User, at: datetime) -> QuerySet[Message]:
    """Everything told to `user` by `at`, newest first."""
    return Message.objects.filter(user=user).shown_at(at).order_by("-at", "-pk")


def unread(user: User | AnonymousUser, at: datetime | None = None) -> int:
    """How many messages wait; with `at`, those in the quiet hours are left out."""
    if not user.is_authenticated:
        return 0
    rows = Message.objects.filter(user=user).unread()
    return (rows if at is None else rows.shown_at(at)).count()
