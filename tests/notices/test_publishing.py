"""发布排名: page, API and job publish the same, with every part (W-53)."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from air import make_station
from build_inspections import pair, problem, visit
from build_notices import MONDAY
from grids.models import Grid
from inspections.services import visits
from notices import jobs
from stations.models import Ranking
from tasks.models import Task
from tasks.services import life

pytestmark = [pytest.mark.django_db, pytest.mark.clause("W-53")]
TUESDAY = MONDAY - timedelta(days=6)


@pytest.fixture
def solved(cast, monkeypatch):
    """The street found a problem in the week that ended, settled it, and it was accepted."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: MONDAY)
    for code in ("street", "other_street"):
        grid = getattr(cast.tree, code)
        make_station(grid, f"S-{grid.code}")
    found = problem(fixed_on_the_spot=True, measures="当场覆盖", photos=pair(cast.chief))
    visits.record(visit(cast.tree.street, findings=(found,)), by=cast.chief, at=TUESDAY)
    life.approve(Task.objects.get(), by=cast.office, at=TUESDAY)
    return Grid.objects.get(pk=cast.tree.street.pk)


def by_page(cast):
    client = Client()
    client.force_login(cast.office)
    answer = client.post(reverse("notices:publish-ranking"), {"period": "2026-W46"})
    assert answer.status_code == 302


def by_api(cast):
    client = Client()
    client.force_login(cast.office)
    body = {"scheme": cast.scheme.code, "period": "2026-W46"}
    answer = client.post("/api/v1/rankings/", body, content_type="application/json")
    assert answer.status_code == 200


def by_job(cast):
    jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)


@pytest.mark.parametrize("publish", [by_page, by_api, by_job])
def test_every_way_of_publishing_has_the_enforcement_part(cast, solved, publish):
    publish(cast)

    ranking = Ranking.objects.get(kind="WEEK")
    parts = dict(ranking.lines.values_list("grid__code", "enforcement"))
    assert parts == {solved.code: 1, cast.tree.other_street.code: 0}
    by_job(cast)
    assert Ranking.objects.get(kind="WEEK").digest == ranking.digest


def test_the_command_shows_the_same_and_stores_nothing(cast, solved, capsys):
    call_command("rank", scheme=cast.scheme.code, period="2026-W46", json=True)
    shown = capsys.readouterr().out
    assert not Ranking.objects.exists()

    by_page(cast)

    assert Ranking.objects.get().digest in shown
