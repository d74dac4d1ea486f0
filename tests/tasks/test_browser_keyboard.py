"""The work of the office and of the field by keyboard alone, on a phone's window and at a desk."""

import re

import pytest
from django.urls import reverse

from build_tasks import make_closed, make_handled, make_registered, make_submitted, make_task, pair
from chromium import DESK, PHONE, needs_chromium, tab_to
from pictures import encoded, picture
from tasks.models import Route, Task, TaskEvent
from tasks.services import life
from tasks.workflow import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]
both_sizes = pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1440"])
HERE = "document.activeElement"


def press(page, words):
    """Tab to the button or link that says exactly this, and Enter."""
    tab_to(page, f"['A', 'BUTTON'].includes(e.tagName) && e.textContent.trim() === '{words}'")
    page.keyboard.press("Enter")


def until(page, condition):
    page.wait_for_function(f"() => {condition}")  # a function: the pages allow no eval


def fill(page, name, text):
    tab_to(page, f"e.name === '{name}'")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def hand_over(task, to, by, at):
    return life.transfer(task, to=to, reason_code="NOT_MY_AREA", note="界线以外", by=by, at=at)


def quarrel(cast, at):
    """Pushed to and fro until only 裁定 is left."""
    task = make_task(cast)
    for _ in range(2):
        task = hand_over(task, cast.tree.other_village, cast.worker, at)
        task = life.return_transfer(task, note="不在本社区", by=cast.neighbour, at=at)
    return task


def arrived_at(page, task):
    page.wait_for_url(f"**{reverse('tasks:detail', args=[task.number])}")
    page.wait_for_selector("#messages [class*=go]")


