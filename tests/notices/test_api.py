"""The API of the office: proof and figures out, decisions in, documents by ?format."""

import pytest
from rest_framework.test import APIClient

from build import NOON
from build_notices import make_week
from build_tasks import make_submitted
from notices.models import Notice, Summons
from notices.services import bulletins
from notices.services.proposals import propose_from_streaks

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def api(office):
    client = APIClient()
    client.force_authenticate(office)
    return client


@pytest.fixture
def talk(scheme, units, office):
    for code in ("2026-W45", "2026-W46"):
        make_week(scheme, code, {unit: n for n, unit in enumerate(units, 1)})
    propose_from_streaks(scheme, "2026-W46", at=NOON)
    return Summons.objects.get(grid=units[9])


@pytest.mark.clause("W-54")
def test_a_talk_comes_with_its_proof(api, talk):
    found = api.get(f"{API}/summonses/", {"state": "PROPOSED", "grid": "U-J"}).json()

    assert found["count"] == 1
    (row,) = found["results"]
    assert (row["to"], row["weeks"], row["state_label"]) == ("EXECUTIVE", 2, "建议")
    assert [week["rank"] for week in row["proof"]["weeks"]] == [10, 10]


def test_a_decision_is_one_post(api, talk):
    answer = api.post(f"{API}/summonses/{talk.pk}/decide/", {"approve": True, "note": "同意"})

    assert (answer.status_code, answer.json()["state"]) == (200, "APPROVED")
    again = api.post(f"{API}/summonses/{talk.pk}/decide/", {"approve": True})
    assert again.status_code == 409
    assert again.json()["code"] == "refused"


@pytest.mark.parametrize(
    "data", [{}, {"approve": "vielleicht"}, {"approve": False}, {"approve": False, "note": " "}]
)
def test_a_bad_decision_is_400_and_changes_nothing(api, talk, data):
    answer = api.post(f"{API}/summonses/{talk.pk}/decide/", data)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    talk.refresh_from_db()
    assert talk.state == "PROPOSED"


@pytest.mark.clause("Y1-78")
def test_a_bulletin_is_drafted_reviewed_and_issued_by_program(api, cast):
    data = {"scheme": cast.scheme.code, "period": "2026-W46"}
    made = api.post(f"{API}/notices/", data)
    pk = made.json()["id"]
    assert made.status_code == 201
    assert {one["key"] for one in made.json()["facts"]["figures"]} >= {"registered", "overdue"}

    api.post(f"{API}/notices/{pk}/review/")
    issued = api.post(f"{API}/notices/{pk}/issue/", {"serial": 46}).json()

    assert (issued["state"], issued["number"]) == ("ISSUED", "测试网格周通报〔2026〕46号")
    assert [row["grid_name"] for row in issued["receipts"]] == ["资阳区"]


@pytest.mark.parametrize("period", ["2026-W99", "", "2026-11-B", "x" * 21])
def test_a_period_that_cannot_be_is_400(api, cast, period):
    answer = api.post(f"{API}/notices/", {"scheme": cast.scheme.code, "period": period})

    assert answer.status_code == 400
    assert not Notice.objects.exists()


@pytest.fixture
def drafted(cast):
    make_submitted(cast)
    return bulletins.draft_weekly(cast.scheme, "2026-W46", by=None, at=NOON)


@pytest.mark.parametrize(
    ("query", "media", "start"),
    [
        ({}, "application/pdf", b"%PDF"),
        ({"format": "pdf"}, "application/pdf", b"%PDF"),
        (
            {"format": "docx"},
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK",
        ),
    ],
)
def test_the_document_comes_in_the_format_asked_for(api, drafted, query, media, start):
    answer = api.get(f"{API}/notices/{drafted.pk}/document/", query)

    assert (answer.status_code, answer["Content-Type"]) == (200, media)
    assert answer.content.startswith(start)


def test_another_format_is_400_in_json(api, drafted):
    answer = api.get(f"{API}/notices/{drafted.pk}/document/", {"format": "exe"})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/json"
    assert "pdf 或 docx" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        [{"heading": "一", "paragraphs": ["共{乱写}件"]}],
        [{"heading": "一"}],
        [{"heading": "一", "paragraphs": ["x"], "table": "passwords"}],
        "text",
    ],
)
def test_a_bad_text_is_400_and_changes_nothing(api, drafted, body):
    answer = api.post(
        f"{API}/notices/{drafted.pk}/edit/", {"title": "通报", "body": body}, format="json"
    )

    assert answer.status_code == 400
    drafted.refresh_from_db()
    assert drafted.version == 1


def test_a_stale_text_is_409(api, drafted):
    body = [{"heading": "一", "paragraphs": ["甲"]}]
    api.post(f"{API}/notices/{drafted.pk}/edit/", {"title": "甲", "body": body, "version": 1})

    answer = api.post(
        f"{API}/notices/{drafted.pk}/edit/", {"title": "乙", "body": body, "version": 1}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "stale")


def test_the_list_takes_the_same_number_of_queries_however_long(
    api, scheme, tree, django_assert_max_num_queries
):
    def draft(code):
        return bulletins.draft_weekly(scheme, code, by=None, at=NOON)

    draft("2026-W40")
    with django_assert_max_num_queries(30) as first:
        api.get(f"{API}/notices/")
    for week in range(41, 47):
        draft(f"2026-W{week}")

    with django_assert_max_num_queries(len(first)):
        assert api.get(f"{API}/notices/").json()["count"] == 7
