"""Pages of grids: what people find there and what happens to wrong input."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from build import make_grid, make_post, make_user
from grids.models import Post, Role, Supervision, User

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(time_machine, noon):
    time_machine.move_to(noon, tick=False)


@pytest.fixture
def page(client):
    def call(who, route, /, *args, **query):
        client.force_login(who)
        return client.get(reverse(route, args=args), query)

    return call


@pytest.fixture
def send(client):
    def call(who, route, /, *args, **given):
        client.force_login(who)
        return client.post(reverse(route, args=args), given)

    return call


def text(answer):
    return answer.content.decode()


def test_the_tree_opens_piece_by_piece(page, office, street, village, district):
    first = text(page(office, "grids:tree"))
    assert district.name in first
    assert village.name not in first

    part = text(page(office, "grids:children", street.pk))
    assert village.name in part
    assert "<html" not in part


@pytest.mark.clause("Y1-10")
def test_a_grid_without_a_post_is_marked_red_and_listed(page, office, village, village_chief):
    shown = text(page(office, "grids:detail", village.pk))
    listed = text(page(office, "grids:incomplete"))

    assert 'class="chip late">缺网格员' in shown.replace("  ", " ")
    assert village.name in listed


@pytest.mark.clause("ZY-33")
def test_the_list_of_incomplete_grids_shrinks_as_posts_are_filled(
    page, office, village, village_chief, manager, worker
):
    assert village.name not in text(page(office, "grids:incomplete"))
    assert village.name in text(page(office, "grids:incomplete", lack="profile"))
    assert village.name in text(page(office, "grids:incomplete", lack="papers"))


@pytest.mark.clause("Y1-09")
def test_the_card_shows_who_holds_which_post_since_when_and_before(
    page, chief, village, worker, noon
):
    worker.phone = "0737-1234567"
    worker.save(update_fields=["phone"])
    former = make_user(display_name="前任网格员")
    make_post(former, village, Role.WORKER, until_on=noon.date() - DAY)

    shown = text(page(chief, "grids:detail", village.pk))

    for words in ("社区工作人员", "0737-1234567", "2021-02-19", "前任网格员", "历任"):
        assert words in shown


@pytest.mark.clause("Y1-21")
def test_the_card_names_the_supervising_grids_with_the_sentence(
    page, office, key_grid, street, scheme
):
    scheme.clauses.create(code="Y1-21", quote="直接实施监督管理")
    Supervision.objects.create(grid=key_grid, supervisor=street, clause="Y1-21")

    shown = text(page(office, "grids:detail", key_grid.pk))

    assert street.name in shown
    assert "直接实施监督管理" in shown


@pytest.mark.clause("Y2-02")
def test_the_responsibility_card_binds_person_area_post_and_duty(page, chief, village, worker):
    village.fixed_area, village.fixed_duties = "学门口社区全域", "每日巡查工地"
    village.save(update_fields=["fixed_area", "fixed_duties"])

    shown = text(page(chief, "grids:card", village.pk))

    for words in ("网格责任卡", "学门口社区全域", "社区工作人员", "网格员", "每日巡查工地"):
        assert words in shown


def test_appointing_leads_back_to_the_card(send, office, village, newcomer, noon):
    answer = send(
        office,
        "grids:appoint",
        village.pk,
        role="WORKER",
        seat=1,
        user=newcomer.username,
        from_on=noon.date(),
    )

    assert answer.url == reverse("grids:detail", args=[village.pk])
    assert Post.objects.get(user=newcomer).grid == village


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"user": "nobody"}, "没有这个账号"),
        ({"role": "KING"}, "KING"),
        ({"seat": "0"}, "1"),
        ({"from_on": "18.11.2026"}, "日期"),
        ({"until_on": "2020-01-01"}, "截止日期早于任职日期"),
        ({"user": "worker"}, "已任"),
        ({"user": "\x00"}, "空"),
    ],
)
def test_a_wrong_appointment_comes_back_with_a_sentence(
    send, office, worker, village, noon, over, words
):
    given = {"role": "WORKER", "seat": 88, "user": "worker", "from_on": noon.date()} | over
    before = Post.objects.count()

    answer = send(office, "grids:appoint", village.pk, **given)

    assert answer.status_code == 422
    assert words in text(answer)
    assert Post.objects.count() == before


def test_a_manager_is_offered_plain_posts_only(page, manager, village):
    shown = text(page(manager, "grids:appoint", village.pk))

    assert 'value="WORKER"' in shown
    assert 'value="CHIEF"' not in shown


def test_ending_a_post_too_early_is_refused(send, office, worker, noon):
    post = Post.objects.get(user=worker)

    answer = send(office, "grids:end-post", post.pk, until_on="2000-01-01")

    assert answer.status_code == 422
    assert "早于任职日期" in text(answer)


def test_a_stand_in_shows_on_the_card(send, page, worker, neighbour, village, noon):
    day = noon.date()
    send(
        worker,
        "grids:substitute",
        Post.objects.get(user=worker).pk,
        substitute="neighbour",
        from_on=day,
        until_on=day + 3 * DAY,
        reason="出差",
    )

    assert f"代理：{neighbour}" in text(page(neighbour, "grids:detail", village.pk))


@pytest.mark.clause("Y1-16")
def test_the_workload_of_a_person_counts_posts_in_all_grids(
    page, office, worker, other_village, village
):
    make_post(worker, other_village, Role.MANAGER)

    shown = text(page(office, "grids:person", worker.pk))
    listed = text(page(office, "grids:people"))

    assert village.name in shown
    assert other_village.name in shown
    assert "2 个岗位" in shown
    assert "社区工作人员" in listed


@pytest.mark.clause("Y1-90")
def test_people_belong_to_one_of_three_teams(send, page, office):
    send(
        office,
        "grids:person-new",
        username="expert",
        display_name="臭氧专家",
        team="EXPERT",
        password="Lan-Ge-2026-x",
    )

    assert User.objects.get(username="expert").team == User.Team.EXPERT
    assert "臭氧专家" in text(page(office, "grids:people", team="EXPERT"))
    assert "臭氧专家" not in text(page(office, "grids:people", team="MANAGEMENT"))


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"username": "worker"}, "已存在"),
        ({"password": "12345678"}, "密码"),
        ({"username": "张 三"}, "3–60 位"),
    ],
)
def test_a_wrong_account_comes_back_with_a_sentence(send, office, worker, over, words):
    given = {"username": "new", "display_name": "新人", "password": "Lan-Ge-2026-x"} | over

    answer = send(office, "grids:person-new", **given)

    assert answer.status_code == 422
    assert words in text(answer)


def test_a_person_in_post_is_not_closed(send, office, worker):
    assert send(office, "grids:person-close", worker.pk).status_code == 409
    assert User.objects.get(pk=worker.pk).is_active


def test_names_are_offered_while_one_types(page, office, worker):
    assert 'value="worker"' in text(page(office, "grids:people-options", user="社区工作"))
    assert "option" not in text(page(office, "grids:people-options", user=" "))


def test_the_regime_page_quotes_its_sentences(page, office, scheme, noon):
    scheme.clauses.create(code="Y1-59", quote="不发通知、不打招呼", place="三")
    scheme.rules.create(
        key="covert",
        value={"hidden": True},
        valid_from=noon.date(),
        clause="Y1-59",
        is_example=True,
    )

    shown = text(page(office, "grids:scheme", scheme.code))

    for words in ("不发通知、不打招呼", "Y1-59", "示例待确认", "一级网格"):
        assert words in shown


@pytest.mark.clause("Y2-06")
def test_a_person_of_two_regimes_switches_between_them(
    send, client, office, other_scheme, scheme, noon
):
    make_post(office, other_scheme.grids.get(), Role.OFFICE)

    send(office, "grids:switch-scheme", scheme=scheme.code, next="/grids/")
    assert client.get("/grids/").wsgi_request.grid_scheme == scheme
    answer = send(office, "grids:switch-scheme", scheme=other_scheme.code, next="/grids/")
    assert answer.url == "/grids/"
    assert client.get("/grids/").wsgi_request.grid_scheme == other_scheme


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_the_switch_leads_nowhere_else(send, office, scheme, target):
    answer = send(office, "grids:switch-scheme", scheme=scheme.code, next=target)

    assert answer.url == reverse("grids:schemes")


def test_search_finds_with_its_path_and_offers_other_lists(page, office, village, street):
    shown = text(page(office, "grids:search", q="学门口"))

    assert village.name in shown
    assert street.name in shown
    assert "没有找到" in text(page(office, "grids:search", q="不存在的网格"))


def test_outlines_are_geojson_of_what_one_may_see(page, redrawn, worker, outsider, village):
    mine = page(worker, "grids:outlines", grid=village.pk).json()
    theirs = page(outsider, "grids:outlines")

    assert [f["properties"]["code"] for f in mine["features"]] == ["V1"]
    assert "非审定地图" in mine["features"][0]["properties"]["note"]
    assert theirs.json()["features"] == []
    assert page(outsider, "grids:outlines", grid=village.pk).status_code == 404


@pytest.fixture
def redrawn(village, noon):
    ring = [[112.3, 28.5], [112.4, 28.5], [112.4, 28.6], [112.3, 28.5]]
    village.boundaries.create(
        geometry={"type": "Polygon", "coordinates": [ring]},
        west=112.3,
        south=28.5,
        east=112.4,
        north=28.6,
        valid_from=noon.date(),
    )


def test_the_map_and_the_report_say_that_outlines_are_a_sketch(page, office, redrawn, village):
    for name, args in (("grids:map", []), ("grids:gaps", []), ("grids:detail", [village.pk])):
        assert "边界示意，非审定地图" in text(page(office, name, *args))


def test_pages_without_a_post_say_what_to_do(page, newcomer):
    answer = page(newcomer, "grids:tree")

    assert answer.status_code == 403
    assert "请联系网格办" in text(answer)


def test_opening_a_grid_with_a_code_in_use_is_409_free_of_loss(send, office, street, noon):
    given = {"code": "V1", "name": "重复", "tier": "THIRD", "kind": "TERRITORY"}

    answer = send(office, "grids:open", street.pk, **given, opened_on=noon.date())

    assert answer.status_code == 422
    assert "已被使用" in text(answer)
    assert 'value="重复"' in text(answer)


@pytest.mark.parametrize("name", ["grids:tree", "grids:incomplete"])
def test_a_page_takes_the_same_queries_however_many_grids_it_shows(
    page, office, root, scheme, django_assert_num_queries, name
):
    make_grid(scheme, root)
    page(office, name)
    with CaptureQueriesContext(connection) as few:
        page(office, name)
    for _ in range(30):
        make_grid(scheme, root)

    with django_assert_num_queries(len(few)):
        page(office, name)
