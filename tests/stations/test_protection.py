"""保护半径 of 100 m around an inlet: what the office approves with a reason, what nobody may."""

from datetime import timedelta

import pytest

from air import make_station
from alarm_rules import PROTECTION, give_rules
from grids.errors import Invalid, Refused
from grids.models import Clause
from tasks.services import life
from tasks.workflow import State

LON, LAT = 112.8, 28.3
WITHIN, BEYOND = LAT + 60 / 111_195, LAT + 140 / 111_195


@pytest.fixture(autouse=True)
def _station(scheme, street):
    give_rules(scheme, *PROTECTION)
    Clause.objects.create(scheme=scheme, code="W-19", place="一（三）", quote="保障数据客观准确")
    make_station(street, lon=LON, lat=LAT, protection_m=100)


@pytest.fixture
def ordered(scheme, street, village, noon):
    """A matter found at a latitude, issued to the village with what is asked."""

    def order(by, *, lat, requirement="清运渣土并覆盖", **more):
        task = life.register(
            scheme=scheme,
            title="裸土未覆盖",
            category="BARE_SOIL",
            source="PATROL",
            origin_grid=village,
            lon=LON,
            lat=lat,
            by=by,
            at=noon,
        )
        return life.issue(
            task,
            grid=village,
            requirement=requirement,
            supervisor="街道值守",
            deadline_kind="DAYS",
            deadline_amount=2,
            by=by,
            at=noon + timedelta(minutes=5),
            **more,
        )

    return order


@pytest.mark.clause("Z-19")
def test_work_beside_the_inlet_needs_the_office_and_its_reason(ordered, office):
    with pytest.raises(Invalid, match="距S-1 站采样口 60 米，在 100 米保护半径内") as refused:
        ordered(office, lat=WITHIN)
    assert "override_reason" in refused.value.fields

    task = ordered(office, lat=WITHIN, override_reason="施工方已报备，避开监测时段")

    assert task.state == State.ISSUED
    assert task.events.get(action="issue").note == "施工方已报备，避开监测时段"


def test_the_street_cannot_approve_it(ordered, chief):
    with pytest.raises(Refused, match="经主管办公室批准"):
        ordered(chief, lat=WITHIN, override_reason="我们觉得可以")


def test_outside_the_radius_nothing_is_asked(ordered, chief):
    assert ordered(chief, lat=BEYOND, requirement="对路面洒水").state == State.ISSUED


@pytest.mark.parametrize("asked", ["对站点周边道路洒水降尘", "加装雾炮", "清扫后冲洗路面"])
def test_nobody_may_have_it_sprayed_and_the_rule_is_quoted(ordered, office, asked):
    with pytest.raises(Refused, match="环发〔2015〕175号；“保障数据客观准确”") as refused:
        ordered(office, lat=WITHIN, requirement=asked, override_reason="领导要求")

    assert "requirement" in refused.value.fields


def test_forbidding_it_is_not_asking_for_it(ordered, office):
    asked = "清运渣土；不得在站点周边喷淋、洒水"

    assert ordered(office, lat=WITHIN, requirement=asked, override_reason="批准").pk


def test_a_joint_order_is_held_to_the_same(scheme, village, other_village, office, noon):
    task = life.register(
        scheme=scheme,
        title="扬尘",
        category="DUST",
        source="PATROL",
        origin_grid=village,
        lon=LON,
        lat=WITHIN,
        by=office,
        at=noon,
    )
    with pytest.raises(Refused, match="不得洒水"):
        life.join(
            task,
            units=[(village, "LEAD"), (other_village, "CO")],
            requirement="联合洒水降尘",
            supervisor="市网格办",
            deadline_kind="DAYS",
            deadline_amount=2,
            by=office,
            at=noon,
        )
    task.refresh_from_db()
    assert task.state == State.REGISTERED


def test_a_closed_station_protects_nothing(ordered, chief, street, noon):
    street.stations.update(closed_on=noon.date())

    assert ordered(chief, lat=WITHIN, requirement="洒水").state == State.ISSUED
