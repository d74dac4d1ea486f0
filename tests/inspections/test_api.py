import uuid

import pytest
from django.test import Client
from django.urls import reverse

from build_inspections import make_checklist, make_source, photo, record
from inspections.models import Inspection, Mode, PollutionSource
from tasks.models import Task

JSON = "application/json"


@pytest.fixture
def as_worker(worker):
    return signed_in(worker)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def post(client, name, data, **kwargs):
    return client.post(reverse(f"api:{name}", kwargs=kwargs), data, content_type=JSON)


def visit_of(grid, **over):
    values = {"client_id": str(uuid.uuid4()), "grid": grid.pk, "place": "建设路口", "note": "看过"}
    return values | over


def report_of(grid, *photos, **over):
    values = {
        "client_id": str(uuid.uuid4()),
        "grid": grid.pk,
        "title": "露天焚烧",
        "category": "OPEN_BURNING",
        "photos": [str(one) for one in photos],
    }
    return values | over


@pytest.mark.clause("Y1-73")
def test_posting_a_visit_twice_gives_201_then_200(as_worker, village):
    given = visit_of(village)

    answers = [post(as_worker, "inspection-list", given) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_a_visit_says_how_many_photos_have_arrived(as_worker, village, worker):
    here, late = photo(worker), uuid.uuid4()

    said = post(as_worker, "inspection-list", visit_of(village, photos=[str(here), str(late)]))

    body = said.json()
    assert (body["arrived"], body["expected"]) == (1, 2)
    assert {one["client_id"]: one["arrived"] for one in body["photos"]} == {
        str(here): True,
        str(late): False,
    }


def finding_of(item):
    return {"title": "裸土未覆盖", "category": "DUST", "item": item.pk}


def test_checklists_and_items_of_another_regime_are_refused_with_a_sentence(
    as_worker, village, scheme, other_scheme
):
    own, other = make_checklist(scheme), make_checklist(other_scheme)
    mine, foreign = own.items.get(number=2), other.items.get(number=2)
    answer = {"item": foreign.pk, "verdict": "PASS"}
    cases = [
        ({"checklist": other.pk}, "检查表不属于这个体系"),
        ({"checklist": other.pk, "answers": [answer]}, "检查表不属于这个体系"),
        ({"checklist": own.pk, "answers": [answer]}, "不在所选检查表中"),
        ({"answers": [answer]}, "不在所选检查表中"),
        ({"checklist": own.pk, "findings": [finding_of(foreign)]}, "不在所选检查表中"),
        ({"findings": [finding_of(mine)]}, "不在所选检查表中"),
    ]
    for over, sentence in cases:
        said = post(as_worker, "inspection-list", visit_of(village, **over))

        assert said.status_code == 400
        assert sentence in said.json()["detail"]
    assert not Inspection.objects.exists()
    assert not Task.objects.exists()


def test_the_same_item_answered_twice_is_refused_with_a_sentence(as_worker, village, scheme):
    sheet = make_checklist(scheme)
    answers = [{"item": sheet.items.get(number=2).pk, "verdict": "PASS"}] * 2
    given = visit_of(village, checklist=sheet.pk, answers=answers)

    said = post(as_worker, "inspection-list", given)

    assert (said.status_code, "填了两次" in said.json()["detail"]) == (400, True)


def test_a_failed_item_without_a_photo_is_a_400_with_the_item(as_worker, village, scheme):
    sheet = make_checklist(scheme)
    item = sheet.items.get(number=1)
    answers = [{"item": item.pk, "verdict": "FAIL"}]

    said = post(
        as_worker, "inspection-list", visit_of(village, checklist=sheet.pk, answers=answers)
    )

    assert said.status_code == 400
    assert said.json()["errors"] == {f"item-{item.pk}": "须拍一张照片"}


def test_numbers_and_findings_come_back_as_recorded(as_worker, village, worker, scheme):
    sheet = make_checklist(scheme)
    low = sheet.items.get(number=3)
    answers = [{"item": low.pk, "value": "1.5", "photos": [str(photo(worker))]}]

    said = post(
        as_worker, "inspection-list", visit_of(village, checklist=sheet.pk, answers=answers)
    )

    body = said.json()
    assert body["answers"][0]["verdict"] == "FAIL"
    assert body["findings"][0]["task"] == Task.objects.get().number


def test_a_grid_out_of_sight_does_not_exist(as_worker, other_village):
    said = post(as_worker, "inspection-list", visit_of(other_village))

    assert said.status_code == 400
    assert "grid" in said.json()["errors"]


def test_a_quick_mode_visit_is_no_way_around_the_photo(as_worker, village):
    said = post(as_worker, "inspection-list", visit_of(village, mode=Mode.QUICK))

    assert said.status_code == 400
    assert not Inspection.objects.exists()


@pytest.mark.clause("Y1-59", "W-44")
def test_a_covert_visit_is_a_404_and_in_no_list_until_released(village, office, worker):
    row = record(village, office, mode=Mode.COVERT)
    theirs, ours = signed_in(worker), signed_in(office)
    url = reverse("api:inspection-detail", kwargs={"pk": row.pk})
    assert theirs.get(url).status_code == 404
    assert theirs.get(reverse("api:inspection-list")).json()["count"] == 0

    assert post(theirs, "inspection-release", {}, pk=row.pk).status_code == 404
    assert post(ours, "inspection-release", {}, pk=row.pk).status_code == 200

    assert theirs.get(url).status_code == 200


def test_reporting_a_finding_is_harmless_to_repeat(as_worker, village, worker):
    given = report_of(village, photo(worker))

    answers = [post(as_worker, "finding-list", given) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[1].json()["task"] == Task.objects.get().number


def test_a_finding_can_join_a_task_by_its_number(as_worker, village, worker):
    post(as_worker, "finding-list", report_of(village, photo(worker)))
    number = Task.objects.get().number

    said = post(as_worker, "finding-list", report_of(village, photo(worker, 3), join=number))

    assert said.json()["task"] == number
    assert Task.objects.count() == 1


def test_a_task_out_of_sight_cannot_be_joined(village, other_village, worker, neighbour):
    post(signed_in(worker), "finding-list", report_of(village, photo(worker)))
    given = report_of(other_village, photo(neighbour, 4), join=Task.objects.get().number)

    said = post(signed_in(neighbour), "finding-list", given)

    assert said.status_code == 400


def test_the_number_of_a_task_out_of_sight_is_not_told(village, office, worker, guest):
    record(village, office, mode=Mode.COVERT)

    rows = signed_in(worker).get(reverse("api:finding-list")).json()

    assert rows["count"] == 0


def source_of(grid, **over):
    values = {
        "client_id": str(uuid.uuid4()),
        "grid": grid.pk,
        "name": "老街烧烤店",
        "category": "COOKING_FUMES",
        "attributes": {"purifier": "未安装"},
    }
    return values | over


@pytest.mark.clause("Y1-26")
def test_a_source_is_proposed_and_confirmed(as_worker, village, manager):
    given = source_of(village)
    answers = [post(as_worker, "source-list", given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    body = answers[0].json()
    assert (body["status"], body["demands"]) == ("PENDING", ["油烟净化设施未安装"])

    said = post(
        signed_in(manager),
        "source-decide",
        {"version": body["version"], "granted": True},
        pk=body["id"],
    )

    assert said.json()["status"] == "ACTIVE"


def test_a_stale_change_is_a_409(village, manager):
    shop, client = make_source(village, manager), signed_in(manager)
    given = {"name": "甲", "category": "OTHER", "reason": "改名", "version": shop.version}
    assert post(client, "source-change", given, pk=shop.pk).status_code == 200

    said = post(client, "source-change", given | {"name": "乙"}, pk=shop.pk)

    assert (said.status_code, said.json()["code"]) == (409, "stale")
    assert PollutionSource.objects.get().name == "甲"


@pytest.mark.parametrize(
    "values", [{"unknown": 1}, {"purifier": {"$gt": ""}}, {"purifier": ["a", "b"]}]
)
def test_attributes_are_those_of_the_category(as_worker, village, values):
    said = post(as_worker, "source-list", source_of(village, attributes=values))

    assert said.status_code == 400
    assert "attributes" in said.json()["errors"]


def test_a_worker_cannot_decide(as_worker, village, manager, worker):
    shop = make_source(village, worker)

    said = post(as_worker, "source-decide", {"version": 1, "granted": True}, pk=shop.pk)

    assert said.status_code == 403


@pytest.mark.parametrize("name", ["inspection-list", "finding-list", "source-list"])
def test_lists_ask_the_same_number_of_questions(
    name, office, village, worker, django_assert_max_num_queries
):
    for shade in range(3):
        record(village, worker, photos=(photo(worker, shade),))
        make_source(village, worker, name=f"店 {shade}")
    client = signed_in(office)

    with django_assert_max_num_queries(24):
        assert client.get(reverse(f"api:{name}")).status_code == 200


def test_lists_are_filtered(office, village, worker):
    record(village, worker)
    record(village, worker, mode=Mode.ROUTINE, photos=(uuid.uuid4(),))
    client, url = signed_in(office), reverse("api:inspection-list")

    def count(**query):
        return client.get(url, query).json()["count"]

    assert (count(), count(mode="ROUTINE"), count(incomplete="true")) == (2, 1, 1)
    assert (count(grid="V1"), count(grid="V2"), count(since="2026-11-19")) == (2, 0, 0)
