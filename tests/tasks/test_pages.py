"""The pages: who gets what, forms that come again, filters, figures, print, export."""

import io
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

import oracle_tasks
from build_tasks import make_closed, make_registered, make_submitted, make_task, pair
from ledger_lock import unlocked
from pictures import encoded, picture, sha, stored, upload
from tasks.models import Attachment, FeedbackCard, Task
from tasks.selectors.sheet import safe
from tasks.services import life


@pytest.fixture(autouse=True)
def now_is_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield noon


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def get(user, name, *args, **query):
    return signed_in(user).get(reverse(name, args=args), query)


def post(user, name, *args, **data):
    return signed_in(user).post(reverse(name, args=args), data)


# --- who may do what ----------------------------------------------------------------------------


@pytest.mark.parametrize("action", sorted(oracle_tasks.PAGES))
def test_everybody_gets_the_status_of_the_table_for_every_action(cast, action):
    expected, data = oracle_tasks.PAGES[action]
    task = oracle_tasks.STARTS[action](cast)
    url = reverse("tasks:act", args=[task.number, action])
    answers = {}
    for who in expected:
        client = Client() if who == "anonymous" else signed_in(cast.people[who])
        with transaction.atomic():
            answers[who] = client.post(url, data).status_code
            transaction.set_rollback(True)

    assert answers == expected


@pytest.mark.parametrize("action", ["register", "complete", "reopen", "recalculate", "fly"])
def test_what_is_no_page_action_is_not_found(cast, issued, action):
    assert get(cast.office, "tasks:act", issued.number, action).status_code == 404


# --- one matter ---------------------------------------------------------------------------------


def test_the_detail_page_shows_line_card_clock_and_quote(cast, submitted):
    page = get(cast.office, "tasks:detail", submitted.number).content.decode()

    for words in (
        "城北在建工地裸露黄土未覆盖",
        "反馈卡 · 第 1 轮",
        "验收方：市网格办",
        "链校验 ✓",
        "您可以验收：您与承办网格不同，且未参与处置。",
        "2026-11-23 24:00",
        "交办后 20 分钟",
        "佐证 2/2 已到服务器",
    ):
        assert words in page
    assert "验收销号" in page


def test_the_doer_reads_why_he_cannot_accept(cast, submitted):
    page = get(cast.worker, "tasks:detail", submitted.number).content.decode()

    assert "您不能验收" in page
    assert 'data-dialog="do-approve"' not in page


def test_a_broken_chain_is_said_on_the_page(cast, issued):
    with unlocked(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE tasks_taskevent SET note='x' WHERE sequence=2")

    page = get(cast.office, "tasks:detail", issued.number).content.decode()
    assert "校验链断开" in page
    assert "第 2 条" in page


def test_field_people_get_the_phone_frame_and_the_office_the_desk(cast, handled):
    assert b'class="phone"' in get(cast.worker, "tasks:detail", handled.number).content
    assert b'class="desk"' in get(cast.office, "tasks:detail", handled.number).content


def test_text_from_people_is_never_markup(cast):
    evil = '"><script>alert(1)</script>'
    task = make_registered(cast.scheme, cast.tree.root, cast.office, title=evil, problem=evil)

    for name, args in (("tasks:detail", [task.number]), ("tasks:ledger", []), ("tasks:inbox", [])):
        assert b"<script>alert" not in get(cast.office, name, *args).content


# --- forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "data", "words"),
    [
        ("report_up", {"reason": ""}, "必填"),
        ("transfer", {"to": "XX", "reason_code": "NOT_MY_AREA", "note": "a"}, "没有这个网格"),
        ("transfer", {"to": "V2", "reason_code": "LAZY", "note": "a"}, "LAZY"),
    ],
)
def test_an_incomplete_form_comes_again_with_422_and_keeps_what_was_typed(
    cast, issued, action, data, words
):
    answer = post(cast.worker, "tasks:act", issued.number, action, **data)

    assert answer.status_code == 422
    issued.refresh_from_db()
    assert (issued.state, issued.events.count()) == ("ISSUED", 2)
    assert all(value in answer.content.decode() for value in data.values() if value == "a")


def test_a_grid_may_be_given_by_code_name_or_both(cast, noon):
    for text in ("V2", "三里桥社区", "三里桥社区（V2）"):
        task = make_task(cast)
        sent = {"to": text, "reason_code": "NOT_MY_AREA", "note": "界线"}
        assert post(cast.worker, "tasks:act", task.number, "transfer", **sent).status_code == 302
        task.refresh_from_db()
        assert task.grid == cast.tree.other_village


