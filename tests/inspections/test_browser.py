"""A real Chromium on a phone's window: the queue, the photo, the place, no signal."""

import importlib
import os
import re
import shutil
from types import SimpleNamespace

import pytest
from django.db import connection
from django.urls import reverse

from build_inspections import WEST, make_checklist, make_source
from chromium import calm
from inspections.models import Inspection
from pictures import encoded, picture
from tasks.models import Attachment, Task
from tasks.workflow import State

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE = {"width": 390, "height": 844}
LON, LAT = WEST

playwright = pytest.importorskip("playwright.sync_api", reason="没有安装 playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="没有找到 chromium，浏览器测试跳过"),
]


@pytest.fixture(scope="module")
def browser():
    # Playwright runs a loop in this thread; Django would refuse its database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


GUARD = importlib.import_module("tasks.migrations.0002_event_guard")


def _guard(step):
    with connection.cursor() as cursor:
        step(None, SimpleNamespace(connection=connection, execute=cursor.execute))


@pytest.fixture(scope="module")
def guard_afterwards(django_db_setup, django_db_blocker):
    yield
    with django_db_blocker.unblock():
        _guard(GUARD.take_down)
        _guard(GUARD.put_up)


@pytest.fixture
def emptied(guard_afterwards, transactional_db):
    """The tables are emptied behind a live server; that needs the guard of events away."""
    _guard(GUARD.take_down)
    _guard(GUARD.put_up)
    yield
    calm()


@pytest.fixture
def phone(emptied, browser, live_server, client, worker):
    """The phone of the 网格员, signed in, standing in the old town; no page error is forgiven."""
    client.force_login(worker)
    context = browser.new_context(
        viewport=PHONE,
        base_url=live_server.url,
        geolocation={"longitude": LON, "latitude": LAT, "accuracy": 12},
        permissions=["geolocation"],
    )
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    context.add_cookies([cookie | {"url": live_server.url}])
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def site(scheme, village, manager):
    """A site with its checklist."""
    make_checklist(scheme)
    return make_source(village, manager, name="五一路工地", category="DUST", lon=LON, lat=LAT)


def shot(shade):
    content = encoded(picture(shade=shade))
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": content}


def fail_first_item(page):
    item = page.locator("fieldset:not([hidden]) .item").first
    item.locator("input[value=FAIL]").check()
    item.locator("input[type=file]").first.set_input_files(shot(1))
    return item


def expect_text(page, selector, text):
    playwright.expect(page.locator(selector).first).to_contain_text(text, timeout=15_000)


def arrive(page):
    """The page of the record, which the script opens when everything has arrived."""
    page.wait_for_url(re.compile(r"/inspections/\d+/$"), timeout=20_000)


@pytest.mark.clause("Y1-73")
def test_a_visit_with_a_photo_at_the_failed_item(phone, site):
    phone.goto(f"{reverse('inspections:new')}?source={site.pk}")
    expect_text(phone, "[data-fix]", "±12 米")

    fail_first_item(phone)
    expect_text(phone, "[data-photo-count]", "照片 1/1 已到服务器")
    phone.get_by_text("提交检查记录").click()
    arrive(phone)

    row = Inspection.objects.with_media().get()
    photo = Attachment.objects.get()
    assert (row.expected, row.arrived, row.source) == (1, 1, site)
    assert (photo.lon, photo.lat, photo.accuracy_m) == (LON, LAT, 12.0)
    assert photo.purpose == "BEFORE"
    assert Task.objects.get().attachments.get() == photo


@pytest.mark.clause("Y2-22")
def test_fixed_on_the_spot_with_a_pair_in_one_form(phone, site):
    phone.goto(f"{reverse('inspections:new')}?source={site.pk}")
    item = fail_first_item(phone)
    item.locator("input[value=FIXED]").check()
    item.locator("input[type=file]").nth(1).set_input_files(shot(2))
    item.locator("[name$=measures]").fill("当场覆盖")

    expect_text(phone, "[data-photo-count]", "照片 2/2 已到服务器")
    phone.get_by_text("提交检查记录").click()
    arrive(phone)

    assert Task.objects.get().state == State.SUBMITTED


def test_a_number_is_judged_as_it_is_typed(phone, site):
    phone.goto(f"{reverse('inspections:new')}?source={site.pk}")
    height = phone.locator("fieldset:not([hidden]) .item.number").first

    height.locator("[data-value]").fill("1.5")
    expect_text(phone, ".item.number [data-verdict]", "不合格")
    height.locator("[data-value]").fill("1.8")
    expect_text(phone, ".item.number [data-verdict]", "✓ 合格")


def test_what_the_server_refuses_can_be_corrected_on_the_same_page(phone, site):
    phone.goto(f"{reverse('inspections:new')}?source={site.pk}")
    phone.locator("fieldset:not([hidden]) .item input[value=FAIL]").first.check()

    phone.get_by_text("提交检查记录").click()
    expect_text(phone, "[data-errors]", "须拍一张照片")
    phone.locator("fieldset:not([hidden]) .item input[value=PASS]").first.check()
    phone.get_by_text("提交检查记录").click()
    arrive(phone)

    assert Inspection.objects.count() == 1


