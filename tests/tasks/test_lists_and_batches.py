"""清单 with their reasons, and 批量办理: all of them or none, never a closing."""

import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from build import NOON
from build_tasks import make_closed, make_handled, make_registered, make_task
from grids.errors import Refused, Stale
from grids.models import SchemeRule
from tasks.models import ListEntry, Task, TaskEvent
from tasks.selectors import batches, list_pages
from tasks.selectors.batches import BatchAction
from tasks.services import batch, life, listing, supervising

LATER = NOON + timedelta(days=30)


@pytest.fixture
def office_page(cast):
    client = Client()
    client.force_login(cast.office)
    with time_machine.travel(NOON, tick=False):
        yield client


def put_in(task, kind, by, reason="县级督办", at=NOON):
    life.enlist(task, kind=kind, reason=reason, by=by, at=at)


# --- lists ----------------------------------------------------------------------------------------


def test_an_entry_says_why_when_and_by_whom_and_keeps_why_it_left(cast, issued):
    put_in(issued, "TIME_LIMIT", cast.office, "长期未整改")
    put_in(issued, "TIME_LIMIT", cast.chief, "再说一遍")  # stands there already: nothing changes
    entry = issued.lists.get(kind="TIME_LIMIT")
    assert (entry.reason, entry.added_by, entry.added_at) == ("长期未整改", cast.office, NOON)

    life.delist(issued, kind="TIME_LIMIT", reason="已完成", by=cast.chief, at=LATER)
    entry.refresh_from_db()
    assert (entry.removal_reason, entry.removed_by) == ("已完成", cast.chief)

    put_in(issued, "TIME_LIMIT", cast.office, "又来了", at=LATER)
    entry.refresh_from_db()
    assert (entry.reason, entry.removed_at, entry.removal_reason) == ("又来了", None, "")
    notes = issued.events.filter(action="comment").order_by("sequence")
    assert [one.note for one in notes] == [
        "列入限期治理：长期未整改",
        "移出限期治理：已完成",
        "列入限期治理：又来了",
    ]


def test_the_mark_and_the_list_of_supervision_are_one(cast, issued):
    put_in(issued, "LISTED", cast.office)
    issued.refresh_from_db()
    assert issued.is_listed
    life.delist(issued, kind="LISTED", reason="整改到位", by=cast.office, at=NOON)
    issued.refresh_from_db()
    assert not issued.is_listed


def test_who_holds_the_matter_does_not_take_it_off_a_list(cast, issued):
    put_in(issued, "NEGATIVE", cast.office)
    with pytest.raises(PermissionDenied):
        life.delist(issued, kind="NEGATIVE", reason="不用了", by=cast.worker, at=NOON)
    assert issued.lists.filter(kind="NEGATIVE", removed_at=None).exists()


@pytest.mark.clause("W-69")
def test_the_negative_list_page_keeps_who_was_not_found_good(cast, office_page):
    closed = make_closed(cast)
    put_in(closed, "NEGATIVE", cast.office, "夜间偷倒渣土")
    url = reverse("tasks:lists", args=[closed.number])
    leaving = {"lists": ["PROBLEM"], "reason": "已整改"}

    refused = office_page.post(url, leaving)
    assert refused.status_code == 422
    assert "回头看" in refused.content.decode()
    assert closed.lists.filter(kind="NEGATIVE", removed_at=None).exists()

    life.revisit(closed, good=True, note="仍好", by=cast.supervisor, at=NOON)
    assert office_page.post(url, leaving).status_code == 302
    page = office_page.get(reverse("tasks:list-pages"), {"kind": "NEGATIVE", "gone": "on"})
    assert "已整改" in page.content.decode()

    life.revisit(closed, good=False, note="又来了", by=cast.supervisor, at=LATER)
    put_in(closed, "NEGATIVE", cast.office, "反弹", at=LATER)
    with pytest.raises(Refused, match="回头看"):  # what came back must be found good anew
        life.delist(closed, kind="NEGATIVE", reason="已整改", by=cast.office, at=LATER)


def one_three_n(scheme):
    value = [
        {"kind": "SURROUNDING", "name": "周边整治重点任务清单", "part": "3"},
        {"kind": "FINE_CONTROL", "part": "3"},
        {"kind": "PROTECTION", "part": "3"},
        {"kind": "KEY_TRADE", "part": "N"},
    ]
    SchemeRule.objects.create(
        scheme=scheme, key="lists.kinds", value=value, valid_from=NOON.date(), clause="Z-07"
    )


@pytest.mark.clause("Z-07")
def test_one_plan_three_lists_and_n_more_count_a_matter_once(cast, office_page):
    one_three_n(cast.scheme)
    first, second = make_task(cast), make_task(cast)
    for kind in ("SURROUNDING", "PROTECTION", "KEY_TRADE", "LISTED"):
        put_in(first, kind, cast.office)
    put_in(second, "PROTECTION", cast.office)

    page = office_page.get(reverse("tasks:list-pages"))

    shown = [(tab.named.name, tab.named.part, tab.total) for tab in page.context["tabs"]]
    assert shown == [
        ("周边整治重点任务清单", "3", 1),
        ("站点精细化管控清单", "3", 0),
        ("特护期清单", "3", 2),
        ("重点行业", "N", 1),
        ("挂牌督办", "", 1),  # no list of the regime, but somebody stands in it
    ]
    assert page.context["total"] == 2
    assert [row.task for row in page.context["page"]] == [first]


