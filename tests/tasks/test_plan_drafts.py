"""拟定实施方案: a unit draws up its own plan, the office judges it, and it becomes tasks."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from build import make_grid, make_post, make_user
from build_ledger import xlsx_bytes
from build_plans import beijing, hand_in, make_district
from grids.errors import Invalid, Refused
from grids.models import Role, Tier
from tasks import sheets
from tasks.ledger_rows import guess
from tasks.measure_rows import FIELDS, HEADS, interpret, steps_in
from tasks.models import Measure, Plan, PlanStep, Task
from tasks.selectors import plan_board, plan_drafts, plans
from tasks.selectors.plan_rehearsal import rehearse
from tasks.services import life, plan_items, plan_judging, plan_versions
from tasks.services.plan_drafts import Head, discard, draw_up, rewrite
from tasks.services.plan_whole import expand_all
from tasks.services.plans import confirm_quantity, expand

START = beijing(2026, 1, 5, 9)
LATER = beijing(2026, 6, 1, 9)
HEAD = Head("第1街道2026年大气攻坚实施方案", 2026, "PM10 年均下降 5 微克/立方米。", "每季度考核。")
TITLES = ["序号", "工作措施", "责任单位", "目标数量", "完成时限", "约束", "里程碑", "责任考核"]


def paper(name="方案.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf")


@pytest.fixture
def city(db):
    found = make_district()
    street = found.grids["S1"]
    names = {"V1": "学门口社区", "V2": "三里桥社区"}
    for code, name in names.items():
        found.grids[code] = make_grid(found.scheme, street, code=code, name=name, tier=Tier.THIRD)
    found.grids = {grid.code: grid for grid in found.scheme.grids.all()}  # the tree has grown
    found.root = found.grids["R"]
    found.street = type(street).objects.get(pk=street.pk)
    found.author = found.people["S1"]
    worker = make_user("plan-v1", display_name="社区经办")
    make_post(worker, found.grids["V1"], Role.WORKER, title="社区网格员")
    found.people["V1"] = worker
    return found


@pytest.fixture
def draft(city):
    return draw_up(grid=city.street, head=HEAD, papers=[paper()], by=city.author, at=START)


def wanted(city, **over):
    values = {
        "title": "治理散煤",
        "text": "辖区散煤全部清零。",
        "units": tuple((city.grids[code], "") for code in ("V1", "V2")),
        "quantity": Decimal(12),
        "unit": "户",
        "due_on": date(2026, 10, 31),
        "assessment": "未完成的扣 2 分",
        "milestones": (("完成排查", date(2026, 5, 31)),),
    }
    return plan_items.Wanted(**values | over)


def add(city, draft, **over):
    return plan_items.add_measure(draft, wanted=wanted(city, **over), by=city.author, at=START)


def in_force(city, draft, at=START):
    plan_judging.submit(draft, by=city.author, at=at)
    return plan_judging.approve(draft, by=city.office, at=at)


# --- the story ----------------------------------------------------------------------------------


@pytest.mark.clause("Y1-87")
def test_a_unit_draws_up_its_plan_the_office_approves_it_and_its_measures_become_tasks(city, draft):
    measure = add(city, draft)
    assert (draft.state, draft.code) == ("DRAFT", "P-2026-001")
    assert [one.name for one in draft.attachments.all()] == ["方案.pdf"]
    with pytest.raises(Refused, match="只有施行中的方案可以分解"):
        expand(measure, by=city.office, at=START)

    plan_judging.submit(draft, by=city.author, at=START)
    returned = plan_judging.send_back(draft, reason="时限太晚。", by=city.office, at=START)
    assert returned.state == "RETURNED"
    early = wanted(city, due_on=date(2026, 9, 30))
    plan_items.change_measure(measure, wanted=early, by=city.author, at=START)
    plan = in_force(city, draft)
    done = expand_all(plan, expected=2, by=city.office, at=START)

    assert [task.grid.name for task in done.created] == ["学门口社区", "三里桥社区"]
    assert {task.due_at for task in done.created} == {beijing(2026, 10, 1)}
    assert {task.supervisor for task in done.created} == {"第1街道办事处"}
    steps = [step.action for step in PlanStep.objects.order_by("pk")]
    assert steps == ["DRAW_UP", "SUBMIT", "SEND_BACK", "SUBMIT", "APPROVE"]


def test_an_unfinished_plan_is_not_handed_in_and_says_what_is_missing(city):
    bare = draw_up(grid=city.street, head=HEAD, by=city.author, at=START)
    with pytest.raises(Invalid, match="请上传方案文件；至少要有一项措施"):
        plan_judging.submit(bare, by=city.author, at=START)
    plan_items.add_measure(
        bare, wanted=wanted(city, units=(), due_on=None, milestones=()), by=city.author, at=START
    )

    missing = plan_judging.missing_of(bare)

    assert missing == ["请上传方案文件", "第1项没有责任单位", "第1项没有完成时限"]
    bare.refresh_from_db()
    assert bare.state == "DRAFT"


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": "  "}, "title"),
        ({"unit": ""}, "unit"),
        ({"quantity": None}, "quantity"),
        ({"quantity": Decimal("1.005")}, "quantity"),
        ({"quantity": Decimal(120), "unit": "%"}, "quantity"),
        ({"due_on": date(2025, 12, 31)}, "due_on"),
        ({"due_on": date(2032, 1, 1)}, "due_on"),
        ({"milestones": (("验收", date(2026, 11, 1)),)}, "milestones"),
        ({"strength": "SOFT"}, "strength"),
    ],
)
def test_a_measure_with_a_fault_is_refused_with_its_field(city, draft, over, field):
    with pytest.raises(Invalid) as refusal:
        add(city, draft, **over)

    assert field in refusal.value.fields
    assert not draft.measures.exists()


def test_a_measure_goes_only_to_the_unit_and_those_below_it(city, draft):
    with pytest.raises(Invalid, match="第2街道办事处不在第1街道办事处的辖区里"):
        add(city, draft, units=((city.grids["S2"], ""),))

    assert add(city, draft, units=((city.street, ""),)).units.count() == 1


def test_only_the_unit_itself_writes_and_never_judges_its_own(city, draft):
    add(city, draft)
    for stranger in (city.people["S2"], city.people["V1"], city.office):
        with pytest.raises(PermissionDenied, match="任职人员"):
            rewrite(draft, head=HEAD, by=stranger, at=START)
    plan_judging.submit(draft, by=city.author, at=START)
    with pytest.raises(PermissionDenied, match="由区大气办审批"):
        plan_judging.approve(draft, by=city.author, at=START)
    make_post(city.office, city.street, Role.WORKER, title="兼职")
    with pytest.raises(PermissionDenied, match="须由他人审批"):
        plan_judging.approve(draft, by=city.office, at=START)
    with pytest.raises(Refused, match="待审，不能修改"):
        rewrite(draft, head=HEAD, by=city.author, at=START)


def test_the_plan_of_the_root_is_judged_by_somebody_else_than_who_handed_it_in(city):
    plan = draw_up(grid=city.root, head=HEAD, papers=[paper()], by=city.office, at=START)
    plan_items.add_measure(plan, wanted=wanted(city), by=city.office, at=START)
    plan_judging.submit(plan, by=city.office, at=START)

    with pytest.raises(PermissionDenied, match="不能审批自己报审的方案"):
        plan_judging.approve(plan, by=city.office, at=START)
    colleague = make_user("plan-second", display_name="区大气办另一经办")
    make_post(colleague, city.root, Role.OFFICE, title="经办")
    assert plan_judging.approve(plan, by=colleague, at=START).state == "IN_FORCE"


def test_a_draft_is_seen_by_its_own_side_and_the_office_sees_it_once_handed_in(city, draft):
    add(city, draft)

    def seen_by(user):
        return plan_drafts.visible(user, [city.scheme]).filter(pk=draft.pk).exists()

    assert [seen_by(u) for u in (city.author, city.people["S2"], city.judge)] == [
        True,
        False,
        False,
    ]
    plan_judging.submit(draft, by=city.author, at=START)
    assert [seen_by(u) for u in (city.people["S2"], city.judge)] == [False, True]
    plan_judging.approve(draft, by=city.office, at=START)
    assert seen_by(city.people["S2"])


def test_a_draft_can_be_thrown_away_until_it_was_handed_in(city, draft):
    add(city, draft)
    other = draw_up(grid=city.street, head=HEAD, by=city.author, at=START)
    assert other.code == "P-2026-002"
    discard(other, by=city.author, at=START)
    plan_judging.submit(draft, by=city.author, at=START)
    plan_judging.send_back(draft, reason="再细化。", by=city.office, at=START)

    with pytest.raises(Refused, match="报审过的方案不能删除"):
        discard(draft, by=city.author, at=START)
    assert [one.code for one in Plan.objects.filter(grid=city.street)] == ["P-2026-001"]


def test_handing_in_and_approving_twice_changes_nothing(city, draft):
    add(city, draft)
    in_force(city, draft)
    plan_judging.approve(draft, by=city.office, at=LATER)

    assert [one.action for one in draft.steps.order_by("pk")] == ["DRAW_UP", "SUBMIT", "APPROVE"]
    assert Plan.objects.get(pk=draft.pk).in_force_at == START


def test_what_units_drew_up_asks_for_no_monthly_report_and_stands_behind_the_document(city, draft):
    add(city, draft)
    in_force(city, draft)

    assert [line.plan.code for line in plans.plan_list(city.scheme, LATER)] == [
        "plan-2026",
        "P-2026-001",
    ]
    client = Client()
    client.force_login(city.office)
    where = reverse("tasks:plan-reports", kwargs={"pk": city.plan.pk})
    assert client.get(reverse("tasks:reports")).headers["Location"] == where


# --- versions ------------------------------------------------------------------------------------


@pytest.fixture
def revised(city, draft):
    """Version 1 in force with tasks and a quantity; version 2 drawn up with changes."""
    add(city, draft)
    add(city, draft, title="清理堆场", quantity=None, unit="", milestones=())
    plan = in_force(city, draft)
    expand_all(plan, expected=4, by=city.office, at=START)
    coal = plan.measures.get(number=1)
    confirm_quantity(
        coal, grid=city.grids["V2"], quantity=Decimal(3), on=START.date(), by=city.office, at=START
    )
    second = plan_versions.revise(plan, by=city.author, at=LATER)
    one, two = second.measures.order_by("number")
    more = wanted(city, quantity=Decimal(20), text="辖区散煤动态清零。")
    plan_items.change_measure(one, wanted=more, by=city.author, at=LATER)
    plan_items.drop_measure(two, by=city.author, at=LATER)
    plan_items.add_measure(
        second, wanted=wanted(city, title="餐饮油烟", milestones=()), by=city.author, at=LATER
    )
    head = Head(HEAD.name, 2026, HEAD.goal, "每月考核。")
    rewrite(second, head=head, papers=[paper("新版.pdf")], by=city.author, at=LATER)
    return Plan.objects.select_related("previous").get(pk=second.pk)


@pytest.mark.clause("ZY-88")
def test_a_new_version_replaces_the_old_when_it_is_approved_and_both_stay_readable(city, revised):
    old = revised.previous
    assert (revised.code, revised.version, old.state) == ("P-2026-001-v2", 2, "IN_FORCE")

    in_force(city, revised, at=LATER)

    old.refresh_from_db()
    assert (old.state, old.replaced_at) == ("REPLACED", LATER)
    assert [one.text for one in old.measures.order_by("number")] == ["辖区散煤全部清零。"] * 2
    assert [one.version for one in plan_drafts.versions(old)] == [2, 1]
    with pytest.raises(Refused, match="只有施行中的方案可以分解"):
        expand(old.measures.get(number=2), by=city.office, at=LATER)


@pytest.mark.clause("ZY-88")
def test_the_difference_names_every_field_that_a_version_changes(city, revised):
    found = plan_drafts.difference(revised)

    assert [(one.label, one.before, one.after) for one in found.head] == [
        ("责任考核", "每季度考核。", "每月考核。")
    ]
    assert [(one.item, one.title, one.kind) for one in found.items] == [
        ("第1项", "治理散煤", "修改"),
        ("第2项", "清理堆场", "取消"),
        ("第3项", "餐饮油烟", "新增"),
    ]
    changed = [(one.label, one.before, one.after) for one in found.items[0].fields]
    assert changed == [
        ("内容", "辖区散煤全部清零。", "辖区散煤动态清零。"),
        ("数量", "12 户", "20 户"),
    ]
    assert plan_drafts.difference(revised.previous) is None


def test_tasks_and_quantities_go_on_under_the_new_version(city, revised):
    old = revised.previous
    task = Task.objects.get(
        measure_unit__measure__plan=old, grid__code="V1", title__contains="散煤"
    )
    in_force(city, revised, at=LATER)

    task.refresh_from_db()
    assert task.measure_unit.measure.plan_id == revised.pk
    board = plan_board.board(revised, city.office, LATER)
    coal = board.rows[0]
    assert (coal.done, sum(bool(cell.numbers) for cell in coal.cells)) == (Decimal(3), 2)
    hand_in(city, task, at=LATER, quantity="5", unit="户")
    life.approve(Task.objects.get(pk=task.pk), by=city.office, at=LATER)
    assert plan_board.board(revised, city.office, LATER).rows[0].done == Decimal(8)
    left = Task.objects.filter(measure_unit__measure__plan=old)
    assert {one.title for one in left} == {"第2项 清理堆场"}
    assert (
        expand_all(revised, expected=2, by=city.office, at=LATER).created[0].title.endswith("油烟")
    )


def test_there_is_one_next_version_and_only_of_a_plan_in_force(city, revised):
    with pytest.raises(Refused, match="新的一版已经在拟定"):
        plan_versions.revise(revised.previous, by=city.author, at=LATER)
    with pytest.raises(Refused, match="只有施行中的方案可以修订"):
        plan_versions.revise(revised, by=city.author, at=LATER)
    discard(revised, by=city.author, at=LATER)
    assert plan_versions.revise(revised.previous, by=city.author, at=LATER).version == 2


# --- the table -----------------------------------------------------------------------------------


def sheet_of(*rows):
    return sheets.read(xlsx_bytes([TITLES, *rows]))


def columns(sheet):
    found = guess(sheet.rows, HEADS)
    return type(found)(found.head, found.names, found.of, FIELDS)


GOOD = [
    "1",
    "治理散煤",
    "学门口社区、三里桥社区",
    "12户",
    "2026-10-31",
    "必须",
    "完成排查 2026-05-31",
    "扣 2 分",
]
SOFT = ["2", "推广清洁能源", "V1", "", "年底前", "力争", "", ""]


def test_the_columns_of_a_table_of_measures_are_recognised():
    found = columns(sheet_of(GOOD))

    assert {name: found.names[place] for name, place in found.of.items()} == {
        "title": "工作措施",
        "units": "责任单位",
        "quantity": "目标数量",
        "due": "完成时限",
        "strength": "约束",
        "milestones": "里程碑",
        "assessment": "责任考核",
    }


@pytest.mark.clause("Y1-87")
def test_a_table_is_looked_at_first_and_then_taken_in_as_it_was_shown(city, draft):
    sheet = sheet_of(GOOD, SOFT)
    found = rehearse(draft, sheet, columns(sheet), at=START)
    assert (len(found.new), found.wrong, draft.measures.count()) == (2, [], 0)

    plan_items.take_in(
        draft, sheet=sheet, columns=columns(sheet), expected=2, by=city.author, at=START
    )

    coal, soft = draft.measures.order_by("number")
    assert (coal.quantity, coal.unit, coal.due_on) == (Decimal(12), "户", date(2026, 10, 31))
    assert [unit.grid.code for unit in coal.units.order_by("grid__lft")] == ["V1", "V2"]
    assert [(one.name, one.due_on) for one in coal.milestones.all()] == [
        ("完成排查", date(2026, 5, 31))
    ]
    assert (soft.strength, soft.due_on, soft.deadline_text) == (
        "STRIVE",
        date(2026, 12, 31),
        "年底前",
    )
    again = rehearse(draft, sheet, columns(sheet), at=START)
    assert (again.new, len(again.known)) == ([], 2)
    with pytest.raises(Refused, match="没有可以导入的措施"):
        plan_items.take_in(
            draft, sheet=sheet, columns=columns(sheet), expected=0, by=city.author, at=START
        )


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (1, "", "没有写明是什么措施"),
        (2, "第2街道办事处", "和它的下级里没有“第2街道办事处”"),
        (3, "很多", "不是数量"),
        (3, "12", "有数量须写明单位"),
        (3, "-3户", "数量不能为负"),
        (4, "明天", "不是日期"),
        (4, "2019-01-01", "不在 2026 到 2031 年之间"),
        (5, "看情况", "请写 必须 或 力争"),
        (6, "完成排查", "一行一个"),
        (6, "验收 2026-12-01", "晚于完成时限"),
        (7, "考" * 301, "最多 300 个字"),
    ],
)
def test_a_line_with_a_fault_says_which_column_and_stays_out(city, draft, place, value, words):
    bad = [*GOOD]
    bad[place] = value
    sheet = sheet_of(bad, SOFT)
    found = rehearse(draft, sheet, columns(sheet), at=START)

    assert [line.draft.line for line in found.wrong] == [2]
    assert words in "".join(found.wrong[0].faults)
    plan_items.take_in(
        draft, sheet=sheet, columns=columns(sheet), expected=1, by=city.author, at=START
    )
    assert [one.title for one in draft.measures.all()] == ["推广清洁能源"]


def test_another_number_than_was_shown_takes_nothing_in(city, draft):
    sheet = sheet_of(GOOD, SOFT)

    with pytest.raises(Refused, match="项数与您看到的不同"):
        plan_items.take_in(
            draft, sheet=sheet, columns=columns(sheet), expected=3, by=city.author, at=START
        )
    assert not Measure.objects.filter(plan=draft).exists()


def test_a_set_of_the_regime_stands_for_its_members_below_the_unit(city):
    plan = draw_up(grid=city.root, head=HEAD, by=city.office, at=START)
    found, faults = plan_drafts.Bearers(city.root, at=START).find(["各街道办事处", "V1", "没有的"])

    assert [grid.code for grid, _ in found.values()] == ["S1", "S2", "S3", "V1"]
    assert {via for _, via in found.values()} == {"各街道办事处", ""}
    assert len(faults) == 1
    assert plan.measures.count() == 0


def test_milestones_are_read_in_the_ways_people_write_them():
    told = "完成招标：2026年5月31日前；主体完工（2026-09-30）\n验收 2026/10/15。"

    assert steps_in(told, on=START.date()) == (
        ("完成招标", date(2026, 5, 31)),
        ("主体完工", date(2026, 9, 30)),
        ("验收", date(2026, 10, 15)),
    )
    row = sheets.Row(2, ("治理散煤",))
    assert interpret(row, guess([row], HEADS), on=START.date()).faults


# --- pages ---------------------------------------------------------------------------------------


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_lead_from_the_first_line_to_the_office(city):
    author = client_of(city.author)
    sent = {
        "grid": city.street.pk,
        "kind": "UNIT",
        "name": HEAD.name,
        "year": "2026",
        "goal": HEAD.goal,
        "assessment": HEAD.assessment,
    }
    assert author.post(reverse("tasks:plan-new"), sent | {"goal": ""}).status_code == 422
    assert not Plan.objects.filter(grid=city.street).exists()
    answer = author.post(reverse("tasks:plan-new"), sent | {"files": [paper()]})
    plan = Plan.objects.get(grid=city.street)
    where = {"pk": plan.pk}
    assert answer.headers["Location"] == reverse("tasks:plan-draft", kwargs=where)

    item = {
        "title": "治理散煤",
        "units": "学门口社区、三里桥社区",
        "due_on": "2026-10-31",
        "strength": "MUST",
        "milestones": "完成排查 2026-05-31",
    }
    new = reverse("tasks:plan-item-new", kwargs=where)
    for wrong in ({"units": "没有的社区"}, {"milestones": "哪天"}, {"due_on": "2019-01-01"}):
        assert author.post(new, item | wrong).status_code == 422
    assert not plan.measures.exists()
    assert author.post(new, item).status_code == 302
    html = author.get(reverse("tasks:plan-draft", kwargs=where)).content.decode()
    assert "学门口社区、三里桥社区" in html
    assert ">报审</button>" in html

    assert (
        author.post(reverse("tasks:plan-step", kwargs=where), {"act": "submit"}).status_code == 302
    )
    office = client_of(city.office)
    assert "待审批" in office.get(reverse("tasks:plans")).content.decode()
    judge = reverse("tasks:plan-judge", kwargs=where)
    assert office.post(judge, {"act": "send_back", "reason": " "}).status_code == 422
    assert office.post(judge, {"act": "approve"}).status_code == 302
    assert Plan.objects.get(pk=plan.pk).state == "IN_FORCE"
    other = client_of(city.people["S2"])
    (file,) = plan.attachments.all()
    original = reverse("tasks:attachment", args=[file.client_id, "original"])
    answer = other.get(original)
    assert answer.status_code == 200
    answer.close()


def test_a_table_goes_through_its_three_pages(city, draft):
    author, where = client_of(city.author), reverse("tasks:plan-import", kwargs={"pk": draft.pk})
    bad = SimpleUploadedFile("x.xlsx", b"PK\x03\x04 not a workbook")
    assert author.post(where, {"act": "upload", "file": bad}).status_code == 422
    file = SimpleUploadedFile("措施.xlsx", xlsx_bytes([TITLES, GOOD, SOFT]))
    mapping = author.post(where, {"act": "upload", "file": file})
    initial = mapping.context["form"].initial
    given = dict(initial)
    assert author.post(where, given | {"act": "preview", "col_title": ""}).status_code == 422
    preview = author.post(where, given | {"act": "preview"}).content.decode()
    assert "导入 2 项" in preview
    assert not draft.measures.exists()

    assert author.post(where, given | {"act": "commit", "new": "2"}).status_code == 302
    assert draft.measures.count() == 2


def test_the_page_of_differences_shows_before_and_after(city, revised):
    html = (
        client_of(city.author)
        .get(reverse("tasks:plan-differences", kwargs={"pk": revised.pk}))
        .content.decode()
    )

    assert "<del>12 户</del>" in html
    assert "<ins>20 户</ins>" in html
