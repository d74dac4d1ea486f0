"""今日清单: the order of the cards, and what distance may change of it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from build import NOON
from build_tasks import make_task
from tasks import selectors
from tasks.models import Task

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
