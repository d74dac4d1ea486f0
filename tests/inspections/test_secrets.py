"""暗访: who may see a visit and its task before they are released, by every door."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from build import NOON, make_post, make_user
from build_inspections import pair, photo, problem, visit
from grids.models import Role
from inspections.models import Inspection, Mode
from inspections.services import visits
from tasks import selectors
from tasks.models import Task
from tasks.selectors import changes, files
from tasks.services import life

pytestmark = pytest.mark.django_db

OVERSEEING = {Role.OFFICE, Role.SUPERVISOR, Role.CHIEF}
"""Roles that see a covert visit of the root, sitting at the root."""


@pytest.fixture
def covert(cast):
    """A visit on the root's behalf, with a photo of its own and one of its finding."""
    own, found = photo(cast.office, 1), photo(cast.office, 2)
    finding = problem(photos=(found,))
    given = visit(cast.tree.village, mode=Mode.COVERT, findings=(finding,), photos=(own,))
    row = visits.record(given, by=cast.office, at=NOON)[0]
    return SimpleNamespace(visit=row, task=Task.objects.get(), photos=[own, found])


def person(grid, role):
    user = make_user()
    make_post(user, grid, role)
    return user


def by_selectors(user, scheme, covert):
    """Every list, figure and stream of which the hidden matter could be a part."""
    events, _, _ = changes.changes(user, after=0, limit=100)
    return {
        "task": Task.objects.visible_to(user).exists(),
        "search": selectors.ledger(user, scheme, {"q": covert.task.number}, NOON).exists(),
        "changes": bool(events),
        "files": files.visible_to(user).filter(task=covert.task).exists(),
        "visit": Inspection.objects.visible_to(user).exists(),
    }


def by_doors(user, covert):
    client = Client()
    client.force_login(user)
    number, pk = covert.task.number, covert.visit.pk
    own, found = covert.photos
    doors = [
        reverse("tasks:detail", args=[number]),
        reverse("tasks:attachment", args=[found, "thumb"]),
        reverse("inspections:detail", args=[pk]),
        reverse("inspections:photo", args=[pk, own, "thumb"]),
        reverse("api:task-detail", kwargs={"number": number}),
        reverse("api:attachment-detail", kwargs={"client_id": found}),
        reverse("api:inspection-detail", kwargs={"pk": pk}),
    ]
    lists = [reverse(f"api:{name}-list") for name in ("task", "inspection", "finding")]
    counts = [json.loads(client.get(one).content)["count"] for one in lists]
    return {client.get(door).status_code for door in doors}, set(counts)


@pytest.mark.clause("Y1-59", "W-44")
@pytest.mark.parametrize("role", Role)
def test_at_the_root_only_who_oversees_sees_it(cast, covert, role):
    user = person(cast.tree.root, role)

    assert set(by_selectors(user, cast.scheme, covert).values()) == {role in OVERSEEING}
    inbox = selectors.waiting_counts(user, cast.scheme, NOON)["inbox"]
    assert inbox == (role in OVERSEEING)


@pytest.mark.clause("Y1-59", "W-44")
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("place", ["district", "street", "village"])
def test_below_the_root_nobody_sees_it(cast, covert, place, role):
    user = person(getattr(cast.tree, place), role)

    assert set(by_selectors(user, cast.scheme, covert).values()) == {False}


@pytest.mark.parametrize(
    ("name", "sees"),
    [("office", True), ("supervisor", True), ("guest", False), ("chief", False), ("worker", False)],
)
def test_every_door_answers_the_same(cast, covert, name, sees):
    statuses, counts = by_doors(getattr(cast, name), covert)

    assert statuses == {200 if sees else 404}
    assert counts == {int(sees)}


def test_the_finder_keeps_seeing_it_without_authority_over_the_root(cast):
    finder = person(cast.tree.street, Role.MANAGER)
    given = visit(cast.tree.village, mode=Mode.COVERT, findings=(problem(),))
    row = visits.record(given, by=finder, at=NOON)[0]
    covert = SimpleNamespace(visit=row, task=Task.objects.get())

    seen = by_selectors(finder, cast.scheme, covert)
    assert (seen["task"], seen["visit"], seen["changes"]) == (True, True, True)
    colleague = person(cast.tree.street, Role.WORKER)
    assert not any(by_selectors(colleague, cast.scheme, covert).values())


def test_released_the_guest_of_the_root_sees_it_too(cast, covert):
    visits.release(covert.visit, by=cast.office, at=NOON)

    statuses, counts = by_doors(cast.guest, covert)

    assert statuses == {200}
    assert counts == {1}


def test_what_is_sent_back_to_the_visited_grid_is_no_secret_any_more(cast):
    found = problem(fixed_on_the_spot=True, measures="当场覆盖", photos=pair(cast.office))
    visits.record(
        visit(cast.tree.village, mode=Mode.COVERT, findings=(found,)), by=cast.office, at=NOON
    )
    task = Task.objects.get()
    assert not Task.objects.visible_to(cast.worker).exists()

    life.send_back(task, reason="覆盖不全", by=cast.supervisor, at=NOON)

    assert Task.objects.visible_to(cast.worker).get() == task
