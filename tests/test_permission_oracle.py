"""Every route of the site answers everybody as the tables say; a route without a row fails."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

import oracle

ROWS, THINGS = oracle.tables()


def test_every_route_stands_in_a_table():
    missing = sorted(oracle.routes().keys() - ROWS.keys())

    assert missing == []


def test_every_row_is_about_a_route_that_exists():
    stale = sorted(ROWS.keys() - oracle.routes().keys())

    assert stale == []


ASKED_OF_FEW = {("login", "POST"), ("api:token", "POST"), ("api:token", "DELETE")}


def test_everybody_is_asked_on_every_route():
    silent = {
        route: sorted(set(oracle.PEOPLE) - expected.keys())
        for route, (_, expected) in ROWS.items()
        if route not in ASKED_OF_FEW
    }

    assert {route: who for route, who in silent.items() if who} == {}


def test_every_operation_of_the_api_description_is_a_known_route():
    known = {path.rstrip("$") for path in oracle.routes().values()}
    described = SchemaGenerator().get_schema(request=None, public=True)["paths"]

    assert len(described) <= len({path for path in known if path.startswith("api/v1/")})


@pytest.mark.parametrize(("route", "row"), ROWS.items(), ids=lambda value: str(value)[:60])
def test_everybody_gets_the_status_of_the_table(route, row, cast):
    (name, method), (thing, expected) = route, row
    kwargs, data = THINGS[thing](cast) if thing else ({}, {})
    url = reverse(name, kwargs=kwargs)

    answers = {who: ask(cast, who, method, url, data) for who in expected}

    assert answers == expected


def ask(cast: SimpleNamespace, who: str, method: str, url: str, data: Any) -> int:
    """Asks as one person; what it changed is undone before the next one asks."""
    client = Client(raise_request_exception=False)
    if who != "anonymous":
        client.force_login(cast.people[who])
    with transaction.atomic():
        status = client.generic(method, *_sent(client, url, method, data)).status_code
        transaction.set_rollback(True)
    return status


def _sent(client: Client, url: str, method: str, data: Any) -> tuple[str, bytes, str]:
    has_file = isinstance(data, dict) and any(isinstance(v, UploadedFile) for v in data.values())
    if method == "GET":
        return url, b"", "application/octet-stream"
    if url.startswith("/api/") and not has_file:
        return url, json.dumps(data, default=str).encode(), "application/json"
    for value in data.values():
        if isinstance(value, UploadedFile):
            value.seek(0)
    form = client._encode_data(data, MULTIPART_CONTENT)
    return url, form, MULTIPART_CONTENT
