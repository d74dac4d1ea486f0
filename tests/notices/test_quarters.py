"""两个季度: what 督查 found in one quarter and finds again calls the 网格长 (Y1-100)."""

from datetime import datetime

import pytest

from build import BEIJING, make_post
from build_inspections import problem, record
from build_notices import make_rule
from grids.models import Role
from notices.models import Notice, Summons
from notices.services import bulletins
from notices.services.quarters import propose_from_quarters
from stations.periods import Period
from tasks.models import Task
from tasks.services import life

pytestmark = pytest.mark.django_db
Q3, Q4 = Period.parse("2026-Q3"), Period.parse("2026-Q4")
AUGUST = datetime(2026, 8, 10, 9, 0, tzinfo=BEIJING)
NOVEMBER = datetime(2026, 11, 10, 9, 0, tzinfo=BEIJING)
JANUARY = datetime(2027, 1, 4, 7, 0, tzinfo=BEIJING)
RULE = {"rounds": 2, "causes": ["NOT_RECTIFIED", "NEW_PROBLEM"], "to": "CHIEF"}


@pytest.fixture
def supervised(cast):
    make_rule(cast.scheme, "quarter_summons", RULE, clause="Y1-100")
    make_post(None, cast.tree.village, Role.CHIEF, title="村支部书记")
    return cast


def find(cast, at, mode="SUPERVISION"):
    """督查 finds a problem in the village; the office issues it to the village."""
    visit = record(cast.tree.village, cast.supervisor, at=at, mode=mode, findings=(problem(),))
    task = visit.findings.get().task
    if task.state == "REGISTERED":
        task = life.issue(
            task,
            grid=cast.tree.village,
            requirement="覆盖",
            supervisor="督查组",
            deadline_kind="WORKDAYS",
            deadline_amount=3,
            by=cast.office,
            at=at,
        )
    return task


def settle(task, at):
    Task.objects.filter(pk=task.pk).update(state="CLOSED", closed_at=at)


@pytest.mark.clause("Y1-100")
def test_a_problem_not_repaired_in_the_next_quarter_calls_the_chief(supervised):
    task = find(supervised, AUGUST)

    (row,) = propose_from_quarters(supervised.scheme, Q4, at=JANUARY)

    assert (row.basis, row.to, row.state, row.clause) == (
        "QUARTERS",
        "CHIEF",
        "PROPOSED",
        "Y1-100",
    )
    assert (row.grid, row.target_title) == (supervised.tree.village, "学门口社区 村支部书记")
    lines = row.proof["quarters"][1]["lines"]
    assert [(line["cause"], [one["number"] for one in line["tasks"]]) for line in lines] == [
        ("未整改到位", [task.number])
    ]


@pytest.mark.clause("Y1-100")
def test_a_new_problem_in_the_next_quarter_calls_the_chief_too(supervised):
    settle(find(supervised, AUGUST), AUGUST)
    again = find(supervised, NOVEMBER)

    (row,) = propose_from_quarters(supervised.scheme, Q4, at=JANUARY)

    (line,) = row.proof["quarters"][1]["lines"]
    assert line["cause"] == "新增问题"
    assert line["tasks"][0]["number"] == again.number


@pytest.mark.clause("Y1-100")
def test_repaired_and_nothing_new_calls_nobody(supervised):
    settle(find(supervised, AUGUST), AUGUST)

    assert propose_from_quarters(supervised.scheme, Q4, at=JANUARY) == []


def test_a_first_problem_calls_nobody(supervised):
    find(supervised, NOVEMBER)

    assert propose_from_quarters(supervised.scheme, Q4, at=JANUARY) == []


def test_once_per_grid_and_quarter(supervised):
    find(supervised, AUGUST)
    propose_from_quarters(supervised.scheme, Q4, at=JANUARY)

    assert propose_from_quarters(supervised.scheme, Q4, at=JANUARY) == []
    assert Summons.objects.count() == 1


def test_what_a_patrol_of_the_grid_itself_found_does_not_count(supervised):
    find(supervised, AUGUST, mode="PATROL")

    assert propose_from_quarters(supervised.scheme, Q4, at=JANUARY) == []


def test_a_regime_without_the_rule_proposes_nothing(cast):
    find(cast, AUGUST)

    assert propose_from_quarters(cast.scheme, Q4, at=JANUARY) == []


@pytest.mark.clause("W-70")
def test_the_daily_bulletin_tells_what_supervision_found_that_day(supervised):
    find(supervised, NOVEMBER)
    find(supervised, NOVEMBER, mode="PATROL")
    find(supervised, AUGUST)

    notice = bulletins.draft(
        supervised.scheme, Period.parse("2026-11-10"), by=supervised.office, at=JANUARY
    )

    values = {one["key"]: one["value"] for one in notice.facts["figures"]}
    assert notice.kind == Notice.Kind.DAILY
    assert (values["visits"], values["supervisions"], values["findings"]) == (2, 1, 2)
