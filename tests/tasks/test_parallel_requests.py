"""Two real requests at the same moment, to a web server with several workers, on both databases."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CSRF = "x" * 32

pytestmark = pytest.mark.slow


def free_port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def own_database(django_db_blocker):
    """DATABASE_URL of a database beside the one of the tests; SQLite: a file in LANGE_VAR."""
    if connection.vendor == "sqlite":
        yield {}
        return
    name, given = f"live_{uuid.uuid4().hex[:8]}", settings.DATABASES["default"]
    where = f"{given['HOST'] or 'localhost'}:{given['PORT'] or 5432}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        who = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
        yield {"DATABASE_URL": f"postgres://{who}@{where}/{name}"}
    finally:
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def site(tmp_path_factory, django_db_setup, django_db_blocker):
    """gunicorn as it is shipped, two workers with four threads each."""
    strange = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEPLOYED")
    env = {name: value for name, value in os.environ.items() if name not in strange}
    port = free_port()
    env |= {"LANGE_VAR": str(tmp_path_factory.mktemp("live")), "PORT": str(port)}
    env["READ_TIMEOUT"] = "2"  # seconds
    with own_database(django_db_blocker) as where:
        env |= where
        script = [sys.executable, "tests/support/small_site.py"]
        made = subprocess.run(script, cwd=ROOT, env=env, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
        server = subprocess.Popen(command, cwd=ROOT, env=env)
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield SimpleNamespace(port=port, env=env, **json.loads(made.stdout))
        finally:
            server.terminate()
            server.wait(30)


def ask(site, who, path, body=None, *, headers=None, as_json=False):
    """One request over its own connection: status, headers, text."""
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    sent = {"Cookie": f"sessionid={site.sessions[who]}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    data = None
    if body is not None:
        data = json.dumps(body) if as_json else urlencode(body)
        sent["Content-Type"] = kind
    line.request("GET" if body is None else "POST", path, data, sent | (headers or {}))
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, answer.headers, text


def at_once(*calls):
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        gate.wait()
        answers[place] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def shell(site, words):
    """A line of Python beside the site; what it prints."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", words]
    done = subprocess.run(command, cwd=ROOT, env=site.env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def new_matter(**over):
    values = {"title": "道路积尘", "category": "ROAD", "kind": "RECTIFICATION", "level": "GENERAL"}
    return values | {"source": "SUPERIOR", "origin_grid": "V1", "scheme": "yiyang-test"} | over


def test_a_form_sent_twice_at_the_same_moment_is_one_task_and_one_answer(site):
    data = new_matter(title="两次提交", client_id=uuid.uuid4())

    answers = at_once(*[lambda: ask(site, "worker", "/tasks/new/", data)] * 6)

    assert [status for status, _, _ in answers] == [302] * 6
    assert len({headers["Location"] for _, headers, _ in answers}) == 1
    count = "from tasks.models import Task; print(Task.objects.filter(title='两次提交').count())"
    assert shell(site, count) == "1"


def test_two_who_edit_the_same_version_end_in_one_change_and_one_difference(site):
    ways = {
        "manager": {"to": "V2", "reason_code": "NOT_MY_AREA", "note": "界线在路东"},
        "office": {"to": "V2", "reason_code": "NOT_MY_AREA", "note": "移交", "reason": "重复登记"},
    }
    paths = {"manager": "transfer", "office": "void"}

    answers = at_once(
        *(
            lambda who=who: ask(
                site,
                who,
                f"/api/v1/tasks/{site.number}/{paths[who]}/",
                ways[who] | {"version": site.version},
                as_json=True,
            )
            for who in ways
        )
    )

    (won,) = [text for status, _, text in answers if status == 200]
    (lost,) = [json.loads(text) for status, _, text in answers if status == 409]
    now = json.loads(won)
    assert (lost["code"], lost["changes"]["version"]) == ("stale", now["version"])
    (step,) = lost["changes"]["steps"]
    states = {one["field"]: one for one in lost["changes"]["fields"]}
    assert step["action"] in paths.values()
    if step["action"] == "void":
        assert (states["state"]["before"], states["state"]["after"]) == ("已交办", "作废")
    else:
        assert (states["grid"]["before"], states["grid"]["after"]) == ("社区V1", "社区V2")
    read = json.loads(ask(site, "office", f"/api/v1/tasks/{site.number}/")[2])
    assert (read["state"], read["grid"], read["version"]) == (
        now["state"],
        now["grid"],
        now["version"],
    )

    status, _, page = ask(
        site, "office", f"/tasks/{site.number}/void/", {"version": site.version, "reason": "重复"}
    )
    assert status == 409
    assert "您看到的" in page
    assert states.popitem()[1]["after"] in page


def test_one_key_at_the_same_moment_is_one_task_and_another_body_is_refused(site):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    data = new_matter(title="同一键")

    def send(**over):
        return ask(site, "worker", "/api/v1/tasks/", data | over, headers=key, as_json=True)

    answers = at_once(*[send] * 6)

    done = [json.loads(text)["number"] for status, _, text in answers if status == 201]
    rest = [json.loads(text)["code"] for status, _, text in answers if status != 201]
    assert len(set(done)) == 1
    assert set(rest) <= {"idempotency_key_running"}
    assert {status for status, _, _ in answers} <= {201, 409}
    status, headers, text = send()
    assert (status, headers["Idempotent-Replayed"]) == (201, "true")
    assert json.loads(text)["number"] == done[0]
    status, _, text = send(title="另一件")
    assert (status, json.loads(text)["code"]) == (422, "idempotency_key_reused")
    count = "from tasks.models import Task; print(Task.objects.filter(title='同一键').count())"
    assert shell(site, count) == "1"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no row locks")
@pytest.mark.parametrize(("seconds", "status"), [(2.5, 201), (20, 409)])
def test_a_row_that_is_held_is_waited_for_and_then_refused_with_a_sentence(site, seconds, status):
    """The counter of numbers is held by another transaction: it comes free in time, or not."""
    done = json.loads(ask(site, "worker", "/api/v1/tasks/", new_matter(), as_json=True)[2])
    hold = (
        "import time\nfrom django.db import transaction\nfrom tasks.models import TaskNumber\n"
        "with transaction.atomic():\n"
        "    list(TaskNumber.objects.select_for_update())\n"
        f"    print('held', flush=True); time.sleep({seconds})"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", hold]
    with subprocess.Popen(command, cwd=ROOT, env=site.env, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        began = time.monotonic()
        answer = ask(site, "worker", "/api/v1/tasks/", new_matter(), as_json=True)
        took = time.monotonic() - began
        holder.terminate()

    assert answer[0] == status, answer[2]
    if status == 409:
        said = json.loads(answer[2])
        assert said["code"] == "busy"
        assert re.search("正由别人办理.*再试", said["detail"])
        assert 4 < took < 8
    last = int(done["number"].rpartition("-")[2])
    found = "from tasks.models import Task; print(Task.objects.order_by('-pk')[0].number)"
    assert int(shell(site, found).rpartition("-")[2]) == last + (status == 201)


HEAD = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = HEAD + b"Content-Type: application/json\r\nContent-Length: 400\r\n\r\n{"


def test_callers_who_stall_in_a_request_give_their_threads_back(site):
    lines = [socket.create_connection(("127.0.0.1", site.port), 30) for _ in range(16)]
    for place, line in enumerate(lines):  # two for each thread
        line.sendall(BODY if place % 2 else HEAD)

    status, _, text = ask(site, "worker", "/api/v1/me/")

    assert (status, "posts" in text) == (200, True)
    answers = []
    for line in lines:
        with line:
            answers.append(line.recv(65536).decode())
    assert set(answers[::2]) == {""}  # a request that never was one: the line is closed
    assert all(answer.startswith("HTTP/1.1 400 ") for answer in answers[1::2])
    assert all("没有传完整" in answer for answer in answers[1::2])
