import json
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from build import BEIJING, make_grid
from grids.errors import Invalid
from grids.models import SchemeRule, Tier
from stations.models import Ranking, RankingLine
from stations.periods import Period
from stations.services import whatif
from stations.streaks import Week

NOW = datetime(2026, 11, 18, 12, tzinfo=BEIJING)
LAST = Period.parse("2026-W46")
RULES = {
    "rank.weekly_weights": {"air": "100", "supervision": "0", "enforcement": "0"},
    "rank.participation_days": 5,
    "rank.min_units": 8,
    "rank.bottom": 3,
}
AIR = {"so2": "8", "no2": "20", "pm10": "40", "pm25": "20", "co": "0.6", "o3": "80"}


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def units(scheme, district):
    SchemeRule.objects.create(
        scheme=scheme,
        key="summons.streak",
        value=[{"weeks": 2, "to": "EXECUTIVE"}, {"weeks": 3, "to": "CHIEF"}],
        valid_from=date(2020, 1, 1),
    )
    return [
        make_grid(scheme, district, code=f"T{n}", name=f"街镇{n}", tier=Tier.SECOND)
        for n in range(1, 10)
    ]


def _publish(scheme, units, code, *, order=None, out=()):
    """A published week: the units from best to worst; `out` had four valid days."""
    period = Period.parse(code)
    found = Ranking.objects.create(
        scheme=scheme, kind="WEEK", period=code, starts_on=period.first, ends_on=period.last,
        rule_set="x", formula="x", published_at=NOW, digest="x" * 64,
        inputs={key: {"value": value, "is_example": True} for key, value in RULES.items()},
    )  # fmt: skip
    ranked = [unit for unit in order or units if unit not in out]
    for unit in units:
        rank = None if unit in out else ranked.index(unit) + 1
        RankingLine.objects.create(
            ranking=found, grid=unit, rank=rank, reason="" if rank else "有效 4 天",
            valid_days=7 if rank else 4, air=Decimal(rank) if rank else None,
            supervision=100 - (rank or 50), enforcement=0,
            is_bottom=bool(rank) and rank > len(ranked) - 3, proof={"concentrations": AIR},
        )  # fmt: skip


@pytest.fixture
def weeks(scheme, units):
    for code in ("2026-W43", "2026-W44", "2026-W45", "2026-W46"):
        _publish(scheme, units, code)
    return units


def _rows(found):
    return {row.grid.code: row for row in found.rows}


def _calls(called):
    return [(one.fired, one.step.to) for one in called]


def _replay(scheme, *pairs, **more):
    return whatif.replay(scheme, whatif.changes_from(pairs), until=LAST, **more)


def test_without_a_change_the_replay_is_what_was_published(scheme, weeks):
    found = _replay(scheme)

    assert found.called == (6, 6)
    assert not any(row.is_changed for row in found.rows)
    assert _calls(_rows(found)["T9"].was_called) == [
        ("2026-W44", "EXECUTIVE"),
        ("2026-W45", "CHIEF"),
    ]


@pytest.mark.clause("W-54", "W-55")
def test_a_smaller_bottom_and_longer_streaks_call_fewer(scheme, weeks):
    found = _replay(scheme, "rank.bottom=1", "summons.streak=3,4")

    assert found.called == (6, 2)
    assert _rows(found)["T8"].bottoms == (4, 0)
    assert _calls(_rows(found)["T9"].now_called) == [
        ("2026-W45", "EXECUTIVE"),
        ("2026-W46", "CHIEF"),
    ]


def test_other_weights_turn_the_order(scheme, weeks):
    """督查 was worst where the air was best."""
    found = _rows(_replay(scheme, "rank.weekly_weights=air:0,supervision:100,enforcement:0"))

    assert [found[code].bottoms for code in ("T1", "T3", "T9")] == [(0, 4), (0, 4), (4, 0)]


def test_more_units_needed_makes_no_bottom(scheme, weeks):
    assert _replay(scheme, "rank.min_units=10").called == (6, 0)


def test_fewer_days_bring_a_unit_back_by_its_kept_figures(scheme, units):
    _publish(scheme, units, "2026-W46", out=units[:1])

    found = _rows(_replay(scheme, "rank.participation_days=4"))["T1"]

    assert found.was == (Week("2026-W46", None),)
    assert found.now == (Week("2026-W46", is_bottom=False),)  # an index of 2.62


def test_nothing_is_stored_and_only_the_weeks_asked_for_are_run(scheme, weeks):
    before = list(RankingLine.objects.order_by("pk").values())

    found = _replay(scheme, "rank.bottom=1", weeks=2)

    assert found.weeks == ("2026-W45", "2026-W46")
    assert list(RankingLine.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "pair",
    [
        "rank.bottom",
        "rank.bottom=0",
        "rank.bottom=三",
        "rank.participation_days=8",
        "rank.kinds=[]",
        "rank.weekly_weights=air:50,supervision:20",
        "rank.weekly_weights=smell:100",
        "summons.streak=2",
        "summons.streak=0,3",
        'summons.streak=[{"weeks": 2, "to": "NOBODY"}]',
    ],
)
def test_what_cannot_be_tried_is_said(pair):
    with pytest.raises(Invalid):
        whatif.changes_from([pair])


def test_rules_may_be_written_as_in_the_file():
    found = whatif.changes_from(['summons.streak=[{"weeks": 2, "to": "CHIEF"}]'])

    assert found == {"summons.streak": [{"weeks": 2, "to": "CHIEF"}]}


def test_the_page_shows_both_beside_each_other(scheme, weeks, office, worker):
    client = Client()
    client.force_login(office)
    url = reverse("stations:what-if")

    shown = client.get(url + "?bottom=1&executive=3&chief=4").content.decode()

    assert "实际 6 次，试算 2 次" in shown
    assert client.get(url + "?air=60&supervision=60").status_code == 422
    assert client.get(url + "?executive=2").status_code == 422
    client.force_login(worker)
    assert client.get(url).status_code == 403


def test_the_command_replays(scheme, weeks):
    out, text = StringIO(), StringIO()
    given = ("rank", "--scheme", scheme.code, "--what-if", "rank.bottom=1", "summons.streak=3,4")

    call_command(*given, "--json", stdout=out)
    call_command(*given, stdout=text)

    assert json.loads(out.getvalue())["called"] == {"published": 6, "replayed": 2}
    assert "约谈：实际 6 次，试算 2 次" in text.getvalue()
    with pytest.raises(CommandError, match="可以试算的规则"):
        call_command("rank", "--scheme", scheme.code, "--what-if", "x=1")
    with pytest.raises(CommandError, match="--period"):
        call_command("rank", "--scheme", scheme.code)
