from datetime import UTC, datetime
from types import ModuleType

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import path
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.test import APIClient

from grids.errors import Refused
from grids.models import GridEvent, IdempotentAnswer, User
from grids.services import tokens


@api_view(["POST"])
def write(request):
    """Stands for any door that writes: one event each time it really runs."""
    scheme = User.objects.get(pk=request.user.pk).posts.get().grid.scheme
    event = GridEvent.objects.create(
        scheme=scheme, action="test", by=request.user, at="2026-11-18T12:00+08:00"
    )
    if request.data.get("refuse"):
        raise Refused("不能这样办理。")
    if request.data.get("crash"):
        raise ZeroDivisionError
    return Response({"id": event.pk}, status=201)


URLS = ModuleType("urls")
URLS.urlpatterns = [path("api/v1/write/", write)]
URLS.handler500 = "config.errors.server_error"


@pytest.fixture
def api(worker, settings):
    settings.ROOT_URLCONF = URLS
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {tokens.issue(worker, at=datetime.now(UTC))[0]}")
    return client


def post(api, body, key="k-1", **extra):
    return api.post("/api/v1/write/", body, headers={"Idempotency-Key": key}, **extra)


def test_the_same_key_and_body_write_once_and_answer_the_same(api):
    first, second = post(api, {"n": 1}), post(api, {"n": 1})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert GridEvent.objects.count() == 1


def test_another_body_under_the_same_key_is_422_and_writes_nothing(api):
    post(api, {"n": 1})

    answer = post(api, {"n": 2})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert GridEvent.objects.count() == 1


def test_a_repeat_of_a_running_request_is_409(api, worker):
    post(api, {"n": 1})
    IdempotentAnswer.objects.update(finished_at=None)

    answer = post(api, {"n": 1})

    assert answer.status_code == 409
    assert GridEvent.objects.count() == 1


def test_without_a_key_every_request_writes(api):
    api.post("/api/v1/write/", {"n": 1})
    api.post("/api/v1/write/", {"n": 1})

    assert GridEvent.objects.count() == 2


@pytest.mark.parametrize(("body", "status"), [({"refuse": True}, 409), ({"crash": True}, 500)])
def test_a_refused_or_failed_request_leaves_nothing_and_frees_its_key(api, body, status):
    first = post(api, body)

    assert first.status_code == status
    assert not GridEvent.objects.exists()
    assert not IdempotentAnswer.objects.exists()


def test_the_same_file_under_the_same_key_is_the_same_request(api):
    def upload(content):
        photo = SimpleUploadedFile("a.jpg", content)
        return post(api, {"note": "前", "file": photo}, format="multipart")

    assert upload(b"one").json() == upload(b"one").json()
    assert upload(b"two").status_code == 422
    assert GridEvent.objects.count() == 1


def test_a_key_that_is_too_long_is_refused_with_a_sentence(api):
    answer = post(api, {}, key="x" * 201)

    assert (answer.status_code, "200" in answer.json()["detail"]) == (400, True)


def test_a_stranger_gets_no_answer_of_somebody_else(api):
    post(api, {"n": 1})
    api.credentials()

    assert post(api, {"n": 1}).status_code == 401
