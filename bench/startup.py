"""P12: how long the second start takes, and whether 64 clients ever see a 5xx.

    python bench/startup.py [--clients 64] [--seconds 60]

Uses a data folder of its own; the first start, with tables and demo, is timed too.
"""

import argparse
import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("PORT", "8478"))
GOAL = 10.0  # seconds to the first page at the second start
ACCOUNT = ("wc-office", "lange-demo-2026")
LINK = re.compile(r'href="(/[^"#?]*)"')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lange-startup-") as var:
        first, process = start(var)
        print(f"first start with demo: {first:.1f} s to the first page")
        stop(process)
        second, process = start(var)
        print(f"second start: {second:.1f} s to the first page (goal {GOAL:.0f} s)")
        try:
            answers, times = load(options.clients, options.seconds)
        finally:
            stop(process)
    return report(second, answers, times)


def start(var: str) -> tuple[float, subprocess.Popen[bytes]]:
    began = time.monotonic()
    env = {**os.environ, "LANGE_VAR": var, "PORT": str(PORT)}
    command = [sys.executable, "manage.py", "up"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    while not answers_at("/login/"):
        assert process.poll() is None, "the site ended"
        assert time.monotonic() - began < 300, "the site did not start"
        time.sleep(0.05)
    return time.monotonic() - began, process


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def answers_at(path: str) -> bool:
    try:
        return ask(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5), path).status == 200
    except OSError:
        return False


def ask(
    connection: http.client.HTTPConnection, path: str, cookie: str = ""
) -> http.client.HTTPResponse:
    connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
    return connection.getresponse()


def sign_in() -> str:
    """The cookie of a session of the office."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
    answer = ask(connection, "/login/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read())[1].decode()
    csrf = answer.headers["Set-Cookie"].split(";")[0]
    form = urlencode({"csrfmiddlewaretoken": token, "username": ACCOUNT[0], "password": ACCOUNT[1]})
    headers = {"Cookie": csrf, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login/", form, headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 302, f"sign-in: {answer.status}"
    cookies = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie")]
    return "; ".join(cookies)


def pages(cookie: str) -> list[str]:
    """Every page the navigation of the office leads to."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
    links = LINK.findall(ask(connection, "/me/", cookie).read().decode())
    return sorted({link for link in links if not link.startswith(("/static/", "/logout/"))})


def load(clients: int, seconds: float) -> tuple[Counter[tuple[int, str]], list[float]]:
    cookie = sign_in()
    paths = pages(cookie)
    answers: Counter[tuple[int, str]] = Counter()
    times: list[float] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=browse, args=(paths[n:] + paths[:n], cookie, until, answers, times))
        for n in (number % len(paths) for number in range(clients))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, times


def browse(
    paths: list[str],
    cookie: str,
    until: float,
    answers: Counter[tuple[int, str]],
    times: list[float],
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    while time.monotonic() < until:
        for path in paths:
            began = time.monotonic()
            try:
                answer = ask(connection, path, cookie)
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 599
            times.append(time.monotonic() - began)
            answers[status, path] += 1
            if time.monotonic() > until:
                return


def report(second: float, answers: Counter[tuple[int, str]], times: list[float]) -> int:
    wrong = {key: count for key, count in answers.items() if key[0] >= 500}
    by_status = Counter({status: 0 for status, _ in answers})
    for (status, _), count in answers.items():
        by_status[status] += count
    p95 = statistics.quantiles(times, n=20)[-1]
    paths = {path for _, path in answers}
    print(f"{len(times)} requests on {len(paths)} pages, {dict(by_status)}")
    print(f"median {statistics.median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
    is_good = second <= GOAL and not wrong
    print("P12 held" if is_good else f"P12 MISSED {wrong}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
