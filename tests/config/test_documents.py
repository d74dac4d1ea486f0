"""Generated pages of docs/ say what the code says, and the code does what they say."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands

from air import make_station
from build import make_post, make_user
from build_tasks import make_task
from config.documents import keeping, permissions, workflow
from config.schedule import JOBS
from grids import policies as grid_policies
from grids.models import Role
from inspections import policies as field_policies
from notices import policies as office_policies
from stations import policies as air_policies
from tasks import plan_policies
from tasks import policies as task_policies
from tasks.models import Plan
from tasks.policies import Side
from tasks.workflow import MOVES, Action


@pytest.mark.parametrize("command", ["workflow_doc", "permissions_doc"])
def test_the_page_is_up_to_date(command):
    call_command(command, check=True, stdout=StringIO())


@pytest.mark.parametrize("command", ["workflow_doc", "permissions_doc"])
def test_a_page_that_is_out_of_date_is_named_and_then_written(command, tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "DOCS", tmp_path)
    with pytest.raises(CommandError, match=f"manage.py {command}") as refusal:
        call_command(command, check=True, stdout=StringIO())

    call_command(command, stdout=StringIO())

    assert refusal.value.returncode == 1
    call_command(command, check=True, stdout=StringIO())


def test_every_move_stands_in_the_page():
    text = workflow.text()

    for (state, action), target in MOVES.items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {action.label} |")]
        assert state.value in row
        assert target.value in row


@pytest.fixture
def holders(tree):
    """Role → somebody who has this role at the root, and nowhere else."""
    people = {role: make_user(f"doc-{role.lower()}") for role in Role}
    for role, user in people.items():
        make_post(user, tree.root, role)
    return people


def ticked(line):
    return {role for role in Role if line.is_open_to(role)}


@pytest.mark.parametrize("line", permissions.grid_lines(), ids=lambda line: line.code)
def test_the_policy_of_grids_agrees(line, holders, tree):
    action = grid_policies.GridAction(line.code)

    allowed = {role for role, user in holders.items() if grid_policies.may(user, action, tree.root)}

    assert allowed == ticked(line)


@pytest.mark.parametrize("line", permissions.field_lines(), ids=lambda line: line.code)
def test_the_policy_of_the_field_agrees(line, holders, tree):
    allowed = {
        role for role, user in holders.items() if field_policies.may(user, line.code, tree.root)
    }

    assert allowed == ticked(line)


@pytest.mark.parametrize("line", permissions.office_lines(), ids=lambda line: line.code)
def test_the_policy_of_the_office_agrees(line, holders, tree):
    allowed = {
        role for role, user in holders.items() if office_policies.may(user, line.code, tree.root)
    }

    assert allowed == ticked(line)


def test_the_policy_of_the_air_agrees(holders, tree, scheme):
    station = make_station(tree.root)
    manage, publish, place, register = permissions.station_lines()

    managing = {role for role, user in holders.items() if air_policies.may_manage(user, station)}
    publishing = {role for role, user in holders.items() if air_policies.may_publish(user, scheme)}
    setting = {role for role, user in holders.items() if air_policies.may_set_target(user, scheme)}

    assert managing == ticked(manage) == ticked(place)
    registering = {
        role for role, user in holders.items() if air_policies.may_register(user, scheme)
    }
    assert publishing == setting == ticked(publish)
    assert registering == ticked(register)


def test_the_policy_of_plans_agrees(holders, tree, noon):
    lead, report, draw_up, judge = permissions.plan_lines()
    plan = Plan.objects.create(scheme=tree.root.scheme, grid=tree.village, code="u", name="方案")

    leading = {role for role, user in holders.items() if plan_policies.may_lead(user, tree.root)}
    reporting = {
        role for role, user in holders.items() if plan_policies.may_report(user, tree.root, at=noon)
    }

    drawing = {
        role for role, one in holders.items() if plan_policies.may_draw_up(one, tree.root, at=noon)
    }
    judging = {
        role
        for role, one in holders.items()
        if not plan_policies.why_not_judge(one, plan, tree.root, at=noon)
    }

    assert leading == ticked(lead)
    assert reporting == ticked(report)
    assert drawing == ticked(draw_up)
    assert judging == ticked(judge)


@pytest.mark.parametrize("line", permissions.task_lines(), ids=lambda line: line.code)
def test_the_policy_of_tasks_agrees(line, holders, cast, noon):
    task, action = make_task(cast), Action(line.code)
    if task_policies.NEEDS[action][0] == Side.HOLDER:
        for role, user in holders.items():
            make_post(user, cast.tree.village, role)

    allowed = {
        role for role, user in holders.items() if task_policies.may(user, action, task, at=noon)
    }

    wide = {Role.SUPERVISOR} if action in task_policies.OWN_FINDINGS else set()
    assert allowed == ticked(line) - wide  # the office registered it: none of 督查's findings


READ = re.compile(r"(?:env\.\w+\(|environ(?:\.get)?[\[(])\s*[\"']([A-Z_]+)[\"']")


def test_every_variable_that_is_read_stands_in_the_operations_page():
    told = (keeping.DOCS / "operations.md").read_text(encoding="utf-8")
    files = [settings.BASE_DIR / "config" / name for name in ("settings.py", "gunicorn.py")]

    names = {name for path in files for name in READ.findall(path.read_text(encoding="utf-8"))}

    assert len(names) > 15
    assert sorted(name for name in names if f"`{name}`" not in told) == []


def test_every_job_stands_in_the_operations_page():
    told = (keeping.DOCS / "operations.md").read_text(encoding="utf-8")

    assert [job.name for job in JOBS if f"| `{job.name}` |" not in told] == []


LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def pages():
    root = Path(settings.BASE_DIR)
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("schemes/*.md")])


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    inside = [one for one in targets if not one.startswith(("http", "docs/pictures/"))]

    assert [one for one in inside if not (page.parent / one).exists()] == []


COMMAND = re.compile(r"manage\.py ([a-z_]+)")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page):
    named = set(COMMAND.findall(page.read_text(encoding="utf-8")))

    assert sorted(named - get_commands().keys()) == []