@both_sizes
def test_the_skip_link_leads_past_the_menu(cast, open_page, window):
    page = open_page(cast.office, window)
    page.goto(reverse("tasks:inbox"))

    page.keyboard.press("Tab")
    assert page.evaluate(f"{HERE}.className") == "skip"
    until(page, f"{HERE}.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    until(page, f"{HERE}.id === 'content'")
    page.keyboard.press("Tab")

    assert page.evaluate(f"Boolean({HERE}.closest('main'))")


@both_sizes
def test_issuing_with_a_mistake_that_is_announced_and_mended(cast, open_page, window):
    task = make_registered(cast.scheme, cast.tree.village, cast.worker)
    page = open_page(cast.office, window)
    page.goto(reverse("tasks:inbox"))

    press(page, "交办")
    page.wait_for_url("**/issue/")
    fill(page, "requirement", "裸露黄土全部覆盖")
    tab_to(page, "e.name === 'deadline_amount'")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    press(page, "交办")
    page.wait_for_selector(".errors[role=alert]")
    until(page, f"{HERE}.matches('.errors')")
    assert page.input_value("[name=requirement]") == "裸露黄土全部覆盖"
    assert "时限数量应为" in page.inner_text("main form")
    assert page.locator("main [aria-invalid=true]").count() == 1
    fill(page, "deadline_amount", "3")
    press(page, "交办")
    arrived_at(page, task)

    task.refresh_from_db()
    assert (task.state, task.grid) == (State.ISSUED, cast.tree.village)


def test_a_joint_order_is_put_together(cast, open_page):
    task = make_registered(cast.scheme, cast.tree.village, cast.worker)
    page = open_page(cast.office, DESK)
    page.goto(reverse("tasks:inbox"))

    press(page, "联合")
    page.wait_for_url("**/join/")
    fill(page, "grid_0", "S1")
    fill(page, "grid_1", "S2")
    fill(page, "requirement", "交界路段一起清扫")
    press(page, "联合处置")
    arrived_at(page, task)

    assert {part.grid.code for part in Task.objects.get(pk=task.pk).parts.all()} == {"S1", "S2"}


@both_sizes
def test_a_quarrel_is_ruled_and_becomes_a_draft_of_a_rule(cast, open_page, noon, window):
    task = quarrel(cast, noon)
    page = open_page(cast.office, window)
    page.goto(reverse("tasks:disputes"))

    press(page, "裁定")
    page.wait_for_url("**/rule/")
    fill(page, "to", "V2")
    fill(page, "note", "按界线图在三里桥社区一侧")
    tab_to(page, "e.name === 'becomes_route'")
    page.keyboard.press("Space")
    press(page, "裁定")
    arrived_at(page, task)

    task.refresh_from_db()
    assert task.grid == cast.tree.other_village
    assert Route.objects.get().to_grid == cast.tree.other_village


@both_sizes
def test_judging_one_after_another(cast, open_page, window):
    first, second, third = (make_submitted(cast) for _ in range(3))
    page = open_page(cast.office, window)
    page.goto(reverse("tasks:acceptance"))

    page.keyboard.press("j")
    until(page, f"{HERE}.id === '{first.number}'")
    page.keyboard.press("j")
    page.keyboard.press("k")
    until(page, f"{HERE}.id === '{first.number}'")
    press(page, "验收销号")
    page.wait_for_selector("dialog[open]")
    assert page.evaluate(f"Boolean({HERE}.closest('dialog'))")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate(f"{HERE}.textContent.trim()") == "验收销号"
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    press(page, "验收销号")  # in the dialog
    page.wait_for_selector("#messages")
    until(page, f"{HERE}.id === '{second.number}'")

    press(page, "退回…")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type("j 东侧没有盖")  # letters of a shortcut stay letters
    press(page, "退回")
    until(page, f"{HERE}.id === '{third.number}'")

    states = Task.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == [State.CLOSED, State.HANDLING, State.SUBMITTED]
    assert TaskEvent.objects.get(action="send_back").note == "j 东侧没有盖"


def test_an_extension_is_asked_on_a_phone_and_granted_at_the_desk(cast, open_page):
    task = make_handled(cast)
    here = reverse("tasks:detail", args=[task.number])
    phone = open_page(cast.worker, PHONE)
    phone.goto(reverse("tasks:act", args=[task.number, "ask_extension"]))
    tab_to(phone, "e.name === 'due_at'")
    for keys in ("2099", "Tab", "12", "31", "Tab", "18", "00"):
        (phone.keyboard.press if keys == "Tab" else phone.keyboard.type)(keys)
    if not phone.input_value("[name=due_at]"):  # the order of the parts is the system's
        phone.fill("[name=due_at]", "2099-12-31T18:00")
    fill(phone, "reason", "连续降雨，无法施工")
    press(phone, "申请延期")
    arrived_at(phone, task)

    desk = open_page(cast.office, DESK)
    desk.goto(here)
    press(desk, "批复延期…")
    desk.wait_for_selector("dialog[open]")
    tab_to(desk, "e.name === 'granted'")
    desk.keyboard.press("Space")
    press(desk, "批复延期")
    arrived_at(desk, task)

    task.refresh_from_db()
    assert (task.extensions, task.extension_asked_to) == (1, None)


@both_sizes
def test_looking_again_reopens_what_came_back(cast, open_page, window):
    task = make_closed(cast)
    page = open_page(cast.supervisor, window)
    page.goto(reverse("tasks:act", args=[task.number, "revisit"]))

    tab_to(page, "e.name === 'good'")
    while page.evaluate(f"{HERE}.value") != "no":
        page.keyboard.press("ArrowDown")
    fill(page, "note", "绿网又被揭开")
    press(page, "回头看")
    arrived_at(page, task)

    task.refresh_from_db()
    assert (task.state, task.rebounds) == (State.HANDLING, 1)


@both_sizes
def test_the_field_signs_argues_and_hands_in(cast, open_page, window):
    task, other = make_task(cast), make_handled(cast)
    page = open_page(cast.worker, window)
    page.goto(reverse("tasks:today"))
    press(page, "签收")
    page.wait_for_selector("#messages")

    page.goto(reverse("tasks:act", args=[task.number, "transfer"]))
    fill(page, "to", "V2")
    fill(page, "note", "界线图：位置在三里桥社区")
    press(page, "移交")
    arrived_at(page, task)

    page.goto(reverse("tasks:act", args=[other.number, "submit"]))
    page.wait_for_selector("#shot-before[data-armed]", state="attached")
    for name, shade in (("before", 1), ("after", 2)):
        tab_to(page, f"e.name === '{name}'")
        with page.expect_file_chooser() as asked:
            page.keyboard.press("Enter")
        content = encoded(picture(shade=shade))
        asked.value.set_files({"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": content})
        page.wait_for_selector(f"text=照片 {shade}/{shade} 已到服务器")
    fill(page, "measures", "绿网覆盖，出口冲洗")
    press(page, "反馈")
    page.wait_for_url(re.compile(rf"/tasks/{other.number}/$"))

    other.refresh_from_db()
    assert (other.state, other.cards.get().attachments.count()) == (State.SUBMITTED, 2)
    task.refresh_from_db()
    assert task.grid == cast.tree.other_village


def test_a_stale_page_is_told_what_happened_meanwhile(cast, open_page, noon):
    task = make_task(cast)
    page = open_page(cast.office, DESK)
    page.goto(reverse("tasks:act", args=[task.number, "void"]))
    task = life.accept(task, by=cast.worker, at=noon)
    life.submit(task, measures="已盖", attachments=pair(cast.worker), by=cast.worker, at=noon)

    fill(page, "reason", "重复登记")
    press(page, "作废")
    page.wait_for_selector("dialog[open]")
    press(page, "确定")
    page.wait_for_selector("h1:has-text('没有办成'), h1:has-text('过期'), main:has-text('过期')")

    assert "反馈" in page.inner_text("main")
    assert Task.objects.get(pk=task.pk).state == State.SUBMITTED