def test_every_number_of_the_list_page_is_the_ledgers(cast, office_page):
    for _ in range(3):
        put_in(make_task(cast), "TIME_LIMIT", cast.office)
    put_in(make_closed(cast), "TIME_LIMIT", cast.office)
    with time_machine.travel(LATER, tick=False):
        client = Client()
        client.force_login(cast.office)
        tabs = client.get(reverse("tasks:list-pages")).context["tabs"]
        (tab,) = [one for one in tabs if one.named.kind == "TIME_LIMIT"]
        assert (tab.total, tab.open, tab.overdue) == (4, 3, 3)
        for due, count in (("", 4), ("open", 3), ("overdue", 3)):
            rows = client.get(reverse("tasks:ledger"), {"list": "TIME_LIMIT", "due": due})
            assert rows.context["page"].paginator.count == count


def test_a_list_goes_to_paper_and_excel_and_no_text_becomes_a_formula(cast, office_page):
    task = make_registered(cast.scheme, cast.tree.root, cast.office, title="=HYPERLINK(1)")
    put_in(task, "TIME_LIMIT", cast.office, "+86 电话反映")
    url = reverse("tasks:list-pages")

    answer = office_page.get(url, {"kind": "TIME_LIMIT", "format": "xlsx"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[2][0] == task.number
    assert (rows[2][1], rows[2][7]) == ("'=HYPERLINK(1)", "'+86 电话反映")
    paper = office_page.get(url, {"kind": "TIME_LIMIT", "format": "print"}).content.decode()
    assert task.number in paper
    assert "+86 电话反映" in paper


def test_a_list_shows_only_what_one_may_see(cast, issued):
    put_in(issued, "TIME_LIMIT", cast.office)
    assert list_pages.standing(cast.worker, cast.scheme).filter(kind="TIME_LIMIT").count() == 1
    assert not list_pages.standing(cast.neighbour, cast.scheme).exists()


# --- batches --------------------------------------------------------------------------------------


def order(action, **given):
    return batch.Order(BatchAction(action), given)


def perform(tasks, what, by, expected=None, at=NOON):
    pks = [task.pk for task in tasks]
    seen = expected or batches.print_of(Task.objects.filter(pk__in=pks))
    return batch.perform(pks, what, expected=seen, by=by, at=at)


def events_of(tasks):
    return TaskEvent.objects.filter(task__in=tasks).count()


BATCHES = [
    order("urge", note="请抓紧"),
    order("listed", note="限期办结"),
    order("enlist", kind="TIME_LIMIT", reason="长期未整改"),
    order("supervisor", supervisor="分管副区长", reason="分工调整"),
]


@pytest.mark.parametrize("what", BATCHES, ids=lambda what: what.action)
def test_a_batch_does_each_and_every_history_says_so(cast, what):
    tasks = [make_task(cast), make_handled(cast), make_task(cast)]
    before = events_of(tasks)

    assert perform(tasks, what, cast.office) == 3

    assert events_of(tasks) == before + 3
    last = [task.events.order_by("-sequence").first() for task in tasks]
    assert {event.by for event in last} == {cast.office}
    assert len({event.note for event in last}) == 1


def test_a_batch_adds_who_watches_and_issues_to_a_grid(cast):
    tasks = [make_registered(cast.scheme, cast.tree.village, cast.worker) for _ in range(2)]
    given = {
        "grid": cast.tree.village,
        "requirement": "立即覆盖",
        "supervisor": "市网格办",
        "deadline_kind": "WORKDAYS",
        "deadline_amount": 3,
        "reason": "",
    }
    assert perform(tasks, order("issue", **given), cast.office) == 2
    assert {task.state for task in Task.objects.filter(pk__in=[t.pk for t in tasks])} == {"ISSUED"}

    watching = order("watcher", person=cast.supervisor, reason="督查组跟踪")
    assert perform(tasks, watching, cast.office) == 2
    assert cast.supervisor.watched_tasks.count() == 2


def test_there_is_no_way_to_judge_or_close_in_bulk():
    closing = {"approve", "send_back", "void", "revisit", "submit", "settle", "rule"}
    assert not closing & set(BatchAction.values)
    assert set(batch.DO) == set(BatchAction)


def test_a_set_that_changed_meanwhile_is_refused_and_nothing_is_done(cast):
    tasks = [make_task(cast), make_task(cast)]
    seen = batches.print_of(tasks)
    life.accept(tasks[1], by=cast.worker, at=NOON)
    before = events_of(tasks)

    with pytest.raises(Stale, match="没有办理任何一件"):
        perform(tasks, BATCHES[0], cast.office, expected=seen)
    with pytest.raises(Stale):
        perform(tasks[:1], BATCHES[0], cast.office, expected=seen)
    assert events_of(tasks) == before


def test_one_that_cannot_be_done_stops_all_of_them(cast, monkeypatch):
    tasks = [make_task(cast), make_task(cast), make_task(cast)]
    supervising.change_supervisor(
        tasks[2], supervisor="分管副区长", reason="调整", by=cast.office, at=NOON
    )
    before = events_of(tasks)

    with pytest.raises(Refused, match=tasks[2].number):  # says which one it was
        perform(tasks, BATCHES[3], cast.office)
    assert events_of(tasks) == before
    assert set(Task.objects.values_list("supervisor", flat=True)) == {
        "市网格办 督查组",
        "分管副区长",
    }


def test_who_may_not_do_it_alone_may_not_do_it_in_bulk(cast):
    tasks = [make_task(cast), make_closed(cast)]
    plan = batches.preview(cast.worker, tasks, BatchAction.URGE, at=NOON)
    assert plan.able == []
    plan = batches.preview(cast.office, tasks, BatchAction.URGE, at=NOON)
    assert [task for task, _ in plan.refused] == [tasks[1]]
    with pytest.raises(Refused):
        perform(tasks[:1], BATCHES[0], cast.worker)


def test_the_page_says_how_many_leaves_out_who_cannot_and_does_the_rest(cast, office_page):
    tasks = [make_task(cast), make_task(cast), make_closed(cast)]
    url = reverse("tasks:batch")
    ticked = {"do": "urge", "pick": [task.number for task in tasks]}

    page = office_page.post(url, ticked)
    assert page.status_code == 200
    assert (len(page.context["plan"].able), len(page.context["plan"].refused)) == (2, 1)
    able = {"pick": [task.number for task in tasks[:2]], "do": "urge"}
    sent = able | {"is_confirmed": "on", "expected": page.context["plan"].print, "note": ""}
    assert office_page.post(url, sent).status_code == 422  # the words are missing
    assert office_page.post(url, sent | {"note": "请抓紧"}).status_code == 302
    assert tasks[0].events.filter(note="催办：请抓紧").count() == 1
    assert office_page.post(url, sent | {"note": "请抓紧"}).status_code == 409  # sent twice
    assert tasks[0].events.filter(note="催办：请抓紧").count() == 1


def test_everything_the_filter_finds_is_refused_when_one_more_came_in(cast, office_page):
    make_task(cast)
    url, whole = reverse("tasks:batch"), {"do": "urge", "whole": "on", "filter": "due=open"}
    page = office_page.post(url, whole)
    assert page.context["chosen"] == 1
    sent = whole | {"is_confirmed": "on", "expected": page.context["plan"].print, "note": "抓紧"}

    late_comer = make_task(cast)
    assert office_page.post(url, sent).status_code == 409
    assert not late_comer.events.filter(action="supervise").exists()
    assert not TaskEvent.objects.filter(action="supervise").exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"do": "approve", "pick": "YY-2026-000001"},
        {"do": "urge"},
        {"do": "urge", "pick": "nothing"},
        {"do": "urge", "whole": "on", "filter": "grid=NOWHERE"},
    ],
)
def test_a_batch_of_nothing_or_of_no_known_action_is_refused(cast, office_page, sent):
    make_task(cast)
    assert office_page.post(reverse("tasks:batch"), sent).status_code == 422


