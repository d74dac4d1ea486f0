"""Who sits on which grid on a day, read for many grids at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from grids.access import running_q
from grids.models import Post, Role, Substitution

ANYBODY = (Role.WORKER, Role.MANAGER, Role.CHIEF, Role.ENTERPRISE, Role.OFFICE)


@dataclass(frozen=True)
class Chairs:
    """(grid id, role) → ids of active accounts, holders and their stand-ins alike."""

    seats: dict[tuple[int, str], set[int]]

    def of(self, grid_id: int | None, roles: Sequence[str]) -> set[int]:
        """Everybody on one of `roles` there; an empty seat falls to whoever sits on the grid."""
        if grid_id is None:
            return set()
        found = self.exactly(grid_id, roles)
        return found or self.exactly(grid_id, ANYBODY)

    def exactly(self, grid_id: int | None, roles: Sequence[str]) -> set[int]:
        if grid_id is None:
            return set()
        return set().union(*(self.seats.get((grid_id, role), set()) for role in roles))


def chairs(grid_ids: Iterable[int | None], on: date) -> Chairs:
    """Two queries for any number of grids; `on` is a Beijing date."""
    ids = {pk for pk in grid_ids if pk is not None}
    running = Post.objects.filter(running_q(on), grid__in=ids)
    held = running.filter(user__is_active=True).values_list("grid_id", "role", "user_id")
    stand_ins = Substitution.objects.filter(
        post__in=running,
        from_on__lte=on,
        until_on__gte=on,
        ended_at=None,
        substitute__is_active=True,
    ).values_list("post__grid_id", "post__role", "substitute_id")
    seats: dict[tuple[int, str], set[int]] = defaultdict(set)
    for grid_id, role, user_id in [*held, *stand_ins]:
        seats[grid_id, role].add(user_id)
    return Chairs(dict(seats))
