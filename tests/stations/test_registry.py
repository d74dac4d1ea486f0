"""登记站点 and what a regime without a station says."""

import pytest
from django.core.exceptions import PermissionDenied

from air import make_station
from alarm_rules import give_rules
from build import NOON
from grids.errors import Invalid
from stations.models import Station
from stations.services import registry


def _wish(grid, **altered):
    given = {"code": "YY-G01", "name": "示例站", "control": "STATE", "grid": grid} | altered
    return registry.Wish(**given)


def test_a_registered_station_has_the_rings_of_the_regime(scheme, tree, office):
    give_rules(scheme, "rings_m", core=200, key=900, radiation=2500)

    made = registry.register(scheme, _wish(tree.street), by=office, at=NOON)

    kept = Station.objects.get(code="YY-G01")
    assert (kept.pk, kept.grid, kept.is_active) == (made.pk, tree.street, True)
    assert (kept.core_m, kept.key_m, kept.radiation_m) == (200, 900, 2500)
    assert (kept.lon, kept.lat) == (None, None)


@pytest.mark.parametrize(
    ("altered", "field", "words"),
    [
        ({"code": "targets"}, "code", "系统页面的地址"),
        ({"code": "站 1"}, "code", "英文字母、数字和短横线"),
        ({"code": "a/b"}, "code", "英文字母、数字和短横线"),
        ({"code": "wc-m01"}, "code", "已被一个站点使用"),
        ({"name": "  "}, "name", "请填写站点名称"),
        ({"control": "MOON"}, "control", "请从列表中选择类型"),
    ],
)
def test_a_bad_station_is_refused_with_its_field(scheme, tree, office, altered, field, words):
    make_station(tree.street, "WC-M01")

    with pytest.raises(Invalid) as refused:
        registry.register(scheme, _wish(tree.street, **altered), by=office, at=NOON)

    assert words in refused.value.fields[field]
    assert Station.objects.count() == 1


def test_a_unit_of_another_regime_is_refused(scheme, other_scheme, office):
    with pytest.raises(Invalid) as refused:
        registry.register(scheme, _wish(other_scheme.grids.get()), by=office, at=NOON)

    assert refused.value.fields == {"grid": "责任单位不属于这个体系"}


def test_only_the_office_of_the_regime_registers(scheme, tree, chief):
    with pytest.raises(PermissionDenied):
        registry.register(scheme, _wish(tree.street), by=chief, at=NOON)


def test_the_page_registers_and_leads_to_the_station(client, tree, office):
    client.force_login(office)
    data = {"name": "示例站", "code": "YY-G01", "control": "STATE", "grid": tree.street.pk}

    made = client.post("/stations/new/", data)

    assert (made.status_code, made["Location"]) == (302, "/stations/YY-G01/")
    assert client.get("/stations/YY-G01/").status_code == 200
    again = client.post("/stations/new/", data)
    shown = again.content.decode()
    assert again.status_code == 422
    assert "已被一个站点使用" in shown
    assert 'value="示例站"' in shown  # what was filled in stays


def test_a_regime_without_stations_says_so_and_offers_the_way(client, tree, office):
    client.force_login(office)

    live, wall = client.get("/stations/").content.decode(), client.get("/wall/").content.decode()

    assert "这个体系还没有登记站点" in live
    assert 'href="/stations/new/"' in live
    assert "这个体系还没有登记站点" in wall
    assert "数据延迟" not in live + wall
    assert "publish-ranking" not in client.get("/stations/rankings/").content.decode()


def test_a_worker_of_such_a_regime_is_told_who_registers(client, tree, worker):
    client.force_login(worker)

    shown = client.get("/stations/").content.decode()

    assert "由网格办登记站点" in shown
    assert "/stations/new/" not in shown
