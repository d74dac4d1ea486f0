"""Many rows: the same questions, the same answers, caps on whatever a caller may ask for."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from build import make_post, make_user
from build_tasks import make_closed, make_handled, make_registered, make_submitted, make_task
from grids import access
from grids.models import Role
from tasks.models import Task, scope
from tasks.models.words import holding
from tasks.selectors import lists
from tasks.selectors.lines import lines
from tasks.views import register

MANY = 40


@pytest.fixture(autouse=True)
def now_is_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield noon


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def every_state(cast):
    """One matter of each kind of life, one of them late and one hidden."""
    registered = make_registered(cast.scheme, cast.tree.village, cast.worker)
    tasks = [registered, make_task(cast), make_handled(cast), make_submitted(cast)]
    tasks += [make_closed(cast), make_registered(cast.scheme, cast.tree.street, cast.chief)]
    Task.objects.filter(pk=tasks[2].pk).update(is_listed=True, rebounds=1, round=2, bounces=2)
    Task.objects.filter(pk=tasks[1].pk).update(strength="STRIVE", is_hidden=True)
    return tasks


def multiply(tasks, times):
    """More of the same, straight into the table."""
    copies = []
    for one in Task.objects.filter(pk__in=[task.pk for task in tasks]):
        for _ in range(times):
            number = f"BM-{uuid.uuid4().hex[:12]}"
            values = {
                field.attname: getattr(one, field.attname) for field in Task._meta.concrete_fields
            }
            copies.append(Task(**values | {"id": None, "number": number, "client_id": None}))
    Task.objects.bulk_create(copies)


# --- the number of questions ----------------------------------------------------------------------


def _open_routes(resolver, prefix=""):
    """Names of all pages and lists whose address needs nothing."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            space = f"{prefix}{one.namespace}:" if one.namespace else prefix
            yield from _open_routes(one, space)
        elif one.name and not one.pattern.regex.groups:
            yield f"{prefix}{one.name}"


LISTS = sorted(
    name for name in set(_open_routes(get_resolver())) if re.fullmatch(r"api:[\w-]+-list", name)
)
WRITTEN_ONLY = {"api:attachment-list", "api:upload-list"}
PAGES = sorted(
    name
    for name in set(_open_routes(get_resolver()))
    if not name.startswith("api:") and name not in ("schema", "docs", "logout")
)


def questions(client, name):
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse(name))
    assert answer.status_code < 500
    return answer.status_code, [query["sql"] for query in asked]


def test_a_page_or_list_asks_as_many_questions_of_many_tasks_as_of_few(cast, every_state):
    """Every page and every list of the API, without exception (fault 116)."""
    client = signed_in(cast.office)
    multiply(every_state, 2)
    for name in PAGES:
        client.get(reverse(name))
    few = {name: questions(client, name) for name in PAGES + LISTS}

    multiply(every_state, MANY)
    many = {name: questions(client, name) for name in PAGES + LISTS}

    grown = {
        name: (len(few[name][1]), len(many[name][1]))
        for name in few
        if len(many[name][1]) != len(few[name][1])
    }
    assert grown == {}
    assert {name for name in LISTS if few[name][0] == 200} == set(LISTS) - WRITTEN_ONLY


@pytest.mark.parametrize("name", ["tasks:ledger", "api:task-list"])
@pytest.mark.parametrize("who", ["office", "chief", "worker"])
def test_the_long_lists_ask_eight_questions_at_most(cast, every_state, name, who, monkeypatch):
    """P9; what stands beside the navigation is counted every twenty seconds only."""
    monkeypatch.setattr("config.glance.counts", lambda request, scheme, at: {"unread": 0})
    monkeypatch.setattr("config.glance.air_now", lambda scheme, at: None)
    client = signed_in(getattr(cast, who))

    status, asked = questions(client, name)

    assert status == 200
    assert len(asked) <= 8


# --- the same answers -----------------------------------------------------------------------------


def test_a_line_of_the_ledger_shows_what_the_task_itself_would(cast, every_state, monkeypatch):
    client, address = signed_in(cast.office), reverse("tasks:ledger")
    by_lines = client.get(address)
    monkeypatch.setattr(register, "lines", list)
    by_tasks = client.get(address)

    assert by_lines.content.decode().count("<tr") == len(every_state) + 1
    body = [answer.content.decode().partition("<tbody>")[2] for answer in (by_lines, by_tasks)]
    assert body[0] == body[1]


def test_lines_take_one_question_whatever_they_show(cast, every_state, django_assert_num_queries):
    rows = Task.objects.select_related("grid").order_by("pk")
    with django_assert_num_queries(1):
        shown = lines(rows)

    assert [line.number for line in shown] == [task.number for task in rows]


def naive(user):
    """Visibility said plainly, task by task."""
    seen = set()
    for task in Task.objects.all():
        grids = [task.grid, task.issuer_grid, task.origin_grid, *task.assisting.all()]
        mine = any(access.holds(user, access.VIEW, grid) for grid in grids)
        touched = task.events.filter(by=user).exists() or user in task.watchers.all()
        overseer = access.holds(user, access.OVERSEE, task.issuer_grid)
        if (mine or touched) and (
            not task.is_hidden or overseer or task.registered_by_id == user.pk
        ):
            seen.add(task.number)
    return seen


