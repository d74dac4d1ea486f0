from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from build_inspections import WEST, make_source, problem, record, visit
from grids.errors import Invalid, Refused, Stale
from inspections.attributes import demands
from inspections.models import Mode, PollutionSource
from inspections.selectors import sources as selectors
from inspections.services import sources, visits
from inspections.services.sources import Facts

Status = PollutionSource.Status
LON, LAT = WEST


def facts(**over):
    return Facts(**{"name": "老街烧烤店", "category": "COOKING_FUMES"} | over)


@pytest.mark.clause("Y1-26")
def test_a_workers_source_waits_for_the_manager(village, worker, manager, noon):
    shop = make_source(village, worker)
    assert (shop.status, shop.number) == (Status.PENDING, "YY-S-00001")

    shop = sources.decide(shop, granted="yes", note="", by=manager, at=noon)

    assert (shop.status, shop.confirmed_by) == (Status.ACTIVE, manager)
    reasons = shop.versions.order_by("version").values_list("version", "reason")
    assert list(reasons) == [(1, "新增"), (2, "确认新增")]


def test_a_worker_cannot_confirm(village, worker, noon):
    shop = make_source(village, worker)

    with pytest.raises(PermissionDenied):
        sources.decide(shop, granted="yes", note="", by=worker, at=noon)


def test_who_may_confirm_has_it_on_the_register_at_once(village, manager):
    assert make_source(village, manager).status == Status.ACTIVE


@pytest.mark.clause("Y1-26")
def test_a_change_waits_and_then_counts(village, worker, manager, noon):
    shop = make_source(village, manager)
    wish = facts(address="新街 8 号")

    waiting = sources.change(
        shop, facts=wish, reason="搬了门面", version=shop.version, by=worker, at=noon
    )
    assert (waiting.status, waiting.address) == (Status.CHANGE_PENDING, "")
    done = sources.decide(waiting, granted="yes", note="", by=manager, at=noon)

    assert (done.status, done.address, done.pending) == (Status.ACTIVE, "新街 8 号", None)


def test_a_change_sent_back_leaves_the_register_as_it_was(village, worker, manager, noon):
    shop = make_source(village, manager)
    waiting = sources.change(
        shop, facts=facts(name="别的店"), reason="改名", version=2, by=worker, at=noon
    )

    done = sources.decide(waiting, granted="no", note="招牌没换", by=manager, at=noon)

    assert (done.status, done.name, done.pending) == (Status.ACTIVE, "老街烧烤店", None)
    assert done.versions.latest("version").reason == "退回变更：招牌没换"


def test_a_stale_change_is_refused_and_writes_nothing(village, manager, noon):
    shop = make_source(village, manager)
    sources.change(shop, facts=facts(address="甲"), reason="一", version=2, by=manager, at=noon)

    with pytest.raises(Stale, match="刚被别人改过"):
        sources.change(shop, facts=facts(address="乙"), reason="二", version=2, by=manager, at=noon)

    shop.refresh_from_db()
    assert shop.address == "甲"


@pytest.mark.clause("Y1-26", "Z-37")
def test_a_source_leaves_the_register_when_confirmed(village, worker, manager, scheme, noon):
    shop = make_source(village, manager)
    sources.ask_cancel(shop, reason="已关停", by=worker, at=noon)
    shop.refresh_from_db()
    assert shop.status == Status.CANCEL_PENDING

    sources.decide(shop, granted="yes", note="", by=manager, at=noon)

    assert not selectors.listed(manager, scheme, {}).exists()
    assert selectors.listed(manager, scheme, {"status": Status.CANCELLED}).count() == 1


def test_nothing_is_decided_twice(village, manager, noon):
    shop = make_source(village, manager)

    with pytest.raises(Refused, match="没有等待确认"):
        sources.decide(shop, granted="yes", note="", by=manager, at=noon)


def test_sending_back_needs_a_reason(village, worker, manager, noon):
    shop = make_source(village, worker)

    with pytest.raises(Invalid, match="退回请写明原因"):
        sources.decide(shop, granted="no", note=" ", by=manager, at=noon)


def test_proposing_again_is_harmless_for_the_same_person_only(
    village, other_village, worker, neighbour, noon
):
    shop = make_source(village, worker)
    given = {"facts": facts(), "at": noon, "client_id": shop.client_id}

    assert sources.propose(grid=village, by=worker, **given) == (shop, False)
    with pytest.raises(Refused):
        sources.propose(grid=other_village, by=neighbour, **given)


