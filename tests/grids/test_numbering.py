"""Nested-set numbers of a whole forest, compared with what mptt makes node by node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build import make_grid, make_scheme
from grids.models import Grid
from grids.numbering import number

forests = st.integers(1, 30).flatmap(
    lambda size: st.tuples(
        *(st.none() | st.integers(0, i - 1) if i else st.none() for i in range(size))
    )
)


@given(forests)
def test_children_lie_inside_their_parents_one_level_deeper(parents):
    places = number(parents)

    for node, parent in enumerate(parents):
        if parent is not None:
            outer, inner = places[parent], places[node]
            assert outer.tree == inner.tree
            assert outer.lft < inner.lft < inner.rght < outer.rght
            assert inner.level == outer.level + 1


@given(forests)
def test_every_number_of_a_tree_is_used_once(parents):
    places = number(parents)

    for tree in {place.tree for place in places}:
        used = [n for p in places if p.tree == tree for n in (p.lft, p.rght)]
        assert sorted(used) == list(range(1, len(used) + 1))


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="circle"):
        number([1, 0])


def test_numbers_equal_those_of_mptt(db):
    scheme = make_scheme()
    parents = [None, 0, 0, 1, 1, 2, 4]
    grids: list[Grid] = []
    for parent in parents:
        above = None if parent is None else Grid.objects.get(pk=grids[parent].pk)
        grids.append(make_grid(scheme, above))

    made = [Grid.objects.get(pk=grid.pk) for grid in grids]

    assert [(g.lft, g.rght, g.level) for g in made] == [tuple(p)[1:] for p in number(parents)]
