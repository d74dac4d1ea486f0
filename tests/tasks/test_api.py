"""The API of tasks: reads, verbs, files, the stream of changes."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from build_tasks import make_handled, make_registered, make_task, pair
from pictures import encoded, picture, sha, upload
from tasks.models import Task
from tasks.services import life
from tasks.viewsets import VERBS
from tasks.workflow import Action

SITE = "/api/v1"


@pytest.fixture(autouse=True)
def now_is_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield noon


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def caller(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_every_action_of_the_workflow_has_a_door():
    inside = {Action.REGISTER, Action.REOPEN, Action.COMPLETE, Action.RECALCULATE}

    assert {Action(verb) for verb in VERBS} == set(Action) - inside


def test_a_whole_life_over_the_api(cast, noon, folder):
    office, worker = caller(cast.office), caller(cast.worker)
    made = office.post(
        f"{SITE}/tasks/",
        {
            "scheme": cast.scheme.code,
            "origin_grid": "ROOT",
            "title": "工地裸露黄土未覆盖",
            "category": "BARE_SOIL",
            "source": "SUPERIOR",
        },
    )
    assert made.status_code == 201
    number = made.data["number"]
    issued = office.post(
        f"{SITE}/tasks/{number}/issue/",
        {
            "grid": "V1",
            "requirement": "三日内全部覆盖",
            "supervisor": "市网格办",
            "deadline_kind": "WORKDAYS",
            "deadline_amount": 3,
        },
    )
    assert issued.data["due_at"] == "2026-11-24T00:00:00+08:00"
    assert worker.get(f"{SITE}/tasks/{number}/").data["offered"][0] == "accept"
    worker.post(f"{SITE}/tasks/{number}/accept/", {"version": issued.data["version"]})
    ids = [_send(worker, purpose, shade) for purpose, shade in (("BEFORE", 1), ("AFTER", 2))]
    card = worker.post(
        f"{SITE}/tasks/{number}/submit/",
        {"measures": "绿网覆盖", "attachments": ids, "quantity": "3200", "unit": "m²"},
    )
    assert card.data["cards"][0]["arrived"] == 2
    assert worker.post(f"{SITE}/tasks/{number}/approve/", {}).status_code == 403

    closed = office.post(f"{SITE}/tasks/{number}/approve/", {"note": "属实"})

    assert closed.data["state"] == "CLOSED"
    events = office.get(f"{SITE}/tasks/{number}/events/").data["results"]
    assert [event["action"] for event in events] == [
        "register",
        "issue",
        "accept",
        "submit",
        "approve",
    ]
    assert events[1]["prev_hash"] == events[0]["hash"]


def _send(client, purpose, shade, **over):
    content = encoded(picture(120, 90, shade))
    one = str(uuid.uuid4())
    data = {"client_id": one, "purpose": purpose, "sha256": sha(content)}
    answer = client.post(
        f"{SITE}/attachments/", data | {"file": upload(content)} | over, format="multipart"
    )
    assert answer.status_code == 201, answer.data
    return one


def test_a_file_is_stored_once_and_its_record_hides_what_the_camera_knew(cast, folder):
    worker, content, one = caller(cast.worker), encoded(picture(120, 90)), str(uuid.uuid4())
    data = {"client_id": one, "sha256": sha(content), "lon": "112.5", "lat": "28.3"}

    def send(**over):
        return worker.post(
            f"{SITE}/attachments/", data | {"file": upload(content)} | over, format="multipart"
        )

    assert [send().status_code for _ in range(2)] == [201, 200]
    record = worker.get(f"{SITE}/attachments/{one}/").data
    assert (record["sha256"], record["lon"]) == (sha(content), 112.5)
    assert not [name for name in record if "exif" in name or "hash" in name]
    assert send(client_id=str(uuid.uuid4()), sha256="0" * 64).status_code == 422
    assert send(client_id=str(uuid.uuid4()), sha256="short").status_code == 400
    assert send(client_id=str(uuid.uuid4()), sha256="", file=upload(b"hi")).status_code == 415
    assert send(client_id=one, sha256="", file=upload(content + b"x")).status_code == 409


def test_a_file_that_has_not_arrived_cannot_be_named(cast, handled):
    one = str(uuid.uuid4())

    answer = caller(cast.worker).post(
        f"{SITE}/tasks/{handled.number}/submit/", {"measures": "x", "attachments": [one]}
    )

    assert answer.status_code == 400
    assert one in str(answer.data["errors"]["attachments"])


@pytest.mark.parametrize(
    ("verb", "data", "status", "field"),
    [
        ("transfer", {"to": "NOWHERE", "reason_code": "NOT_MY_AREA", "note": "x"}, 400, "to"),
        ("transfer", {"to": "V2", "reason_code": "LAZY", "note": "x"}, 400, "reason_code"),
        ("report_up", {}, 400, "reason"),
        ("accept", {"version": 99}, 409, None),
        ("submit", {"measures": "x"}, 409, None),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(cast, issued, verb, data, status, field):
    answer = caller(cast.worker).post(f"{SITE}/tasks/{issued.number}/{verb}/", data)

    assert answer.status_code == status
    assert set(answer.data) <= {"code", "detail", "errors"}
    if field:
        assert field in answer.data["errors"]
    assert issued.events.count() == 2


def test_lists_are_filtered_by_state_grid_kind_scheme_and_overdue(cast, noon):
    late = make_task(cast, deadline_kind="HOURS", deadline_amount=1)
    other = make_registered(cast.scheme, cast.tree.root, cast.office, kind="CHECK")
    office = caller(cast.office)

    def numbers(at=noon, **query):
        with time_machine.travel(at, tick=False):
            return {row["number"] for row in office.get(f"{SITE}/tasks/", query).data["results"]}

    later = noon + timedelta(hours=2)
    assert numbers() == {late.number, other.number}
    assert numbers(state="REGISTERED") == {other.number}
    assert numbers(grid="V1") == numbers(under="S1") == {late.number}
    assert numbers(kind="CHECK") == {other.number}
    assert numbers(scheme="nowhere") == set()
    assert numbers(overdue="true") == set()
    assert numbers(overdue="true", at=later) == {late.number}
    assert numbers(overdue="false", at=later) == {other.number}
    assert office.get(f"{SITE}/tasks/", {"state": "FLYING"}).status_code == 400


def test_what_is_out_of_sight_is_not_there(cast, issued):
    for user in (cast.neighbour, cast.outsider, cast.enterprise):
        client = caller(user)
        assert client.get(f"{SITE}/tasks/{issued.number}/").status_code == 404
        assert client.get(f"{SITE}/tasks/").data["results"] == []
        assert client.get(f"{SITE}/changes/").data["results"] == []


def test_changes_come_in_order_by_cursor_without_gaps(cast, noon):
    for _ in range(3):
        make_handled(cast)
    office, seen, cursor, more = caller(cast.office), [], 0, True
    while more:
        page = office.get(f"{SITE}/changes/", {"after": cursor, "page_size": 2}).data
        seen += [row["cursor"] for row in page["results"]]
        cursor, more = page["next"], page["more"]

    assert len(seen) == 9
    assert seen == sorted(set(seen))
    assert office.get(f"{SITE}/changes/", {"after": cursor}).data["results"] == []
    life.comment(Task.objects.first(), note="新的", by=cast.office, at=noon)
    assert len(office.get(f"{SITE}/changes/", {"after": cursor}).data["results"]) == 1
    assert office.get(f"{SITE}/changes/", {"after": "x"}).status_code == 400
    assert office.get(f"{SITE}/changes/", {"after": "9" * 30}).status_code == 200


def test_a_cursor_moves_past_what_one_may_not_see(cast):
    make_handled(cast)

    page = caller(cast.neighbour).get(f"{SITE}/changes/").data

    assert (page["results"], page["more"]) == ([], False)
    assert page["next"] > 0


def test_a_repeated_registration_over_the_api_answers_200(cast):
    data = {
        "scheme": cast.scheme.code,
        "origin_grid": "V1",
        "title": "积尘",
        "category": "ROAD",
        "source": "PATROL",
        "client_id": str(uuid.uuid4()),
    }
    worker = caller(cast.worker)

    answers = [worker.post(f"{SITE}/tasks/", data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert Task.objects.count() == 1


def test_a_list_asks_no_more_questions_when_it_grows(cast, django_assert_max_num_queries):
    for _ in range(8):
        make_task(cast)

    with django_assert_max_num_queries(8):
        assert len(caller(cast.office).get(f"{SITE}/tasks/").data["results"]) == 8


def test_joining_over_the_api(cast):
    task = make_registered(cast.scheme, cast.tree.root, cast.office)

    answer = caller(cast.office).post(
        f"{SITE}/tasks/{task.number}/join/",
        {
            "units": [{"grid": "S1", "role": "LEAD"}, {"grid": "K1", "role": "CO"}],
            "requirement": "联合整治",
            "supervisor": "市网格办",
            "deadline_kind": "SAME_DAY",
            "mode": "部门合作",
        },
        format="json",
    )

    assert answer.status_code == 200
    assert len(answer.data["parts"]) == 2


def test_photos_of_others_are_out_of_reach(cast, handled, noon):
    rows = pair(cast.worker)
    life.submit(handled, measures="x", attachments=rows, by=cast.worker, at=noon)
    url = f"{SITE}/attachments/{rows[0].client_id}/"

    assert caller(cast.office).get(url).status_code == 200
    assert caller(cast.neighbour).get(url).status_code == 404
