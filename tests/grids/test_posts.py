"""Appointing, ending, standing in; authority follows at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from build import make_post, make_user
from grids import access, completeness
from grids.errors import Invalid, Refused
from grids.models import Grid, GridEvent, Post, Role
from grids.services import posts
from grids.services.authority import refresh_all, refresh_if_stale

DAY = timedelta(days=1)


@pytest.fixture
def appoint(office, today, noon):
    def call(grid, role, user, **over):
        given = {"title": "", "from_on": today, "by": office, "at": noon} | over
        return posts.appoint(grid=grid, role=role, user=user, **given)

    return call


def sees(user, grid):
    access.forget(user)
    return access.holds(user, access.VIEW, grid)


@pytest.mark.clause("Y1-09", "Y1-18", "Y2-05", "Y2-13")
def test_an_appointment_keeps_title_dates_source_and_body(appoint, village, newcomer, today):
    post = appoint(
        village,
        Role.WORKER,
        newcomer,
        title="社区工作人员",
        source="指定",
        appointed_by="大码头街道",
        until_on=today + 30 * DAY,
    )

    post.refresh_from_db()
    assert (post.title, post.source, post.appointed_by) == ("社区工作人员", "指定", "大码头街道")
    assert (post.from_on, post.until_on) == (today, today + 30 * DAY)
    assert sees(newcomer, village)


@pytest.mark.clause("Y1-15")
def test_two_chiefs_hold_the_same_village_and_both_have_full_authority(appoint, village):
    secretary, director = make_user(), make_user()

    appoint(village, Role.CHIEF, secretary, title="村支部书记", seat=1)
    appoint(village, Role.CHIEF, director, title="村主任", seat=2)

    assert all(access.holds(user, access.OVERSEE, village) for user in (secretary, director))
    assert village.posts.filter(role=Role.CHIEF, user__isnull=False).count() == 2


@pytest.mark.clause("Y1-16")
def test_one_person_holds_posts_in_several_grids(appoint, village, other_village, newcomer, noon):
    appoint(village, Role.MANAGER, newcomer)
    appoint(other_village, Role.MANAGER, newcomer)

    held = access.posts_of(newcomer, noon.date())
    assert {post.grid for post in held} == {village, other_village}
    assert sees(newcomer, village)
    assert sees(newcomer, other_village)


def test_a_taken_seat_is_refused(appoint, village, newcomer):
    appoint(village, Role.WORKER, newcomer, seat=5)

    with pytest.raises(Refused, match="第 5 席由“新任人员”担任"):
        appoint(village, Role.WORKER, make_user(), seat=5)


def test_the_same_person_twice_in_one_role_is_refused(appoint, village, newcomer):
    appoint(village, Role.WORKER, newcomer, seat=5)

    with pytest.raises(Refused, match="已任"):
        appoint(village, Role.WORKER, newcomer, seat=6)


def test_a_named_empty_post_is_filled_and_its_empty_time_stays(appoint, village, newcomer, today):
    vacancy = make_post(None, village, Role.WORKER, title="网格员岗位", seat=1, clause="Y1-10")

    post = appoint(village, Role.WORKER, newcomer)

    vacancy.refresh_from_db()
    assert (post.title, post.clause) == ("网格员岗位", "Y1-10")
    assert (vacancy.user, vacancy.until_on) == (None, today - DAY)


@pytest.mark.clause("Y1-09")
def test_an_ended_post_stays_as_history_and_loses_its_rights(
    appoint, village, newcomer, office, today, noon
):
    post = appoint(village, Role.WORKER, newcomer, from_on=today - 9 * DAY)

    posts.end_post(post, until_on=today - DAY, by=office, at=noon)

    assert not sees(newcomer, village)
    assert Post.objects.get(pk=post.pk).user == newcomer
    vacancy = village.posts.get(user=None)  # the tier must have a 网格员
    assert (vacancy.from_on, vacancy.title) == (today, post.title)
    assert list(GridEvent.objects.values_list("action", flat=True)) == ["appoint", "end_post"]


def test_the_last_day_still_counts(appoint, village, newcomer, office, today, noon):
    post = appoint(village, Role.WORKER, newcomer)
    posts.end_post(post, until_on=today, by=office, at=noon)

    assert sees(newcomer, village)
    refresh_all(on=today + DAY)
    assert not sees(newcomer, village)


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"until_on": -1}, "截止日期早于任职日期"),
        ({"from_on": -9999}, "不存在"),
        ({"role": "KING"}, "没有这个角色"),
    ],
)
def test_wrong_input_changes_nothing(appoint, village, newcomer, today, over, sentence):
    given = {key: today + value * DAY if key != "role" else value for key, value in over.items()}
    role = given.pop("role", Role.WORKER)
    with pytest.raises((Invalid, PermissionDenied), match=sentence):
        appoint(village, role, newcomer, **given)

    assert not Post.objects.filter(user=newcomer).exists()


def test_a_closed_account_cannot_be_appointed(appoint, village):
    with pytest.raises(Invalid, match="已停用"):
        appoint(village, Role.WORKER, make_user(is_active=False))


def test_nobody_appoints_himself(chief, village, today, noon):
    with pytest.raises(PermissionDenied, match="不能任命自己"):
        posts.appoint(
            grid=village, role=Role.WORKER, user=chief, title="", from_on=today, by=chief, at=noon
        )


@pytest.mark.parametrize("role", [Role.CHIEF, Role.MANAGER, Role.OFFICE, Role.SUPERVISOR])
def test_leading_posts_are_filled_from_above(manager, village, newcomer, today, noon, role):
    with pytest.raises(PermissionDenied):
        posts.appoint(
            grid=village, role=role, user=newcomer, title="", from_on=today, by=manager, at=noon
        )


@pytest.mark.clause("Y1-82", "W-13")
def test_guests_and_contractors_always_have_an_end(appoint, root, village, newcomer, today):
    guest = appoint(root, Role.GUEST, newcomer)

    assert guest.until_on == today + 365 * DAY
    with pytest.raises(Invalid, match="最长 365 天"):
        appoint(village, Role.GUEST, make_user(), until_on=today + 366 * DAY)


@pytest.mark.clause("Y1-82")
def test_a_rule_of_the_regime_shortens_the_time_of_guests(appoint, scheme, root, newcomer, today):
    scheme.rules.create(key="guest_days", value=30, valid_from=today - DAY)

    assert appoint(root, Role.GUEST, newcomer).until_on == today + 30 * DAY


@pytest.mark.clause("Y1-82")
def test_a_guest_reads_and_reports_but_never_acts_or_judges(guest, village):
    held = access.ROLE_GRANTS[Role.CHIEF]
    given = {codename for codename in held if access.holds(guest, codename, village)}

    assert given == {access.VIEW, access.REPORT}


# --- standing in --------------------------------------------------------------------------------


@pytest.fixture
def stand_in(manager, worker, neighbour, today, noon):
    def call(**over):
        given = {
            "substitute": neighbour,
            "from_on": today,
            "until_on": today + 5 * DAY,
            "reason": "外出培训",
            "by": manager,
            "at": noon,
        }
        return posts.substitute(Post.objects.get(user=worker), **given | over)

    return call


def test_a_substitute_acts_until_the_last_day_and_no_longer(stand_in, neighbour, village, today):
    assert not sees(neighbour, village)

    stand_in()

    assert sees(neighbour, village)
    refresh_all(on=today + 5 * DAY)
    assert sees(neighbour, village)
    refresh_all(on=today + 6 * DAY)
    assert not sees(neighbour, village)


def test_the_holder_keeps_his_rights_during_the_absence(stand_in, worker, village):
    stand_in()

    assert sees(worker, village)


def test_a_substitution_ends_early_with_its_rights(
    stand_in, manager, neighbour, village, noon, today
):
    one = stand_in()

    posts.end_substitution(one, by=manager, at=noon)

    assert not sees(neighbour, village)
    with pytest.raises(Refused, match="已经结束"):
        posts.end_substitution(one, by=manager, at=noon)


def test_the_holder_may_name_his_own_substitute(stand_in, worker, neighbour, village):
    stand_in(by=worker)

    assert sees(neighbour, village)


def test_two_substitutes_at_once_are_refused(stand_in, chief):
    stand_in()

    with pytest.raises(Refused, match="已有代理人"):
        stand_in(substitute=chief)


def test_strangers_cannot_stand_in(stand_in, outsider, newcomer):
    for stranger in (outsider, newcomer):
        with pytest.raises(Invalid, match="本体系"):
            stand_in(substitute=stranger)


def test_a_neighbour_cannot_arrange_it(stand_in, neighbour, chief):
    with pytest.raises(PermissionDenied):
        stand_in(by=neighbour, substitute=chief)


def test_a_substitution_ends_with_the_post(stand_in, worker, neighbour, village, office, noon):
    stand_in()
    post = Post.objects.get(user=worker)

    posts.end_post(post, until_on=noon.date() - DAY, by=office, at=noon)

    assert not sees(neighbour, village)


# --- authority is never older than a day --------------------------------------------------------


def test_the_first_request_of_a_day_takes_ended_posts_into_account(worker, village, today):
    Post.objects.filter(user=worker).update(until_on=today)

    refresh_if_stale(worker, on=today + DAY)

    assert not sees(worker, village)


def test_refreshing_all_twice_changes_nothing_the_second_time(cast, today):
    refresh_all(on=today)

    assert refresh_all(on=today) == 0


# --- completeness -------------------------------------------------------------------------------


@pytest.mark.clause("Y1-10")
def test_a_grid_without_all_three_posts_is_red(village, village_chief, manager, scheme, today):
    (standing,) = completeness.standings(scheme, [village], today).values()

    assert standing.missing == ["网格员"]
    assert standing.is_red
    lacking = Grid.objects.filter(completeness.lacking_post(scheme, today))
    assert village in lacking


@pytest.mark.clause("Y1-10")
def test_a_grid_with_all_three_posts_is_not_red(
    village, village_chief, manager, worker, scheme, today
):
    (standing,) = completeness.standings(scheme, [village], today).values()

    assert not standing.is_red
    assert not standing.vacant
    assert village not in Grid.objects.filter(completeness.lacking_post(scheme, today))


def test_a_post_nobody_holds_is_vacant_not_missing(village, village_chief, manager, scheme, today):
    make_post(None, village, Role.WORKER)

    (standing,) = completeness.standings(scheme, [village], today).values()

    assert (standing.missing, standing.vacant) == ([], ["网格员"])
    assert village in Grid.objects.filter(completeness.lacking_post(scheme, today, is_held=True))
