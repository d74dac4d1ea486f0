"""约谈建议 from published weeks: ties, weeks not ranked, late data, once per level and streak."""

import pytest

from air import make_station
from build import NOON, OPENED
from build_notices import MONDAY, correct_week, make_week
from notices.models import Summons
from notices.services import summonses, weekly
from notices.services.proposals import propose_from_streaks
from stations.models import StationPost

pytestmark = pytest.mark.django_db


def ranks(units, **special):
    """Places 1 … 10 in order; `A=9` moves A to 9, `A=None` leaves it out."""
    order = [unit for unit in units if unit.code[-1] not in special]
    free = [n for n in range(1, len(units) + 1) if n not in special.values()]
    places = dict(zip(order, free, strict=False))
    by_letter = {unit.code[-1]: unit for unit in units}
    return places | {by_letter[letter]: rank for letter, rank in special.items()}


def proposals(scheme, period="2026-W46"):
    return propose_from_streaks(scheme, period, at=MONDAY)


def called():
    rows = Summons.objects.exclude(state="WITHDRAWN").order_by("grid__code", "weeks")
    return [(row.grid.name, row.to) for row in rows]


@pytest.mark.clause("W-54")
def test_two_bottom_weeks_in_a_row_propose_a_talk_with_the_deputy(scheme, units):
    make_week(scheme, "2026-W45", ranks(units, A=10))
    make_week(scheme, "2026-W46", ranks(units, A=9))

    found = proposals(scheme)

    # I and J stand at the bottom with A in both weeks; H only once
    assert {(row.grid.name, row.to) for row in found} == {
        ("A街道", "EXECUTIVE"),
        ("I街道", "EXECUTIVE"),
        ("J街道", "EXECUTIVE"),
    }
    mine = next(row for row in found if row.grid.name == "A街道")
    assert (mine.state, mine.clause, mine.streak_started) == ("PROPOSED", "W-54", "2026-W45")
    assert [week["rank"] for week in mine.proof["weeks"]] == [10, 9]
    assert mine.target_title == "A街道 分管领导"


@pytest.mark.clause("W-55")
def test_the_third_week_calls_the_leader_and_not_the_deputy_again(scheme, units):
    for code in ("2026-W44", "2026-W45"):
        make_week(scheme, code, ranks(units, J=10))
    first = proposals(scheme, "2026-W45")
    make_week(scheme, "2026-W46", ranks(units, J=10))

    second = proposals(scheme)

    assert {row.to for row in first} == {"EXECUTIVE"}
    assert {row.to for row in second} == {"CHIEF"}
    assert called().count(("J街道", "EXECUTIVE")) == 1
    assert proposals(scheme) == []


@pytest.mark.clause("W-55")
def test_a_fourth_week_calls_nobody_twice(scheme, units):
    for code in ("2026-W43", "2026-W44", "2026-W45", "2026-W46"):
        make_week(scheme, code, ranks(units))

    proposals(scheme)

    assert called().count(("J街道", "CHIEF")) == 1
    assert called().count(("J街道", "EXECUTIVE")) == 1


@pytest.mark.clause("W-54")
def test_ties_at_the_edge_are_all_called_and_named_in_the_proof(scheme, units):
    tied = ranks(units, F=6, G=6, H=6, I=9, J=10)
    make_week(scheme, "2026-W45", tied)
    make_week(scheme, "2026-W46", tied)

    found = {row.grid.name: row for row in proposals(scheme)}

    # 6, 6, 6, then the two behind them: all five have fewer than three strictly worse
    assert set(found) == {"F街道", "G街道", "H街道", "I街道", "J街道"}
    assert found["G街道"].proof["weeks"][0]["ties"] == ["F街道", "H街道"]


@pytest.mark.clause("W-54", "W-55")
def test_a_week_not_taken_part_in_neither_extends_nor_breaks(scheme, units):
    make_week(scheme, "2026-W44", ranks(units, J=10))
    make_week(scheme, "2026-W45", ranks(units, J=None))
    assert ("J街道", "EXECUTIVE") not in called()

    make_week(scheme, "2026-W46", ranks(units, J=10))
    found = {row.grid.name: row for row in proposals(scheme)}

    assert [week["period"] for week in found["J街道"].proof["weeks"]] == ["2026-W44", "2026-W46"]
    assert found["I街道"].proof["weeks"][1]["not_ranked"] == [
        {"unit": "J街道", "reason": "7 天中有效 4 天，不足 5 天，不参与排名"}
    ]


