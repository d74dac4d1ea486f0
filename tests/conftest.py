"""The cast: one small city, one regime, and everybody who works in it."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

from build import NOON, make_grid, make_post, make_scheme, make_user
from grids.models import Grid, GridKind, GridScheme, Role, Tier, User
from ledger_lock import flushable

flushable(DatabaseWrapper.ops_class)


@pytest.fixture
def noon() -> datetime:
    """Wednesday 2026-11-18 12:00 Beijing time."""
    return NOON


@pytest.fixture
def scheme(db: None) -> GridScheme:
    return make_scheme()


@pytest.fixture
def root(scheme: GridScheme) -> Grid:
    return make_grid(scheme, code="ROOT", name="市网格办", kind=GridKind.DEPARTMENT)


def _fresh(grid: Grid) -> Grid:
    return Grid.objects.get(pk=grid.pk)


@pytest.fixture
def tree(scheme: GridScheme, root: Grid) -> SimpleNamespace:
    district = make_grid(scheme, root, code="D1", name="资阳区")
    street = make_grid(scheme, district, code="S1", name="汽车路街道", tier=Tier.SECOND)
    village = make_grid(scheme, street, code="V1", name="学门口社区", tier=Tier.THIRD)
    sibling = make_grid(scheme, street, code="V2", name="三里桥社区", tier=Tier.THIRD)
    other_street = make_grid(scheme, district, code="S2", name="大码头街道", tier=Tier.SECOND)
    key = make_grid(
        scheme, district, code="K1", name="重点企业一", tier=Tier.KEY, kind=GridKind.ENTERPRISE
    )
    nodes = {
        "root": root,
        "district": district,
        "street": street,
        "village": village,
        "other_village": sibling,
        "other_street": other_street,
        "key_grid": key,
    }
    return SimpleNamespace(**{name: _fresh(grid) for name, grid in nodes.items()})


@pytest.fixture
def district(tree: SimpleNamespace) -> Grid:
    return tree.district


@pytest.fixture
def street(tree: SimpleNamespace) -> Grid:
    return tree.street


@pytest.fixture
def village(tree: SimpleNamespace) -> Grid:
    return tree.village


@pytest.fixture
def other_village(tree: SimpleNamespace) -> Grid:
    return tree.other_village


@pytest.fixture
def other_street(tree: SimpleNamespace) -> Grid:
    return tree.other_street


@pytest.fixture
def key_grid(tree: SimpleNamespace) -> Grid:
    return tree.key_grid


@pytest.fixture
def other_scheme(db: None) -> GridScheme:
    other = make_scheme("other-test", name="另一体系", short_name="另一体系", task_prefix="OT")
    make_grid(other, code="ROOT", name="另一网格办", kind=GridKind.DEPARTMENT)
    return other


def _posted(name: str, title: str, grid: Grid, role: str) -> User:
    user = make_user(name, display_name=title)
    make_post(user, grid, role, title=title)
    return user


def _fixture(name: str, title: str, place: str, role: str) -> Any:
    """A fixture: the person who holds `role` at `place` of the tree."""

    @pytest.fixture(name=name)
    def made(tree: SimpleNamespace) -> User:
        return _posted(name.replace("_", "-"), title, getattr(tree, place), role)

    return made


office = _fixture("office", "市网格办经办", "root", Role.OFFICE)
supervisor = _fixture("supervisor", "市督查组", "root", Role.SUPERVISOR)
chief = _fixture("chief", "街道主要领导", "street", Role.CHIEF)
manager = _fixture("manager", "联村干部", "village", Role.MANAGER)
village_chief = _fixture("village_chief", "村支部书记", "village", Role.CHIEF)
worker = _fixture("worker", "社区工作人员", "village", Role.WORKER)
neighbour = _fixture("neighbour", "邻社区工作人员", "other_village", Role.WORKER)
enterprise = _fixture("enterprise", "企业环保负责人", "key_grid", Role.ENTERPRISE)
guest = _fixture("guest", "监察来宾", "root", Role.GUEST)


@pytest.fixture
def outsider(other_scheme: GridScheme) -> User:
    """The office of another regime: must not see anything of ours."""
    return _posted("outsider", "另一网格办经办", other_scheme.grids.get(), Role.OFFICE)


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root", password="蓝天-Test-2026")


@pytest.fixture
def cast(
    tree: SimpleNamespace,
    scheme: GridScheme,
    other_scheme: GridScheme,
    office: User,
    supervisor: User,
    chief: User,
    manager: User,
    village_chief: User,
    worker: User,
    neighbour: User,
    enterprise: User,
    guest: User,
    outsider: User,
) -> SimpleNamespace:
    """Everybody and everything by name, for tests that walk tables."""
    people = {
        "office": office,
        "supervisor": supervisor,
        "chief": chief,
        "manager": manager,
        "village_chief": village_chief,
        "worker": worker,
        "neighbour": neighbour,
        "enterprise": enterprise,
        "guest": guest,
        "outsider": outsider,
    }
    return SimpleNamespace(
        tree=tree, scheme=scheme, other_scheme=other_scheme, people=people, noon=NOON, **people
    )
