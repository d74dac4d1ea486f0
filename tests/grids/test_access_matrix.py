"""Role × action × place: who may do what in the own grid, a child, a neighbour, elsewhere."""

import pytest

from build import make_grid, make_post, make_user
from grids import access, policies
from grids.models import Grid, GridKind, Role, Supervision, Tier
from grids.policies import GridAction

SEE, APPOINT, LEADER = GridAction.SEE, GridAction.APPOINT, GridAction.APPOINT_LEADER
PLAIN = {
    GridAction.SEE,
    GridAction.PROFILE,
    GridAction.DOCUMENT,
    GridAction.APPOINT,
    GridAction.SUBSTITUTE,
}
AT_ROOT = {GridAction.OPEN, GridAction.CLOSE, GridAction.MOVE, GridAction.REDRAW}

# role of a post at the street → what it may do (at the street itself, in the village below)
TABLE = {
    Role.CHIEF: (PLAIN, PLAIN | {LEADER}),
    Role.MANAGER: (PLAIN, PLAIN),
    Role.WORKER: ({SEE}, {SEE}),
    Role.SUPERVISOR: ({SEE}, {SEE}),
    Role.ENTERPRISE: ({SEE}, {SEE}),
    Role.GUEST: ({SEE}, {SEE}),
    Role.OFFICE: (PLAIN, PLAIN | {LEADER}),
}


def allowed(user, grid):
    return {action for action in GridAction if policies.may(user, action, grid)}


@pytest.fixture
def posted(street):
    def post(role, grid=street):
        user = make_user()
        make_post(user, grid, role)
        return user

    return post


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_do_here_below_beside_and_elsewhere(
    role, posted, street, village, other_street, district, other_scheme
):
    user = posted(role)
    own, child = TABLE[role]

    assert allowed(user, street) == own
    assert allowed(user, village) == child
    assert allowed(user, other_street) == set()
    assert allowed(user, district) == set()
    assert allowed(user, other_scheme.grids.get()) == set()


@pytest.mark.parametrize("role", [Role.CHIEF, Role.OFFICE])
@pytest.mark.clause("Y1-81", "W-03")
def test_the_office_at_the_root_may_do_everything_everywhere(role, posted, root, village):
    user = posted(role, root)

    assert allowed(user, village) == set(GridAction)
    assert policies.may_keep_people(user)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CHIEF, Role.OFFICE}))
def test_only_the_office_changes_the_tree(role, posted, root, village):
    user = posted(role, root)

    assert not allowed(user, village) & AT_ROOT
    assert not policies.may_keep_people(user)


def test_every_action_stands_in_the_table():
    assert {*PLAIN, LEADER, *AT_ROOT} == set(GridAction) == set(policies.NEEDS)


@pytest.mark.clause("Y1-20")
@pytest.mark.parametrize("role", [Role.CHIEF, Role.MANAGER, Role.WORKER, Role.ENTERPRISE])
def test_everybody_inside_an_enterprise_may_only_see_and_handle(role, posted, key_grid, today):
    user = posted(role, key_grid)
    given = {c for c in access.ROLE_GRANTS[Role.CHIEF] if access.holds(user, c, key_grid)}

    assert given == {access.VIEW, access.HANDLE}
    assert access.roles_of(user, today) == {Role.ENTERPRISE}


@pytest.fixture
def watched(scheme, district, root):
    """A 重点网格 below the district that a department elsewhere in the tree watches over."""
    department = make_grid(scheme, root, name="市生态环境局", kind=GridKind.DEPARTMENT)
    key = make_grid(scheme, district, name="重点企业", tier=Tier.KEY, kind=GridKind.ENTERPRISE)
    Supervision.objects.create(grid=key, supervisor=department, clause="Y1-21")
    return Grid.objects.get(pk=department.pk), Grid.objects.get(pk=key.pk)


@pytest.mark.clause("Y1-21")
def test_a_supervising_grid_has_authority_beside_the_parent(watched, posted, district):
    department, key = watched
    chief = posted(Role.CHIEF, department)

    given = {c for c in access.ROLE_GRANTS[Role.CHIEF] if access.holds(chief, c, key)}

    assert given == set(access.SUPERVISION_GRANTS)  # all but the work itself
    assert not access.holds(chief, access.VIEW, district)
    assert key in access.grids_for(chief, access.OVERSEE)


@pytest.mark.clause("Y1-21")
def test_a_worker_of_the_supervising_grid_patrols_but_does_not_judge(watched, posted):
    department, key = watched
    worker = posted(Role.WORKER, department)

    assert access.holds(worker, access.PATROL, key)
    assert not access.holds(worker, access.OVERSEE, key)
    assert not access.holds(worker, access.HANDLE, key)


def test_without_supervision_there_is_no_authority(watched, posted):
    department, key = watched
    chief = posted(Role.CHIEF, department)
    Supervision.objects.all().delete()
    access.forget(chief)

    assert not access.holds(chief, access.VIEW, key)


def test_closed_accounts_and_strangers_hold_nothing(worker, village, superuser):
    worker.is_active = False

    assert not access.holds(worker, access.VIEW, village)
    assert not access.grids_for(worker, access.VIEW).exists()
    assert not access.holds(superuser, access.VIEW, None)
    assert access.holds(superuser, access.OVERSEE, village)


@pytest.mark.parametrize("is_superuser", [True, False])
def test_who_was_locked_out_holds_nothing_anywhere(village, is_superuser):
    user = make_user(is_superuser=is_superuser)
    make_post(user, village, Role.CHIEF)
    user.is_active = False

    assert not access.holds(user, access.VIEW, village)
    assert not access.grids_for(user, access.VIEW).exists()
