"""P5 and P6: a station-year as a file, and one hour of a thousand stations over HTTP."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from bench import air_made_up as made_up
from bench import air_rig as rig
from bench.air_load import take
from grids.models import User
from grids.services import tokens
from stations import hours
from stations.feeds import Feed
from stations.ingest import formats
from stations.models import DailyAir, HourlyReading, Station
from stations.services import ingest
from stations.services.ingest import Origin

POSTS = 25
FILES = rig.ROOT / "bench" / "imports.py"


def measure_file(part: str) -> None:
    """19 stations for a year, from the bytes of a CSV to committed hours, days and audit."""
    _, stations = made_up.setting(19)
    data = made_up.csv_of(made_up.feed_of(stations, 8760))
    spent = rig.medians(
        read=lambda: formats.read(data, format="csv"),
        before=made_up.forget,
        whole=lambda: take(formats.read(data, format="csv")),
    )
    assert DailyAir.objects.count() == 19 * 365
    whole = spent["whole"]
    rig.say(part, f"CSV of 166,440 rows {whole:.2f} s, {spent['read']:.2f} of it reading", whole, 5)
    if FILES.exists():
        subprocess.run([sys.executable, str(FILES)], check=False)


def measure_http(part: str) -> None:
    """One hour of 1,000 stations per request: answered means committed and judged."""
    _, stations = made_up.setting(1000)
    first = hours.hour_number(timezone.now()) - 24 * 30
    made_up_until = 24 * 30 - POSTS - 1
    take_now(made_up.feed_of(stations, made_up_until, first=first))
    user = User.objects.create_superuser(f"bench-{os.getpid()}")
    key, _ = tokens.issue(user, at=timezone.now() - timedelta(minutes=1))
    with site() as port:
        times = [post(port, key, stations, first + made_up_until + n) for n in range(POSTS)]
    stored = HourlyReading.objects.filter(
        hour_ending_at__gte=hours.moment_of(first + made_up_until), standard="HJ633-2026"
    ).count()
    assert stored == POSTS * 1000, stored
    middle, slow = statistics.median(times) * 1000, sorted(times)[-2] * 1000
    goal = f"POST of one hour of 1,000 stations over HTTP p50 {middle:.0f} ms, p95 {slow:.0f} ms"
    rig.say(part, goal, middle, 100)


def take_now(feed: Feed) -> None:
    ingest.take_in(feed, origin=Origin("bench"), by=None, at=timezone.now())


def post(port: int, key: str, stations: list[Station], hour: int) -> float:
    rows = made_up.rows_of(made_up.feed_of(stations, 1, first=hour))
    body = json.dumps({"source": "bench", "readings": rows}).encode()
    heads = {"Content-Type": "application/json", "Authorization": f"Token {key}"}
    connected = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    connected.request("POST", "/api/v1/readings/", body, heads)
    answer = connected.getresponse()
    found = json.loads(answer.read())
    spent = time.perf_counter() - began
    assert (answer.status, found.get("created")) == (200, 1000), found
    return spent


@contextmanager
def site() -> Iterator[int]:
    """The web server as it runs in use, on the measurement's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="lange-bench-") as var:
        command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
        env = {**os.environ, "PORT": str(port), "LANGE_VAR": var, "DATABASE_URL": address()}
        server = subprocess.Popen([*command, "config.wsgi"], cwd=rig.ROOT, env=env)
        try:
            wait_for(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def address() -> str:
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    login = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgres://{login}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "the site ended"
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/login/")
            if asked.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the site did not start")
