"""每周一 07:00: ranking, proposals, bulletin; late and twice alike."""

from datetime import date, timedelta

import pytest

from air import make_station
from build import NOON
from build_notices import MONDAY
from grids.models import SchemeEntry
from notices import jobs
from notices.models import Message, Notice, Summons
from stations.models import DailyAir, Ranking

pytestmark = pytest.mark.django_db

DAY = {
    "so2_ugm3": 8,
    "no2_ugm3": 20,
    "pm10_ugm3": 50,
    "co_mgm3_x10": 6,
    "o3_8h_ugm3": 80,
    "aqi": 60,
    "is_valid": True,
    "rule_set": "t",
}


def fill(units, weeks, *, worst_first=False):
    """Days for every unit: the further down the list, the more PM2.5."""
    for unit in units:
        make_station(unit, f"S-{unit.code}")
    for back in range(weeks * 7):
        on = date(2026, 11, 15) - timedelta(days=back)
        DailyAir.objects.bulk_create(
            DailyAir(on=on, station=unit.stations.get(), pm25_ugm3=20 + n, **DAY)
            for n, unit in enumerate(units)
        )


@pytest.mark.clause("W-52", "W-53", "W-54")
def test_monday_publishes_the_week_proposes_talks_and_drafts_the_bulletin(scheme, units, office):
    fill(units, 2)
    jobs.weekly_ranking(at=MONDAY - timedelta(weeks=1), due_at=MONDAY - timedelta(weeks=1))

    found = jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)

    assert found == {"rankings": 1, "proposals": 3, "bulletins": 1, "held": 0, "failed": 0}
    assert set(Ranking.objects.values_list("period", flat=True)) == {"2026-W45", "2026-W46"}
    assert Notice.objects.get(period="2026-W46").drafted_by is None
    assert {row.grid.name for row in Summons.objects.all()} == {"H街道", "I街道", "J街道"}
    assert "约谈建议 3 条" in Message.objects.filter(user=office).latest("pk").text


def test_twice_and_late_adds_nothing(scheme, units, office):
    fill(units, 1)
    jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)

    again = jobs.weekly_ranking(at=MONDAY + timedelta(days=2), due_at=MONDAY)

    assert again == {"rankings": 0, "proposals": 0, "bulletins": 0, "held": 0, "failed": 0}
    assert Message.objects.filter(user=office).count() == 1


def test_a_late_run_ranks_the_week_it_was_due_for(scheme, units):
    fill(units, 1)

    jobs.weekly_ranking(at=MONDAY + timedelta(weeks=3), due_at=MONDAY)

    assert Ranking.objects.get().period == "2026-W46"


def test_a_scheme_without_stations_gets_no_ranking(scheme, tree):
    found = jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)

    assert found == {"rankings": 0, "proposals": 0, "bulletins": 0, "held": 0, "failed": 0}


@pytest.mark.clause("Y1-78")
def test_a_regime_with_a_monthly_bulletin_gets_last_months_draft_once(scheme, tree):
    SchemeEntry.objects.create(
        scheme=scheme, kind="DOCUMENT_KIND", code="monthly-bulletin", name="月通报", clause="Y1-78"
    )

    first = jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)
    second = jobs.weekly_ranking(at=MONDAY + timedelta(weeks=1), due_at=MONDAY + timedelta(weeks=1))

    assert (first["bulletins"], second["bulletins"]) == (1, 0)
    assert Notice.objects.get().period == "2026-10"


def test_a_draft_that_was_withdrawn_on_purpose_does_not_come_back(scheme, units, office):
    fill(units, 1)
    jobs.weekly_ranking(at=MONDAY, due_at=MONDAY)
    Notice.objects.update(state="WITHDRAWN")

    assert jobs.weekly_ranking(at=NOON, due_at=MONDAY)["bulletins"] == 0
