"""Nested-set numbers of a whole forest at once. Pure: plain lists in, plain lists out."""

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where a node stands: `tree` counts the roots from 0, the others are nested-set numbers."""

    tree: int
    lft: int
    rght: int
    level: int


def number(parents: Sequence[int | None]) -> list[Place]:
    """The place of every node, given the index of its parent (None: a root).

    Children keep the order in which they are given. Raises ValueError on a circle.
    """
    children: list[list[int]] = [[] for _ in parents]
    roots: list[int] = []
    for node, parent in enumerate(parents):
        (roots if parent is None else children[parent]).append(node)
    places: list[Place | None] = [None] * len(parents)
    for tree, root in enumerate(roots):
        _walk(root, tree, children, places)
    if None in places:
        raise ValueError("the nodes form a circle")
    return places  # type: ignore[return-value]


def _walk(root: int, tree: int, children: list[list[int]], places: list[Place | None]) -> None:
    """Depth first without recursion; a node gets its `rght` after all its children."""
    counter = 1
    stack = [(root, 0, 1, iter(children[root]))]
    while stack:
        node, level, left, rest = stack[-1]
        counter += 1
        child = next(rest, None)
        if child is None:
            places[node] = Place(tree, left, counter, level)
            stack.pop()
        else:
            stack.append((child, level + 1, counter, iter(children[child])))