def test_a_refusal_of_the_rules_is_a_page_with_its_sentence(cast, issued):
    answer = post(cast.office, "tasks:act", issued.number, "approve", version=issued.version)

    assert answer.status_code == 409
    assert "已交办的任务不能验收销号" in answer.content.decode()


def test_a_stale_form_is_told_who_was_faster(cast, issued, noon):
    life.accept(issued, by=cast.worker, at=noon)
    sent = {"to": "V2", "reason_code": "NOT_MY_AREA", "note": "x", "version": issued.version}

    answer = post(cast.manager, "tasks:act", issued.number, "transfer", **sent)

    assert answer.status_code == 409
    assert "学门口社区 · 网格员" in answer.content.decode()


def test_a_double_click_on_a_page_leaves_one_event(cast, issued):
    client = signed_in(cast.worker)
    url = reverse("tasks:act", args=[issued.number, "accept"])

    answers = [client.post(url, {"version": issued.version}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert issued.events.filter(action="accept").count() == 1


def test_a_registration_sent_twice_is_one_task(cast):
    data = {**oracle_tasks.new_one(cast)[1]}
    client = signed_in(cast.worker)

    answers = [client.post(reverse("tasks:register"), data) for _ in range(2)]

    assert answers[0].url == answers[1].url
    assert Task.objects.count() == 1


# --- photos -------------------------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def file_named(field, shade):
    return {field: upload(encoded(picture(200, 150, shade)))}


def test_a_plain_form_carries_its_photos_itself_and_twice_is_once(cast, handled, folder):
    def send():
        files = file_named("before", 1) | file_named("after", 2)
        data = {"measures": "已盖", "version": handled.version, **files}
        return post(cast.worker, "tasks:act", handled.number, "submit", **data)

    assert send().status_code == 302
    assert send().status_code == 302

    assert FeedbackCard.objects.get().attachments.count() == 2
    assert Attachment.objects.count() == 2


def test_photos_uploaded_before_are_named_by_their_ids(cast, handled, folder):
    ids = {}
    for field, purpose, shade in (("before", "BEFORE", 1), ("after", "AFTER", 2)):
        content, one = encoded(picture(200, 150, shade)), str(uuid.uuid4())
        sent = {"client_id": one, "purpose": purpose, "file": upload(content)}
        answer = post(cast.worker, "tasks:upload", sha256=sha(content), **sent)
        assert (answer.status_code, answer.json()["sha256"]) == (201, sha(content))
        ids[f"{field}-ids"] = one

    answer = post(cast.worker, "tasks:act", handled.number, "submit", measures="已盖", **ids)

    assert answer.status_code == 302
    assert FeedbackCard.objects.get().attachments.count() == 2


def test_the_upload_door_answers_in_words(cast, folder):
    good = {"client_id": str(uuid.uuid4()), "purpose": "SCENE"}
    content = encoded(picture(100, 80))
    client = signed_in(cast.worker)
    url, json = reverse("tasks:upload"), {"HTTP_ACCEPT": "application/json"}

    def send(**data):
        answer = client.post(url, good | data, **json)
        return answer.status_code, answer.json().get("detail", "")

    assert send(file=upload(content))[0] == 201
    assert send(file=upload(content))[0] == 200
    assert send(file=upload(b"<svg/>"), client_id=str(uuid.uuid4()))[0] == 415
    assert send(file=upload(content), client_id="x")[0] == 422
    status, words = send(file=upload(content[:900]), client_id=str(uuid.uuid4()))
    assert (status, "照片" in words) == (422, True)
    assert send(file=upload(content), client_id=str(uuid.uuid4()), sha256="0" * 64)[0] == 422
    assert send(file=upload(content), client_id=str(uuid.uuid4()), lon="east")[0] == 201


def test_a_photo_is_served_only_to_who_sees_its_task_and_never_as_it_came(cast, handled, folder):
    photo = stored(cast.worker, encoded(picture(300, 200), comment=b"<script>"))
    rows = [photo, *pair(cast.worker)]
    life.submit(handled, measures="已盖", attachments=rows, by=cast.worker, at=handled.issued_at)

    def fetch(user, variant):
        return get(user, "tasks:attachment", photo.client_id, variant)

    seen = fetch(cast.office, "public")
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    assert (seen["X-Content-Type-Options"], b"<script>" in seen.content) == ("nosniff", False)
    assert "sandbox" in seen["Content-Security-Policy"]
    assert fetch(cast.neighbour, "public").status_code == 404
    assert fetch(cast.outsider, "thumb").status_code == 404
    assert fetch(cast.manager, "original").status_code == 404
    assert fetch(cast.office, "secret").status_code == 404
    original = fetch(cast.office, "original")
    assert original["Content-Disposition"].startswith("attachment")
    assert original["Content-Type"] == "application/octet-stream"
    original.close()


# --- lists --------------------------------------------------------------------------------------


@pytest.mark.clause("Y2-14")
def test_the_inbox_is_split_by_where_matters_come_from(cast):
    for source in ("SUPERIOR", "PATROL", "HOTLINE"):
        make_registered(cast.scheme, cast.tree.root, cast.office, source=source, title=source)

    def titles(found):
        page = get(cast.office, "tasks:inbox", found=found).context["page"]
        return {task.title for task in page.object_list}

    assert titles("") == {"SUPERIOR", "PATROL", "HOTLINE"}
    assert (titles("above"), titles("own"), titles("complaint")) == (
        {"SUPERIOR"},
        {"PATROL"},
        {"HOTLINE"},
    )


def test_my_own_cases_are_greyed_with_the_reason(cast, submitted, noon):
    mine = make_registered(cast.scheme, cast.tree.village, cast.office)
    life.settle(
        mine,
        measures="当场制止",
        result="",
        attachments=pair(cast.office),
        requirement="停",
        supervisor="网格办",
        by=cast.office,
        at=noon,
    )

    answer = get(cast.office, "tasks:acceptance")

    reasons = {case.task.number: case.reason for case, _ in answer.context["rows"]}
    assert reasons == {submitted.number: "", mine.number: "您参与了处置，不能验收自己办的事"}
    assert answer.content.decode().count('data-confirm-ok="验收销号"') == 1


@pytest.mark.clause("Y1-32", "Z-13", "Y1-77")
def test_filters_of_the_ledger_stay_in_the_address_and_narrow_it(cast, noon):
    late = make_task(cast, deadline_kind="HOURS", deadline_amount=1)
    closed = make_closed(cast)
    life.supervise(late, note="x", listed=True, by=cast.office, at=noon)

    def numbers(at=noon, **query):
        page = get(cast.office, "tasks:ledger", **query).context["page"]
        return {task.number for task in page.object_list}

    assert numbers() == {late.number, closed.number}
    assert numbers(state="CLOSED") == {closed.number}
    assert numbers(listed="on") == {late.number}
    assert numbers(grid="V1") == numbers(grid="S1") == {late.number, closed.number}
    assert numbers(grid="V2") == set()
    assert numbers(q=late.number[-3:]) == {late.number}
    assert numbers(due="today") == {late.number}
    assert numbers(since="2026-11-18", until="2026-11-18") == {late.number, closed.number}
    assert numbers(until="2026-11-17") == set()
    assert numbers(state="FLYING", since="no day") == {late.number, closed.number}
    page = get(cast.office, "tasks:ledger", state="CLOSED").content.decode()
    assert "state=CLOSED" in page


def test_overdue_means_open_and_past_the_deadline(cast, noon):
    late = make_task(cast, deadline_kind="HOURS", deadline_amount=1)

    with time_machine.travel(noon + timedelta(hours=2), tick=False):
        page = get(cast.office, "tasks:ledger", due="overdue")

    assert [task.number for task in page.context["page"].object_list] == [late.number]
    assert "逾期 1 小时" in page.content.decode()


@pytest.mark.clause("Y1-32")
def test_the_export_holds_the_filtered_rows_with_real_numbers_and_no_formulas(cast, noon):
    make_closed(cast)
    evil = make_registered(
        cast.scheme, cast.tree.root, cast.office, title='=HYPERLINK("x")', lon=112.5, lat=-5.0
    )

    answer = get(cast.office, "tasks:ledger", format="xlsx", state="REGISTERED")

    sheet = load_workbook(io.BytesIO(answer.content)).active
    head = [cell.value for cell in sheet[2]]
    row = dict(zip(head, [cell.value for cell in sheet[3]], strict=True))
    assert sheet.max_row == 3
    assert (row["编号"], row["事项"]) == (evil.number, '\'=HYPERLINK("x")')
    assert (row["纬度"], row["反馈轮次"]) == (-5, 0)
    assert {"整改要求", "整改时限", "督办责任人", "销号时间", "状态"} <= set(head)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", '"=', " =", "＝", "|", "%"])
def test_text_that_could_be_a_formula_is_defused(start):
    assert safe(f"{start}1+1").startswith("'")


def test_ordinary_text_is_left_alone():
    assert safe("绿网覆盖 3,200 m²") == "绿网覆盖 3,200 m²"


@pytest.mark.clause("Y1-66")
def test_the_card_prints(cast, submitted):
    page = get(cast.office, "tasks:card", submitted.number, 1).content.decode()

    assert "任务反馈卡" in page
    assert "绿网覆盖 3,200 m²，出口增设冲洗。" in page
    assert get(cast.office, "tasks:card", submitted.number, 2).status_code == 404


def test_the_phone_list_has_one_action_per_card_in_order_of_deadline(cast, noon):
    later = life.accept(make_task(cast), by=cast.worker, at=noon)
    sooner = make_task(cast, deadline_kind="SAME_DAY")
    life.report_up(make_task(cast), reason="x", by=cast.worker, at=noon)

    answer = get(cast.worker, "tasks:today")

    cards = answer.context["cards"]
    assert [(card.task, card.action) for card in cards] == [(sooner, "accept"), (later, "submit")]
    assert "今日清单 · 2 件" in answer.content.decode()


def test_suggestions_of_grids_come_from_my_regime_only(cast):
    url = reverse("tasks:grid-options")
    page = signed_in(cast.worker).get(url, {"field": "to", "to": "社区"}).content.decode()

    assert "三里桥社区（V2）" in page
    assert "另一" not in page


@pytest.mark.parametrize(
    "name",
    ["tasks:ledger", "tasks:inbox", "tasks:acceptance", "tasks:today", "tasks:revisits"],
)
def test_a_longer_list_asks_no_more_questions(cast, noon, name):
    def fill(count):
        for _ in range(count):
            make_registered(cast.scheme, cast.tree.root, cast.office)
            make_closed(cast)
            make_submitted(cast)
            make_task(cast)

    def questions(user):
        client = signed_in(user)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name)).status_code == 200
        return len(asked)

    user = cast.worker if name == "tasks:today" else cast.office
    fill(1)
    few = questions(user)
    fill(4)

    assert questions(user) <= few


