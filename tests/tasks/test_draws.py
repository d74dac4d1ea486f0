"""回头看抽样: anybody can draw again, nobody judges his own work, heavier matters come up more."""

import hashlib
import math
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from build import NOON
from build_tasks import make_closed
from grids.errors import Invalid, Refused
from tasks import sampling
from tasks.models import RevisitDraw, Task
from tasks.selectors import draws as reading
from tasks.selectors import published
from tasks.services import draws, life

FIRST, LAST = NOON.date(), NOON.date() + timedelta(days=7)
LATER = NOON + timedelta(days=8)
POOL = [(f"YY-2026-{number:06}", 1) for number in range(1, 41)]


def test_the_same_seed_draws_the_same_whatever_the_order():
    drawn = sampling.draw(POOL, 10, "2026-11 第一次")
    assert len(set(drawn)) == 10
    assert sampling.draw(reversed(POOL), 10, "2026-11 第一次") == drawn
    assert sampling.draw(POOL, 10, "2026-11 第二次") != drawn
    assert sampling.draw(POOL, 3, "2026-11 第一次") == drawn[:3]
    assert sorted(sampling.draw(POOL, 99, "x")) == [number for number, _ in POOL]


def test_who_leaves_the_pool_does_not_change_the_order_of_the_others():
    drawn = sampling.draw(POOL, 40, "口令")
    without = [row for row in POOL if row[0] != drawn[0]]
    assert sampling.draw(without, 39, "口令") == drawn[1:]


def test_another_program_draws_the_same_from_the_published_words():
    def own(number, weight):
        digits = hashlib.sha256(f"口令\n{number}".encode()).hexdigest()[:13]
        return math.log((int(digits, 16) + 1) / 2**52) / weight

    pool = [(number, 1 + place % 4) for place, (number, _) in enumerate(POOL)]
    expected = sorted(pool, key=lambda row: own(*row), reverse=True)[:7]
    assert sampling.draw(pool, 7, "口令") == [number for number, _ in expected]


def test_weight_is_the_chance_of_being_drawn_first():
    pool = [("a", 1), ("b", 3)]
    firsts = Counter(sampling.draw(pool, 1, f"口令{turn}")[0] for turn in range(2000))
    assert 0.71 < firsts["b"] / 2000 < 0.79  # 3 of 4; these seeds are fixed


def test_no_weight_below_one():
    with pytest.raises(ValueError, match="权重"):
        sampling.draw([("a", 0)], 1, "x")


@pytest.mark.parametrize(
    ("risk", "weight"),
    [
        (sampling.Risk(), 1),
        (sampling.Risk(rounds=0), 1),
        (sampling.Risk(rebounds=2), 7),
        (sampling.Risk(is_listed=True, was_late=True), 4),
        (sampling.Risk(extensions=1, rounds=3), 4),
    ],
)
def test_what_makes_a_matter_heavier(risk, weight):
    assert risk.weight == weight


# --- a draw ---------------------------------------------------------------------------------------


def wish(**over):
    values = {"method": "RISK", "first": FIRST, "last": LAST, "count": 2, "seed": "第一次"}
    return draws.Wish(**values | over)


def drawn(cast, people=None, by=None, **over):
    people = people or (cast.supervisor, cast.chief)
    return draws.draw(cast.scheme, wish(**over), revisitors=people, by=by or cast.office, at=LATER)


@pytest.fixture
def closed_ones(cast):
    return [make_closed(cast) for _ in range(4)]


@pytest.mark.clause("W-48")
def test_a_draw_keeps_all_that_is_needed_to_draw_it_again(cast, closed_ones):
    Task.objects.filter(pk=closed_ones[0].pk).update(rebounds=1, is_listed=True)
    made = drawn(cast)

    assert [number for number, _ in made.pool] == [task.number for task in closed_ones]
    assert [weight for _, weight in made.pool] == [6, 1, 1, 1]
    assert (len(made.picked), made.drawn_by, made.excluded) == (2, cast.office, [])
    assert reading.replayed(made) == made.picked
    RevisitDraw.objects.filter(pk=made.pk).update(picked=made.picked[::-1])
    made.refresh_from_db()
    assert reading.replayed(made) != made.picked

    plain = drawn(cast, method="RANDOM", seed="第二次")
    assert {weight for _, weight in plain.pool} == {1}


