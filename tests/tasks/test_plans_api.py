"""方案 through the API: the same answers as the pages, the same refusals."""

from datetime import date

import pytest
from django.test import Client

from build_plans import STREETS, beijing, give_set, make_district, make_measure
from tasks.models import PlanReport, Progress
from tasks.services.plans import expand

START = beijing(2026, 1, 5, 9)
MONTH = "2026-01"


@pytest.fixture
def city(db):
    city = make_district(streets=3)
    measure = make_measure(city.plan, 4, due_on=date(2026, 10, 31), quantity=60, unit="台")
    give_set(measure, "RESPONSIBLE", STREETS)
    expand(measure, by=city.office, at=START)
    city.measure = measure
    return city


def of(user):
    client = Client()
    client.force_login(user)
    return client


def post(client, url, **data):
    return client.post(f"/api/v1/{url}", data, content_type="application/json")


def test_a_measure_shows_its_units_and_how_its_figure_is_read(city):
    (one,) = of(city.office).get(f"/api/v1/plans/{city.plan.pk}/measures/").json()["results"]

    assert (one["gauge"], one["quantity"], one["strength"]) == ("COUNT", "60.00", "MUST")
    assert {(unit["grid"], unit["via_set"]) for unit in one["units"]} == {
        ("S1", STREETS),
        ("S2", STREETS),
        ("S3", STREETS),
    }


def test_a_unit_reports_and_the_office_signs(city):
    unit, office = of(city.people["S1"]), of(city.office)
    claim = {"measure": city.measure.pk, "state": "DONE", "quantity": "7"}
    given = {"grid": "S1", "month": MONTH, "text": "已完成。", "claims": [claim]}

    sent = post(unit, f"plans/{city.plan.pk}/reports/", **given)

    assert sent.status_code == 200, sent.content
    row = PlanReport.objects.get()
    assert sent.json()["id"] == row.pk
    lines = office.get(f"/api/v1/plans/{city.plan.pk}/reports/", {"month": MONTH}).json()
    assert {one["grid"]: bool(one["report"]) for one in lines}["S1"]
    assert post(office, f"plan-reports/{row.pk}/receive/").json()["received_at"]
    found = office.get(f"/api/v1/plans/{city.plan.pk}/reconcile/", {"month": MONTH}).json()
    kinds = {one["kind"] for one in found if one["grid"] == "S1"}
    assert kinds == {"CLAIMED_DONE", "QUANTITY"}


def test_a_unit_sees_and_reports_nothing_of_another(city):
    unit = of(city.people["S1"])
    url = f"plans/{city.plan.pk}/reports/"

    answer = post(unit, url, grid="S2", month=MONTH, text="代报。")

    assert answer.status_code == 404
    lines = unit.get(f"/api/v1/{url}", {"month": MONTH}).json()
    assert [one["grid"] for one in lines] == ["S1"]
    rows = unit.get(f"/api/v1/plans/{city.plan.pk}/board/").json()["rows"]
    assert {cell["grid"] for row in rows for cell in row["cells"]} == {"S1"}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"month": "2026-13"}, "month"),
        ({"month": ""}, "month"),
        ({"grid": "none"}, "grid"),
        ({"claims": [{"measure": 0, "state": "DONE"}]}, "claims"),
        ({"claims": [{"measure": 0, "state": "?"}]}, "claims"),
        ({"text": ""}, "text"),
    ],
)
def test_a_wrong_report_is_a_400_that_names_the_field(city, over, field):
    given = {"grid": "S1", "month": MONTH, "text": "已完成。"} | over

    answer = post(of(city.people["S1"]), f"plans/{city.plan.pk}/reports/", **given)

    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not PlanReport.objects.exists()


def test_the_office_confirms_a_quantity(city):
    given = {"grid": "S1", "quantity": "3.5", "on": "2026-01-05"}

    answer = post(of(city.office), f"measures/{city.measure.pk}/confirm/", **given)

    assert answer.status_code == 201
    assert Progress.objects.get().quantity == 3.5
    wrong = post(of(city.office), f"measures/{city.measure.pk}/confirm/", **given | {"grid": "D1"})
    assert wrong.status_code == 400
