import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from build import NOON
from build_inspections import (
    WEST,
    make_checklist,
    make_clause,
    make_duty,
    make_rule,
    make_source,
    photo,
    problem,
    record,
    visit,
)
from grids.models import Role
from inspections.models import Inspection, Mode, PollutionSource
from inspections.services import visits
from pictures import encoded, picture
from tasks.models import Task
from tasks.workflow import State

LON, LAT = WEST


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def shot(shade=0, name="a.jpg"):
    return SimpleUploadedFile(name, encoded(picture(shade=shade)), content_type="image/jpeg")


def sheet_form(village, sheet, **over):
    values = {
        "client_id": str(uuid.uuid4()),
        "mode": "PATROL",
        "grid": village.pk,
        "place": "建设路口",
        "checklist": sheet.pk,
    }
    return values | over


@pytest.fixture
def sheet(scheme):
    return make_checklist(scheme)


@pytest.fixture
def client(worker):
    return signed_in(worker)


NEW, QUICK = "inspections:new", "inspections:quick"


def send(client, name, data, **headers):
    return client.post(reverse(name), data, headers=headers)


def test_the_form_offers_every_sheet_so_that_it_works_offline(client, sheet, scheme):
    make_checklist(scheme, "second", name="两个禁止")

    page = client.get(reverse(NEW)).content.decode()

    assert page.count("data-sheet=") == 2
    assert "应 ≥ 1.8" in page


def test_the_form_is_prefilled_by_the_address(client, sheet, village, manager):
    shop = make_source(village, manager, category="DUST")

    form = client.get(reverse(NEW), {"source": shop.pk}).context["form"]

    assert form["source"].value() == shop.pk
    assert form["checklist"].value() == sheet.pk  # the sheet of its category
    assert form["grid"].value() == village.pk


@pytest.mark.clause("Y1-73")
def test_a_plain_form_carries_its_photos(client, sheet, village, worker):
    item = sheet.items.get(number=1)
    data = sheet_form(village, sheet) | {
        f"item-{item.pk}-verdict": "FAIL",
        f"item-{item.pk}-photos": shot(1),
        "photos": [shot(2), shot(3)],
        "lon": LON,
        "lat": LAT,
        "accuracy_m": "12",
    }

    answer = send(client, NEW, data)

    row = Inspection.objects.with_media().get()
    assert answer.headers["Location"] == reverse("inspections:detail", args=[row.pk])
    assert (row.expected, row.arrived) == (3, 3)
    before = row.findings.get().task.attachments.get()
    assert (before.purpose, before.lon, before.accuracy_m) == ("BEFORE", LON, 12.0)


def test_found_and_fixed_in_one_plain_form(client, sheet, village):
    item = sheet.items.get(number=1)
    data = sheet_form(village, sheet) | {
        f"item-{item.pk}-verdict": "FAIL",
        f"item-{item.pk}-outcome": "FIXED",
        f"item-{item.pk}-measures": "当场覆盖",
        f"item-{item.pk}-photos": shot(1),
        f"item-{item.pk}-after": shot(2),
    }

    send(client, NEW, data)

    assert Task.objects.get().state == State.SUBMITTED


def test_a_refused_form_keeps_its_photos(client, sheet, village):
    data = sheet_form(village, sheet, place="") | {"photos": shot(1)}

    answer = send(client, NEW, data)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明地点" in page
    assert "之前的 1 张照片已到服务器" in page
    kept = answer.context["form"].photo_ids
    send(client, NEW, data | {"place": "建设路口", "photos-ids": str(kept[0]), "photos": ""})
    assert Inspection.objects.with_media().get().arrived == 1


def test_the_same_plain_form_twice_is_one_visit(client, sheet, village):
    data = sheet_form(village, sheet, note="看过")

    for _ in range(2):
        send(client, NEW, data | {"photos": shot(1)})

    row = Inspection.objects.with_media().get()
    assert (row.expected, row.arrived) == (1, 1)


def test_a_script_learns_what_has_arrived(client, sheet, village, worker):
    here, late = photo(worker), uuid.uuid4()
    data = sheet_form(village, sheet) | {"photos-ids": [str(here), str(late)]}

    answer = send(client, NEW, data, accept="application/json")

    body = answer.json()
    assert answer.status_code == 201
    assert (body["arrived"], body["expected"], body["missing"]) == (1, 2, [str(late)])


def test_a_script_learns_why_it_was_refused(client, sheet, village):
    answer = send(client, NEW, sheet_form(village, sheet), accept="application/json")

    assert answer.status_code == 422
    assert "请至少填一项" in answer.json()["detail"]


