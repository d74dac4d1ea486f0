"""今日清单: the order of the cards, and what distance may change of it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from build import NOON
from build_tasks import make_task
from tasks import selectors
from tasks.deadlines import end_of
from tasks.models import Task
from tasks.workflow import State

pytestmark = pytest.mark.django_db
MIDNIGHT = NOON.replace(hour=0) + timedelta(days=1)
"""24:00 of the day: stored as the first moment of the next one."""


@pytest.fixture
def of_three_days(cast):
    moments = (NOON + timedelta(hours=1), MIDNIGHT, MIDNIGHT + timedelta(hours=9))
    late, today, tomorrow = (make_task(cast, deadline_kind="MOMENT", due_at=at) for at in moments)
    Task.objects.filter(pk=late.pk).update(due_at=NOON - timedelta(hours=1))
    return late, today, tomorrow


def test_overdue_stands_before_today_and_today_before_tomorrow(cast, of_three_days):
    cards = selectors.today_list(cast.worker, NOON, scheme=cast.scheme)

    assert [card.task for card in cards] == list(of_three_days)
    groups = [card.group for card in cards]
    assert groups == ["0-overdue", "1-today", "2-2026-11-19"]
    assert groups == sorted(groups)


def test_the_page_tells_the_script_the_groups_inside_which_distance_may_order(
    client, cast, of_three_days, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.force_login(cast.worker)

    page = client.get(reverse("tasks:today")).content.decode()

    assert re.findall(r'data-group="([^"]+)"', page) == ["0-overdue", "1-today", "2-2026-11-19"]


def test_what_is_signed_and_due_in_weeks_waits_folded_and_a_new_one_does_not(
    client, cast, monkeypatch
):
    last = end_of((NOON + timedelta(days=7)).date())
    soon, later, unsigned = (
        make_task(cast, deadline_kind="MOMENT", due_at=at)
        for at in (last, last + timedelta(minutes=1), last + timedelta(days=30))
    )
    Task.objects.exclude(pk=unsigned.pk).update(state=State.HANDLING)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.force_login(cast.worker)

    response = client.get(reverse("tasks:today"))

    assert [card.task for card in response.context["cards"]] == [soon, unsigned]
    assert response.context["later"] == [later]
    assert response.context["total"] == 2
    page = response.content.decode()
    assert "一周以后到期的 1 件" in page
    assert later.number in page
    counted = selectors.waiting_counts(cast.worker, cast.scheme, NOON)
    assert counted["today"] == 2


def test_many_of_later_are_counted_all_and_named_in_part(client, cast, monkeypatch):
    monkeypatch.setattr("tasks.views.today.LATER", 2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    for days in (30, 20, 40):
        make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(days=days))
    Task.objects.update(state=State.HANDLING)
    client.force_login(cast.worker)

    response = client.get(reverse("tasks:today"))

    assert response.context["later_count"] == 3
    assert len(response.context["later"]) == 2
    assert "只列出最早到期的 2 件" in response.content.decode()
