"""Authority follows posts: grants are worked out anew, never edited by hand."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from grids import access
from grids.models import Post, User


@transaction.atomic
def refresh_authority(user: User, *, on: date) -> None:
    """Work out all grants of one person from the posts and substitutions of the day `on`."""
    _bring_up_to(on, [user.pk])
    user.authority_on = on
    access.forget(user)


@transaction.atomic
def refresh_all(*, on: date) -> int:
    """The same for everybody, in a few statements. Returns how many grants changed."""
    return _bring_up_to(on, None)


def refresh_if_stale(user: User, *, on: date) -> None:
    """At the first request of a day: posts that ended yesterday no longer count."""
    if user.authority_on != on:
        refresh_authority(user, on=on)


def refresh_holders(posts: Iterable[Post], *, on: date) -> None:
    """The same for everybody who holds one of the posts or stands in for its holder."""
    for user in User.objects.filter(posts__in=posts) | User.objects.filter(
        substitutions__post__in=posts
    ):
        refresh_authority(user, on=on)


def _bring_up_to(on: date, users: list[int] | None) -> int:
    due = access.due_grants(on, users)
    standing = access.standing_grants(users)
    missing = {user: pairs - standing.get(user, {}).keys() for user, pairs in due.items()}
    surplus = [
        pk
        for user, rows in standing.items()
        for pair, pk in rows.items()
        if pair not in due.get(user, set())
    ]
    access.write_grants(missing, surplus)
    people = User.objects.all() if users is None else User.objects.filter(pk__in=users)
    people.exclude(authority_on=on).update(authority_on=on)
    return sum(map(len, missing.values())) + len(surplus)