@pytest.mark.clause("Y1-73")
def test_without_a_signal_it_waits_on_the_phone_and_goes_out_by_itself(phone, site):
    wait_for_shell(phone)
    phone.context.set_offline(True)
    phone.goto(f"{reverse('inspections:new')}?source={site.pk}")
    expect_text(phone, "[data-strip-text]", "离线")
    fail_first_item(phone)
    phone.locator("#id_photos").set_input_files([shot(2), shot(3)])
    expect_text(phone, "[data-photo-count]", "照片 0/3")
    phone.get_by_text("提交检查记录").click()
    expect_text(phone, "[role=status] h2", "已存在本机，还没有到服务器")
    assert not Inspection.objects.exists()

    phone.goto(reverse("inspections:queue"))
    expect_text(phone, "[data-waiting]", "照片 0/3 已到服务器")
    phone.context.set_offline(False)
    expect_text(phone, "[data-done]", "照片 3/3 已到服务器")

    row = Inspection.objects.with_media().get()
    assert (row.expected, row.arrived) == (3, 3)
    assert Task.objects.count() == 1


def test_a_photo_chosen_before_the_script_is_there_is_sent_too(phone, site):
    held = []
    phone.route(re.compile(r"/photo\.js$"), lambda route: held.append(route))
    phone.goto(f"{reverse('inspections:new')}?source={site.pk}")
    phone.locator("#id_photos").set_input_files([shot(1), shot(2)])
    phone.wait_for_timeout(200)
    for route in held:
        route.continue_()

    expect_text(phone, "[data-photo-count]", "照片 2/2 已到服务器")
    assert phone.locator("[data-thumbs] li").count() == 2
    assert Attachment.objects.count() == 2


def test_a_cut_between_two_photos_loses_nothing_and_sends_nothing_twice(phone, site):
    phone.goto(f"{reverse('inspections:new')}?source={site.pk}")
    door = phone.locator("body").get_attribute("data-upload")
    arrived = []

    def cut_after_the_first(route):
        if arrived:
            route.abort()
        else:
            arrived.append(route.request.url)
            route.continue_()

    phone.route(f"**{door}", cut_after_the_first)
    phone.locator("#id_photos").set_input_files([shot(1), shot(2), shot(3)])
    expect_text(phone, "[data-photo-count]", "照片 1/3")
    phone.get_by_text("提交检查记录").click()
    expect_text(phone, "[role=status] h2", "还没有到服务器")
    phone.unroute(f"**{door}")
    phone.goto(reverse("inspections:queue"))

    expect_text(phone, "[data-done]", "照片 3/3 已到服务器")
    assert Attachment.objects.count() == 3
    assert Inspection.objects.count() == 1


def test_another_person_on_the_same_phone_sees_nothing_of_it(phone, site, client, manager):
    wait_for_shell(phone)
    phone.context.set_offline(True)
    phone.goto(reverse("inspections:quick"))
    phone.locator("[name=preset]").first.check(force=True)
    phone.locator("#id_photos").set_input_files(shot(1))
    phone.get_by_role("button", name="上报").click()
    expect_text(phone, "[role=status] h2", "已存在本机")
    phone.route("**/report/", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.wait_for_load_state("networkidle")  # a late answer would bring the first cookie back

    client.force_login(manager)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    phone.context.add_cookies([cookie | {"url": phone.evaluate("location.origin")}])
    phone.goto(reverse("inspections:queue"))

    expect_text(phone, "[data-none]", "没有等待上传的内容")
    assert not Inspection.objects.exists()


def test_signing_out_empties_the_kept_pages(phone, site):
    wait_for_shell(phone)

    phone.evaluate(SIGN_OUT)
    phone.wait_for_url("**/login/**")

    kept = "caches.match('/queue/').then(Boolean)"
    phone.wait_for_function(f"() => {kept}.then((found) => !found)", timeout=10_000)
    phone.wait_for_timeout(500)  # nothing that was still under way comes back
    assert phone.evaluate(kept) is False


SIGN_OUT = """() => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/logout/" });
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  form.innerHTML = `<input name="csrfmiddlewaretoken" value="${token}">`;
  document.body.append(form);
  form.submit();
}"""


def wait_for_shell(page):
    """Until the pages of the field are kept for later."""
    page.goto(reverse("inspections:queue"))
    kept = "caches.open('lange-pages-1').then((cache) => cache.match('/report/')).then(Boolean)"
    files = "caches.match('/static/js/inspection.js').then(Boolean)"
    for probe in (kept, files):
        for _ in range(100):
            if page.evaluate(probe):
                break
            page.wait_for_timeout(200)
        else:
            raise AssertionError("the shell was not kept")
