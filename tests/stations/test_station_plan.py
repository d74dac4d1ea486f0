"""一站一策: one page with sources, measures, map, versions and effect (Z-09)."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from air import day_rows, make_station, put
from build import BEIJING
from grids.errors import Refused
from stations.models import StationPlan
from stations.pages.station_plan import shown
from stations.services.station_plans import draw_up
from tasks.models import Plan
from tasks.services import plan_items, plan_judging, plan_versions
from tasks.services.plan_drafts import Head, discard
from tasks.services.plan_whole import expand_all

BEGAN = datetime(2026, 9, 1, 10, tzinfo=BEIJING)
LATER = datetime(2026, 11, 18, 9, tzinfo=BEIJING)
HEAD = Head("汽车路站“一站一策”工作方案", 2026, "PM2.5 年均下降 5%。", "每季度考核。")
pytestmark = pytest.mark.django_db


def fill(station, first, days, **values):
    rows = []
    for n in range(days):
        rows += day_rows(station, first + timedelta(days=n), **values)
    put(rows, at=LATER)


def paper():
    return SimpleUploadedFile("一站一策.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")


@pytest.fixture
def station(cast):
    return make_station(cast.tree.street, lon=112.350, lat=28.580)


@pytest.fixture
def plan(cast, station):
    drawn = draw_up(station, head=HEAD, papers=[paper()], by=cast.chief, at=BEGAN)
    wanted = plan_items.Wanted(
        "周边道路机扫", units=((cast.tree.village, ""),), due_on=date(2026, 12, 31)
    )
    plan_items.add_measure(drawn, wanted=wanted, by=cast.chief, at=BEGAN)
    return drawn


def approved(cast, plan, at=BEGAN):
    plan_judging.submit(plan, by=cast.chief, at=at)
    return plan_judging.approve(plan, by=cast.office, at=at)


@pytest.mark.clause("Z-09")
def test_the_page_holds_sources_measures_map_versions_and_effect(cast, station, plan):
    approved(cast, plan)
    task = expand_all(Plan.objects.get(pk=plan.pk), expected=1, by=cast.office, at=BEGAN)
    second = plan_versions.revise(plan, by=cast.chief, at=LATER)
    client = Client()
    with time_machine.travel(LATER, tick=False):
        client.force_login(cast.office)
        page = client.get(reverse("stations:plan", args=[station.code])).content.decode()
        around = client.get(reverse("notices:around", args=[station.code])).content.decode()

    assert "第1项 周边道路机扫" in page
    assert task.created[0].number in page
    assert f'hx-get="{reverse("notices:around", args=[station.code])}"' in page
    assert "around-points" in around
    assert "施行前 30 天" in page
    assert reverse("tasks:plan-differences", args=[second.pk]) in page
    found = shown(station, cast.office, LATER)
    assert (found.current.version, found.draft.version) == (1, 2)


@pytest.mark.clause("Z-09")
def test_the_effect_compares_thirty_days_before_with_the_newest_and_a_year_ago(cast, station, plan):
    approved(cast, plan)
    fill(station, date(2026, 8, 2), 30, pm10_ugm3=100, pm25_ugm3=50)
    fill(station, date(2026, 9, 1), 1, pm10_ugm3=900, pm25_ugm3=500)  # the day itself: no side
    fill(station, date(2026, 10, 19), 30, pm10_ugm3=80, pm25_ugm3=45)
    fill(station, date(2025, 10, 20), 14, pm10_ugm3=200, pm25_ugm3=90)

    found = shown(station, cast.office, LATER).effect

    (_, (coarse, fine)), (_, (year_ago, _)) = found["tables"]
    assert (coarse.before, coarse.after, coarse.percent) == (100, 80, -20)
    assert (fine.before, fine.after, fine.percent) == (50, 45, -10)
    assert (coarse.before_days, coarse.after_days) == (30, 30)
    assert (year_ago.before, year_ago.before_days, year_ago.percent) == (200, 14, None)


def test_before_it_is_in_force_others_see_no_plan_and_no_effect(cast, station, plan):
    assert shown(station, cast.supervisor, LATER).versions == []
    own = shown(station, cast.chief, LATER)
    assert (own.current, own.draft.pk, own.effect) == (None, plan.pk, None)


def test_a_station_has_one_plan_until_its_draft_is_thrown_away(cast, station, plan):
    with pytest.raises(Refused, match="已有一站一策"):
        draw_up(station, head=HEAD, by=cast.chief, at=LATER)
    with pytest.raises(PermissionDenied):
        draw_up(make_station(cast.tree.other_street, "S-9"), head=HEAD, by=cast.chief, at=LATER)

    discard(plan, by=cast.chief, at=LATER)
    assert not StationPlan.objects.exists()
    assert draw_up(station, head=HEAD, by=cast.chief, at=LATER).kind == "STATION"


def test_the_form_of_the_page_draws_it_up_and_refuses_what_is_missing(cast, station):
    client, where = Client(), reverse("stations:plan", args=[station.code])
    client.force_login(cast.chief)
    sent = {"name": HEAD.name, "year": "2026", "goal": "", "assessment": HEAD.assessment}

    assert client.post(where, sent).status_code == 422
    assert not Plan.objects.filter(kind="STATION").exists()
    answer = client.post(where, sent | {"goal": HEAD.goal})
    drawn = Plan.objects.get(kind="STATION")
    assert answer.headers["Location"] == reverse("tasks:plan-draft", args=[drawn.pk])
    assert client.post(where, sent | {"goal": HEAD.goal}).status_code == 409