@pytest.mark.parametrize(
    "broken",
    [
        {"client_id": "nonsense"},
        {"lon": "1e999", "lat": "x", "note": "看过"},
        {"lon": "nan", "lat": "nan", "note": "看过"},
        {"mode": "NOTHING"},
        {"grid": "999999"},
        {"checklist": "abc"},
        {"photos-ids": "not-a-uuid"},
        {"device_at": "yesterday", "note": "看过"},
        {"place": "x" * 400},
    ],
)
def test_broken_input_is_never_an_error_of_ours(client, sheet, village, broken):
    answer = send(client, NEW, sheet_form(village, sheet) | broken)

    assert answer.status_code in (302, 422)


def test_a_file_that_is_no_photo_is_refused_and_nothing_is_written(client, sheet, village):
    text = SimpleUploadedFile("a.jpg", b"hello, world " * 50, content_type="image/jpeg")

    answer = send(client, NEW, sheet_form(village, sheet) | {"photos": text})

    assert answer.status_code == 415
    assert not Inspection.objects.exists()


def test_who_may_only_report_has_no_visit_page(guest, enterprise):
    assert signed_in(guest).get(reverse(NEW)).status_code == 403
    assert signed_in(guest).get(reverse(QUICK)).status_code == 200
    assert signed_in(enterprise).get(reverse(QUICK)).status_code == 403


def test_modes_are_offered_to_who_may_use_them(worker, office):
    def modes(user):
        form = signed_in(user).get(reverse(NEW)).context["form"]
        return {value for value, _ in form.fields["mode"].choices}

    assert Mode.COVERT not in modes(worker)
    assert Mode.COVERT in modes(office)
    assert Mode.QUICK not in modes(office)


# --- quick --------------------------------------------------------------------------------------


def quick_form(village, shade=0, **over):
    values = {
        "client_id": str(uuid.uuid4()),
        "preset": "burning",
        "grid": village.pk,
        "photos": shot(shade),
        "lon": LON,
        "lat": LAT,
    }
    return values | over


@pytest.mark.clause("Y1-45")
def test_a_second_report_nearby_is_asked_to_join_first(client, village, manager):
    send(client, QUICK, quick_form(village))
    task = Task.objects.get()
    other = signed_in(manager)

    asked = send(other, QUICK, quick_form(village, 1, place="河堤"))

    assert asked.status_code == 422
    assert f"就是这件：{task.title}" in asked.content.decode()
    assert Task.objects.count() == 1

    kept = str(asked.context["form"].photo_ids[0])
    joined = quick_form(village, place="河堤", join=task.number, photos="")
    send(other, QUICK, joined | {"photos-ids": kept})

    assert Task.objects.count() == 1
    assert task.findings.count() == 2


def test_a_second_report_can_stand_for_itself(client, village):
    send(client, QUICK, quick_form(village))

    send(client, QUICK, quick_form(village, 1, join="separate"))

    assert Task.objects.count() == 2


def test_a_report_without_preset_or_photo_says_so(client, village):
    answer = send(client, QUICK, {"client_id": str(uuid.uuid4()), "grid": village.pk})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请拍一张照片" in page


def test_the_part_for_like_reports(client, village):
    send(client, QUICK, quick_form(village))

    query = {"preset": "burning", "lon": LON, "lat": LAT}
    page = client.get(reverse("inspections:quick-similar"), query).content.decode()

    assert "附近刚有同类上报" in page


# --- list, detail, release ----------------------------------------------------------------------


@pytest.mark.clause("Y1-59", "W-44")
def test_a_covert_visit_is_a_404_until_released_by_its_button(village, office, worker):
    given = visit(village, mode=Mode.COVERT, findings=(problem(),))
    row, _ = visits.record(given, by=office, at=NOON)
    url = reverse("inspections:detail", args=[row.pk])
    theirs, ours = signed_in(worker), signed_in(office)
    assert theirs.get(url).status_code == 404
    assert row.place not in theirs.get(reverse("inspections:list")).content.decode()
    assert "公开这次检查" in ours.get(url).content.decode()

    ours.post(reverse("inspections:release", args=[row.pk]))

    page = theirs.get(url).content.decode()
    assert Task.objects.get().number in page


@pytest.mark.clause("W-44")
def test_opening_a_hidden_visit_is_kept(village, office, supervisor):
    row = record(village, office, mode=Mode.COVERT)

    signed_in(supervisor).get(reverse("inspections:detail", args=[row.pk]))

    assert row.sightings.get().user == supervisor