@pytest.mark.parametrize("share", [0, 0.05, 2])
def test_every_form_of_the_visibility_query_sees_the_same(cast, every_state, monkeypatch, share):
    """Small parts of a tree, large parts, whole regimes, watchers, assistants, former handlers."""
    monkeypatch.setattr(scope, "LARGE", share)
    watcher = make_user()
    make_post(watcher, cast.tree.other_street, Role.CHIEF)
    every_state[0].watchers.add(watcher)
    every_state[4].assisting.add(cast.tree.other_street)
    people = [watcher, cast.office, cast.chief, cast.worker, cast.enterprise, cast.supervisor]

    for user in people:
        access.forget(user)
        user.__dict__.pop("_task_scope", None)
        assert set(Task.objects.visible_to(user).values_list("number", flat=True)) == naive(user)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("裸土", {"A"}),
        ("土", {"A", "B"}),
        ("xj-9", {"A"}),
        ("金松路77号", {"B"}),
        ("路77号裸", set()),
        ("100%", {"C"}),
        ("_", set()),
        ("从来没有", set()),
    ],
)
def test_words_are_found_in_number_title_and_place(cast, words, found):
    made = {
        "A": make_registered(cast.scheme, cast.tree.village, cast.worker, title="XJ-9 工地裸土"),
        "B": make_registered(
            cast.scheme, cast.tree.village, cast.worker, title="渣土车", place="金松路77号"
        ),
        "C": make_registered(cast.scheme, cast.tree.village, cast.worker, title="覆盖率不足100%"),
    }
    numbers = {task.number: key for key, task in made.items()}

    page = lists.ledger(cast.office, cast.scheme, {"q": words}, cast.noon)
    api = signed_in(cast.office).get(reverse("api:task-list"), {"q": words}).json()["results"]

    assert {numbers[task.number] for task in page} == found
    assert {numbers[row["number"]] for row in api} == found


# --- caps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["1000000000", "1e9", "0", "-5", "x"])
def test_no_caller_gets_more_than_two_hundred_rows_at_once(cast, every_state, asked):
    multiply(every_state, MANY)
    client = signed_in(cast.office)

    for name in ("api:task-list", "api:changes"):
        answer = client.get(reverse(name), {"page_size": asked})
        assert answer.status_code in (200, 400)
        assert len(answer.json().get("results", [])) <= 200


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/tasks/?ordering=problem",
        "/api/v1/tasks/?ordering=events__data__x__y",
        "/api/v1/tasks/?scheme__grids__posts__user__password=x",
        "/tasks/?order=grid__scheme__name",
        "/tasks/?page=999999999999",
    ],
)
def test_nobody_sorts_or_filters_by_what_has_no_index(cast, every_state, address):
    with CaptureQueriesContext(connection) as asked:
        answer = signed_in(cast.office).get(address)

    assert answer.status_code == 200
    sql = [query["sql"] for query in asked if '"tasks_task"."title"' in query["sql"]]
    assert sql
    assert not any('problem" ASC' in one or "password" in one.partition("WHERE")[2] for one in sql)


def test_a_database_that_gives_up_is_a_503_with_a_sentence(cast, monkeypatch):
    def give_up(*args):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(register, "lines", give_up)
    answer = signed_in(cast.office).get(reverse("tasks:ledger"))

    assert answer.status_code == 503
    assert "请过一会儿再试" in answer.content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such limit")
def test_pages_on_postgresql_have_five_seconds_for_a_question(db):
    options = connection.settings_dict["OPTIONS"]["options"]
    assert "jit=off" in options
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        with pytest.raises(OperationalError, match="timeout"):
            cursor.execute("SELECT pg_sleep(2)")


def test_a_deadline_of_tomorrow_is_not_counted_as_late(cast, noon):
    task = make_task(cast)
    late = lists.ledger(cast.office, cast.scheme, {"due": "overdue"}, noon)
    assert task not in late
    assert task in lists.ledger(
        cast.office, cast.scheme, {"due": "overdue"}, task.due_at + timedelta(seconds=1)
    )


# --- search ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("裸土", ["T1"]),
        ("ab", ["T1", "T2"]),
        ("AB", ["T1", "T2"]),
        ("土a", []),  # the end of the title and the beginning of the place
        ("土\na", []),
        ("土", ["T1"]),
        ("%", ["T2"]),
        ("5%", ["T2"]),
        ("T1", ["T1"]),
    ],
)
@pytest.mark.parametrize("among_all", [True, False])
def test_words_are_found_in_one_column_at_a_time(cast, words, found, among_all):
    for number, title, place in (("T1", "东侧裸土", "ab路"), ("T2", "Ab路 5% 未覆盖", "")):
        task = make_registered(cast.scheme, cast.tree.village, cast.worker)
        Task.objects.filter(pk=task.pk).update(number=number, title=title, place=place)

    rows = Task.objects.filter(holding(words, among_all=among_all)).order_by("number")

    assert [task.number for task in rows] == found
