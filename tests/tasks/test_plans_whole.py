"""全部分解: the count is shown first, everything or nothing, twice is once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from build_plans import STREETS, beijing, give, give_set, make_district, make_measure
from grids.errors import Invalid, Stale
from tasks.models import Task
from tasks.selectors.plan_whole import whole
from tasks.services import plan_whole, plans

START = beijing(2026, 1, 5, 9)


@pytest.fixture
def city(db):
    city = make_district(streets=4)
    coal = make_measure(city.plan, 4, due_on=date(2026, 10, 31))
    give(coal, "LEAD", city.grids["D1"])
    give_set(coal, "RESPONSIBLE", STREETS)
    soil = make_measure(city.plan, 5, strength="STRIVE", due_on=date(2026, 12, 31))
    give_set(soil, "RESPONSIBLE", STREETS)
    give(soil, "LEAD", city.grids["S1"])  # stands twice: one task
    make_measure(city.plan, 6)  # the document names nobody
    return city


def give_out(city, expected, **over):
    values = {"by": city.office, "at": START} | over
    return plan_whole.expand_all(city.plan, expected=expected, **values)


@pytest.mark.clause("ZY-07")
def test_every_street_of_the_set_gets_its_task_under_every_measure(city):
    shown = whole(city.plan, START)
    assert [(one.item, len(one.waiting), one.known) for one in shown.shares] == [
        ("第4项", 5, 0),
        ("第5项", 4, 0),
        ("第6项", 0, 0),
    ]

    done = give_out(city, shown.count)

    assert len(done.created) == shown.count == 9
    streets = {"S1", "S2", "S3", "S4"}
    by_measure = {
        number: set(
            Task.objects.filter(measure_unit__measure__number=number).values_list(
                "grid__code", flat=True
            )
        )
        for number in (4, 5)
    }
    assert by_measure == {4: streets | {"D1"}, 5: streets}
    assert set(Task.objects.values_list("state", flat=True)) == {"ISSUED"}


@pytest.mark.clause("Y1-53")
def test_each_task_keeps_whether_it_must_or_strives_and_its_own_deadline(city):
    give_out(city, 9)

    found = set(
        Task.objects.values_list("measure_unit__measure__number", "strength", "due_at").distinct()
    )

    assert found == {
        (4, "MUST", beijing(2026, 11, 1)),
        (5, "STRIVE", beijing(2027, 1, 1)),
    }


def test_twice_hands_out_nothing_more_and_a_new_unit_gets_its_own(city):
    give_out(city, 9)
    assert give_out(city, 0).created == []

    give(city.plan.measures.get(number=6), "LEAD", city.grids["D2"])
    later = whole(city.plan, START)

    assert [task.grid.code for task in give_out(city, later.count).created] == ["D2"]
    assert Task.objects.count() == 10


def test_another_number_than_was_shown_is_refused_and_nothing_happens(city):
    give(city.plan.measures.get(number=6), "LEAD", city.grids["D2"])

    with pytest.raises(Stale, match="现在要派发的是 10 件，不是您看到的 9 件"):
        give_out(city, 9)

    assert not Task.objects.exists()


def test_all_or_nothing(city, monkeypatch):
    real, calls = plans.expand, []

    def breaks(measure, **given):
        calls.append(measure.number)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return real(measure, **given)

    monkeypatch.setattr(plan_whole, "expand", breaks)
    with pytest.raises(RuntimeError):
        give_out(city, 9)

    assert calls == [4, 5]
    assert not Task.objects.exists()


def test_measures_whose_day_has_passed_need_another_and_only_they_get_it(city):
    after = beijing(2026, 11, 20, 9)
    with pytest.raises(Invalid, match="第4项没有写明时限或时限已过"):
        give_out(city, 9, at=after)
    with pytest.raises(Invalid, match="已经过去"):
        give_out(city, 9, at=after, due_at=after - timedelta(days=1))

    give_out(city, 9, at=after, due_at=after + timedelta(days=9))

    days = dict(Task.objects.values_list("measure_unit__measure__number", "due_at").distinct())
    assert days == {4: after + timedelta(days=9), 5: beijing(2027, 1, 1)}


def test_a_closed_unit_is_told_and_gets_nothing(city):
    city.grids["S4"].closed_on = date(2026, 1, 1)
    city.grids["S4"].save(update_fields=["closed_on"])

    done = give_out(city, whole(city.plan, START).count)

    assert [grid.code for grid in done.closed] == ["S4"]
    assert not Task.objects.filter(grid=city.grids["S4"]).exists()


def test_only_the_office_breaks_a_plan_down(city):
    with pytest.raises(PermissionDenied):
        give_out(city, 9, by=city.people["S1"])


def test_the_page_shows_the_number_and_hands_it_out(city):
    client, url = Client(), reverse("tasks:plan-expand-all", args=[city.plan.pk])
    client.force_login(city.office)

    page = client.get(url).content.decode()
    assert "将派发 9 件" in page
    assert 'name="expected" value="9"' in page
    assert "力争" in page

    sent = {"expected": "8", "due_on": "2099-12-31"}
    assert client.post(url, sent).status_code == 409
    assert not Task.objects.exists()
    assert client.post(url, sent | {"expected": "9"}).status_code == 302
    assert Task.objects.count() == 9
    plan = client.get(reverse("tasks:plan", args=[city.plan.pk])).content.decode()
    assert "全部分解（" not in plan


def test_the_api_previews_and_expands(city):
    client, base = Client(), f"/api/v1/plans/{city.plan.pk}/"
    client.force_login(city.office)
    make_measure(city.plan, 7, due_on=date(2020, 1, 1))
    give(city.plan.measures.get(number=7), "LEAD", city.grids["D2"])

    said = client.get(f"{base}preview/").json()
    assert said["expected"] == 10
    assert "第7项" in said["undated"]

    def post(**data):
        return client.post(f"{base}expand/", data, content_type="application/json")

    assert post(expected=9).status_code == 409
    assert post(expected=10).status_code == 400
    done = post(expected=10, due_at="2099-12-31T00:00:00+08:00")
    assert (done.status_code, len(done.json()["created"])) == (201, 10)
    rows = client.get(f"{base}board/").json()["rows"]
    cells = {(row["item"], cell["grid"]): cell for row in rows for cell in row["cells"]}
    assert cells["第7项", "D2"]["tasks"] == [Task.objects.get(grid__code="D2").number]
    assert len(cells) == 10