def test_a_photo_is_served_without_its_exif_to_who_may_see_the_visit(village, worker, neighbour):
    row = record(village, worker, photos=(photo(worker),))
    name = row.photos.get().client_id
    url = reverse("inspections:photo", args=[row.pk, name, "thumb"])

    answer = signed_in(worker).get(url)

    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"Exif" not in answer.content
    assert signed_in(neighbour).get(url).status_code == 404
    original = reverse("inspections:photo", args=[row.pk, name, "file"])
    assert signed_in(worker).get(original).status_code == 404


def test_the_list_can_show_what_has_not_fully_arrived(village, worker, client):
    record(village, worker, place="甲地")
    record(village, worker, place="乙地", photos=(uuid.uuid4(),))

    page = client.get(reverse("inspections:list"), {"incomplete": "1"}).content.decode()

    assert "乙地" in page
    assert "甲地" not in page


def test_pages_ask_few_questions(village, worker, manager, client, django_assert_max_num_queries):
    for shade in range(4):
        shop = make_source(village, manager, name=f"店 {shade}", lon=LON, lat=LAT)
        record(village, worker, source=shop, photos=(photo(worker, shade),))
    for name in ("list", "sources", "nearby", "duties"):
        with django_assert_max_num_queries(40):
            assert client.get(reverse(f"inspections:{name}")).status_code == 200


# --- sources ------------------------------------------------------------------------------------


def source_form(village, **over):
    values = {"name": "老街烧烤店", "category": "COOKING_FUMES", "grid": village.pk}
    return values | {"client_id": str(uuid.uuid4())} | over


def test_a_likely_duplicate_must_be_denied_first(client, village, manager):
    make_source(village, manager)

    asked = send(client, "inspections:source-new", source_form(village, name="老街烧烤"))

    assert asked.status_code == 422
    assert "名称相近" in asked.content.decode()
    send(client, "inspections:source-new", source_form(village, name="老街烧烤", is_new="1"))
    assert PollutionSource.objects.count() == 2


def test_fields_follow_the_category(client, village):
    page = client.get(reverse("inspections:source-fields"), {"category": "BOILER"})
    assert "容量（蒸吨/小时）" in page.content.decode()

    data = source_form(village, category="BOILER") | {"at-capacity_tph": "4", "at-fuel": "燃煤"}
    send(client, "inspections:source-new", data)

    assert PollutionSource.objects.get().attributes == {"capacity_tph": 4.0, "fuel": "燃煤"}


def test_a_change_asked_for_shows_before_and_after(village, worker, manager):
    shop = make_source(village, manager)
    data = source_form(village, address="新街 8 号", reason="搬迁", version=shop.version)
    signed_in(worker).post(reverse("inspections:source-change", args=[shop.pk]), data)

    page = signed_in(manager).get(reverse("inspections:source", args=[shop.pk])).content.decode()

    assert "变更待确认" in page
    assert "<ins>新街 8 号</ins>" in page
    decided = {"granted": "yes", "version": shop.version + 1}
    signed_in(manager).post(reverse("inspections:source-decide", args=[shop.pk]), decided)
    shop.refresh_from_db()
    assert shop.address == "新街 8 号"


def test_a_stale_page_gets_a_409_and_changes_nothing(village, manager):
    shop, client = make_source(village, manager), signed_in(manager)
    url = reverse("inspections:source-change", args=[shop.pk])
    data = source_form(village, reason="改", version=shop.version)
    client.post(url, data | {"name": "甲"})

    answer = client.post(url, data | {"name": "乙"})

    assert answer.status_code == 409
    assert PollutionSource.objects.get().name == "甲"


@pytest.mark.clause("ZY-90")
def test_the_register_leaves_as_a_workbook_and_runs_no_formula(village, manager, client):
    make_source(village, manager, name="=HYPERLINK(1)", attributes={"purifier": "未运行"})

    answer = client.get(reverse("inspections:sources"), {"format": "xlsx"})

    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[2][:2] == ("YY-S-00001", "'=HYPERLINK(1)")
    assert "油烟净化设施 未运行" in rows[2]
    log = list(load_workbook(io.BytesIO(answer.content))["变更记录"].values)
    assert [row[5] for row in log[1:]] == ["新增", "确认新增"]


def test_a_source_of_the_neighbour_is_a_404(village, manager, neighbour):
    shop = make_source(village, manager)

    assert (
        signed_in(neighbour).get(reverse("inspections:source", args=[shop.pk])).status_code == 404
    )


# --- duties and regime --------------------------------------------------------------------------


@pytest.mark.clause("W-17")
def test_my_duties_quote_their_sentence_and_count_records(scheme, village, worker, client):
    make_duty(scheme, Role.WORKER, "日常巡查", "DAY", text="日常巡查，做好管控", clause="Y1-46")

    page = client.get(reverse("inspections:duties")).content.decode()

    assert "“日常巡查，做好管控”" in page
    assert "0/1" in page
    assert "积分" in page  # only to say that there are none


