import json
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from air import make_station
from build import BEIJING, make_grid
from grids.models import Tier
from stations.models import DailyAir, Ranking
from stations.periods import Period
from stations.services import ranking
from stations.spans import Standing, span_air, standings
from stations.standards import LimitSet, rule_set_on

# the worked example X4, and the same with another PM10
X4 = {"so2": 7, "no2": 22, "pm10": 58, "pm25": 31, "co": Decimal("0.9"), "o3_8h": 158}
NEW, OLD = LimitSet.GB3095_2026_TRANSITION, LimitSet.GB3095_2012
LATER = datetime(2027, 1, 20, 12, tzinfo=BEIJING)


def _days(period, *, without=(), item=None, **over):
    values = {name: Decimal(value) for name, value in {**X4, **over}.items()}
    gap = dict.fromkeys([item] if item else values)
    return {on: {**values, **gap} if on in without else values for on in period.days}


def _air(code, limit_set=NEW, **more):
    period = Period.parse(code)
    return span_air(_days(period, **more), period, limit_set)


def test_the_index_of_a_month_is_that_of_the_worked_example():
    assert _air("2026-10").index == Decimal("3.88")
    assert _air("2026-10", OLD).index == Decimal("3.60")


@pytest.mark.parametrize(("code", "missing", "counts"), [
    ("2026-10", 4, True), ("2026-10", 5, False),
    ("2026-02", 3, True), ("2026-02", 4, False),
    ("2026-11", 3, True), ("2026-11", 4, False),
])  # fmt: skip
def test_a_month_needs_27_days_and_february_25(code, missing, counts):
    air = _air(code, without=Period.parse(code).days[:missing], item="o3_8h")

    assert (air.index is not None) is counts
    assert bool(air.reason) is not counts
    assert air.fewest_days == len(Period.parse(code).days) - missing


def test_each_item_is_judged_by_itself_and_all_its_values_enter():
    days = _days(Period.parse("2026-10"), without=[date(2026, 10, 1)], item="co")
    days[date(2026, 10, 1)]["pm25"] = Decimal(341)  # (30 · 31 + 341) / 31 = 41

    air = span_air(days, Period.parse("2026-10"), NEW)

    assert air.concentrations["pm25"] == 41
    assert (air.days["co"]["2026-10"], air.days["pm25"]["2026-10"]) == (30, 31)


def test_a_quarter_needs_each_of_its_months():
    air = _air("2026-Q4", without=Period.parse("2026-11").days[:4], item="so2")

    assert air.index is None
    assert air.reason == "SO2 2026-11 有效 26 天，不足 27 天，不参与排名"
    assert _air("2026-Q4").index == Decimal("3.88")


def test_a_year_needs_324_days_besides():
    gaps = {2: 3, 4: 3, 6: 3, 9: 3, 11: 3} | dict.fromkeys((1, 3, 5, 7, 8, 10, 12), 4)
    without = [date(2026, month, day) for month, n in gaps.items() for day in range(1, n + 1)]
    assert len(without) == 43  # 322 days are left, each month is valid

    assert _air("2026", without=without, item="no2").reason.startswith("NO2 全年有效 322 天")
    assert _air("2026", without=without[2:], item="no2").index == Decimal("3.88")


@pytest.mark.clause("Z-03")
def test_level_and_improvement_are_two_rankings():
    now = {"甲": _air("2026-10"), "乙": _air("2026-10"), "丙": _air("2026-10", pm10=70)}
    old = {"甲": _air("2025-10", pm10=60), "丙": _air("2025-10", pm10=90)}

    found = standings(now, old)

    assert [found[unit].level_rank for unit in now] == [1, 1, 3]
    assert found["乙"] == Standing(1, None, None)
    assert found["丙"].percent < found["甲"].percent < 0
    assert (found["丙"].improvement_rank, found["甲"].improvement_rank) == (1, 2)


# --- the service -------------------------------------------------------------------------------


@pytest.fixture
def units(scheme, district):
    return [
        make_grid(scheme, district, code=f"T{n}", name=f"街镇{n}", tier=Tier.SECOND)
        for n in range(1, 4)
    ]


