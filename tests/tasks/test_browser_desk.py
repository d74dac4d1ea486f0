"""The office at its desk, without a mouse: from the ledger to a batch that is done."""

import re
import time

import pytest
from django.urls import reverse

from build_tasks import make_closed, make_task
from chromium import DESK, PHONE, needs_chromium, tab_to
from tasks.models import TaskEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


def test_the_ledger_leads_to_a_batch_by_keyboard_alone(cast, open_page):
    tasks, closed = [make_task(cast), make_task(cast)], make_closed(cast)
    page = open_page(cast.office, DESK)
    page.goto(reverse("tasks:ledger"))

    for task in reversed(tasks):  # newest first
        tab_to(page, f"e.value === '{task.number}'")
        page.keyboard.press("Space")
    assert page.inner_text("[data-ticked]") == "2"
    tab_to(page, "e.name === 'do'")
    page.keyboard.press("ArrowDown")  # the first: 催办
    tab_to(page, "e.type === 'submit' && e.textContent.includes('勾选')")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('批量催办：2 件')")

    tab_to(page, "e.name === 'note'")
    page.keyboard.type("今天下班前办结")
    tab_to(page, "e.type === 'submit' && e.textContent.includes('对 2 件催办')")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已对 2 件任务催办")

    urged = TaskEvent.objects.filter(note="催办：今天下班前办结")
    assert set(urged.values_list("task", flat=True)) == {task.pk for task in tasks}
    assert not urged.filter(task=closed).exists()


def test_lists_indicators_and_draws_fit_a_phone(cast, open_page):
    make_task(cast)
    page = open_page(cast.office, PHONE)
    names = ("list-pages", "indicators", "revisits", "draw-new", "ledger")
    for name in names:
        page.goto(reverse(f"tasks:{name}"))
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{name} is {over} px wider than the window"


WATCH = """() => new MutationObserver(() => {
  const line = document.querySelector(".wait:has(progress)");
  if (line) sessionStorage.waited = line.textContent;
}).observe(document.body, { childList: true, subtree: true })"""


def test_long_work_says_that_it_is_under_way_and_for_how_long(cast, open_page):
    task = make_task(cast)
    page = open_page(cast.office, DESK)
    page.goto(reverse("tasks:act", args=[task.number, "supervise"]))
    page.evaluate(WATCH)
    page.route("**/supervise/", lambda route: (time.sleep(3.5), route.continue_()))
    page.fill("[name=reason], [name=note]", "市领导批示")

    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**{reverse('tasks:detail', args=[task.number])}")

    assert re.search(r"请不要关闭页面。已 \d 秒", page.evaluate("sessionStorage.waited"))