def test_a_seed_is_used_once(cast, closed_ones):
    drawn(cast)
    with pytest.raises(Refused, match="不能重抽"):
        drawn(cast)
    assert RevisitDraw.objects.count() == 1


@pytest.mark.clause("W-48")
def test_what_a_revisitor_did_or_accepted_is_left_out_with_the_reason(cast, closed_ones):
    with pytest.raises(Refused, match="4 件因复查人回避"):  # the office accepted all of them
        drawn(cast, people=(cast.office, cast.supervisor))
    Task.objects.filter(pk=closed_ones[1].pk).update(closed_by=cast.supervisor)

    made = drawn(cast)

    assert made.excluded == [[closed_ones[1].number, "市督查组：由本人验收销号"]]
    assert closed_ones[1].number not in dict(made.pool)


def test_only_what_is_closed_in_the_span_and_not_looked_at_yet(cast, closed_ones):
    life.revisit(closed_ones[0], good=True, note="仍好", by=cast.supervisor, at=NOON)
    early = NOON - timedelta(days=1)
    Task.objects.filter(pk=closed_ones[1].pk).update(closed_at=early)
    made = drawn(cast, count=9)
    assert sorted(made.picked) == [task.number for task in closed_ones[2:]]


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"count": 0}, "件数"),
        ({"count": 999}, "件数"),
        ({"method": "CHOSEN"}, "方法"),
        ({"first": LAST, "last": FIRST}, "不能早于"),
        ({"seed": " "}, "口令"),
    ],
)
def test_a_draw_that_makes_no_sense_is_refused(cast, closed_ones, over, word):
    with pytest.raises(Invalid, match=word):
        drawn(cast, **over)


def test_two_people_look_and_only_the_office_draws(cast, closed_ones):
    with pytest.raises(Invalid, match="两个人"):
        drawn(cast, people=(cast.chief, cast.chief))
    with pytest.raises(PermissionDenied):
        drawn(cast, by=cast.chief)
    assert not RevisitDraw.objects.exists()


@pytest.mark.clause("W-48")
def test_the_pages_draw_look_again_and_show_what_came_back(cast, closed_ones):
    with time_machine.travel(LATER, tick=False):
        office, looker = Client(), Client()
        office.force_login(cast.office)
        looker.force_login(cast.supervisor)
        sent = {
            "first": FIRST,
            "last": LAST,
            "method": "RISK",
            "count": 2,
            "seed": "2026-11 第一次",
            "one": cast.supervisor.pk,
            "two": cast.chief.pk,
        }
        url = reverse("tasks:draw-new")
        assert office.post(url, sent | {"two": cast.supervisor.pk}).status_code == 422
        assert office.post(url, sent | {"seed": ""}).status_code == 422
        page = office.post(url, sent)
        made = RevisitDraw.objects.get()
        assert page.url == reverse("tasks:draw", args=[made.pk])
        assert office.post(url, sent).status_code == 422  # the same seed

        good, bad = made.picked
        shown = looker.get(page.url)
        assert (shown.context["mine"], shown.context["is_same"]) == (True, True)
        act = {"good": "yes", "note": "仍然覆盖"}
        assert looker.post(reverse("tasks:act", args=[good, "revisit"]), act).status_code == 302
        act = {"good": "no", "note": "绿网被揭开"}
        assert looker.post(reverse("tasks:act", args=[bad, "revisit"]), act).status_code == 302

        shown = office.get(page.url)
        assert [row.is_good for row in shown.context["rows"]] == [True, False]
        assert (shown.context["done"], shown.context["rebounds"]) == (2, 1)
        assert office.get(reverse("tasks:revisits")).context["draws"].get() == made
        record = office.get(page.url, {"format": "json"}).json()
        pool = [tuple(row) for row in record["pool"]]
        assert sampling.draw(pool, record["wanted"], record["seed"]) == record["picked"]
    after = LATER + timedelta(hours=1)
    line = published.lines(cast.office, cast.scheme, FIRST, after.date(), after)[0]
    assert (line.counts["looked_again"], line.counts["rebound"]) == (2, 1)


def test_a_draw_shows_only_matters_that_one_may_see(cast, closed_ones):
    made = drawn(cast)
    assert len(reading.picked(cast.worker, made)) == 2
    assert reading.picked(cast.neighbour, made) == []
