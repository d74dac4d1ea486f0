import json

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions

from config import errors
from grids.errors import Invalid, Refused, Stale


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("不能这样办理。"), 409, "refused"),
        (Stale("已被别人改过。"), 409, "stale"),
        (Invalid("整改要求不能为空。"), 400, "invalid"),
        (exceptions.ValidationError({"title": ["必填"]}), 400, "invalid"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (PermissionDenied(), 403, "forbidden"),
        (Http404(), 404, "not_found"),
        (exceptions.MethodNotAllowed("DELETE"), 405, "method_not_allowed"),
        (RequestDataTooBig(), 413, "too_large"),
        (exceptions.UnsupportedMediaType("text/xml"), 415, "unsupported_media_type"),
        (exceptions.Throttled(3), 429, "throttled"),
        (OperationalError("database is locked"), 503, "unavailable"),
    ],
)
def test_every_api_error_has_one_shape(error, status, code):
    answer = errors.api_answer(error, {})

    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert set(answer.data) <= {"code", "detail", "errors"}
    assert answer.data["detail"].endswith("。")


def test_the_fields_at_fault_are_named():
    answer = errors.api_answer(Invalid("有误。", fields={"due_at": "时限已过。"}), {})

    assert answer.data["errors"] == {"due_at": "时限已过。"}


def test_a_policy_may_say_why():
    answer = errors.api_answer(PermissionDenied("不能验收自己办理的任务。"), {})

    assert answer.data["detail"] == "不能验收自己办理的任务。"


def test_an_unexpected_error_is_left_to_the_log():
    assert errors.api_answer(ZeroDivisionError(), {}) is None


@pytest.mark.parametrize(
    ("headers", "template"), [({}, "没有办成"), ({"HX-Request": "true"}, 'class="note late"')]
)
@pytest.mark.parametrize(("error", "status"), [(Refused, 409), (Invalid, 422)])
def test_a_refusal_on_a_page_shows_its_sentence_with_its_status(headers, template, error, status):
    request = RequestFactory(headers=headers).post("/tasks/YY-2026-000001/close/")
    middleware = errors.RefusalMiddleware(lambda request: None)

    page = middleware.process_exception(request, error("待交办的任务不能销号。"))

    assert page.status_code == status
    assert "待交办的任务不能销号。" in page.content.decode()
    assert template in page.content.decode()


def test_an_unknown_page_is_told_in_chinese(client, db):
    answer = client.get("/no-such-page/")

    assert answer.status_code == 404
    assert "没有" in answer.content.decode()


def test_an_unknown_api_address_answers_as_json(client, db):
    answer = client.get("/api/v1/no-such-thing/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_crash_shows_no_trace_and_no_path():
    page = errors.server_error(RequestFactory().get("/tasks/")).content.decode()
    data = json.loads(errors.server_error(RequestFactory().get("/api/v1/tasks/")).content)

    assert "Traceback" not in page
    assert data["code"] == "error"
