import pytest
from django.core.cache import cache
from django.urls import reverse

from config import glance
from notices import selectors as papers


@pytest.fixture
def counted(settings, monkeypatch):
    """How often the figures were really counted."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    times = []
    monkeypatch.setattr(papers, "unread", lambda user, at: times.append(1) or len(times))
    yield times
    cache.clear()


def test_pages_shown_within_seconds_share_one_count(client, worker, counted):
    client.force_login(worker)

    for _ in range(3):
        client.get(reverse("me"))

    assert len(counted) == 1


def test_after_a_write_the_next_page_counts_anew(client, worker, counted):
    client.force_login(worker)
    client.get(reverse("me"))

    words = {"old_password": "蓝天-Test-2026"} | dict.fromkeys(
        ("new_password1", "new_password2"), "新的-Lange-2026"
    )
    client.post(reverse("password"), words)
    client.get(reverse("me"))

    assert len(counted) == 2


def test_two_people_never_share_a_count(client, worker, neighbour, counted):
    for person in (worker, neighbour):
        client.force_login(person)
        client.get(reverse("me"))

    assert len(counted) == 2


@pytest.mark.parametrize("mark", ["x", "1" * 16, "../../etc", ""])
def test_a_forged_mark_is_not_used(rf, mark):
    request = rf.get("/")
    request.COOKIES[glance.MARK] = mark

    assert glance._mark(request) == ""
