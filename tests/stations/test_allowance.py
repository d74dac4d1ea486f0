"""余量 of good days, percentiles, the index and the hours of today; targets that people enter."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from air import day_rows, hour_of, make_station, put, row
from build import BEIJING
from grids.errors import Invalid
from stations import allowance, allowance_days, tables
from stations.models import Station, Target, TargetRevision
from stations.pages import targets as pages
from stations.periods import Period
from stations.progress import of_targets, progress
from stations.services import loading, ranking, targets
from stations.services.targets import Wish

YEAR = Period.parse("2026")
LIMITS = {"so2": 60, "no2": 40, "pm10": 60, "pm25": 30, "co": 4, "o3_8h": 160}


def _days(first, values):
    return {first + timedelta(days=n): value for n, value in enumerate(values)}


@pytest.mark.clause("W-10")
def test_the_hours_left_of_today_keep_the_day():
    left = allowance.hours_left([Decimal(50)] * 10 + [None, Decimal(50)], Decimal(35), 12)

    assert (left.known, left.missing, left.left) == (11, 1, 12)
    assert left.rest_at_most == Fraction(35 * 23 - 50 * 11, 12)
    assert left.next_hour == 13
    assert left.next_at_most == left.rest_at_most * 12 - 50 * 11
    assert left.formula == "（35.00 × 23 − 11 × 50.00）÷ 12"


@pytest.mark.parametrize("past", [0, 1, 12, 23])
def test_keeping_the_rest_exactly_gives_the_limit(past):
    values = [Decimal(n) for n in range(past)]

    left = allowance.hours_left(values, Decimal(35), past)

    day = [Fraction(value) for value in values] + [left.rest_at_most] * left.left
    assert sum(day) / 24 == 35


def test_a_day_that_is_over_has_nothing_left():
    left = allowance.hours_left([Decimal(50)] * 24, Decimal(35), 24)

    assert (left.rest_at_most, left.next_at_most, left.now) == (None, None, 50)


def test_the_next_hour_of_ozone_closes_its_window_at_the_limit():
    seven = [Decimal(170)] * 7

    assert allowance.ozone_next_hour(seven, Decimal(160)) == 160 * 8 - 170 * 7
    assert allowance.ozone_next_hour(seven[1:], Decimal(160)) is None
    assert allowance.ozone_next_hour([*seven[1:], None], Decimal(160)) is None


@pytest.mark.clause("W-10")
def test_days_to_lose_are_spread_over_the_running_periods():
    today = date(2026, 10, 28)  # 65 days of the year are left, 4 of the month and of the quarter 65
    aqis = _days(date(2026, 1, 1), [80] * 200 + [120] * 100)
    year = allowance_days.good_days_left(aqis, 190, YEAR, today)

    rows = allowance_days.good_days_cascade(aqis, year, today)

    found = {one.period.code: one for one in rows}
    assert found["2026"].may_lose == 75
    assert found["2026-Q4"].may_lose == 75  # all the days that are left lie in the quarter
    assert (found["2026-10"].left, found["2026-10"].may_lose) == (4, 4)  # ⌊75 × 4 ÷ 65⌋
    assert found["2026-W44"].formula == "75 × 5 ÷ 65，舍去小数"


def test_a_ratio_wants_its_percent_of_the_valid_and_coming_days_rounded_up():
    aqis = _days(date(2026, 1, 1), [80] * 100 + [None] * 100 + [120] * 100)

    left = allowance_days.good_ratio_left(aqis, Decimal("60.5"), YEAR, date(2026, 10, 28))

    assert (left.good, left.bad, left.unknown, left.left) == (100, 100, 100, 65)
    assert left.wanted == 161  # ⌈60.5 % × 265⌉ = ⌈160.325⌉
    assert left.may_lose == 100 + 65 - 161


@pytest.mark.clause("W-10")
@pytest.mark.parametrize(("item", "percent", "limit"), [("co", 95, 4), ("o3", 90, 160)])
def test_the_days_that_may_exceed_are_exactly_those_the_percentile_bears(item, percent, limit):
    """The promise is checked by the percentile itself: with so many days far above the limit it
    stays within it, with one more it does not."""
    past = [Decimal(limit) - 1] * 290 + [Decimal(limit) * 10] * 10
    left = allowance_days.percentile_left(
        _days(date(2026, 1, 1), past), Decimal(limit), percent, YEAR, date(2026, 10, 28)
    )

    def outcome(more):
        rest = [Decimal(limit) * 10] * more + [Decimal(limit)] * (left.left - more)
        return allowance_days.percentile([*past, *rest], percent)

    assert (left.days, left.left, left.over) == (300, 65, 10)
    assert outcome(left.may_exceed) <= limit < outcome(left.may_exceed + 1)


@pytest.mark.clause("W-10")
def test_the_index_leaves_the_means_what_the_percentiles_do_not_take():
    day = {
        "so2": Decimal(6), "no2": Decimal(20), "pm10": Decimal(60), "pm25": Decimal(30),
        "co": Decimal(1), "o3_8h": Decimal(80),
    }  # fmt: skip
    days = _days(date(2026, 1, 1), [day] * 300)

    left = allowance_days.composite_left(days, LIMITS, Decimal(3), YEAR, date(2026, 10, 28))

    assert left.fixed == Fraction(1, 4) + Fraction(1, 2)
    assert left.means_now == Fraction(1, 10) + Fraction(1, 2) + 1 + 1
    rest = left.rest_at_most
    assert (left.means_now * 300 + rest * 65) / 365 + left.fixed == 3
    assert left.rest_index == rest + left.fixed


# --- from stored hours -------------------------------------------------------------------------


def _target(scheme, indicator, value, operator="<=", **over):
    return Target.objects.create(
        scheme=scheme, code=f"t-{indicator}-{len(over)}", subject="全区", indicator=indicator,
        operator=operator, value=value, year=2026, **over,
    )  # fmt: skip


@pytest.mark.clause("W-10", "W-06", "W-11")
def test_a_station_has_its_own_target_down_to_the_hour(scheme, street, noon):
    mine, other = make_station(street, "A"), make_station(street, "B")
    put(day_rows(mine, date(2026, 11, 17), pm25_ugm3=40), at=noon)
    put(day_rows(other, date(2026, 11, 17), pm25_ugm3=400), at=noon)
    put([row(mine, hour_of(date(2026, 11, 18), n), pm25_ugm3=50) for n in range(1, 11)], at=noon)

    [found] = of_targets([_target(scheme, "pm25_mean", 35, station=mine)], noon)

    assert found.means[0].now == 40
    own, kept = found.today
    assert (own.hours.known, own.hours.left) == (10, 14)
    assert own.hours.rest_at_most == Fraction(35 * 24 - 500, 14)
    assert kept.hours.limit == found.means[0].rest_at_most  # today against the year's room
    assert own.next_at_most == Decimal("-310.0")  # 340 − 50 × 13: out of reach


def test_every_kind_of_target_is_computed_from_the_same_days(scheme, street, noon):
    station = make_station(street)
    for day in (15, 16, 17):
        put(day_rows(station, date(2026, 11, day), co_mgm3=1.2, pm10_ugm3=60), at=noon)
    put([row(station, hour_of(date(2026, 11, 18), n)) for n in range(1, 9)], at=noon)
    _target(scheme, "co_p95", Decimal("1.0"))
    _target(scheme, "composite_index", 4)
    _target(scheme, "good_day_ratio", 80, ">=")
    _target(scheme, "o3_8h_p90", 160)

    found = {one.target.indicator: one for one in progress(scheme, noon)}

    co = found["co_p95"].percentiles[0]
    assert (co.days, co.over, co.now) == (3, 3, Fraction(12, 10))
    assert found["composite_index"].composites[0].now is not None
    assert found["composite_index"].today[0].hours.known == 8
    assert found["good_day_ratio"].days.good == 3
    assert len(found["good_day_ratio"].today) == 6
    assert found["o3_8h_p90"].today[0].next_at_most == Decimal(160 * 8 - 7 * 80)
    assert [len(one.percentiles) for one in found.values() if one.percentiles] == [4, 4]


@pytest.mark.clause("ZY-02", "ZY-03", "ZY-04")
def test_the_targets_of_zhongyuan_show_as_that_year_ended(scheme, street, noon):
    """PM10 ≤ 121, PM2.5 ≤ 64, at least 190 good days in 2017, as the regime's folder has them."""
    station = make_station(street)
    for day in (1, 2, 3):
        put(day_rows(station, date(2017, 3, day), pm10_ugm3=130, pm25_ugm3=60), at=noon)
    for code, indicator, operator, value in (
        ("zy-2017-pm10", "pm10_mean", "<=", 121),
        ("zy-2017-pm25", "pm25_mean", "<=", 64),
        ("zy-2017-good-days", "good_days", ">=", 190),
    ):
        Target.objects.create(
            scheme=scheme, code=code, subject="中原区", indicator=indicator, operator=operator,
            value=value, year=2017,
        )  # fmt: skip

    found = {one.target.code: one for one in progress(scheme, noon)}

    assert found["zy-2017-pm10"].means[0].now == 130 > 121
    assert found["zy-2017-pm25"].means[0].now == 60 <= 64
    days = found["zy-2017-good-days"].days
    assert (days.good, days.left, days.may_lose) == (3, 0, 3 - 190)
    assert found["zy-2017-pm10"].today == []


