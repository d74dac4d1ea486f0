"""指标: every number opens its list, every part lies in its whole; saved filters of the ledger."""

import html
import io
import re
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from build import NOON, make_post
from build_plans import make_measure, make_plan
from build_tasks import make_closed, make_handled, make_registered, make_submitted, make_task
from grids.models import Role
from tasks.models import MeasureUnit, SavedFilter, Task
from tasks.selectors import published
from tasks.selectors.register import register
from tasks.services import life

END = NOON + timedelta(days=12)  # 2026-11-30
FIRST, LAST = NOON.date().replace(day=1), NOON.date().replace(day=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def month(cast):
    """Something of everything, in two districts' worth of units."""
    punctual, slow_office, late = (
        make_closed(cast),
        make_closed(cast, at=END - HOUR),
        make_closed(cast),
    )
    Task.objects.filter(pk=late.pk).update(due_at=NOON + HOUR)
    make_task(cast, strength="STRIVE")
    waiting, returned = make_submitted(cast), make_submitted(cast)
    life.send_back(returned, reason="没盖全", by=cast.office, at=NOON + 3 * HOUR)
    make_handled(cast)
    gone = make_task(cast)
    life.void(gone, reason="重复", by=cast.office, at=NOON + HOUR)
    come_back = make_closed(cast)
    life.revisit(come_back, good=False, note="又来了", by=cast.supervisor, at=NOON + DAY)
    life.revisit(punctual, good=True, note="仍好", by=cast.supervisor, at=NOON + DAY)
    own = make_registered(cast.scheme, cast.tree.village, cast.worker)
    make_registered(cast.scheme, cast.tree.other_village, cast.neighbour, is_hidden=True)
    asked = life.ask_extension(
        make_handled(cast), due_at=END, reason="下雨", by=cast.worker, at=NOON + HOUR
    )
    life.decide_extension(asked, granted=True, by=cast.office, at=NOON + HOUR)
    make_registered(cast.scheme, cast.tree.village, cast.worker, at=NOON - 40 * DAY)
    return {"own": own, "slow": slow_office, "late": late, "waiting": waiting}


def whole(cast, at=END, user=None):
    return published.lines(user or cast.office, cast.scheme, FIRST, LAST, at)[0]


def test_the_figures_of_a_month_counted_by_hand(cast, month):
    assert dict(whole(cast).counts) == {
        "registered": 11,  # without the hidden one and the one of October
        "issued": 10,
        "closed": 3,  # one came back
        "on_time": 2,  # the office was slow with one of them
        "late_closed": 1,
        "open": 8,
        "overdue": 3,  # returned, handled, come back; not 力争, not what waits for acceptance
        "first_round": 3,
        "judged": 5,
        "returned": 1,
        "voided": 1,
        "extended": 1,
        "looked_again": 2,
        "rebound": 1,
        "solved_at_base": 0,
    }
    percents = {rate.key: percent for rate, _, _, percent in whole(cast).shares}
    assert percents["on_time_rate"] == Decimal("66.7")
    assert percents["overdue_rate"] == Decimal("37.5")
    assert percents["rebound_rate"] == Decimal("50.0")


def test_the_list_behind_every_figure_has_as_many_rows_as_it_says(cast, month):
    for user in (cast.office, cast.guest, cast.worker):
        for line in published.lines(user, cast.scheme, FIRST, LAST, END):
            for key, count in line.counts.items():
                query = {"figure": key, "first": FIRST, "last": LAST}
                query |= {"grid": line.unit.code} if line.unit else {}
                rows = register(user, cast.scheme, query, END)
                assert rows.count() == count, (user, line.unit, key)


def test_a_number_on_the_page_leads_to_its_list(cast, month):
    with time_machine.travel(END, tick=False):
        client = Client()
        client.force_login(cast.office)
        page = client.get(reverse("tasks:indicators"), {"first": FIRST, "last": LAST})
        links = re.findall(r'href="([^"]+figure=late_closed[^"]*)">(\d+)<', page.content.decode())
        assert [count for _, count in links] == ["1", "1"]  # the whole and the district
        for link, count in links:
            rows = client.get(html.unescape(link)).context["page"]
            assert [task.number for task in rows] == [month["late"].number]
            assert rows.paginator.count == int(count)


def test_every_part_lies_in_its_whole(cast, month):
    span = published.window(FIRST, LAST, END)
    tasks = published.countable(Task.objects.all())
    for rate in published.RATES:
        part = tasks.filter(published.condition(rate.part, span))
        every = tasks.filter(published.condition(rate.whole, span))
        assert not part.exclude(pk__in=every.values("pk")).exists(), rate.key
    both = tasks.filter(published.condition("on_time", span), published.CLOSED_LATE)
    assert not both.exists()
    counts = whole(cast).counts
    assert counts["on_time"] + counts["late_closed"] == counts["closed"]


def test_units_stand_below_the_whole_and_unassigned_matters_count_above_only(cast, month):
    lines = published.lines(cast.office, cast.scheme, FIRST, LAST, END)
    assert [line.unit.name if line.unit else "" for line in lines] == ["", "资阳区"]
    assert lines[0].counts["registered"] - lines[1].counts["registered"] == 1  # month["own"]
    assert lines[0].counts["closed"] == lines[1].counts["closed"]


def test_solved_where_it_was_found(cast):
    found = make_registered(cast.scheme, cast.tree.village, cast.worker)
    from_above = make_closed(cast)
    life.issue(
        found,
        grid=cast.tree.village,
        requirement="覆盖",
        supervisor="市网格办",
        deadline_kind="WORKDAYS",
        deadline_amount=3,
        by=cast.office,
        at=NOON,
    )
    Task.objects.filter(pk=found.pk).update(
        state="CLOSED", closed_at=NOON, submitted_at=NOON, round=1
    )
    counts = whole(cast).counts
    assert (counts["closed"], counts["solved_at_base"]) == (2, 1)
    assert from_above.origin_grid != from_above.grid


def test_the_page_prints_its_definitions_and_refuses_a_span_the_wrong_way_round(cast, month):
    url = reverse("tasks:indicators")
    with time_machine.travel(END, tick=False):
        client = Client()
        client.force_login(cast.office)
        page = client.get(url).content.decode()
        for one in (*published.FIGURES, *published.RATES):
            assert one.words in page
        wrong = client.get(url, {"first": "2026-11-30", "last": "2026-11-01"})
        assert wrong.status_code == 422
        assert client.get(url, {"first": "1990-01-01", "last": "2026-11-01"}).status_code == 422
        sheet = client.get(url, {"first": FIRST, "last": LAST, "format": "xlsx"})
        book = openpyxl.load_workbook(io.BytesIO(sheet.content))
        rows = list(book["指标"].values)
        assert (rows[2][0], rows[2][1]) == ("全体", 11)
        assert {row[0] for row in book["口径"].values} >= {"按时销号率", "反弹率"}


def test_counts_take_the_same_few_queries_for_a_large_month(
    cast, month, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        published.lines(cast.office, cast.scheme, FIRST, LAST, END)


# --- the ledger: more filters, paper, names for filters ------------------------------------------


def test_the_ledger_filters_by_measure(cast, issued):
    measure = make_measure(make_plan(cast.scheme), 1)
    unit = MeasureUnit.objects.create(measure=measure, grid=cast.tree.village, role="DO")
    Task.objects.filter(pk=issued.pk).update(measure_unit=unit)
    make_task(cast)
    rows = register(cast.office, cast.scheme, {"measure": measure.pk}, NOON)
    assert list(rows) == [issued]


@pytest.mark.clause("Y1-32")
def test_the_ledger_on_paper_has_every_column_of_the_order(cast):
    task = make_closed(cast)
    with time_machine.travel(END, tick=False):
        client = Client()
        client.force_login(cast.office)
        page = client.get(reverse("tasks:ledger"), {"format": "print"}).content.decode()
    heads = "编号 来源 问题 地点 整改要求 整改时限 责任单位 督办责任人 状态 轮次 销号佐证"
    for head in heads.split(" "):
        assert f"<th>{head}</th>" in page.replace("\n", "").replace(" ", "")
    assert task.number in page
    assert "绿网覆盖 3,200 m²" in page
    assert "2 份佐证" in page


@pytest.fixture
def clerk(cast):
    client = Client()
    client.force_login(cast.office)
    return client


def test_a_filter_has_a_name_and_the_office_may_share_it(cast, clerk):
    url = reverse("tasks:filter-save")
    query = "due=overdue&grid=S1&page=3&evil=1&state=NOPE"
    assert clerk.post(url, {"name": "街道逾期", "query": query}).status_code == 302
    row = SavedFilter.objects.get()
    assert (row.query, row.shared_with) == ("due=overdue&grid=S1", None)

    clerk.post(url, {"name": "街道逾期", "query": "due=open", "shared": "on"})
    row = SavedFilter.objects.get()  # the same name again replaces it
    assert (row.query, row.shared_with) == ("due=open", cast.tree.root)

    def names(user):
        client = Client()
        client.force_login(user)
        return [one.name for one in client.get(reverse("tasks:filters")).context["saved"]]

    assert names(cast.supervisor) == ["街道逾期"]  # a post at the same office
    assert names(cast.chief) == names(cast.outsider) == []
    make_post(cast.chief, cast.tree.root, Role.OFFICE)
    assert names(cast.chief) == ["街道逾期"]


def test_a_filter_of_somebody_else_is_not_mine_to_delete(cast, clerk):
    clerk.post(reverse("tasks:filter-save"), {"name": "我的", "query": "due=open"})
    row = SavedFilter.objects.get()
    other = Client()
    other.force_login(cast.supervisor)
    url = reverse("tasks:filter-forget", args=[row.pk])
    assert other.post(url).status_code == 404
    assert SavedFilter.objects.exists()
    assert clerk.post(url).status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"name": "", "query": "due=open"}, {"name": "空", "query": "x=1"}, {}]
)
def test_a_filter_without_name_or_without_content_is_not_kept(cast, clerk, sent):
    page = clerk.post(reverse("tasks:filter-save"), sent, follow=True)
    assert page.context["messages"]
    assert not SavedFilter.objects.exists()