@pytest.mark.clause("Y1-40")
def test_a_temporary_site_has_its_own_fields_and_days(village, manager, noon):
    site = make_source(
        village,
        manager,
        name="五一路工地",
        category="DUST",
        starts_on=noon.date(),
        ends_on=noon.date() + timedelta(days=90),
        attributes={"kind": "建筑工地", "state": "施工"},
    )

    assert site.attributes["kind"] == "建筑工地"
    with pytest.raises(Invalid, match="结束日期早于"):
        make_source(village, manager, starts_on=noon.date(), ends_on=noon.date() - timedelta(1))


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"name": "老街烧烤"}, "名称相近"),
        ({"name": "王家小炒", "address": "老街 3 号"}, "地址相同"),
        ({"name": "王家小炒", "lon": LON, "lat": LAT + 0.0015}, "相距 167 米"),
        ({"name": "王家小炒", "lon": LON, "lat": LAT + 0.0020}, None),  # beyond 200 m
    ],
)
def test_likely_duplicates_are_offered(village, manager, scheme, over, why):
    make_source(village, manager, address="老街 3 号", lon=LON, lat=LAT)

    found = selectors.similar(manager, scheme, **over)

    assert [reason for _, reason in found] == ([why] if why else [])


@pytest.mark.clause("Y1-62", "Y1-24")
def test_coverage_counts_fixed_and_mobile_sources(village, manager, worker, scheme, noon):
    shop = make_source(village, manager)
    make_source(village, manager, name="流动烧烤车", is_mobile=True)
    record(village, worker, source=shop)

    rows = selectors.listed(manager, scheme, {})

    assert selectors.coverage(rows, at=noon) == {"days": 30, "total": 2, "visited": 1, "never": 1}
    assert selectors.listed(manager, scheme, {"never": True}).get().is_mobile


@pytest.mark.clause("Y1-27")
def test_the_register_shows_open_problems_of_a_source(village, manager, worker, scheme, noon):
    shop = make_source(village, manager)
    given = visit(village, source=shop, findings=(problem(), problem(title="无净化器")))
    visits.record(given, by=worker, at=noon)

    assert selectors.listed(manager, scheme, {}).get().open_problems == 2


@pytest.mark.clause("Y1-59")
def test_a_covert_problem_is_not_counted_for_the_visited(village, manager, office, scheme, noon):
    shop = make_source(village, manager)
    given = visit(village, source=shop, mode=Mode.COVERT, findings=(problem(),))
    visits.record(given, by=office, at=noon)

    assert selectors.listed(manager, scheme, {}).get().open_problems == 0
    assert selectors.listed(office, scheme, {}).get().open_problems == 1
    assert not selectors.visits_of(shop, manager).exists()


def test_nearby_is_sorted_by_distance(village, worker, manager, scheme):
    make_source(village, manager, name="远", lon=LON, lat=LAT + 0.01)
    make_source(village, manager, name="近", lon=LON, lat=LAT + 0.001)
    make_source(village, manager, name="无位置")

    rows = selectors.nearby(worker, scheme, lon=LON, lat=LAT, within_m=3000)

    assert [(source.name, metres) for source, metres in rows] == [("近", 111), ("远", 1112)]


@pytest.mark.parametrize(
    ("category", "values", "clause"),
    [
        pytest.param(
            "BOILER",
            {"fuel": "燃煤", "capacity_tph": 10},
            "ZY-12",
            marks=pytest.mark.clause("ZY-12"),
        ),
        pytest.param(
            "BOILER", {"fuel": "天然气", "nox_mgm3": 31}, "ZY-19", marks=pytest.mark.clause("ZY-19")
        ),
        pytest.param(
            "BOILER",
            {"fuel": "天然气", "burner": "普通"},
            "Y1-35",
            marks=pytest.mark.clause("Y1-35"),
        ),
        pytest.param(
            "VOCS", {"trade": "加油站", "sales_t": 5000}, "ZY-48", marks=pytest.mark.clause("ZY-48")
        ),
        pytest.param(
            "VEHICLE", {"muck_truck": "是"}, "ZY-65", marks=pytest.mark.clause("ZY-65", "ZY-63")
        ),
        pytest.param(
            "COOKING_FUMES", {"purifier": "未安装"}, "ZY-80", marks=pytest.mark.clause("ZY-80")
        ),
        pytest.param(
            "COOKING_FUMES", {"in_residence": "是"}, "ZY-81", marks=pytest.mark.clause("ZY-81")
        ),
    ],
)
def test_what_a_source_does_not_meet_is_named_with_its_sentence(category, values, clause):
    assert [demand.clause for demand in demands(category, values)] == [clause]


@pytest.mark.parametrize(
    ("category", "values"),
    [
        ("BOILER", {"fuel": "燃煤", "capacity_tph": 10.1}),
        ("BOILER", {"fuel": "天然气", "nox_mgm3": 30, "burner": "低氮"}),
        ("VOCS", {"sales_t": 4999}),
        ("VOCS", {"sales_t": 6000, "online_monitor": "是"}),
        ("VEHICLE", {"muck_truck": "是", "locator": "是"}),
        ("BOILER", {"capacity_tph": "不详"}),
        ("OTHER", {}),
    ],
)
def test_a_source_that_meets_the_rules_has_no_demands(category, values):
    assert demands(category, values) == []