def _store(station, period, *, without=(), **over):
    """Days as the assessment would have stored them."""
    values = {f"{name}_ugm3": value for name, value in {**X4, **over}.items() if name != "co"}
    DailyAir.objects.bulk_create(
        DailyAir(
            on=on, station=station, co_mgm3_x10=9, aqi=100, is_valid=True,
            rule_set=rule_set_on(on).code, **values,
        )
        for on in period.days
        if on not in without
    )  # fmt: skip


@pytest.fixture
def octobers(units):
    """October of two years: T1 level, T2 better and level, T3 with too few days this year."""
    now, old = Period.parse("2026-10"), Period.parse("2025-10")
    stations = [make_station(unit, f"M{n}") for n, unit in enumerate(units, 1)]
    for station, pm10, before in zip(stations, (58, 58, 40), (58, 88, 40), strict=True):
        gaps = now.days[:5] if station.code == "M3" else ()
        _store(station, now, without=gaps, pm10=pm10)
        _store(station, old, pm10=before)
    return now


def _publish(scheme, period):
    return ranking.publish(scheme, period, by=None, at=LATER)


@pytest.mark.clause("Z-03")
def test_a_month_is_ranked_by_level_with_completeness_and_improvement(scheme, octobers):
    found = _publish(scheme, octobers)

    lines = {line.grid.code: line for line in found.lines.select_related("grid")}
    assert [(lines[code].rank, lines[code].valid_days) for code in ("T1", "T2", "T3")] == [
        (1, 31),
        (1, 31),
        (None, 26),
    ]
    assert lines["T1"].air == lines["T1"].score == Decimal("3.88")
    assert "有效 26 天，不足 27 天" in lines["T3"].reason
    assert lines["T3"].proof["completeness"]["pm10"] == {"2026-10": 26}
    assert lines["T1"].proof["improvement"] == {"percent": "0.0", "rank": 2}
    assert lines["T2"].proof["improvement"]["rank"] == 1
    assert not any(line.is_bottom for line in lines.values())


def test_both_years_are_judged_by_the_standard_of_this_one(scheme, octobers):
    """October 2025 was under the limits of 2012; its own index would be 3.60."""
    line = _publish(scheme, octobers).lines.get(grid__code="T1")

    assert line.proof["before"]["air"] == "3.88"
    assert {term["limit"] for term in line.proof["before"]["terms"]} == {60, 40, 30, 4, 160}


def test_late_days_make_a_corrected_month(scheme, octobers):
    first = _publish(scheme, octobers)
    station = first.lines.get(grid__code="T3").grid.stations.get()
    _store(station, Period.parse("2026-10-01"), pm10=40)

    second = ranking.correct(first, reason="补数", by=None, at=LATER)

    assert (second.edition, second.lines.get(grid__code="T3").rank) == (2, 1)
    assert ranking.correct(second, reason="再算", by=None, at=LATER) == second


def test_the_pages_show_the_month_and_its_working(scheme, octobers, office):
    found = _publish(scheme, octobers)
    client = Client()
    client.force_login(office)

    listed = client.get(reverse("stations:rankings") + "?kind=MONTH").content.decode()
    shown = client.get(reverse("stations:ranking", args=[found.pk])).content.decode()

    assert "2026 年 10 月" in listed
    for words in ("月排名", "改善名次", "3.88", "有效 26 天，不足 27 天", "按本期标准重算"):
        assert words in shown
    for kind in Ranking.Kind.values:
        assert client.get(reverse("stations:rankings") + f"?kind={kind}").status_code == 200


@pytest.mark.parametrize("code", ["2026-10", "2026-Q4", "2026-H2", "2026"])
def test_the_command_ranks_months_quarters_and_years(scheme, octobers, code):
    out = StringIO()

    call_command("rank", "--scheme", scheme.code, "--period", code, "--json", stdout=out)

    table = json.loads(out.getvalue())
    assert [line["unit"] for line in table["lines"]][:2] == ["T1", "T2"]
    assert table["ranked"] == (2 if code == "2026-10" else 0)


def test_the_command_prints_completeness(scheme, octobers):
    out = StringIO()

    call_command("rank", "--scheme", scheme.code, "--period", "2026-10", stdout=out)

    for words in ("pm10 有效天：2026-10 26", "上年同期 2025-10：3.88；变化率 0.0%，改善第 2 名"):
        assert words in out.getvalue()
