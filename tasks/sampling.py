"""回头看抽样 that anybody can draw again. Pure: no clock, no database, no library's dice.

Every number of the pool gets a ticket from SHA-256 of seed and number; a heavier matter's ticket
is raised (Efraimidis & Spirakis 2006: the largest of u^(1/w) are a sample without replacement with
probabilities by weight). Neither the order of the pool nor the program that draws matters.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass

REBOUND, LISTED, LATE, EXTENDED, ROUND = 3, 2, 1, 1, 1
"""Gained over 1: per 反弹, for 挂牌督办, 逾期销号, per 延期, per round after the first."""


@dataclass(frozen=True)
class Risk:
    """What makes a closed matter worth a second look."""

    rebounds: int = 0
    is_listed: bool = False
    was_late: bool = False
    extensions: int = 0
    rounds: int = 1

    @property
    def weight(self) -> int:
        """At least 1: nobody is out of reach."""
        again = max(0, self.rounds - 1)
        gained = REBOUND * self.rebounds + LISTED * self.is_listed + LATE * self.was_late
        return 1 + gained + EXTENDED * self.extensions + ROUND * again


def ticket(seed: str, number: str, weight: int) -> float:
    """ln(u) / weight with u from the first 52 bits of SHA-256(seed, line feed, number): ≤ 0."""
    digits = hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest()[:13]
    return math.log((int(digits, 16) + 1) / 2**52) / weight


def draw(pool: Iterable[tuple[str, int]], count: int, seed: str) -> list[str]:
    """Numbers in the order in which they were drawn; all of them when there are no more.

    `pool` is (number, weight); weights below 1 are refused with ValueError.
    """
    rows = list(pool)
    if any(weight < 1 for _, weight in rows):
        raise ValueError("权重须为正整数")
    rated = sorted(rows, key=lambda row: (-ticket(seed, *row), row[0]))
    return [number for number, _ in rated[:count]]
