"""P9: lists, search, counters and the overdue ladder among a million tasks and ten million events.

    DATABASE_URL=postgres://…/lange_bench python bench/tasks.py [--tasks 1000000] [--seconds 20]

The database is the one of DATABASE_URL: an empty one is filled (minutes), a filled one is used
again, one with other data is refused. CPU of the web process is that of this process around the
request; CPU of PostgreSQL is that of its backend, as far as this machine shows it (no parallel
workers). Medians of five rounds; the last lines are p95 over real sockets with eight clients, alone
and while 10,000 tasks fall due in one minute.
"""

import argparse
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LANGE_VAR", tempfile.mkdtemp(prefix="lange-bench-"))

import django

django.setup()

import tasks_data  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from grids.models import GridScheme, User  # noqa: E402
from notices.services import reminders  # noqa: E402
from tasks.models import Task  # noqa: E402
from tasks.selectors import waiting_counts  # noqa: E402
from tasks.services import ledger  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime.now(ZoneInfo("Asia/Shanghai"))
BYTES_PER_TASK = 9_000  # with its ten events and all indexes
ROUNDS, REPEATS = 5, 4
CLIENTS = 8
RUSH = 10_000
APPLICATION = get_wsgi_application()
PORT = int(os.environ.get("PORT", "8479"))
OFFICE, STREET, DISTRICT, WORKER = (
    "clerk-0",
    "chief-110101001",
    "chief-110101",
    "worker-110101001001",
)
HTML, JSON = 25, 5  # goals, milliseconds of CPU
PAGES = (
    ("office, ledger", OFFICE, "/tasks/", HTML),
    ("office, ledger, overdue", OFFICE, "/tasks/?due=overdue", HTML),
    ("office, ledger by deadline, page 40", OFFICE, "/tasks/?order=due_at&page=40", HTML),
    ("street chief, ledger", STREET, "/tasks/", HTML),
    ("district chief, ledger", DISTRICT, "/tasks/", HTML),
    ("worker, today", WORKER, "/today/", HTML),
    ("worker, ledger", WORKER, "/tasks/", HTML),
    ("office, inbox", OFFICE, "/tasks/inbox/", HTML),
    ("office, acceptance", OFFICE, "/tasks/acceptance/", HTML),
    ("office, search: common words", OFFICE, "/tasks/?q=裸土", HTML),
    ("office, search: rare words", OFFICE, "/tasks/?q=金松路77号", HTML),
    ("office, search: nothing", OFFICE, "/tasks/?q=从来没有的事", HTML),
    ("street chief, search", STREET, "/tasks/?q=金松路", HTML),
    ("office, API list", OFFICE, "/api/v1/tasks/", JSON),
    ("street chief, API list", STREET, "/api/v1/tasks/", JSON),
    ("worker, API list", WORKER, "/api/v1/tasks/", JSON),
    ("office, API list, overdue", OFFICE, "/api/v1/tasks/?overdue=true", JSON),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20, help="of eight clients; 0: none")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    prepare(options.tasks)
    print(f"{connection.vendor}, {Task.objects.count():,} tasks, load {os.getloadavg()[0]:.1f}")
    print(f"{'':<38}{'wall':>8}{'CPU':>8}{'database':>10}{'queries':>9}{'first':>7}   goal (CPU)")
    for name, who, path, goal in PAGES:
        if options.only in name:
            page(name, who, path, goal)
    if not options.only:
        counters()
        ladder()
    if options.seconds:
        eight_clients(options.seconds)


def prepare(count: int) -> None:
    """A filled database of `count` tasks; whole chains in it."""
    call_command("migrate", verbosity=0)
    codes = set(GridScheme.objects.values_list("code", flat=True))
    if not codes:
        free = shutil.disk_usage(tempfile.gettempdir()).free
        assert free > 2 * count * BYTES_PER_TASK, "not enough room on the disk"
        began = time.monotonic()
        tasks_data.make(count, at=NOW)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        print(f"made in {time.monotonic() - began:.0f} s")
    assert codes <= {tasks_data.CODE}, "this database holds other data"
    assert Task.objects.count() == count, "made with another --tasks"
    for task in (1, count // 2, count):
        assert ledger.chain_of(task) is None, "a broken chain"


def measured(work: Callable[[], object]) -> tuple[float, float, float]:
    """Milliseconds per call: wall, CPU of this process, CPU of the database's process."""
    rows = []
    for _ in range(ROUNDS):
        wall, cpu, base = time.perf_counter(), time.process_time(), backend_ticks()
        for _ in range(REPEATS):
            work()
        spent = (time.perf_counter() - wall, time.process_time() - cpu, backend_ticks() - base)
        rows.append([1000 * one / REPEATS for one in spent])
    wall, cpu, base = (statistics.median(column) for column in zip(*rows, strict=True))
    return wall, cpu, base


def backend_ticks() -> float:
    """Seconds of CPU of our PostgreSQL backend; 0 when it is not of this machine or SQLite."""
    if connection.vendor != "postgresql":
        return 0.0
    pid = connection.connection.get_backend_pid()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(name: str, work: Callable[[], object], goal: str, queries: str = "") -> None:
    work()
    wall, cpu, base = measured(work)
    print(f"{name:<38}{wall:>8.1f}{cpu:>8.1f}{base:>10.1f}{queries:>16}   {goal}", flush=True)


def page(name: str, who: str, path: str, goal: int) -> None:
    """The request as the web server hands it over, without what a test client adds."""
    before, _, query = path.partition("?")
    environ = {"HTTP_COOKIE": cookie_of(who), "QUERY_STRING": http_path(query)}
    request = RequestFactory().get(before).environ | environ
    connection.ensure_connection()

    def ask() -> None:
        answer: list[str] = []
        body = APPLICATION(dict(request), lambda status, headers: answer.append(status))
        b"".join(body)
        body.close()
        assert answer == ["200 OK"], (path, answer)

    cache.clear()
    counted = []
    for _ in range(2):  # the first counts what stands beside the navigation, for twenty seconds
        with CaptureQueriesContext(connection) as queries:
            ask()
        counted.append(len(queries))
    show(name, ask, f"{goal} ms, 8 queries", f"{counted[1]:>9}{counted[0]:>7}")


def cookie_of(who: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=who), settings.AUTHENTICATION_BACKENDS[1])
    return f"sessionid={client.cookies['sessionid'].value}"


