"""The whole loop in a real Chromium: found in the field, closed in the ledger; air to 约谈."""

import re
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from build import make_post, make_user
from chromium import DESK, PHONE, needs_chromium, number_on
from config.demo import replay
from grids.models import Grid, GridScheme
from notices import jobs
from notices.models import Notice, Summons
from pictures import encoded, picture
from stations.models import DailyAir, Ranking
from tasks.models import FeedbackCard, Task
from tasks.services import ledger

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]

HERE = {"longitude": 112.335, "latitude": 28.612, "accuracy": 12}


def shot(shade):
    content = encoded(picture(shade=shade))
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": content}


def wait_for(condition, seconds=15):
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


@pytest.mark.clause("Z-14", "Y1-64", "Y1-66", "Y1-70", "Y1-71")
def test_found_on_a_phone_issued_handled_and_accepted_by_somebody_else(
    open_page, tree, office, worker
):
    place = {"geolocation": HERE, "permissions": ["geolocation"]}
    phone, desk = open_page(worker, PHONE, **place), open_page(office, DESK)

    # 09:05 the officer on site
    phone.goto("/inspections/new/")
    phone.fill("input[name=place]", "汽车路 12 号工地门口")
    phone.click("text=记一个检查表以外的问题")
    phone.fill("input[name=finding-0-title]", "出口带泥上路")
    phone.select_option("select[name=finding-0-category]", "ROAD")
    phone.set_input_files("input[name=finding-0-before]", shot(1))
    phone.click("text=提交检查记录")
    phone.wait_for_url(re.compile(r"/inspections/\d+/$"), timeout=20_000)
    number = number_on(phone, "YY")

    # the office sends it out
    desk.goto("/tasks/inbox/")
    assert number in desk.content()
    desk.goto(f"/tasks/{number}/issue/")
    desk.fill("textarea[name=requirement]", "立即冲洗路面，出口装洗轮机。")
    desk.select_option("select[name=deadline_kind]", "HOURS")
    desk.fill("input[name=deadline_amount]", "30")
    assert desk.input_value("input[name=grid]").startswith(tree.village.name)
    desk.click("main button[type=submit]:has-text('交办')")
    desk.wait_for_url(f"**/tasks/{number}/")

    # the officer signs, works, feeds back with a pair of photos
    phone.goto("/today/")
    phone.locator(".it", has_text=number).locator("button:has-text('签收')").click()
    assert wait_for(lambda: Task.objects.get(number=number).accepted_at)
    phone.goto(f"/tasks/{number}/submit/")
    phone.fill("textarea[name=measures]", "路面冲洗两遍，洗轮机已装。")
    phone.set_input_files("input[name=before]", shot(2))
    phone.set_input_files("input[name=after]", shot(3))
    phone.wait_for_selector("text=照片 2/2 已到服务器", timeout=20_000)
    phone.click("main button[type=submit]:has-text('反馈')")
    assert wait_for(lambda: FeedbackCard.objects.filter(task__number=number).exists())

    # somebody else accepts; it leaves the ledger as 销号
    desk.goto("/tasks/acceptance/")
    desk.locator(".card", has_text=number).first.locator("text=验收销号").click()
    desk.locator("dialog[open] button:has-text('验收销号')").click()
    assert wait_for(lambda: Task.objects.get(number=number).closed_at)
    desk.goto(f"/tasks/?q={number}")
    assert "已销号" in desk.locator("main").inner_text()

    task = Task.objects.get(number=number)
    assert (task.closed_by, task.grid) == (office, tree.village)
    assert [event.action for event in task.events.order_by("sequence")] == [
        "register",
        "issue",
        "accept",
        "submit",
        "approve",
    ]
    assert ledger.verify(at=timezone.localtime()).is_whole


@pytest.fixture
def wangcheng(transactional_db):
    call_command(
        "load_scheme", str(Path(settings.BASE_DIR, "schemes", "wangcheng")), stdout=StringIO()
    )
    GridScheme.objects.update(is_demo=True)
    return GridScheme.objects.get(code="wangcheng")


@pytest.mark.clause("W-52", "W-53", "W-54", "W-55")
def test_hours_become_a_ranking_a_talk_and_a_bulletin(open_page, wangcheng):
    office = make_user("wc-office", display_name="点长制办公室")
    root = Grid.objects.get(scheme=wangcheng, parent=None)
    make_post(office, root, "OFFICE")
    now = timezone.localtime()
    monday = now.replace(hour=7, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=now.weekday() + 7)

    replay.advance(at=now)
    for back in range(6, -1, -1):
        moment = monday - timedelta(weeks=back)
        jobs.weekly_ranking(at=moment, due_at=moment)

    assert DailyAir.objects.exclude(aqi=None).exists()
    ranking = Ranking.objects.current().filter(kind="WEEK").latest("starts_on")
    assert Summons.objects.exists()
    desk = open_page(office, DESK)
    desk.goto("/desk/")
    assert "排名" in desk.locator("main").inner_text()
    desk.goto(f"/stations/rankings/{ranking.pk}/")
    best = ranking.lines.get(rank=1)
    assert best.grid.name in desk.locator("main").inner_text()

    talk = Summons.objects.order_by("pk").first()
    desk.goto(f"/summonses/{talk.pk}/")
    assert "连续2周排名后3位" in desk.locator("main").inner_text()
    desk.get_by_text("批准约谈", exact=True).click()
    desk.click("main button:has-text('提交决定')")
    assert wait_for(lambda: Summons.objects.get(pk=talk.pk).state == Summons.State.APPROVED)

    bulletin = Notice.objects.filter(kind=Notice.Kind.WEEKLY).latest("pk")
    answer = desk.request.get(f"/notices/{bulletin.pk}/document/?format=pdf")
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF")