# --- the office enters and alters --------------------------------------------------------------


def _wish(**over):
    values = {
        "indicator": "pm10_mean", "operator": "<=", "value": Decimal(70), "year": 2026,
        "strength": "MUST", "issuer": "市生态环境局", "document": "〔2026〕1号",
    }  # fmt: skip
    return Wish(**values | over)


def test_a_target_keeps_who_set_it_and_every_change(scheme, office, noon):
    target = targets.enter(scheme, _wish(), reason="市里下达", by=office, at=noon)
    targets.alter(target, _wish(value=Decimal(65)), reason="市里加严", by=office, at=noon)

    target.refresh_from_db()
    first, second = TargetRevision.objects.filter(target=target).order_by("pk")
    assert (target.value, target.issuer, target.subject) == (65, "市生态环境局", "全区")
    assert (first.before, first.reason) == ({}, "市里下达")
    assert (second.before["value"], second.after["value"], second.by) == ("70", "65", office)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"operator": ">="}, "operator"),
        ({"value": Decimal(0)}, "value"),
        ({"indicator": "good_days", "operator": ">=", "value": Decimal("190.5")}, "value"),
        ({"indicator": "good_day_ratio", "operator": ">=", "value": Decimal(101)}, "value"),
        ({"indicator": "rank"}, "indicator"),
        ({"issuer": " "}, "issuer"),
    ],
)
def test_a_wrong_target_is_refused_with_its_field(scheme, office, noon, over, field):
    with pytest.raises(Invalid) as refused:
        targets.enter(scheme, _wish(**over), reason="下达", by=office, at=noon)

    assert field in refused.value.fields
    assert not Target.objects.exists()