def counters() -> None:
    scheme = GridScheme.objects.get(code=tasks_data.CODE)
    for name in (OFFICE, STREET, WORKER):
        user = User.objects.get(username=name)
        with CaptureQueriesContext(connection) as queries:
            counts = waiting_counts(user, scheme, NOW)
        work = lambda user=user: waiting_counts(user, scheme, NOW)  # noqa: E731
        show(f"{name.partition('-')[0]}, counters", work, str(counts), f"{len(queries):>9}{'':>7}")


def ladder() -> None:
    """The job that runs every ten minutes: everything at once, then nothing new."""
    with transaction.atomic():
        tasks_data.ladder_of(GridScheme.objects.get(code=tasks_data.CODE))
        for name in ("overdue ladder, all at once", "overdue ladder, nothing new"):
            wall, cpu, base = time.perf_counter(), time.process_time(), backend_ticks()
            done = reminders.climb(at=NOW)
            spent = (time.perf_counter() - wall, time.process_time() - cpu, backend_ticks() - base)
            print(f"{name:<38}{''.join(f'{1000 * one:>9.0f}' for one in spent)}   {done}")
        transaction.set_rollback(True)


Answer = tuple[str, float, float]
"""Page, when it was asked for (monotonic), milliseconds."""


def eight_clients(seconds: float) -> None:
    """p95 of the pages above over sockets, gunicorn as the site runs it: first alone, then while
    10,000 tasks fall due in the same minute and the ladder climbs for them (fault 19)."""
    cookies = {who: cookie_of(who) for who in {who for _, who, _, _ in PAGES}}
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    env = {**os.environ, "PORT": str(PORT), "ALLOWED_HOSTS": "127.0.0.1"}
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    answers: list[Answer] = []
    wrong: list[tuple[str, int]] = []
    stop = threading.Event()

    def go_on(start: int) -> None:
        while not stop.is_set():
            name, who, path, _ = PAGES[start % len(PAGES)]
            start += 1
            began = time.monotonic()
            line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
            line.request("GET", http_path(path), headers={"Cookie": cookies[who]})
            answer = line.getresponse()
            answer.read()
            line.close()
            answers.append((name, began, 1000 * (time.monotonic() - began)))
            if answer.status != 200:
                wrong.append((path, answer.status))

    try:
        time.sleep(4)
        threads = [threading.Thread(target=go_on, args=(2 * n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(3)  # everything once
        began = time.monotonic()
        time.sleep(seconds)
        alone = time.monotonic()
        rush = rushing()
        ended = time.monotonic()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        server.terminate()
        server.wait(30)
    first = told(f"{CLIENTS} clients", [a for a in answers if began <= a[1] < alone])
    beside = told(rush, [a for a in answers if alone <= a[1] < ended])
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"p95 {first:.0f} ms (goal 150 ms), {beside / first:.1f} × (goal 2 ×), {load}", wrong)


def told(name: str, answers: list[Answer]) -> float:
    """Prints how many answers there were, and the slowest page; gives their p95."""
    by_page = {page: [ms for other, _, ms in answers if other == page] for page, _, _ in answers}
    worst = max(by_page, key=lambda page: p95(by_page[page]))
    print(
        f"{name}: {len(answers)} answers, p50 {statistics.median(ms for _, _, ms in answers):.0f}, "
        f"p95 {p95([ms for _, _, ms in answers]):.0f} ms; slowest: {worst}, "
        f"p95 {p95(by_page[worst]):.0f} ms"
    )
    return p95([ms for _, _, ms in answers])


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def rushing() -> str:
    """Another process climbs for real; what it made is removed again."""
    tasks_data.fall_due(RUSH, NOW)
    ran = subprocess.run(
        [sys.executable, "-c", CLIMB, NOW.isoformat()], capture_output=True, text=True, check=True
    )
    tasks_data.forget_ladder()
    return f"while {RUSH:,} fall due ({ran.stdout.strip()})"


CLIMB = """
import sys, time, django
django.setup()
from datetime import datetime
from notices.services import reminders
began = time.perf_counter()
done = reminders.climb(at=datetime.fromisoformat(sys.argv[1]))
print(f"{time.perf_counter() - began:.1f} s, {done}")
"""


def http_path(path: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in path)


if __name__ == "__main__":
    main()
