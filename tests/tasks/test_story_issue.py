"""登记 and 交办: numbers, the three fields, the clock, the proposed grid."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from build import make_grid
from build_tasks import REQUIREMENT, SUPERVISOR, make_issued, make_registered
from grids.errors import Invalid, Refused
from grids.models import Grid, GridBoundary, GridKind, SchemeRule
from tasks.models import Route, Task
from tasks.selectors import propose_grid
from tasks.services import life, routes
from tasks.workflow import Rung, State

BEIJING = ZoneInfo("Asia/Shanghai")


def outline(grid, west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return GridBoundary.objects.create(
        grid=grid,
        geometry={"type": "Polygon", "coordinates": [ring]},
        west=west,
        south=south,
        east=east,
        north=north,
        valid_from=date(2021, 1, 1),
    )


def set_rule(scheme, key, value):
    return SchemeRule.objects.create(
        scheme=scheme, key=key, value=value, valid_from=date(2021, 1, 1)
    )


@pytest.mark.clause("Y2-24")
def test_a_finding_is_registered_with_a_number_at_once(cast, registered, noon):
    second = make_registered(cast.scheme, cast.tree.village, cast.worker)

    assert (registered.number, second.number) == ("YY-2026-000001", "YY-2026-000002")
    assert registered.state == State.REGISTERED
    event = registered.events.get()
    assert (event.action, event.by, event.at) == ("register", cast.worker, noon)
    assert event.by_label == "学门口社区 · 网格员"


def test_numbers_start_again_with_the_beijing_year(cast):
    new_year = datetime(2026, 12, 31, 16, 30, tzinfo=ZoneInfo("UTC"))

    task = make_registered(cast.scheme, cast.tree.village, cast.worker, at=new_year)

    assert task.number == "YY-2027-000001"


def test_two_schemes_with_the_same_prefix_share_the_counter(cast, registered):
    cast.other_scheme.task_prefix = "YY"
    cast.other_scheme.save(update_fields=["task_prefix"])

    other = make_registered(cast.other_scheme, cast.other_scheme.grids.get(), cast.outsider)

    assert other.number == "YY-2026-000002"


@pytest.mark.clause("Z-11")
def test_every_problem_stands_in_a_list(registered):
    assert list(registered.lists.values_list("kind", flat=True)) == ["PROBLEM"]


@pytest.mark.clause("Y1-70", "Z-10", "Y1-64")
@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"requirement": " "}, "requirement"),
        ({"supervisor": ""}, "supervisor"),
        ({"deadline_amount": None}, "deadline_kind"),
        ({"deadline_kind": "SOMETIME"}, "deadline_kind"),
        ({"deadline_kind": "MOMENT", "due_at": datetime(2026, 11, 1, tzinfo=BEIJING)}, "due_at"),
    ],
)
def test_nothing_is_issued_without_its_three_fields(cast, registered, over, field):
    with pytest.raises(Invalid) as refusal:
        make_issued(registered, cast.tree.village, cast.office, **over)

    assert field in refusal.value.fields
    registered.refresh_from_db()
    assert registered.state == State.REGISTERED
    assert registered.events.count() == 1


def test_the_database_itself_refuses_an_issued_task_without_a_requirement(issued):
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=issued.pk).update(requirement="")


@pytest.mark.clause("Y1-64")
def test_the_clock_starts_at_issue_and_signing_has_its_own_time(cast, issued, noon):
    signed = life.accept(issued, by=cast.worker, at=noon + timedelta(minutes=21))

    assert signed.issued_at == noon
    assert signed.due_at == issued.due_at == datetime(2026, 11, 24, tzinfo=BEIJING)
    assert signed.accepted_at == noon + timedelta(minutes=21)
    assert signed.events.get(action="accept").data["minutes"] == 21


@pytest.mark.clause("Y1-69")
def test_the_place_proposes_the_grid_and_another_choice_needs_a_reason(cast):
    outline(cast.tree.village, 112.0, 28.0, 112.1, 28.1)
    task = make_registered(cast.scheme, cast.tree.root, cast.office, lon=112.05, lat=28.05)

    with pytest.raises(Invalid, match="学门口社区") as refusal:
        make_issued(task, cast.tree.other_village, cast.office)
    assert "override_reason" in refusal.value.fields

    issued = make_issued(
        task, cast.tree.other_village, cast.office, override_reason="围挡权属在三里桥社区"
    )
    event = issued.events.get(action="issue")
    assert event.note == "围挡权属在三里桥社区"
    assert (event.data["overridden"], event.data["proposed"]) == (True, cast.tree.village.pk)


@pytest.mark.clause("Y1-63")
def test_the_level_decides_which_tier_may_receive(cast):
    set_rule(cast.scheme, "task_levels", {"GENERAL": ["THIRD"], "MAJOR": ["FIRST"]})
    task = make_registered(cast.scheme, cast.tree.village, cast.worker, level="MAJOR")

    with pytest.raises(Invalid, match="重大事项只能交办一级网格"):
        make_issued(task, cast.tree.village, cast.office)

    assert make_issued(task, cast.tree.district, cast.office).grid == cast.tree.district


@pytest.mark.clause("Y1-69", "ZY-74")
def test_a_department_gets_what_is_its_duty_whatever_its_tier(cast):
    set_rule(cast.scheme, "task_levels", {"GENERAL": ["THIRD"]})
    roads = make_grid(
        cast.scheme, cast.tree.root, code="DEP", name="市城管局", kind=GridKind.DEPARTMENT
    )
    task = make_registered(cast.scheme, cast.tree.village, cast.worker, category="ROAD")

    issued = make_issued(task, Grid.objects.get(pk=roads.pk), cast.office)

    assert (issued.grid, issued.category) == (roads, "ROAD")


@pytest.mark.clause("ZY-37")
def test_tampering_with_data_goes_straight_to_the_chief(cast):
    task = make_registered(cast.scheme, cast.tree.village, cast.worker, category="TAMPERING")

    issued = make_issued(task, cast.tree.village, cast.office)

    assert (issued.level, issued.rung) == ("MAJOR", Rung.CHIEF)
    with pytest.raises(PermissionDenied, match="网格长"):
        life.accept(issued, by=cast.worker, at=issued.issued_at)


@pytest.mark.clause("Y1-02")
def test_the_line_ministry_is_stored_beside_the_territory(cast):
    set_rule(cast.scheme, "ministries", {"BARE_SOIL": "S2"})
    task = make_registered(cast.scheme, cast.tree.village, cast.worker)

    issued = make_issued(task, cast.tree.village, cast.office)

    assert (issued.grid, issued.ministry_grid) == (cast.tree.village, cast.tree.other_street)


@pytest.mark.clause("Y1-03")
def test_an_enterprise_receives_and_answers_its_own_task(cast, noon):
    task = make_registered(cast.scheme, cast.tree.root, cast.office, kind="CHECK")
    issued = make_issued(task, cast.tree.key_grid, cast.office)

    signed = life.accept(issued, by=cast.enterprise, at=noon)
    answered = life.submit(signed, measures="已停用旧炉", by=cast.enterprise, at=noon)

    assert answered.state == State.SUBMITTED
    assert list(Task.objects.visible_to(cast.enterprise)) == [answered]


@pytest.mark.clause("ZY-106")
def test_a_matter_decided_on_the_spot_is_issued_and_signed_within_the_meeting(cast, noon):
    task = make_registered(cast.scheme, cast.tree.root, cast.office, source="MEETING")
    issued = make_issued(task, cast.tree.street, cast.office, deadline_kind="SAME_DAY")

    signed = life.accept(issued, by=cast.chief, at=noon)

    assert (signed.source, signed.state) == ("MEETING", State.HANDLING)
    assert signed.due_at == datetime(2026, 11, 19, tzinfo=BEIJING)


def test_a_worker_cannot_issue(cast, registered):
    with pytest.raises(PermissionDenied):
        make_issued(registered, cast.tree.village, cast.worker)


def test_a_chief_cannot_issue_to_a_grid_outside_his_own(cast, registered):
    with pytest.raises(PermissionDenied, match="大码头街道"):
        make_issued(registered, cast.tree.other_street, cast.chief)


def test_a_grid_of_another_scheme_cannot_receive(cast, registered, superuser):
    with pytest.raises(Invalid, match="体系"):
        make_issued(registered, cast.other_scheme.grids.get(), superuser)


def test_a_closed_grid_cannot_receive(cast, registered):
    village = cast.tree.village
    village.closed_on = date(2026, 1, 1)
    village.save(update_fields=["closed_on"])

    with pytest.raises(Invalid, match="已撤销"):
        make_issued(registered, village, cast.office)


def test_a_registered_task_cannot_be_issued_twice(cast, issued):
    with pytest.raises(Refused, match="已交办的任务不能交办"):
        make_issued(issued, cast.tree.village, cast.office)


def test_a_repeated_registration_gives_the_first_task_back(cast):
    one = "7f0f4b1e-5d3f-4a55-9a3f-0d9a3a6a8a11"
    first = make_registered(cast.scheme, cast.tree.village, cast.worker, client_id=one)

    again = make_registered(cast.scheme, cast.tree.village, cast.worker, client_id=one)

    assert first == again
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"category": "PLASTIC"}, "category"),
        ({"lon": 112.0}, "lon"),
        ({"lon": 190.0, "lat": 28.0}, "lon"),
        ({"lon": float("nan"), "lat": 28.0}, "lon"),
    ],
)
def test_a_registration_with_bad_input_is_refused(cast, over, field):
    with pytest.raises(Invalid) as refusal:
        make_registered(cast.scheme, cast.tree.village, cast.worker, **over)

    assert field in refusal.value.fields
    assert not Task.objects.exists()


def test_a_covert_finding_is_hidden_from_the_visited_until_issued(cast):
    task = make_registered(
        cast.scheme, cast.tree.village, cast.office, source="COVERT", is_hidden=True
    )
    seen = Task.objects.visible_to
    assert not seen(cast.worker).exists()
    assert not seen(cast.chief).exists()
    assert seen(cast.supervisor).get() == task

    make_issued(task, cast.tree.village, cast.office)

    assert seen(cast.worker).get() == task


def test_a_job_registers_without_a_person(cast):
    task = make_registered(cast.scheme, cast.tree.street, None, source="ALARM", facts={"aqi": 118})

    event = task.events.get()
    assert (event.by, event.by_label, event.data["aqi"]) == (None, "系统", 118)


def test_a_ruling_may_become_a_draft_that_counts_once_it_is_switched_on(cast, issued, noon):
    life.rule(
        issued,
        to=cast.tree.other_street,
        note="此类由大码头街道负责",
        becomes_route=True,
        by=cast.office,
        at=noon,
    )
    draft = Route.objects.get()
    assert (draft.task, draft.origin, draft.from_on) == (issued, "RULING", None)
    later = make_registered(cast.scheme, cast.tree.village, cast.worker)
    assert propose_grid(later, at=noon).grid == cast.tree.village

    on = noon.date()
    routes.switch_on(draft, from_on=on, note="试算有用", by=cast.office, at=noon)

    with pytest.raises(Invalid, match=r"派遣规则.*大码头街道"):
        make_issued(later, cast.tree.village, cast.office)


def test_the_words_of_the_order_are_kept(issued):
    assert (issued.requirement, issued.supervisor) == (REQUIREMENT, SUPERVISOR)


# --- office hours --------------------------------------------------------------------------------


def test_working_hours_count_by_the_rule_of_the_day_and_keep_the_wording(cast):
    set_rule(cast.scheme, "office_hours", [["09:00", "12:00"], ["13:00", "18:00"]])
    task = make_registered(cast.scheme, cast.tree.village, cast.office)

    issued = make_issued(
        task,
        cast.tree.village,
        cast.office,
        at=datetime(2026, 11, 18, 11, 0, tzinfo=BEIJING),
        deadline_kind="WORKHOURS",
        deadline_amount=4,
        deadline_text="4个工作小时内",
    )

    assert issued.due_at == datetime(2026, 11, 18, 16, 0, tzinfo=BEIJING)
    assert (issued.deadline_amount, issued.deadline_text) == (4, "4个工作小时内")


def test_a_broken_rule_of_office_hours_is_told_and_nothing_is_issued(cast):
    set_rule(cast.scheme, "office_hours", [["12:00", "09:00"]])
    task = make_registered(cast.scheme, cast.tree.village, cast.office)

    with pytest.raises(Invalid, match="办公时间"):
        make_issued(
            task, cast.tree.village, cast.office, deadline_kind="WORKHOURS", deadline_amount=4
        )

    assert Task.objects.get(pk=task.pk).state == State.REGISTERED
