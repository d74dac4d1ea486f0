"""The API of grids: keys and scopes, lists, subtree, who answers for a point."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from rest_framework.test import APIClient
from shapely.geometry import box, mapping

from grids.models import ApiToken, Supervision
from grids.services import outlines, tokens

PASSWORD = "蓝天-Test-2026"


@pytest.fixture
def api():
    return APIClient()


@pytest.fixture
def as_(api):
    """The client, carrying a key of somebody."""

    def call(user, at=None, scope="write"):
        key, _ = tokens.issue(user, at=at or _now(), scope=scope)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        return client

    return call


def _now():
    return ApiToken.created_at.field.to_python("2026-11-18T12:00:00+08:00")


@pytest.fixture(autouse=True)
def _clock(time_machine, noon):
    time_machine.move_to(noon, tick=False)


def ask_key(api, **over):
    given = {"username": "worker", "password": PASSWORD} | over
    return api.post(reverse("api:token"), given, format="json")


def codes(answer):
    return [row["code"] for row in answer.json()["results"]]


# --- keys ---------------------------------------------------------------------------------------


def test_a_password_gives_a_key_that_says_who_one_is(api, worker, village, scheme):
    key = ask_key(api).json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    me = api.get(reverse("api:me")).json()

    assert (me["username"], me["schemes"], me["scope"]) == ("worker", [scheme.code], "write")
    assert [post["grid"] for post in me["posts"]] == [village.code]
    assert me["posts"][0]["role_label"] == "网格员"
    assert [grid["name"] for grid in me["grids"]] == [village.name]


def test_the_key_itself_is_not_kept(api, worker):
    key = ask_key(api).json()["token"]

    token = ApiToken.objects.get()
    assert key not in (token.digest, str(token))
    assert token.digest == tokens.digest_of(key)


@pytest.mark.parametrize("over", [{"password": "wrong"}, {"username": "nobody"}])
def test_wrong_credentials_are_refused_without_saying_which(api, worker, over):
    answer = ask_key(api, **over)

    assert answer.status_code == 400
    assert answer.json()["detail"] == "用户名或密码不正确，请检查后重试。"


@pytest.mark.parametrize("given", [{}, {"username": "worker"}, {"scope": "all"}, [], "x"])
def test_incomplete_requests_name_the_field(api, db, given):
    answer = api.post(reverse("api:token"), given, format="json")

    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "detail"}


def test_too_many_tries_are_slowed_down(api, worker, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    statuses = [ask_key(api, username=f"guess{n}").status_code for n in range(11)]

    assert statuses == [400] * 10 + [429]


@pytest.mark.parametrize("header", ["Token", "Token x y", "Token none", "token 错"])
def test_a_key_that_opens_nothing_is_401(api, db, header):
    api.credentials(HTTP_AUTHORIZATION=header.encode().decode("latin-1"))

    answer = api.get(reverse("api:me"))

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_keys_end_are_revoked_and_die_with_the_account(worker, noon):
    key, token = tokens.issue(worker, at=noon, days=10)
    assert tokens.find(key, at=noon + timedelta(days=9)) == token
    assert tokens.find(key, at=noon + timedelta(days=10)) is None

    tokens.revoke(token, at=noon)
    assert tokens.find(key, at=noon) is None

    other, _ = tokens.issue(worker, at=noon)
    worker.is_active = False
    worker.save(update_fields=["is_active"])
    assert tokens.find(other, at=noon) is None


def test_a_key_revokes_itself(as_, worker):
    client = as_(worker)

    assert client.delete(reverse("api:token")).status_code == 204
    assert client.get(reverse("api:me")).status_code == 401


def test_a_read_only_key_may_not_write(as_, worker):
    client = as_(worker, scope="read")

    assert client.get(reverse("api:me")).json()["scope"] == "read"
    assert client.post(reverse("api:me"), {}).status_code in (403, 405)
    answer = client.post("/api/v1/tasks/", {}, format="json")
    assert answer.status_code in (403, 404)


def test_rights_of_a_post_that_ended_yesterday_are_gone(as_, worker, village, noon, time_machine):
    client = as_(worker)
    url = reverse("api:grid-detail", args=[village.pk])
    worker.posts.update(until_on=noon.date())
    assert client.get(url).status_code == 200

    time_machine.move_to(noon + timedelta(days=1), tick=False)

    assert client.get(url).status_code == 404


# --- lists --------------------------------------------------------------------------------------


def test_a_list_holds_the_own_scope_in_tree_order(as_, chief, cast):
    assert codes(as_(chief).get(reverse("api:grid-list"))) == ["S1", "V1", "V2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"tier": "SECOND"}, ["S1", "S2"]),
        ({"under": "S1"}, ["S1", "V1", "V2"]),
        ({"q": "社区"}, ["V1", "V2"]),
        ({"q": "V2"}, ["V2"]),
        ({"kind": "ENTERPRISE"}, ["K1"]),
        ({"scheme": "none"}, []),
        ({"under": "none"}, []),
        ({"tier": "THIRD", "ordering": "-code"}, ["V2", "V1"]),
        ({"open_on": "2000-01-01"}, []),
    ],
)
def test_lists_are_filtered_and_ordered(as_, office, cast, query, expected):
    assert codes(as_(office).get(reverse("api:grid-list"), query)) == expected


@pytest.mark.parametrize("query", [{"tier": "FOURTH"}, {"open_on": "x"}])
def test_a_wrong_filter_is_400(as_, office, query):
    answer = as_(office).get(reverse("api:grid-list"), query)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(query)


def test_lists_are_paged(as_, office, cast):
    answer = as_(office).get(reverse("api:grid-list"), {"page_size": 2}).json()

    assert len(answer["results"]) == 2
    assert answer["count"] == 7
    assert "page=2" in answer["next"]
    assert as_(office).get(reverse("api:grid-list"), {"page": 99}).status_code == 404


def test_a_list_takes_the_same_few_queries_however_long(
    as_, office, cast, django_assert_max_num_queries
):
    client = as_(office)
    with django_assert_max_num_queries(8):
        client.get(reverse("api:grid-list"))
    with django_assert_max_num_queries(8):
        client.get(reverse("api:post-list"))


def test_a_subtree_is_the_grid_and_all_below(as_, office, district, cast):
    answer = as_(office).get(reverse("api:grid-subtree", args=[district.pk]))

    assert codes(answer) == ["D1", "S1", "V1", "V2", "S2", "K1"]


def test_one_grid_in_full(as_, office, village, street):
    grid = as_(office).get(reverse("api:grid-detail", args=[village.pk])).json()

    assert (grid["parent"], grid["tier_label"], grid["is_leaf"]) == (street.code, "三级网格", True)


@pytest.mark.clause("Y1-20")
def test_an_enterprise_sees_its_own_grid_only(as_, enterprise, cast):
    assert codes(as_(enterprise).get(reverse("api:grid-list"))) == ["K1"]


@pytest.mark.clause("Y1-21")
def test_supervising_grids_see_what_they_watch(as_, worker, village, key_grid, cast):
    Supervision.objects.create(grid=key_grid, supervisor=village)

    assert codes(as_(worker).get(reverse("api:grid-list"))) == ["V1", "K1"]


def test_posts_show_holders_and_vacancies(as_, chief, worker, village_chief, village):
    village.posts.create(role="MANAGER", seat=1, title="联村干部", from_on="2021-02-19")
    client = as_(chief)

    rows = client.get(reverse("api:post-list"), {"under": "V1"}).json()["results"]
    assert {(row["role"], row["holder"]) for row in rows} == {
        ("WORKER", "社区工作人员"),
        ("CHIEF", "村支部书记"),
        ("MANAGER", None),
    }
    empty = client.get(reverse("api:post-list"), {"vacant": "true"}).json()["results"]
    assert [row["title"] for row in empty] == ["联村干部"]


def test_schemes_are_those_one_works_in(as_, worker, scheme, other_scheme):
    assert codes(as_(worker).get(reverse("api:scheme-list"))) == [scheme.code]


# --- places -------------------------------------------------------------------------------------


@pytest.fixture
def drawn(village, office, noon):
    outlines.redraw(
        village,
        geometry=mapping(box(112.3, 28.5, 112.4, 28.6)),
        valid_from=noon.date(),
        datum="wgs84",
        by=office,
        at=noon,
    )


def test_a_point_is_answered_by_its_chain(as_, worker, drawn):
    answer = as_(worker).get(reverse("api:grid-locate"), {"lon": 112.35, "lat": 28.55}).json()

    (found,) = answer
    assert found["grid"]["code"] == "V1"
    assert [grid["code"] for grid in found["chain"]] == ["ROOT", "D1", "S1", "V1"]
    assert [post["holder"] for post in found["posts"]] == ["社区工作人员"]
    assert found["note"] == "边界示意，非审定地图"


def test_a_stranger_learns_the_grid_but_no_names(as_, outsider, worker, drawn):
    (found,) = as_(outsider).get(reverse("api:grid-locate"), {"lon": 112.35, "lat": 28.55}).json()

    assert found["grid"]["code"] == "V1"
    assert found["posts"] == []


def test_a_shifted_point_is_converted(as_, worker, drawn):
    client, edge = as_(worker), {"lon": 112.4005, "lat": 28.55}

    assert client.get(reverse("api:grid-locate"), edge).json() == []
    assert len(client.get(reverse("api:grid-locate"), edge | {"datum": "gcj02"}).json()) == 1


@pytest.mark.parametrize(
    "query",
    [{}, {"lon": "x", "lat": 1}, {"lon": 181, "lat": 0}, {"lon": "nan", "lat": 0}, {"lon": 1}],
)
def test_a_point_that_is_none_is_400(as_, worker, query):
    assert as_(worker).get(reverse("api:grid-locate"), query).status_code == 400