def test_the_same_subject_has_one_target_per_indicator_and_year(scheme, office, noon):
    targets.enter(scheme, _wish(), reason="下达", by=office, at=noon)

    with pytest.raises(Invalid, match="调整"):
        targets.enter(scheme, _wish(), reason="再下达", by=office, at=noon)
    assert targets.enter(scheme, _wish(year=2027), reason="下达", by=office, at=noon)


def test_withdrawn_no_longer_counts_but_stays(scheme, office, noon):
    target = targets.enter(scheme, _wish(), reason="下达", by=office, at=noon)
    targets.withdraw(target, reason="文件废止", by=office, at=noon)

    assert progress(scheme, noon) == []
    assert Target.objects.get().is_withdrawn
    with pytest.raises(Invalid, match="撤销"):
        targets.alter(target, _wish(value=Decimal(1)), reason="x", by=office, at=noon)


def test_only_who_oversees_the_regime_sets_targets(scheme, chief, noon):
    with pytest.raises(PermissionDenied):
        targets.enter(scheme, _wish(), reason="下达", by=chief, at=noon)


def test_loading_the_folder_again_keeps_what_the_office_altered(scheme, office, noon, tmp_path):
    head = "code,subject,indicator,operator,value,unit,period,year,strength,clause\n"
    (tmp_path / "targets.csv").write_text(
        head + "t,全区,pm10_mean,<=,121,μg/m³,YEAR,2026,MUST,ZY-02\n", encoding="utf-8"
    )
    loading.load(scheme, tmp_path, at=noon)
    targets.alter(Target.objects.get(), _wish(), reason="加严", by=office, at=noon)

    assert loading.load(scheme, tmp_path, at=noon) == []
    assert Target.objects.get().value == 70


def test_the_page_lists_the_days_behind_and_the_office_alters(client, scheme, street, office, noon):
    station = make_station(street)
    put(day_rows(station, date(2026, 11, 17), pm10_ugm3=77), at=noon)
    target = targets.enter(scheme, _wish(), reason="下达", by=office, at=noon)
    client.force_login(office)

    days = pages.days_behind(target, Period.parse("2026-11"), noon)
    shown = client.get(reverse("stations:target", args=[target.pk]) + "?period=2026-11")
    data = {
        "operator": "<=", "value": "66", "year": "2026", "strength": "MUST",
        "issuer": "市局", "document": "", "reason": "加严",
    }  # fmt: skip
    saved = client.post(reverse("stations:target-change", args=[target.pk]), data)
    bad = client.post(reverse("stations:target-change", args=[target.pk]), data | {"reason": ""})

    assert {day["on"]: day["values"].get("pm10") for day in days}[date(2026, 11, 17)] == 77
    assert shown.status_code == 200
    assert (saved.status_code, bad.status_code) == (302, 422)
    assert Target.objects.get().value == 66


def test_the_office_sets_one_for_a_station_by_the_form(client, scheme, street, office):
    station = make_station(street)
    client.force_login(office)
    data = {
        "subject": f"s{station.pk}", "indicator": "good_days", "operator": ">=", "value": "300",
        "year": "2026", "strength": "STRIVE", "issuer": "市局", "document": "x", "reason": "下达",
    }  # fmt: skip

    answer = client.post(reverse("stations:target-new"), data)

    made = Target.objects.get()
    assert answer["Location"] == reverse("stations:target", args=[made.pk])
    assert (made.station, made.unit, made.strength) == (station, "天", "STRIVE")
    assert Station.objects.get().targets.get() == made


def test_published_at_is_beijing_time(scheme, street, noon):

    put(day_rows(make_station(street), date(2026, 11, 17)), at=noon)
    found = ranking.publish(scheme, Period.parse("2026-11-17"), by=None, at=noon)

    stamp = tables.of_ranking(found)["published_at"]
    assert stamp.endswith("+08:00")
    assert datetime.fromisoformat(stamp) == noon.astimezone(BEIJING)
