"""Pages of the office: numbers open their lists, forms keep what was typed, words are right."""

from datetime import timedelta

import pytest
from django.urls import reverse

from air import make_station
from build import NOON, make_post, make_user
from build_notices import STREAK, make_rule, make_week
from build_tasks import make_submitted, make_task
from grids.models import Clause, Role, SchemeEntry
from notices.models import Message, Notice, Summons
from notices.services import bulletins, issuing, messages
from notices.services.proposals import propose_from_streaks
from stations.models import DailyAir
from stations.vector import PRIMARY_BITS
from tasks.models import TaskEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    """Every page of these tests is opened at noon of the test's day."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def as_office(client, office):
    client.force_login(office)
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


# --- 值守台 ---------------------------------------------------------------------------------------


def test_the_tiles_count_what_their_lists_hold(as_office, cast):
    make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(hours=2))
    make_task(cast, deadline_kind="SAME_DAY")
    make_submitted(cast)
    late = make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(minutes=1))
    type(late).objects.filter(pk=late.pk).update(due_at=NOON - timedelta(days=3))

    shown = as_office.get(reverse("notices:desk"))

    tiles = {tile.title: (tile.count, tile.line) for tile in shown.context["tiles"]}
    assert tiles["逾期"] == (1, "最久 3 天 · 学门口社区")
    assert tiles["今日到期"] == (2, "其中不过夜 1")
    assert tiles["待验收"] == (1, "都可由您验收")
    assert tiles["退回待裁定"] == (0, "没有争议")
    assert {tile.query for tile in shown.context["tiles"]} == {"due=overdue", "due=today", ""}


def test_work_of_the_own_hands_is_named_as_not_ones_own_to_accept(client, cast):
    make_submitted(cast)
    make_post(cast.worker, cast.tree.root, Role.OFFICE)
    client.force_login(cast.worker)

    shown = client.get(reverse("notices:desk"))

    line = next(tile.line for tile in shown.context["tiles"] if tile.title == "待验收")
    assert line == "您不能验收的 1"


@pytest.mark.clause("W-53", "W-54")
def test_the_desk_shows_the_week_with_streaks_and_the_sentence(as_office, scheme, units):
    make_station(units[0], "S-A")
    Clause.objects.create(
        scheme=scheme, code="W-54", place="二（六）1", quote="连续2周排名后3位，对分管领导实施约谈"
    )
    for code in ("2026-W45", "2026-W46"):
        make_week(scheme, code, {unit: n for n, unit in enumerate(units, 1)})
    propose_from_streaks(scheme, "2026-W46", at=NOON)

    page = text_of(as_office.get(reverse("notices:desk")))

    assert "2026年第46周（11月9日—15日）排名" in page
    assert "另 5 个单位" in page
    assert page.count("连续 2 周") == 3
    assert "“连续2周排名后3位，对分管领导实施约谈”" in page
    assert "约谈建议 3" in page
    assert "A街道" in page
    assert "E街道" not in page  # left out in the middle


def test_a_regime_without_stations_shows_its_work_instead(as_office, cast):
    make_submitted(cast)

    page = text_of(as_office.get(reverse("notices:desk")))

    assert "待交办" in page
    assert "周综合指数" not in page
    assert "待验收" in page


def test_a_guest_reads_the_desk_without_buttons(client, guest, scheme):
    client.force_login(guest)

    page = text_of(client.get(reverse("notices:desk")))

    assert "起草调度令" not in page
    assert "登记问题" not in page


@pytest.mark.parametrize(
    ("who", "place"), [("office", "/desk/"), ("supervisor", "/desk/"), ("chief", "/leader/")]
)
def test_everybody_lands_on_the_own_first_page(client, cast, who, place):
    client.force_login(cast.people[who])

    assert client.get("/").headers["Location"] == place


def test_somebody_without_a_post_lands_on_the_own_account(client, db):
    client.force_login(make_user("nobody"))

    assert client.get("/").headers["Location"] == reverse("me")


def test_a_desk_of_many_tasks_takes_no_more_queries(as_office, cast, django_assert_max_num_queries):
    make_submitted(cast)
    with django_assert_max_num_queries(80) as first:
        as_office.get(reverse("notices:desk"))
    for _ in range(4):
        make_submitted(cast)
        make_task(cast)

    with django_assert_max_num_queries(len(first) + 2):
        as_office.get(reverse("notices:desk"))


# --- 领导一页 -------------------------------------------------------------------------------


@pytest.mark.clause("W-09")
def test_a_leader_sees_what_is_late_under_him_and_writes_an_instruction(client, cast):
    task = make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(minutes=1))
    type(task).objects.filter(pk=task.pk).update(due_at=NOON - timedelta(days=2))
    client.force_login(cast.chief)

    page = text_of(client.get(reverse("notices:leader")))
    answer = client.post(reverse("notices:instruct", args=[task.number]), {"note": "今天必须完成"})

    assert "我这里逾期的 1 件" in page
    assert task.number in page
    assert answer.status_code == 302
    event = TaskEvent.objects.filter(task=task).latest("sequence")
    assert (event.action, event.note, event.by) == ("comment", "批示：今天必须完成", cast.chief)


def test_a_leader_reads_the_pollutant_by_its_symbol_not_by_its_code(client, cast):
    station = make_station(cast.tree.village, "S-A")
    yesterday = (NOON - timedelta(days=1)).date()
    bits = PRIMARY_BITS["pm25"]
    DailyAir.objects.create(on=yesterday, station=station, aqi=120, primary_bits=bits, rule_set="t")
    client.force_login(cast.chief)

    page = text_of(client.get(reverse("notices:leader")))

    assert "首要污染物 PM2.5" in page
    assert "pm25" not in page.lower().replace("pm2.5", "")


def test_an_empty_instruction_comes_back_and_changes_nothing(client, cast):
    task = make_task(cast)
    client.force_login(cast.chief)
    before = TaskEvent.objects.count()

    answer = client.post(reverse("notices:instruct", args=[task.number]), {"note": " "})

    assert answer.status_code == 422
    assert TaskEvent.objects.count() == before


# --- 约谈 -----------------------------------------------------------------------------------------


@pytest.fixture
def talk(scheme, units, office):
    for code in ("2026-W45", "2026-W46"):
        make_week(scheme, code, {unit: n for n, unit in enumerate(units[1:], 1)} | {units[0]: None})
    propose_from_streaks(scheme, "2026-W46", at=NOON)
    return Summons.objects.get(grid=units[9])


@pytest.mark.clause("W-54")
def test_the_talk_shows_its_weeks_and_who_took_no_part(as_office, talk):
    page = text_of(as_office.get(reverse("notices:summons", args=[talk.pk])))

    assert "2026年第45周（11月2日—8日）" in page
    assert "<b>9</b> / 9" in page
    assert "A街道" in page  # not ranked, with its reason
    assert "不足 5 天" in page
    assert "批准约谈" in page


def test_a_talk_declined_without_a_reason_comes_back_as_it_was_filled_in(as_office, talk):
    url = reverse("notices:summons-act", args=[talk.pk, "decide"])

    answer = as_office.post(url, {"approve": "no", "note": ""})

    assert answer.status_code == 422
    assert "不予约谈请写明理由" in text_of(answer)
    talk.refresh_from_db()
    assert talk.state == "PROPOSED"


def test_a_talk_whose_data_were_corrected_says_so(as_office, talk):
    Summons.objects.filter(pk=talk.pk).update(
        state="APPROVED", is_questioned=True, question="更正后的排名不再构成连续排名靠后"
    )

    page = text_of(as_office.get(reverse("notices:summons", args=[talk.pk])))

    assert "数据已更正" in page
    assert "更正后复核：维持" in page


def test_a_step_that_is_over_is_refused_with_a_sentence(as_office, talk):
    url = reverse("notices:summons-act", args=[talk.pk, "close"])

    answer = as_office.post(url, {})

    assert answer.status_code == 409
    assert "建议" in text_of(answer)


# --- 公文 -----------------------------------------------------------------------------------------


@pytest.fixture
def drafted(cast):
    make_submitted(cast)
    return bulletins.draft_weekly(cast.scheme, "2026-W47", by=None, at=NOON + timedelta(hours=3))


@pytest.mark.clause("W-52", "Y1-78")
def test_each_number_of_a_bulletin_opens_the_rows_behind_it(as_office, drafted):
    page = as_office.get(reverse("notices:detail", args=[drafted.pk])).content.decode()
    url = reverse("notices:figure", args=[drafted.pk, "registered"])

    assert f'href="{url}">1件</a>' in page
    assert "YY-2026-000001" in as_office.get(url).content.decode()


def test_rows_beyond_ones_view_are_counted_not_shown(client, drafted, office, cast):
    issuing.review(drafted, by=office, at=NOON)
    issuing.number_and_issue(drafted, by=office, at=NOON)
    client.force_login(cast.neighbour)

    page = text_of(client.get(reverse("notices:figure", args=[drafted.pk, "registered"])))

    assert "YY-2026-000001" not in page
    assert "另有 1 项不在您的查看范围内" in page


def test_a_figure_that_does_not_exist_is_not_found(as_office, drafted):
    assert as_office.get(reverse("notices:figure", args=[drafted.pk, "x"])).status_code == 404


def test_a_text_with_an_unknown_mark_comes_back_as_it_was_typed(as_office, drafted):
    data = {"title": "通报", "version": drafted.version, "heading-0": "一", "text-0": "共{乱写}件"}

    answer = as_office.post(reverse("notices:edit", args=[drafted.pk]), data)

    assert answer.status_code == 422
    assert "共{乱写}件" in answer.content.decode()
    assert "不是数据项" in answer.content.decode()


def test_a_text_that_a_colleague_changed_meanwhile_is_refused(as_office, drafted, colleague):
    body = [{"heading": "一", "paragraphs": ["甲"]}]
    bulletins.edit(drafted, title="甲", body=body, by=colleague, at=NOON)
    data = {"title": "乙", "version": 1, "heading-0": "一", "text-0": "乙"}

    answer = as_office.post(reverse("notices:edit", args=[drafted.pk]), data)

    assert answer.status_code == 409
    assert "别人修改过" in text_of(answer)


@pytest.mark.clause("Y1-78")
def test_the_office_takes_a_bulletin_from_draft_to_download(as_office, cast):
    as_office.post(reverse("notices:new"), {"period": "2026-W46"})
    notice = Notice.objects.get()
    as_office.post(reverse("notices:act", args=[notice.pk, "review"]))  # an office of one
    as_office.post(reverse("notices:act", args=[notice.pk, "issue"]), {"serial": "46"})
    notice.refresh_from_db()
    assert notice.drafted_by == cast.office
    assert (notice.state, notice.serial) == ("ISSUED", 46)

    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK")):
        answer = as_office.get(reverse("notices:document", args=[notice.pk]), {"format": kind})
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert f".{kind}" in answer["Content-Disposition"]


def test_a_format_that_does_not_exist_is_refused_with_a_sentence(as_office, drafted):
    answer = as_office.get(reverse("notices:document", args=[drafted.pk]), {"format": "exe"})

    assert answer.status_code == 422
    assert "只能下载 pdf 或 docx" in text_of(answer)


@pytest.mark.clause("W-76")
def test_an_order_opens_a_task_for_every_unit_that_signs(as_office, client, cast, colleague):
    data = {
        "kind": "DISPATCH",
        "title": "关于做好夜间管控的调度令",
        "text": "请立即落实。",
        "grids": [cast.tree.district.pk],
        "requirement": "工地全部停工",
        "due_at": "2026-11-19T18:00",
        "category": "DUST",
    }
    as_office.post(reverse("notices:order"), data)
    notice = Notice.objects.get()
    issuing.review(notice, by=colleague, at=NOON)
    as_office.post(reverse("notices:act", args=[notice.pk, "issue"]), {})

    receipt = notice.receipts.get()
    assert (receipt.grid, receipt.task.kind) == (cast.tree.district, "DISPATCH")
    assert receipt.task.due_at == NOON.replace(day=19, hour=18)
    assert receipt.task.requirement == "工地全部停工"


@pytest.mark.parametrize(
    "over",
    [
        {"requirement": ""},
        {"due_at": ""},
        {"due_at": "2026-11-01T08:00"},  # over already
        {"grids": []},
        {"grids": ["99999"]},
        {"kind": "WEEKLY"},
        {"title": ""},
    ],
)
def test_a_bad_order_comes_back_and_nothing_is_kept(as_office, cast, over):
    data = {
        "kind": "DISPATCH",
        "title": "调度令",
        "text": "落实",
        "grids": [cast.tree.district.pk],
        "requirement": "停工",
        "due_at": "2026-11-19T18:00",
    }

    answer = as_office.post(reverse("notices:order"), data | over)

    assert answer.status_code == 422
    assert not Notice.objects.exists()


# --- 消息 and the regime ----------------------------------------------------------------------


@pytest.mark.clause("Y2-27")
def test_opening_a_message_marks_it_read_and_leads_to_the_matter(client, worker):
    messages.tell([worker], key="k", text="交办了一件", url="/tasks/YY-2026-000001/", at=NOON)
    row = Message.objects.get()
    client.force_login(worker)

    assert "交办了一件" in text_of(client.get(reverse("notices:messages")))
    answer = client.post(reverse("notices:message-read", args=[row.pk]))

    row.refresh_from_db()
    assert answer.headers["Location"] == "/tasks/YY-2026-000001/"
    assert row.read_at == NOON


@pytest.mark.clause("W-21", "W-22")
def test_the_regime_shows_its_meetings_with_their_sentence(as_office, scheme):
    Clause.objects.create(scheme=scheme, code="W-22", place="二（三）", quote="每季度主持召开一次")
    SchemeEntry.objects.create(
        scheme=scheme,
        kind="MEETING",
        code="quarter-review",
        name="季度讲评会议",
        detail='{"period": "QUARTER", "times": 1, "host": "点长", "agenda": ["分析当前形势"]}',
        clause="W-22",
    )

    page = text_of(as_office.get(reverse("notices:scheme-panel", args=[scheme.code])))

    assert "季度讲评会议" in page
    assert "每季度 1 次" in page
    assert "由点长召集；分析当前形势" in page
    assert "“每季度主持召开一次” 二（三）" in page


def test_a_page_number_that_is_nonsense_shows_a_page(as_office, scheme):
    for page in ("0", "-1", "abc", "99999999999999999999"):
        assert as_office.get(reverse("notices:list"), {"page": page}).status_code == 200
        assert as_office.get(reverse("notices:messages"), {"page": page}).status_code == 200


def test_rules_of_the_streak_are_needed_for_its_sentence(as_office, scheme, tree):
    make_rule(scheme, "summons.streak", STREAK)

    assert as_office.get(reverse("notices:desk")).status_code == 200
