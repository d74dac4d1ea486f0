"""The pages of 工作日历: enter, preview, apply, stale, undo; and the same in a real browser."""

import html
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from build_tasks import make_task
from chromium import DESK, PHONE, needs_chromium
from tasks.models import CalendarDay, Task
from tasks.models.calendar import CalendarChange
from tasks.services import life

ENTRY = {"way": "text", "year": 2026, "text": "2026-11-19,休,市定假", "source": "市政府办通知"}


@pytest.fixture
def at_noon(noon):
    with time_machine.travel(noon + timedelta(hours=1), tick=False):
        yield noon


@pytest.fixture
def desk(one_regime, at_noon):
    client = Client()
    client.force_login(one_regime.office)
    return client


def carried(answer):
    """What the hidden fields of the preview would send."""
    page = answer.content.decode()
    form = page[page.index(reverse("tasks:calendar-apply")) :]
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: html.unescape(value) for name, value in found}


def preview(client, **over):
    return client.post(reverse("tasks:calendar-preview"), ENTRY | over)


def apply(client, sent):
    return client.post(reverse("tasks:calendar-apply"), sent)


def test_the_year_is_shown_with_its_marks(desk):
    CalendarDay.objects.create(on=date(2026, 10, 1), is_workday=False, name="国庆节")
    CalendarDay.objects.create(on=date(2026, 10, 10), is_workday=True, name="国庆节调休")

    page = desk.get(reverse("tasks:calendar"), {"year": "2026"}).content.decode()

    assert 'title="国庆节调休"' in page
    assert "2026 年的节假日安排还没有录入" not in page
    later = desk.get(reverse("tasks:calendar"), {"year": "2031"}).content.decode()
    assert "2031 年的节假日安排还没有录入" in later
    assert "软件包里还没有 2031 年" in later


@pytest.mark.parametrize("year", ["", "abc", "1066", "99999999", "\uff12\uff10\uff12\uff16"])
def test_a_year_that_is_none_shows_this_year(desk, year):
    answer = desk.get(reverse("tasks:calendar"), {"year": year})

    assert answer.context["year"] == 2026


def test_previewed_applied_and_told_on_the_task(desk, one_regime):
    task = make_task(one_regime, deadline_text="3个工作日内")

    looked = preview(desk)

    assert looked.status_code == 200
    assert f"/tasks/{task.number}/" in looked.content.decode()
    assert not CalendarDay.objects.exists()
    answer = apply(desk, carried(looked))
    change = CalendarChange.objects.get()
    assert answer.url == reverse("tasks:calendar-change", args=[change.pk])
    page = desk.get(answer.url).content.decode()
    assert task.number in page
    assert "预览撤销" in page
    told = desk.get(reverse("tasks:detail", args=[task.number])).content.decode()
    assert "重算时限" in told
    assert "时限由 2026-11-23 24:00 改为 2026-11-24 24:00" in told
    assert "3个工作日内" in told


def test_the_same_form_sent_twice_changes_once(desk, one_regime):
    task = make_task(one_regime)
    sent = carried(preview(desk))

    first, again = apply(desk, sent), apply(desk, sent)

    assert first.url == again.url
    assert task.events.filter(action="recalculate").count() == 1


def test_a_stale_preview_comes_again_fresh_with_409(desk, one_regime, noon):
    task, other = make_task(one_regime), make_task(one_regime)
    sent = carried(preview(desk))
    life.void(task, reason="重复", by=one_regime.office, at=noon)

    refused = apply(desk, sent)

    assert refused.status_code == 409
    page = refused.content.decode()
    assert "没有写入任何内容" in page
    assert f"/tasks/{other.number}/" in page
    assert f"/tasks/{task.number}/" not in page
    assert not CalendarDay.objects.exists()
    assert apply(desk, carried(refused)).status_code == 302
    other.refresh_from_db()
    assert other.events.filter(action="recalculate").count() == 1


def test_an_undo_is_previewed_and_applied_like_any_change(desk, one_regime):
    task = make_task(one_regime)
    apply(desk, carried(preview(desk)))
    first = CalendarChange.objects.get()

    looked = preview(desk, way="check", text="", undoes=first.pk, source="撤销：录错了")
    done = apply(desk, carried(looked))

    assert done.status_code == 302
    assert Task.objects.get(pk=task.pk).due_at == task.due_at
    assert not CalendarDay.objects.exists()
    page = desk.get(reverse("tasks:calendar-change", args=[first.pk])).content.decode()
    assert "撤销" in page
    assert "预览撤销" not in page


def test_the_package_fills_a_year(desk):
    sent = carried(preview(desk, way="package", text="", source="国办发明电〔2025〕7号"))

    apply(desk, sent)

    assert CalendarDay.objects.filter(on__year=2026, is_workday=False).count() > 25
    assert CalendarDay.objects.get(on=date(2026, 10, 10)).source == "国办发明电〔2025〕7号"


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"text": "2026-02-30,休"}, "没有 2026年02月30日 这一天"),
        ({"text": ""}, "没有读到日期"),
        ({"source": " "}, "依据"),
        ({"year": "昨天"}, "改正"),
        ({"way": "magic"}, "改正"),
    ],
)
def test_bad_input_comes_again_with_its_sentence_and_writes_nothing(desk, over, said):
    answer = preview(desk, **over)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    "over",
    [{"days": "[[1]]"}, {"days": "x"}, {"token": "abc"}, {"days": '[["2026-13-01",1,"x"]]'}],
)
def test_a_form_tampered_with_writes_nothing(desk, one_regime, over):
    make_task(one_regime)

    answer = apply(desk, carried(preview(desk)) | over)

    assert answer.status_code == 422
    assert not CalendarDay.objects.exists()


def test_other_days_than_those_previewed_are_stale(desk):
    sent = carried(preview(desk)) | {"days": '[["2026-11-20",0,"别的"]]'}

    assert apply(desk, sent).status_code == 409
    assert not CalendarDay.objects.exists()


def test_tasks_left_behind_by_a_load_are_counted_with_their_way_out(desk, one_regime):
    task = make_task(one_regime)
    CalendarDay.objects.create(on=date(2026, 11, 19), is_workday=False, name="x")

    page = desk.get(reverse("tasks:calendar")).content.decode()

    assert "有 1 件未结任务的时限与现行日历不一致" in page
    apply(desk, carried(preview(desk, way="check", text="", source="核对")))
    assert Task.objects.get(pk=task.pk).due_at == task.due_at + timedelta(days=1)


@needs_chromium
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_office_pastes_a_notice_and_applies_it_by_keyboard(open_page, one_regime):
    task = make_task(one_regime)
    page = open_page(one_regime.office, DESK)
    page.goto("/calendar/?year=2026")
    page.locator("textarea[name=text]").focus()
    page.keyboard.insert_text("11月19日（周四）放假。")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("市政府办通知")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar/preview/")
    assert page.get_by_role("link", name=task.title).count() == 1

    page.get_by_role("button", name="应用：改 1 天，重算 1 件时限").press("Enter")
    page.wait_for_url("**/calendar/changes/*/")

    assert task.events.filter(action="recalculate").count() == 1
    phone = open_page(one_regime.office, PHONE)
    phone.goto("/calendar/?year=2026")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
