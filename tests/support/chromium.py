"""Fixtures for tests that drive a real Chromium against a live server."""

import importlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
MOST_TABS = 160
SEEN = """(() => {
  const box = document.activeElement.closest("label") ?? document.activeElement;
  const { top, bottom, left, right } = box.getBoundingClientRect();
  const ringed = (e) => getComputedStyle(e).outlineStyle !== "none";
  const ring = [document.activeElement, box].some(ringed);
  return ring && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
})()"""
"""Whether the focus has a ring and stands inside the window."""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="没有找到 chromium，浏览器测试跳过")


def guard(step: str) -> None:
    """Step `put_up` or `take_down` of the triggers that keep events from being changed."""
    migration = importlib.import_module("tasks.migrations.0002_event_guard")
    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        getattr(migration, step)(None, editor)


def calm() -> None:
    """Take the guard down once no request of a closed page is still being answered.

    SQLite in memory locks whole tables: emptying them beside a reader fails.
    """
    for _ in range(40):
        time.sleep(0.5)
        try:
            guard("take_down")
        except OperationalError:
            continue
        return
    guard("take_down")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for a module; Playwright runs a loop in this thread, which Django must bear."""
    driver = pytest.importorskip("playwright.sync_api", reason="没有安装 playwright")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with driver.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def guard_stands_afterwards(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        guard("take_down")
        guard("put_up")


@pytest.fixture
def emptied_afterwards(guard_stands_afterwards: None, transactional_db: None) -> Iterator[None]:
    """The tables are emptied behind a live server; that needs the guard of events away."""
    guard("take_down")
    guard("put_up")
    yield
    calm()


def _session_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.fixture
def open_page(
    emptied_afterwards: None, chromium: Any, live_server: Any
) -> Iterator[Callable[..., Any]]:
    """`open_page(user, PHONE)`: a signed-in window; no error of a page's script is forgiven."""
    contexts, errors = [], []

    def opened(user: Any, viewport: dict[str, int], **over: Any) -> Any:
        context = chromium.new_context(
            viewport=viewport,
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **over,
        )
        cookie = {"name": "sessionid", "value": _session_of(user)}
        context.add_cookies([cookie | {"url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def number_on(page: Any, prefix: str) -> str:
    """The task number that the page shows."""
    found = re.search(rf"{prefix}-\d{{4}}-\d{{6}}", page.content())
    assert found, page.url
    return found.group(0)


def tab_to(page: Any, script: str) -> None:
    """Presses Tab until the focused element `e` answers true; fails when it cannot be reached
    or when it cannot be seen that it has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(f"(() => {{ const e = document.activeElement; return {script}; }})()"):
            assert page.evaluate(SEEN), f"the focus cannot be seen: {script}"
            return
    raise AssertionError(f"not reached by keyboard: {script}")
