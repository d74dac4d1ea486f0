"""A server in another zone, or in none: every figure, file and page stays the same to the byte."""

import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from air import day_rows, make_station, put, row
from build import NOON
from build_tasks import make_issued, make_registered
from stations import jobs
from stations.models import DailyAir, HourlyReading
from stations.periods import Period
from stations.services import ranking
from tasks.calendar import WorkCalendar
from tasks.deadlines import RULES, due_at, shown, warning_at, written

ROOT = Path(__file__).resolve().parents[2]
NIGHT = NOON - timedelta(hours=11, minutes=30)  # 00:30, still yesterday in UTC
KEYS = re.compile(r"(?<=/)\d+(?=/)|(?<=[?;]of=s)\d+")
"""Numbers of rows in addresses: PostgreSQL gives no number twice."""
HIDDEN = re.compile(r'csrfmiddlewaretoken" value="\w+"|nonce="[^"]*"|"X-CSRFToken": *"\w+"')
STAMPS = {  # one hour in every spelling that a feed may use
    "2026-11-16T05:00:00": "Z-1",
    "2026-11-15T21:00:00Z": "Z-2",
    "2026-11-16T05:00:00+08:00": "Z-3",
    "2026-11-15T16:00:00-05:00": "Z-4",
    "2026-11-16 05:00": "Z-5",
}


def facts(cast):
    """What the product makes of one small week, as plain text."""
    stations = [make_station(cast.tree.street, code) for code in STAMPS.values()]
    for place, station in enumerate(stations):
        for day in range(9, 16):
            put(day_rows(station, date(2026, 11, day), pm25_ugm3=20 + place + day), at=NOON)
    put([row(code, stamp) for stamp, code in STAMPS.items()], at=NOON)
    put(day_rows(stations[0], date(2026, 11, 17), range(1, 24)), at=NOON)
    task = make_issued(
        make_registered(cast.scheme, cast.tree.root, cast.office, at=NIGHT),
        *(cast.tree.village, cast.office),
        at=NIGHT,
        deadline_kind="SAME_DAY",
        deadline_amount=None,
    )
    closed = jobs.day_close(at=NIGHT + timedelta(minutes=10), due_at=NIGHT + timedelta(minutes=10))
    ranking.publish(cast.scheme, Period.parse("2026-W46"), by=None, at=NOON, enforcement={})
    found = {
        "closed": closed,
        "stamps": list(HourlyReading.objects.order_by("pk").values_list("hour_ending_at", "aqi")),
        "days": list(
            DailyAir.objects.order_by("station__code", "on").values_list(
                "station__code", "on", "aqi", "pm25_ugm3", "pm25_hours", "rule_set"
            )
        ),
        "deadlines": list(_deadlines()),
        "rank": _command("rank", "--scheme", cast.scheme.code, "--period", "2026-W46", "--json"),
    }
    with time_machine.travel(NIGHT + timedelta(hours=1), tick=False):
        found |= _pages(cast, task)
    return json.loads(json.dumps(found, default=str, ensure_ascii=False))


def _deadlines():
    calendar = WorkCalendar({})
    for kind in RULES:
        for start in (NIGHT, NOON, NOON.replace(month=12, day=31, hour=23)):
            moment = start + timedelta(days=9)
            due = due_at(kind, start=start, amount=3, moment=moment, calendar=calendar)
            yield kind, due, warning_at(kind, due), shown(due), written(due)


def _command(*words):
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def _pages(cast, task):
    client = Client()
    client.force_login(cast.office)
    paths = {
        "station": reverse("stations:detail", args=["Z-1"]),
        "list": reverse("stations:list"),
        "wall": reverse("stations:wall"),
        "rankings": reverse("stations:rankings"),
        "task": reverse("tasks:detail", args=[task.number]),
        "ledger": reverse("tasks:ledger"),
        "desk": reverse("notices:desk"),
        "hours": "/api/v1/stations/Z-1/readings/?from=2026-11-15&to=2026-11-18",
        "events": f"/api/v1/tasks/{task.number}/events/",
    }
    found = {}
    for name, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        text = KEYS.sub("n", HIDDEN.sub("", answer.content.decode()))
        found[name] = text if name != "events" else re.sub(r'"(id|hash|previous)":[^,}]*', "", text)
    answer = client.get(reverse("tasks:ledger") + "?format=xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        inside = {name: book.read(name).decode() for name in book.namelist()}
    return found | {"book": inside, "book_name": answer["Content-Disposition"]}


class _UndoneError(Exception):
    pass


def _once(cast, zone, monkeypatch):
    """The facts as made while the C library is in `zone`; nothing of it stays in the database."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    found = {}
    try:
        with transaction.atomic():
            found = facts(cast)
            raise _UndoneError
    except _UndoneError:
        return found
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.django_db
def test_a_process_whose_zone_is_another_gives_the_same(cast, monkeypatch):
    own = _once(cast, "Asia/Shanghai", monkeypatch)
    other = _once(cast, "America/New_York", monkeypatch)

    assert own["book_name"].endswith('-20261118.xlsx"')  # half past one in the night
    same = [moment for moment, _ in own["stamps"] if moment.startswith("2026-11-15 21:00")]
    assert len(same) == len(STAMPS)
    assert ["Z-1", "2026-11-17", 40, 20, 23] in [day[:5] for day in own["days"]]
    for name, fact in own.items():
        assert other[name] == fact, name


@pytest.mark.django_db
def test_the_facts_are_written_down_for_another_process(cast, monkeypatch):
    """Run by the test below in processes that start elsewhere."""
    target = os.environ.get("LANGE_ZONE_FACTS")
    made = facts(cast)

    assert made["days"]
    if target:
        Path(target).write_text(json.dumps(made, sort_keys=True, ensure_ascii=False))


@pytest.mark.slow
def test_a_server_that_starts_in_another_zone_gives_the_same_bytes(tmp_path):
    node = f"{__file__}::test_the_facts_are_written_down_for_another_process"
    bare = {key: value for key, value in os.environ.items() if key not in {"TZ", "DATABASE_URL"}}
    bare = {key: value for key, value in bare.items() if not key.startswith("PYTEST_")}
    started = []
    for number, zone in enumerate(["Asia/Shanghai", "America/New_York", None]):
        given = {"TZ": zone} if zone else {}
        var = tmp_path / f"var{number}"
        var.mkdir()
        own = {"LANGE_ZONE_FACTS": str(tmp_path / str(number)), "LANGE_VAR": str(var)}
        words = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", node]
        started.append(
            subprocess.Popen(words, cwd=ROOT, env=bare | own | given, stdout=subprocess.PIPE)
        )
    said = [process.communicate(timeout=600)[0].decode() for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], said
    first, *others = [(tmp_path / str(number)).read_bytes() for number in range(3)]
    assert others == [first, first]