def test_a_script_that_kept_the_form_gets_a_receipt_and_refusals_in_json(cast, handled, folder):
    client = signed_in(cast.worker)
    url, json = reverse("tasks:act", args=[handled.number, "submit"]), "application/json"
    sent = {"version": handled.version, "client_id": str(uuid.uuid4())}

    unfit = client.post(url, sent, HTTP_ACCEPT=json)
    assert (unfit.status_code, list(unfit.json()["errors"])) == (422, ["measures"])
    bare = client.post(url, sent | {"measures": "已盖"}, HTTP_ACCEPT=json)
    assert (bare.status_code, list(bare.json()["errors"])) == (422, ["attachments"])

    files = file_named("before", 1) | file_named("after", 2)
    answer = client.post(url, sent | {"measures": "已盖"} | files, HTTP_ACCEPT=json)

    assert answer.status_code == 201
    assert answer.json() == {
        "client_id": sent["client_id"],
        "url": reverse("tasks:detail", args=[handled.number]),
        "expected": 2,
        "arrived": 2,
        "missing": [],
    }


# --- one after another --------------------------------------------------------------------------


def test_what_the_service_finds_wrong_comes_back_in_the_form(cast):
    task = make_registered(cast.scheme, cast.tree.village, cast.worker)
    order = {"requirement": "立即覆盖", "supervisor": "网格办", "deadline_kind": "DAYS"}
    order |= {"grid": "V1", "strength": "MUST", "deadline_amount": ""}

    answer = post(cast.office, "tasks:act", task.number, "issue", **order)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "时限数量应为" in page
    assert "立即覆盖</textarea>" in page
    assert Task.objects.get(pk=task.pk).state == "REGISTERED"


def test_after_one_verdict_the_list_comes_again_at_the_next_case(cast):
    first, second = make_submitted(cast), make_submitted(cast)
    page = get(cast.office, "tasks:acceptance").content.decode()
    assert page.count(f'name="then" value="{second.number}"') == 2  # 退回 and 验收销号 of the first

    sent = {"then": second.number, "version": first.version}
    answer = post(cast.office, "tasks:act", first.number, "approve", **sent)

    assert answer.url == f"{reverse('tasks:acceptance')}#{second.number}"


@pytest.mark.parametrize("then", ["", "//elsewhere.example", "YY-2026-000001\r\nX: 1", "#"])
def test_no_other_place_is_taken_from_the_form(cast, then):
    task = make_submitted(cast)

    answer = post(cast.office, "tasks:act", task.number, "approve", then=then)

    assert answer.url == reverse("tasks:acceptance")
