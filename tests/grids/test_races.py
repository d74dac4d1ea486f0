"""Two people at the same moment: one seat, one code, one bulk load. Needs row locks."""

import threading

import pytest
from django.db import close_old_connections, connection, connections

from build import make_grid, make_scheme, make_user
from grids import invariants
from grids.errors import Refused
from grids.models import GridKind, Post, Role, Tier
from grids.services import posts, tree
from grids.services.divisions import Line, load_divisions

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time anyway"),
]


def at_once(*calls):
    """Runs the calls in threads that start together; gives what each returned or raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        close_old_connections()
        gate.wait()
        try:
            answers[number] = call()
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def ground(db):
    scheme = make_scheme()
    root = make_grid(scheme, code="ROOT")
    district = make_grid(scheme, root, code="D1")
    return scheme, root, district


@pytest.fixture
def boss(db):
    return make_user("boss", is_superuser=True)


def test_one_seat_is_given_once(ground, boss, noon):
    _, _, district = ground
    people = [make_user() for _ in range(6)]

    def appoint(user):
        given = {"title": "", "from_on": noon.date(), "by": boss, "at": noon}
        return lambda: posts.appoint(grid=district, role=Role.CHIEF, user=user, **given)

    answers = at_once(*map(appoint, people))

    assert sum(isinstance(answer, Post) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 5
    assert Post.objects.count() == 1


def test_grids_opened_together_keep_the_tree_whole(ground, boss, noon):
    scheme, _, district = ground

    def open_grid(number):
        given = {"tier": Tier.SECOND, "kind": GridKind.TERRITORY, "opened_on": noon.date()}
        return lambda: tree.open_grid(
            parent=district, code=f"S{number}", name=f"街道{number}", by=boss, at=noon, **given
        )

    at_once(*map(open_grid, range(8)))

    assert scheme.grids.count() == 10
    assert not invariants.broken_places()


def test_two_bulk_loads_use_different_trees(noon):
    schemes = [make_scheme(f"s{number}") for number in range(3)]
    lines = [Line("43", "湖南省", "x", 2), Line("4301", "长沙市", "x", 3)]

    def load(scheme):
        return lambda: load_divisions(scheme, lines, opened_on=scheme.effective_on, at=noon)

    answers = at_once(*map(load, schemes))

    assert [answer.created for answer in answers] == [2, 2, 2]
    assert not invariants.broken_places()
    roots = {grid.tree_id for scheme in schemes for grid in scheme.grids.filter(parent=None)}
    assert len(roots) == 3


def test_a_load_and_an_opening_do_not_cross(ground, boss, noon):
    scheme, _, district = ground
    lines = [Line(f"4309{number:02}", f"区{number}", "x", number) for number in range(10, 60)]
    given = {"tier": Tier.SECOND, "kind": GridKind.TERRITORY, "opened_on": noon.date()}

    at_once(
        lambda: load_divisions(scheme, lines, opened_on=scheme.effective_on, at=noon),
        lambda: tree.open_grid(parent=district, code="S1", name="街道", by=boss, at=noon, **given),
    )

    assert scheme.grids.count() == 2 + 50 + 1
    assert not invariants.broken_places()
