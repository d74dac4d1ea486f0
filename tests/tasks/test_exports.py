"""Long ledgers: capped in the request, written by a job, fetched by nobody else, and by the rights
of the moment of fetching."""

import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from build_tasks import make_registered, make_task
from grids.errors import Refused
from grids.models import GridGrant
from tasks import jobs
from tasks.models import LedgerExport, Task
from tasks.selectors import exports as reading
from tasks.services import exports
from tasks.views import register

State = LedgerExport.State


@pytest.fixture(autouse=True)
def now_is_noon(noon, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(noon, tick=False):
        yield noon


@pytest.fixture
def few(monkeypatch):
    """More than two rows do not fit into a request; the job looks up after each row."""
    monkeypatch.setattr(register, "MOST_ROWS", 2)
    monkeypatch.setattr(exports, "CHUNK", 1)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def fill(cast, count=3):
    for _ in range(count):
        make_registered(cast.scheme, cast.tree.village, cast.worker)


def asked(user, noon, query=""):
    client = signed_in(user)
    assert client.post(reverse("tasks:exports"), {"filter": query}).status_code == 302
    return client, LedgerExport.objects.get(by=user)


def run(noon):
    return jobs.ledger_exports(at=noon, due_at=noon)


def fetch(client, export):
    return client.get(reverse("tasks:export", args=[export.pk]))


def rows_of(answer):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [row[0] for row in book.active.iter_rows(min_row=3, values_only=True)]


def test_a_short_ledger_comes_at_once_and_a_long_one_is_asked_for(cast, few):
    client = signed_in(cast.office)
    fill(cast, 2)
    assert client.get(reverse("tasks:ledger"), {"format": "xlsx"}).status_code == 200

    fill(cast, 1)
    answer = client.get(
        reverse("tasks:ledger"), {"format": "xlsx", "source": "PATROL"}, follow=True
    )

    page = client.get(reverse("tasks:ledger"), {"source": "PATROL"}).content.decode()
    link = f'<a class="btn small" href="{reverse("tasks:exports")}?filter=source%3DPATROL">'
    assert link in page  # a page to go to, not a file to be saved
    assert answer.redirect_chain == [(f"{reverse('tasks:exports')}?filter=source%3DPATROL", 302)]
    assert "导出 3 件" in answer.content.decode()
    assert not LedgerExport.objects.exists()  # reading writes nothing


def test_the_job_writes_what_the_page_would_show_in_its_order(cast, few, noon):
    fill(cast)
    make_task(cast)
    Task.objects.filter(number="YY-2026-000002").update(source="HOTLINE")
    client, export = asked(cast.office, noon, "source=PATROL&order=number")
    assert fetch(client, export).status_code == 409

    assert run(noon) == {"written": 1, "failed": 0, "swept": 0}

    export.refresh_from_db()
    assert (export.state, export.done, export.total) == (State.DONE, 3, 3)
    expected = ["YY-2026-000001", "YY-2026-000003", "YY-2026-000004"]
    assert rows_of(fetch(client, export)) == expected
    assert run(noon)["written"] == 0


def test_a_person_gets_only_his_own_part_and_only_his_own_file(cast, few, noon):
    fill(cast)
    make_registered(cast.scheme, cast.tree.other_village, cast.neighbour)
    client, export = asked(cast.worker, noon)

    run(noon)

    assert len(rows_of(fetch(client, export))) == 3
    for other in (cast.office, cast.neighbour, cast.outsider):
        assert fetch(signed_in(other), export).status_code == 404


@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_rights_that_end_before_during_or_after_leave_no_file(cast, few, noon, monkeypatch, moment):
    fill(cast)
    client, export = asked(cast.worker, noon)
    revoke = lambda: GridGrant.objects.filter(user=cast.worker).delete()  # noqa: E731
    if moment == "during":
        writing = exports.sheet.write

        def half(to, scheme, tasks, *, tick, **rest):
            def interrupted(done):
                if done == 2:
                    revoke()
                tick(done)

            return writing(to, scheme, tasks, tick=interrupted, **rest)

        monkeypatch.setattr(exports.sheet, "write", half)
    if moment == "before":
        revoke()

    run(noon)
    if moment == "after":
        assert len(list(reading.folder().glob("*"))) == 1
        revoke()
        answer = fetch(client, export)
        assert answer.status_code == 409
        assert exports.CHANGED in answer.content.decode()

    export.refresh_from_db()
    assert (export.state, export.reason) == (State.FAILED, exports.CHANGED)
    assert list(reading.folder().glob("*")) == []


def test_a_deactivated_person_gets_nothing_written(cast, few, noon):
    fill(cast)
    asked(cast.office, noon)
    type(cast.office).objects.filter(pk=cast.office.pk).update(is_active=False)

    assert run(noon)["failed"] == 1

    assert list(reading.folder().glob("*")) == []


def test_a_worker_that_died_is_replaced_and_one_that_lives_is_not(cast, few, noon):
    fill(cast)
    client, export = asked(cast.office, noon)
    taken = exports._take(at=noon)

    asked(cast.worker, noon)
    assert exports._take(at=noon + timedelta(minutes=4)) is None  # nor is another begun beside it
    with time_machine.travel(noon + timedelta(minutes=6), tick=False):
        assert run(noon)["written"] == 2

    export.refresh_from_db()
    assert (taken.pk, export.state, export.attempts) == (export.pk, State.DONE, 2)
    assert len(rows_of(fetch(client, export))) == 3


def test_one_that_always_dies_is_given_up_with_a_sentence(cast, few, noon):
    fill(cast)
    _, export = asked(cast.office, noon)
    for tries in range(exports.MOST_ATTEMPTS):
        assert exports._take(at=noon + tries * timedelta(minutes=6)) is not None

    assert exports._take(at=noon + timedelta(hours=1)) is None
    export.refresh_from_db()
    assert (export.state, "多次中断" in export.reason) == (State.FAILED, True)


def test_the_same_is_asked_once_and_no_more_than_three_at_a_time(cast, noon):
    def ask(query):
        return exports.ask(cast.scheme, query=query, total=9, by=cast.office, at=noon)

    assert ask("q=a") == ask("q=a")
    ask("q=b")
    ask("q=c")
    with pytest.raises(Refused, match="已有 3 份"):
        ask("q=d")
    with pytest.raises(Refused, match="按登记时间分段"):
        exports.ask(cast.scheme, query="", total=exports.MOST + 1, by=cast.chief, at=noon)


def test_files_go_after_three_days(cast, few, noon):
    fill(cast)
    asked(cast.office, noon)
    run(noon)

    assert exports.sweep(at=noon + timedelta(days=2)) == 0
    assert exports.sweep(at=noon + timedelta(days=4)) == 1
    assert list(reading.folder().glob("*")) == []


def test_the_page_shows_progress_and_asks_again_only_while_something_runs(cast, few, noon):
    fill(cast)
    client, export = asked(cast.office, noon)
    page = client.get(reverse("tasks:exports")).content.decode()
    assert 'hx-trigger="every 5s"' in page
    assert "0 / 3" in page

    run(noon)

    part = client.get(reverse("tasks:exports"), headers={"HX-Request": "true"}).content.decode()
    assert "3 / 3" in part
    assert "hx-trigger" not in part
    assert reverse("tasks:export", args=[export.pk]) in part
