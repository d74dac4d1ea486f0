"""A person at a moment: every post ever held or stood in for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AnonymousUser

from grids import access
from grids.models import Post, Substitution, User
from tasks import separation
from tasks.deadlines import beijing_date


@dataclass(frozen=True)
class Standing:
    """A person at a moment: every post ever held or stood in for, the user and the day."""

    user: User | AnonymousUser
    seats: tuple[separation.Seat, ...]
    on: date

    def roles_on(self, grid_id: int | None) -> set[str]:
        return {seat.role for seat in self.seats if seat.grid == grid_id and seat.runs(self.on)}

    def sits_on(self, grid_id: int | None) -> bool:
        return bool(self.roles_on(grid_id))


def standing(user: User | AnonymousUser, at: datetime) -> Standing:
    """Two queries, for any number of tasks."""
    if not user.is_authenticated:
        return Standing(user, (), beijing_date(at))
    return Standing(user, (*_own_seats(user), *_substitute_seats(user)), beijing_date(at))


def _own_seats(user: User) -> list[separation.Seat]:
    return [
        _seat(post, post.from_on, post.until_on)
        for post in Post.objects.filter(user=user).select_related("grid")
    ]


def _substitute_seats(user: User) -> list[separation.Seat]:
    rows = Substitution.objects.filter(substitute=user).select_related("post__grid")
    return [
        _seat(row.post, row.from_on, _last_day(row), as_substitute=True)
        for row in rows
        if row.ended_at is None or beijing_date(row.ended_at) >= row.from_on
    ]


def _last_day(row: Substitution) -> date:
    if row.ended_at is None:
        return row.until_on
    return min(row.until_on, beijing_date(row.ended_at) - timedelta(days=1))


def _seat(
    post: Post, from_on: date, until_on: date | None, *, as_substitute: bool = False
) -> separation.Seat:
    role = access.effective_role(post.role, post.grid.kind)
    return separation.Seat(
        post.grid_id, post.grid.name, role, from_on, until_on, as_substitute=as_substitute
    )