def test_a_duty_without_visits_is_registered_on_its_page(scheme, office):
    make_duty(scheme, Role.OFFICE, "培训", "YEAR", code="training")
    client, url = signed_in(office), reverse("inspections:duty-record", args=["training"])

    client.post(url, {"title": "执法培训", "held_on": "2026-05-09"})

    assert "执法培训" in client.get(reverse("inspections:duties")).content.decode()


def test_the_panel_of_a_regime_quotes_its_sentences(scheme, sheet, worker, outsider):
    make_duty(scheme, Role.WORKER, "日常巡查", "DAY", text="要加强日常巡查", clause="Y1-46")
    make_clause(scheme, "ZY-52", "工地周边百分之百围挡")
    url = reverse("inspections:scheme-panel", args=[scheme.code])

    page = signed_in(worker).get(url).content.decode()

    assert "要加强日常巡查" in page
    assert "“工地周边百分之百围挡”" in page
    assert signed_in(outsider).get(url).status_code == 404


def test_the_season_is_said_on_the_page(scheme, worker, client):
    make_duty(scheme, Role.WORKER, "日常巡查", "DAY")
    season = {"windows": [["01-01", "12-31"]], "times": 2, "period": "DAY"}
    make_rule(scheme, "season.straw", season, "Y1-47")

    assert "加密（Y1-47）" in client.get(reverse("inspections:duties")).content.decode()


# --- offline ------------------------------------------------------------------------------------


def test_the_worker_script_looks_after_the_whole_site(db):
    answer = Client().get("/sw.js")

    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Content-Type"] == "text/javascript"
    assert "no-cache" in answer.headers["Cache-Control"]


def test_every_page_the_worker_keeps_exists(client):
    text = Client().get("/sw.js").content.decode()
    line = next(line for line in text.splitlines() if line.startswith("const SHELL"))
    ours = [path for path in line.split('"') if path.startswith("/") and path != "/today/"]

    assert [client.get(path).status_code for path in ours] == [200] * len(ours)


# --- what a person judges -----------------------------------------------------------------------


@pytest.mark.clause("W-59")
def test_signs_of_a_hasty_visit_are_shown_to_who_oversees(village, worker, manager, chief, noon):
    shop = make_source(village, manager, lon=LON, lat=LAT + 0.01)
    same = photo(worker, 3)
    photo(worker, 3)
    row = record(
        village,
        worker,
        source=shop,
        lon=LON,
        lat=LAT,
        photos=(same, photo(worker, 3)),
        started_at=noon - timedelta(minutes=1),
        device_at=noon,
    )
    url = reverse("inspections:detail", args=[row.pk])

    page = signed_in(chief).get(url).content.decode()

    assert "从打开到提交 1 分钟" in page
    assert "定位距污染源 1112 米" in page
    assert "照片与以前的照片相同或相似" in page
    assert "检查质量" not in signed_in(worker).get(url).content.decode()


@pytest.mark.clause("Y1-43")
def test_how_often_a_shop_failed_stands_on_its_page(village, worker, manager):
    shop = make_source(village, manager)
    for _ in range(2):
        record(village, worker, source=shop, findings=(problem(),))
    record(village, worker, source=shop)

    page = signed_in(worker).get(reverse("inspections:source", args=[shop.pk])).content.decode()

    assert "最近 3 次，2 次有问题" in page


@pytest.mark.clause("W-37")
def test_the_links_of_a_vocs_chain_stand_side_by_side(village, worker, manager):
    links = {"source_stage": "水性漆", "process_stage": "密闭收集", "end_stage": "RTO"}
    plant = make_source(village, manager, category="VOCS", attributes=links)

    answer = signed_in(worker).get(reverse("inspections:source", args=[plant.pk]))

    assert [value for _, value in answer.context["chain"]] == list(links.values())


@pytest.mark.clause("Y1-55", "Z-21")
def test_the_register_of_machines_has_code_stage_and_progress(village, worker, manager, noon):
    values = {"code": "3-H00001", "stage": "国二", "tagged": "是"}
    machine = make_source(village, manager, category="MACHINERY", attributes=values)
    make_source(village, manager, category="MACHINERY", name="挖掘机二")
    record(village, worker, source=machine)

    answer = signed_in(worker).get(reverse("inspections:sources"), {"category": "MACHINERY"})

    assert (answer.context["coverage"]["never"], answer.context["coverage"]["total"]) == (1, 2)