def test_out_of_the_negative_list_in_bulk_only_after_a_good_revisit(cast, office_page):
    good, bad = make_closed(cast), make_closed(cast)
    for task in (good, bad):
        put_in(task, "NEGATIVE", cast.office)
    life.revisit(good, good=True, note="仍好", by=cast.supervisor, at=NOON)
    url = reverse("tasks:batch")
    ticked = {"do": "delist", "pick": [good.number, bad.number]}
    first = office_page.post(url, ticked)

    sent = ticked | {"is_confirmed": "on", "expected": first.context["plan"].print}
    second = office_page.post(url, sent | {"kind": "NEGATIVE", "reason": "复查合格"})
    assert second.status_code == 422
    assert [task for task, _ in second.context["plan"].refused] == [bad]
    assert ListEntry.objects.filter(kind="NEGATIVE", removed_at=None).count() == 2

    rest = sent | {"pick": [good.number], "expected": second.context["plan"].print}
    done = office_page.post(url, rest | {"kind": "NEGATIVE", "reason": "复查合格"})
    assert done.status_code == 302
    assert ListEntry.objects.get(kind="NEGATIVE", removed_at=None).task == bad


def test_preview_asks_the_same_number_of_questions_for_two_and_for_ten(
    cast, django_assert_max_num_queries
):
    tasks = [make_task(cast) for _ in range(10)]
    rows = list(batches.chosen(Task.objects.filter(pk__in=[task.pk for task in tasks])))
    with django_assert_max_num_queries(9):
        batches.preview(cast.office, rows, BatchAction.ENLIST, kind="NEGATIVE", at=NOON)


def test_keeping_lists_as_they_are_needs_no_reason(cast, issued):
    standing = list(issued.lists.filter(removed_at=None).values_list("kind", flat=True))
    listing.keep(issued, standing, by=cast.office, at=NOON)
    assert not issued.events.filter(action="comment").exists()
