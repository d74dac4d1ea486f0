from types import SimpleNamespace

import pytest

from build import make_grid, make_post, make_user
from build_notices import LADDER, STREAK, make_rule
from grids.models import Grid, GridScheme, Role, Tier


@pytest.fixture
def ladder(scheme: GridScheme) -> None:
    """The overdue ladder of the shipped schemes."""
    make_rule(scheme, "overdue_ladder", LADDER)


@pytest.fixture
def units(tree: SimpleNamespace, scheme: GridScheme) -> list[Grid]:
    """Ten ranked units right below the root, A … J, with their leaders' posts."""
    make_rule(scheme, "summons.streak", STREAK)
    root = tree.root
    return [_unit(scheme, root, letter) for letter in "ABCDEFGHIJ"]


def _unit(scheme: GridScheme, root: Grid, letter: str) -> Grid:
    grid = make_grid(scheme, root, code=f"U-{letter}", name=f"{letter}街道", tier=Tier.FIRST)
    make_post(None, grid, Role.CHIEF, title="主要领导")
    make_post(None, grid, Role.MANAGER, title="分管领导")
    return Grid.objects.get(pk=grid.pk)


@pytest.fixture
def colleague(tree: SimpleNamespace):
    """A second person of the office: what one drafts, the other reviews."""
    user = make_user("colleague", display_name="市网格办复核")
    make_post(user, tree.root, Role.OFFICE, title="市网格办复核")
    return user
