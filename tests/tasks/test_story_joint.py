"""联合处置 of a whole city, two judges at one page, and a target that ends with the year."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from build import BEIJING, make_grid, make_post, make_user
from build_tasks import make_registered, pair
from grids.errors import Refused, Stale
from grids.models import Grid, GridScheme, Role, Tier
from tasks.models import Measure, Task
from tasks.selectors import timeline
from tasks.services import life
from tasks.services.plans import expand
from tasks.workflow import State

pytestmark = pytest.mark.django_db
SCHEMES = Path(__file__).parents[2] / "schemes"
STREETS = 16


@pytest.fixture
def streets(cast):
    """Sixteen streets below the district, each with its 网格长."""
    chiefs = {}
    for number in range(1, STREETS + 1):
        grid = make_grid(cast.scheme, cast.tree.district, code=f"ST{number:02}", tier=Tier.SECOND)
        chiefs[grid.code] = make_user(f"st{number:02}")
        make_post(chiefs[grid.code], grid, Role.CHIEF)
    return chiefs


def finish(part, by, cast, at):
    part = life.accept(part, by=by, at=at)
    part = life.submit(part, measures="已排查整改", attachments=pair(by), by=by, at=at)
    return life.approve(part, by=cast.office, at=at + timedelta(hours=1))


@pytest.mark.clause("Y1-76", "ZY-105", "ZY-07")
def test_a_joint_order_of_sixteen_streets_of_which_one_is_excused(cast, streets, noon):
    grids = list(Grid.objects.filter(code__in=streets).order_by("code"))
    whole = life.join(
        make_registered(cast.scheme, cast.tree.root, cast.office),
        units=[(grid, "DUTY") for grid in grids],
        requirement="全面排查裸露黄土",
        supervisor="市网格办",
        deadline_kind="WORKDAYS",
        deadline_amount=5,
        by=cast.office,
        at=noon,
    )
    parts = list(whole.parts.select_related("grid").order_by("number"))
    assert [part.grid.code for part in parts] == sorted(streets)
    assert {part.due_at for part in parts} == {whole.due_at}

    excused, *working = parts
    for part in working[:-1]:
        finish(part, streets[part.grid.code], cast, noon)
    life.void(excused, reason="辖区内没有在建工地，经会议同意", by=cast.office, at=noon)
    whole.refresh_from_db()
    assert whole.state == State.ISSUED  # one street has not answered yet
    finish(working[-1], streets[working[-1].grid.code], cast, noon)

    whole.refresh_from_db()
    assert whole.state == State.CLOSED
    states = list(whole.parts.values_list("state", flat=True))
    assert (states.count("CLOSED"), states.count("VOID")) == (STREETS - 1, 1)
    assert excused.events.get(action="void").note == "辖区内没有在建工地，经会议同意"
    assert whole.events.filter(action="complete").count() == 1
    assert Task.objects.single().filter(parent=whole).count() == STREETS


def test_of_two_judges_with_the_same_page_one_closes_and_the_other_is_told(cast, submitted, noon):
    seen, at = submitted.version, noon + timedelta(hours=3)
    colleague = make_user()
    make_post(colleague, cast.tree.root, Role.OFFICE)

    life.approve(submitted, by=cast.office, at=at, version=seen)

    with pytest.raises(Stale, match=r"市网格办 · 网格办.*验收销号.*已销号"):
        life.approve(submitted, by=colleague, at=at, version=seen)
    with pytest.raises(Refused):
        life.approve(submitted, by=colleague, at=at)
    assert submitted.events.filter(action="approve").count() == 1
    assert submitted.cards.get().decided_by == cast.office


@pytest.mark.clause("Y1-65")
def test_who_holds_it_now_is_said_at_every_hop_with_its_own_clock(cast, issued, noon):
    told = [timeline.holder(issued)]
    task = issued
    for minutes, who in ((12, cast.worker), (30, cast.manager), (90, cast.village_chief)):
        at = noon + timedelta(minutes=minutes)
        task = life.report_up(task, reason="需协调", by=who, at=at)
        told.append(timeline.holder(task))

    assert [one.who for one in told] == [
        "承办：学门口社区 · 网格员",
        "承办：学门口社区 · 网格负责人",
        "承办：学门口社区 · 网格长",
        "承办：汽车路街道 · 网格长",
    ]
    assert [int((one.since - noon).total_seconds() // 60) for one in told] == [0, 12, 30, 90]
    hops = [moment for moment in timeline.moments(task) if moment.event.action == "report_up"]
    assert [moment.took for moment in hops] == ["用时 1 小时", "用时 18 分钟", "用时 12 分钟"]


@pytest.mark.slow
@pytest.mark.clause("ZY-45")
def test_the_yellow_label_target_is_everybodys_until_the_last_day_of_the_year(db, noon):
    """第20项 of the shipped plan: two leads, every street, 100 % by 31 December 2017, 必须."""
    call_command("load_scheme", str(SCHEMES / "zhongyuan"), verbosity=0)
    scheme = GridScheme.objects.get(code="zhongyuan")
    office = make_user("zy-office")
    make_post(office, scheme.grids.get(level=0), Role.OFFICE)
    measure = Measure.objects.get(plan__scheme=scheme, clause="ZY-45")
    spring = noon.replace(year=2017, month=3, day=1)

    made = expand(measure, by=office, at=spring).created

    assert (measure.quantity, measure.unit) == (100, "%")
    leads = set(measure.units.filter(role="LEAD").values_list("grid__code", flat=True))
    assert leads == {"D-TRAFFIC-POLICE", "D-YELLOW-LABEL"}
    carriers = set(measure.units.values_list("grid__code", flat=True))
    assert {task.grid.code for task in made} == carriers
    assert len(carriers) > STREETS / 2
    eve = noon.replace(year=2018, month=1, day=1, hour=0)
    assert {task.due_at.astimezone(BEIJING) for task in made} == {eve}
    assert {(task.strength, task.deadline_text) for task in made} == {("MUST", "2017年12月底前")}
    overdue = Task.objects.filter(pk__in=[task.pk for task in made])
    assert overdue.overdue(eve).count() == 0
    assert overdue.overdue(eve + timedelta(seconds=1)).count() == len(made)


def test_the_page_takes_sixteen_streets_and_unfolds_what_was_typed(cast, streets):
    task = make_registered(cast.scheme, cast.tree.root, cast.office)
    url = reverse("tasks:act", args=[task.number, "join"])
    order = {
        "requirement": "全面排查裸露黄土",
        "supervisor": "市网格办",
        "deadline_kind": "WORKHOURS",
        "deadline_amount": "13",
        "strength": "MUST",
    }
    units = {f"grid_{place}": code for place, code in enumerate(sorted(streets))}
    client = Client()
    client.force_login(cast.office)
    folded = '<details class="more">'
    assert folded in client.get(url).content.decode()

    refused = client.post(url, order | units | {"grid_9": "没有这个网格"})
    assert (refused.status_code, task.parts.count()) == (422, 0)
    assert '<details class="more" open>' in refused.content.decode()

    assert client.post(url, order | units).status_code == 302
    assert {part.grid.code for part in task.parts.all()} == set(streets)
