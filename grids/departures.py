"""What stands against closing a grid, said by the apps above, which this one does not know."""

from collections.abc import Callable

from grids.models import Grid

Objection = Callable[[Grid], str]
"""A sentence for people why the grid cannot be closed now; "" when nothing stands against it."""

_asked: list[Objection] = []


def register(objection: Objection) -> None:
    """Once per function, however often an app is made ready."""
    if objection not in _asked:
        _asked.append(objection)


def objections(grid: Grid) -> list[str]:
    return [words for ask in _asked if (words := ask(grid))]