@pytest.mark.clause("W-54")
def test_late_data_withdraw_a_proposal_nobody_has_decided(scheme, units):
    make_week(scheme, "2026-W45", ranks(units))
    last = make_week(scheme, "2026-W46", ranks(units))
    proposals(scheme)

    correct_week(last, ranks(units, J=1))
    again = weekly.reconsider(at=NOON)

    assert Summons.objects.get(grid=units[9]).state == "WITHDRAWN"
    assert Summons.objects.get(grid=units[8]).state == "PROPOSED"
    assert again == {"reconsidered": 0}


@pytest.mark.clause("W-54")
def test_late_data_flag_a_talk_that_was_decided(scheme, units, office):
    make_week(scheme, "2026-W45", ranks(units))
    last = make_week(scheme, "2026-W46", ranks(units))
    proposals(scheme)
    mine = Summons.objects.get(grid=units[9])
    summonses.decide(mine, approve=True, note="同意", by=office, at=NOON)

    correct_week(last, ranks(units, J=1))
    proposals(scheme)

    mine.refresh_from_db()
    assert (mine.state, mine.is_questioned) == ("APPROVED", True)
    assert "不再构成" in mine.question


def test_a_proposal_comes_back_when_the_correction_is_corrected(scheme, units):
    make_week(scheme, "2026-W45", ranks(units))
    last = make_week(scheme, "2026-W46", ranks(units))
    proposals(scheme)
    second = correct_week(last, ranks(units, J=1))
    proposals(scheme)

    correct_week(second, ranks(units))
    found = proposals(scheme)

    assert [row.grid.name for row in found] == ["J街道"]
    assert Summons.objects.filter(grid=units[9]).count() == 1


def test_a_streak_that_turns_out_longer_does_not_call_the_same_person_twice(scheme, units, office):
    early = make_week(scheme, "2026-W44", ranks(units, J=1))
    make_week(scheme, "2026-W45", ranks(units))
    make_week(scheme, "2026-W46", ranks(units))
    proposals(scheme)
    mine = Summons.objects.get(grid=units[9], to="EXECUTIVE")
    summonses.decide(mine, approve=True, note="", by=office, at=NOON)

    correct_week(early, ranks(units))
    found = proposals(scheme)

    mine.refresh_from_db()
    assert ("J街道", "EXECUTIVE") not in {(row.grid.name, row.to) for row in found}
    assert ("J街道", "CHIEF") in {(row.grid.name, row.to) for row in found}
    assert mine.is_questioned
    assert "起算" in mine.question


def test_a_declined_talk_is_not_proposed_again(scheme, units, office):
    make_week(scheme, "2026-W45", ranks(units))
    make_week(scheme, "2026-W46", ranks(units))
    mine = next(row for row in proposals(scheme) if row.grid == units[9])
    summonses.decide(mine, approve=False, note="设备故障所致", by=office, at=NOON)

    assert proposals(scheme) == []


def test_a_scheme_without_the_rule_proposes_nothing(scheme, units):
    scheme.rules.all().delete()
    for code in ("2026-W45", "2026-W46"):
        make_week(scheme, code, ranks(units))

    assert proposals(scheme) == []


@pytest.mark.clause("W-54", "W-55")
def test_the_posts_of_the_station_are_called_where_there_are_any(scheme, units):
    station = make_station(units[9], "S-J")
    for role, title in (("EXECUTIVE", "副主任"), ("CHIEF", "街道主要领导")):
        StationPost.objects.create(station=station, role=role, title=title, from_on=OPENED)
    for code in ("2026-W44", "2026-W45", "2026-W46"):
        make_week(scheme, code, ranks(units))

    titles = {row.to: row.target_title for row in proposals(scheme) if row.grid == units[9]}

    assert titles == {"EXECUTIVE": "J街道 副主任", "CHIEF": "J街道 街道主要领导"}
