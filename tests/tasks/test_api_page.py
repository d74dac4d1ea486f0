"""docs/api.md: a shell reads its examples, every address exists, every action of a task runs."""

import json
import re
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.urls import resolve
from rest_framework.test import APIClient

import oracle_tasks
from build_tasks import make_photo
from tasks.models import Task
from tasks.viewsets import VERBS

PAGE = Path(settings.BASE_DIR, "docs", "api.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CURL = r"""curl() { printf '%s\037' "$@"; printf '\036'; }; key='Authorization: Token k'
"""
"""In place of curl: says what it was given, between separators that no argument contains."""
BY = {
    **dict.fromkeys(("accept", "report_up", "transfer", "return_transfer"), "manager"),
    **dict.fromkeys(("submit", "settle", "ask_extension"), "manager"),
    "revisit": "supervisor",
}
"""Who does it in the cast, where it is not the office."""
CODES = {"430112001": "V1", "430112007": "V2"}
"""Grids of the page as the tests name them."""
FILES = {"BEFORE": "7f0c1d1e-6d7b-4c54-9d5c-0f9a2b6d1c12"}
FILES |= {"AFTER": "7f0c1d1e-6d7b-4c54-9d5c-0f9a2b6d1c13"}


@dataclass(frozen=True)
class Call:
    """One curl of the page."""

    method: str
    url: str
    body: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


def calls(folder: Path) -> list[Call]:
    for name in ("photo.jpg", "video.mp4"):
        (folder / name).write_bytes(b"\0" * 5_000_000)
    blocks = FENCE.findall(PAGE.read_text(encoding="utf-8"))
    script = CURL + "".join(lines for language, lines in blocks if not language)
    done = subprocess.run(
        ["/bin/bash", "-eu", "-c", script], cwd=folder, capture_output=True, text=True, check=True
    )
    given = [one.split("\037")[:-1] for one in done.stdout.split("\036")[:-1]]
    return [_call(words) for words in given]


def _call(words: list[str]) -> Call:
    after = dict(pairwise(words))
    body = after.get("-d") or after.get("--data-binary") or ""
    sends = bool(body) or "-F" in words
    url = next(word for word in words if word.startswith("http"))
    return Call(after.get("-X", "POST" if sends else "GET"), url, body)


@pytest.fixture
def examples(tmp_path):
    return calls(tmp_path)


def test_every_address_of_the_page_exists_and_takes_the_method(examples):
    for call in examples:
        view = resolve(call.path).func

        taken = getattr(view, "actions", None) or dict.fromkeys(view.cls.http_method_names)
        assert call.method.lower() in taken, call


def test_every_json_of_the_page_is_json(examples):
    for call in examples:
        if call.body.startswith("{") and "GRID_ID" not in call.body:
            assert json.loads(call.body) is not None, call


def test_every_read_of_the_page_is_understood(examples, cast):
    client = APIClient()
    client.force_authenticate(cast.office)

    answers = {one.url: client.get(one.url).status_code for one in examples if one.method == "GET"}

    assert len(answers) > 20
    assert {url: status for url, status in answers.items() if status not in (200, 404)} == {}


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_of_the_action_runs(examples, cast, verb, noon):
    (call, *_) = [one for one in examples if one.path.endswith(f"/{verb}/")][::-1]
    person = cast.people[BY.get(verb, "office")]
    body = call.body
    for code, ours in CODES.items():
        body = body.replace(code, ours)
    with time_machine.travel(noon, tick=False):
        task = oracle_tasks.STARTS[verb](cast)
        for purpose, client_id in FILES.items():
            make_photo(person, purpose, client_id=client_id)
        client = APIClient()
        client.force_authenticate(person)

        answer = client.post(
            f"/api/v1/tasks/{task.number}/{verb}/", body, content_type="application/json"
        )

    assert answer.status_code == 200, answer.json()
    last = Task.objects.get(pk=task.pk).events.order_by("-sequence").first()
    assert last.action == {"revisit": "reopen"}.get(verb, verb)
