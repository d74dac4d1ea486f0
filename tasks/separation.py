"""职责分离: who accepted the work must not have done it. Pure: no models, no database.

The same person, a colleague of the same grid, somebody with a second post there and somebody
who stands in for a post there are all refused (design: 验收销号, 回头看).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Seat:
    """A post that a person holds or stands in for, with its days (both included)."""

    grid: int
    grid_name: str
    role: str
    from_on: date
    until_on: date | None
    as_substitute: bool = False

    def runs(self, on: date) -> bool:
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True)
class Work:
    """Something done on a task: by whom, for which grids, on which Beijing day."""

    by: int | None
    grids: frozenset[int]
    on: date


INDEPENDENT = "SUPERVISOR"
"""督查 at the root of the tree may judge what the root's own office did."""


def conflict(
    user: int, seats: Iterable[Seat], works: Iterable[Work], *, on: date, root: int | None
) -> str:
    """Why `user` must not judge these works on the day `on`; "" when he may.

    `root` is the root grid of the tree: no grid stands above it, so work done there is judged
    by a 督查 who took no part in it.
    """
    works = list(works)
    if any(work.by == user for work in works):
        return "您参与了处置，不能验收自己办的事"
    held = list(seats)
    for work in works:
        for seat in held:
            if seat.grid in work.grids and (seat.runs(on) or seat.runs(work.on)):
                if seat.grid == root and seat.role == INDEPENDENT:
                    continue
                return _sentence(seat)
    return ""


def _sentence(seat: Seat) -> str:
    if seat.as_substitute:
        return f"您正代理{seat.grid_name}的任职，与承办网格相同，不能验收"
    return f"您在承办网格{seat.grid_name}有任职，不能验收"
