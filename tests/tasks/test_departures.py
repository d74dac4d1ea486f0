"""A grid that still has something to do is not closed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from build_tasks import make_registered, make_submitted, make_task
from grids.errors import Refused
from grids.models import Grid
from grids.services.tree import close_grid
from tasks.models import Task
from tasks.services import life


def close(cast, noon):
    day = noon.date() + timedelta(days=1)
    return close_grid(cast.tree.village, closed_on=day, by=cast.office, at=noon)


def test_open_matters_are_named_with_their_number(cast, superuser, noon):
    make_task(cast)
    make_submitted(cast)
    make_registered(cast.scheme, cast.tree.village, cast.worker)
    cast.office = superuser

    with pytest.raises(Refused, match="还有 2 件任务没有销号、1 件上报的问题没有交办，请先办结"):
        close(cast, noon)

    assert Grid.objects.get(pk=cast.tree.village.pk).closed_on is None


def test_what_is_closed_void_or_somewhere_else_stands_against_nothing(cast, superuser, noon):
    done = make_submitted(cast)
    life.approve(done, by=cast.office, at=noon + timedelta(hours=3))
    life.void(make_task(cast), reason="重复", by=cast.office, at=noon)
    cast.office = superuser

    assert close(cast, noon).closed_on == noon.date() + timedelta(days=1)


def test_the_page_says_the_sentence_and_changes_nothing(cast, superuser, noon):
    make_task(cast)
    client = Client()
    client.force_login(superuser)
    url = reverse("grids:close", args=[cast.tree.village.pk])

    answer = client.post(url, {"closed_on": "2099-01-01"})

    assert answer.status_code in (409, 422)
    assert "还有 1 件任务没有销号" in answer.content.decode()
    assert Task.objects.get().state == "ISSUED"
    assert Grid.objects.get(pk=cast.tree.village.pk).closed_on is None
