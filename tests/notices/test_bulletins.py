"""通报: figures from the rows, edited, reviewed, numbered, issued, signed for."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from air import make_station
from build import NOON, make_post, make_user
from build_notices import MONDAY, make_week
from build_tasks import make_closed, make_registered, make_submitted, make_task
from grids.errors import Invalid, Refused, Stale
from grids.models import Role
from notices import wording
from notices.models import Message, Notice, NoticeNumber, Receipt
from notices.services import bulletins, issuing
from notices.services.proposals import propose_from_streaks
from stations.models import DailyAir
from stations.periods import Period
from tasks.models import Task
from tasks.services import life

pytestmark = pytest.mark.django_db
WEEK = "2026-W47"  # the week of NOON
AFTER = NOON.replace(day=23, hour=7)


def figure(notice, key):
    return next(one for one in notice.facts["figures"] if one["key"] == key)


def text_of(notice):
    figures = notice.facts["figures"]
    rows = [text for section in notice.body for text in section["paragraphs"]]
    return "\n".join(wording.plain(text, figures) for text in rows)


@pytest.fixture
def drafted(scheme, office, tree):
    return bulletins.draft_weekly(scheme, WEEK, by=None, at=AFTER)


@pytest.fixture
def reviewed(drafted, office):
    return issuing.review(drafted, by=office, at=AFTER)


@pytest.fixture
def issued(reviewed, office):
    return issuing.number_and_issue(reviewed, by=office, at=AFTER)


# --- the figures ---------------------------------------------------------------------------------


@pytest.mark.clause("W-52", "W-53")
def test_the_weekly_bulletin_tells_the_ranking_as_published(scheme, units, tree):
    make_station(units[0], "S-A")
    for code in ("2026-W45", "2026-W46"):
        make_week(scheme, code, {unit: n for n, unit in enumerate(units, 1)} | {units[0]: None})
    propose_from_streaks(scheme, "2026-W46", at=MONDAY)

    notice = bulletins.draft_weekly(scheme, "2026-W46", by=None, at=MONDAY)

    said = text_of(notice)
    assert "本周共有单位9个参与排名" in said
    assert "排名后三位的单位是：H街道" in said
    assert "A街道（7 天中有效 4 天，不足 5 天，不参与排名）" in said
    assert "J街道连续2周" in said
    assert figure(notice, "summonses")["value"] == 3
    assert figure(notice, "ranked")["value"] == 9
    assert [row["unit"] for row in notice.facts["ranking"]["rows"]][-1] == "A街道"
    assert notice.title == "关于2026年第46周（11月9日—15日）空气质量排名及问题整改情况的通报"


@pytest.mark.clause("W-52")
def test_the_figures_count_the_rows_of_the_week_and_name_them(cast):
    on_time = make_closed(cast)
    late = make_closed(cast)
    Task.objects.filter(pk=late.pk).update(due_at=NOON + timedelta(hours=1))
    waiting = make_submitted(cast)
    overdue = make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(days=1))
    returned = life.send_back(
        make_submitted(cast), reason="不清", by=cast.office, at=NOON + timedelta(hours=3)
    )
    make_registered(cast.scheme, cast.tree.village, cast.worker, at=NOON - timedelta(days=30))

    notice = bulletins.draft_weekly(cast.scheme, WEEK, by=None, at=AFTER)

    assert figure(notice, "registered")["value"] == 5
    assert figure(notice, "issued")["value"] == 5
    assert figure(notice, "closed")["rows"] == sorted([on_time.number, late.number])
    assert wording.said(figure(notice, "on_time_percent")) == "50.0%"
    assert figure(notice, "open")["value"] == 4
    assert figure(notice, "overdue")["rows"] == [overdue.number]
    assert wording.said(figure(notice, "longest_overdue")) == "3天"
    assert figure(notice, "returned")["rows"] == [returned.number]
    assert waiting.number in figure(notice, "open")["rows"]
    assert "登记问题5件，交办5件，验收销号2件，按时销号率50.0%" in text_of(notice)


def test_what_is_overdue_is_a_part_of_what_is_open(cast):
    for days in (1, 2, 30):
        make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(days=days))

    notice = bulletins.draft_weekly(cast.scheme, WEEK, by=None, at=AFTER)

    open_rows = set(figure(notice, "open")["rows"])
    assert set(figure(notice, "overdue")["rows"]) < open_rows
    assert len(open_rows) == 3


def test_a_bulletin_drafted_later_counts_as_of_the_end_of_its_week(cast):
    task = make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(days=1))
    task = life.accept(task, by=cast.worker, at=NOON)
    life.void(task, reason="重复", by=cast.office, at=AFTER + timedelta(days=3))
    other = make_closed(cast, at=AFTER + timedelta(days=1))

    notice = bulletins.draft_weekly(cast.scheme, WEEK, by=None, at=AFTER + timedelta(days=9))

    assert figure(notice, "closed")["value"] == 0
    assert other.number in figure(notice, "open")["rows"]


@pytest.mark.clause("Y1-53")
def test_a_strive_matter_is_not_called_overdue(cast):
    make_task(cast, deadline_kind="MOMENT", due_at=NOON + timedelta(days=1), strength="STRIVE")

    notice = bulletins.draft_weekly(cast.scheme, WEEK, by=None, at=AFTER)

    assert figure(notice, "overdue")["value"] == 0
    assert figure(notice, "open")["value"] == 1


def test_a_secret_matter_is_in_no_figure(cast):
    make_registered(cast.scheme, cast.tree.village, cast.supervisor, is_hidden=True)

    notice = bulletins.draft_weekly(cast.scheme, WEEK, by=None, at=AFTER)

    assert figure(notice, "registered")["value"] == 0


def test_good_days_are_those_of_the_stations_with_an_index_of_at_most_100(scheme, units):
    station = make_station(units[0], "S-A")
    for day, aqi in ((16, 100), (17, 101), (18, 50), (19, None)):
        DailyAir.objects.create(on=date(2026, 11, day), station=station, aqi=aqi, rule_set="t")

    notice = bulletins.draft_weekly(scheme, WEEK, by=None, at=AFTER)

    assert figure(notice, "valid_days")["value"] == 3
    assert figure(notice, "good_days")["rows"] == ["S-A 2026-11-16", "S-A 2026-11-18"]
    assert wording.said(figure(notice, "good_day_percent")) == "66.7%"
    assert wording.said(figure(notice, "valid_days")) == "3站日"


def test_every_figure_has_key_label_unit_and_the_address_of_its_list(drafted):
    for one in drafted.facts["figures"]:
        assert one["key"]
        assert one["label"]
        assert one["url"] == f"/notices/{drafted.pk}/figures/{one['key']}/"
    labels = [one["label"] for one in drafted.facts["figures"]]
    assert len(labels) == len(set(labels))


@pytest.mark.clause("Y1-78")
def test_a_monthly_bulletin_needs_no_stations(cast):
    make_closed(cast)

    notice = bulletins.draft(
        cast.scheme, Period.parse("2026-11"), by=cast.office, at=NOON.replace(month=12, day=1)
    )

    assert (notice.kind, notice.period) == ("MONTHLY", "2026-11")
    assert figure(notice, "closed")["value"] == 1
    assert "本月登记问题1件" in text_of(notice)
    assert notice.facts["units"][0]["unit"] == "资阳区"


@pytest.mark.parametrize("period", ["2026-W99", "heute", "", "2026-11-A", "2027-W10"])
def test_a_period_that_cannot_be_is_refused(scheme, tree, period):
    with pytest.raises(Invalid):
        bulletins.draft(scheme, bulletins.period_from(period), by=None, at=AFTER)

    assert not Notice.objects.exists()


def test_one_bulletin_per_period(drafted, scheme, office):
    again = bulletins.draft_weekly(scheme, WEEK, by=office, at=AFTER)

    assert again == drafted
    assert Notice.objects.count() == 1


# --- the text ------------------------------------------------------------------------------------


def body(*texts):
    return [{"heading": "一、情况", "paragraphs": list(texts)}]


def test_an_edited_text_keeps_its_figures_and_must_be_reviewed_again(reviewed, office):
    row = bulletins.edit(
        reviewed, title="关于近期情况的通报", body=body("登记{登记问题}。"), by=office, at=AFTER
    )

    assert (row.state, row.reviewed_by, row.edited_by) == ("DRAFT", None, office)
    assert text_of(row) == "登记0件。"


@pytest.mark.parametrize(
    ("title", "sections", "message"),
    [
        ("", body("x"), "标题"),
        ("长" * 161, body("x"), "160"),
        ("通报", [], "1 到 20"),
        ("通报", body("  "), "不能为空"),
        ("通报", body("登记{瞎写的数}件"), "不是数据项"),
        ("通报", body("字" * 2001), "2000"),
    ],
)
def test_a_bad_text_is_refused_and_nothing_changes(drafted, office, title, sections, message):
    before = (drafted.title, drafted.body)
    with pytest.raises(Invalid, match=message):
        bulletins.edit(drafted, title=title, body=sections, by=office, at=AFTER)

    drafted.refresh_from_db()
    assert (drafted.title, drafted.body) == before


def test_a_text_that_somebody_else_changed_is_not_overwritten(drafted, office, colleague):
    bulletins.edit(drafted, title="甲", body=body("甲"), version=1, by=colleague, at=AFTER)

    with pytest.raises(Stale, match="别人修改过"):
        bulletins.edit(drafted, title="乙", body=body("乙"), version=1, by=office, at=AFTER)


def test_fetching_the_figures_anew_takes_what_has_come_since(drafted, cast):
    make_closed(cast)

    row = bulletins.refresh(drafted, by=cast.office, at=AFTER)

    assert figure(row, "closed")["value"] == 1


# --- review, number, issue -----------------------------------------------------------------------


@pytest.mark.clause("Y1-78", "W-52")
def test_the_way_of_a_bulletin_from_draft_to_receipt(scheme, tree, office, colleague):
    scheme.document_number = "望蓝办通知〔2020〕15号"
    scheme.save(update_fields=["document_number"])
    leader = make_user("district", display_name="区主要领导")
    make_post(leader, tree.district, Role.CHIEF)
    notice = bulletins.draft_weekly(scheme, WEEK, by=office, at=AFTER)

    issuing.review(notice, by=colleague, at=AFTER)
    notice = issuing.number_and_issue(notice, by=office, at=AFTER)

    assert (notice.state, notice.number) == ("ISSUED", "望蓝办周通报〔2026〕1号")
    receipt = notice.receipts.get(grid=tree.district)
    assert "请签收" in Message.objects.get(user=leader).text
    issuing.acknowledge(receipt, by=leader, at=AFTER + timedelta(hours=1))
    again = issuing.acknowledge(receipt, by=leader, at=AFTER + timedelta(hours=9))
    assert again.read_at == AFTER + timedelta(hours=1)
    assert Notice.objects.visible_to(leader).get() == notice


def test_who_drafted_or_changed_it_does_not_review_it(scheme, tree, office, colleague):
    notice = bulletins.draft_weekly(scheme, WEEK, by=office, at=AFTER)

    with pytest.raises(Refused, match="另一位"):
        issuing.review(notice, by=office, at=AFTER)
    row = issuing.review(notice, by=colleague, at=AFTER)

    assert row.reviewed_by == colleague


def test_an_office_of_one_may_review_what_the_machine_drafted(drafted, office):
    assert issuing.review(drafted, by=office, at=AFTER).reviewed_by == office


def test_an_unreviewed_draft_is_not_issued(drafted, office):
    with pytest.raises(Refused, match="草稿"):
        issuing.number_and_issue(drafted, by=office, at=AFTER)

    assert not NoticeNumber.objects.exists()


def test_numbers_run_on_and_none_is_used_twice(scheme, office, tree):
    numbers = []
    for code, serial in (("2026-W44", None), ("2026-W45", 45), ("2026-W46", None)):
        notice = bulletins.draft_weekly(scheme, code, by=None, at=AFTER)
        issuing.review(notice, by=office, at=AFTER)
        numbers.append(issuing.number_and_issue(notice, serial=serial, by=office, at=AFTER).serial)
    notice = bulletins.draft_weekly(scheme, WEEK, by=None, at=AFTER)
    issuing.review(notice, by=office, at=AFTER)

    assert numbers == [1, 45, 46]
    with pytest.raises(Invalid, match="47 起"):
        issuing.number_and_issue(notice, serial=46, by=office, at=AFTER)


def test_what_is_issued_is_not_edited_only_withdrawn_with_a_reason(issued, office, scheme):
    with pytest.raises(Refused, match="已印发"):
        bulletins.edit(issued, title="x", body=body("x"), by=office, at=AFTER)
    with pytest.raises(Invalid):
        issuing.withdraw(issued, reason=" ", by=office, at=AFTER)

    row = issuing.withdraw(issued, reason="数据更正", by=office, at=AFTER)

    assert row.state == "WITHDRAWN"
    assert row.number  # the number stays used
    assert bulletins.draft_weekly(scheme, WEEK, by=None, at=AFTER) != issued


def test_only_posts_of_the_receiving_grid_sign_for_it(issued, office, chief, tree):
    receipt = Receipt.objects.get(notice=issued, grid=tree.district)
    for stranger in (office, chief):
        with pytest.raises(PermissionDenied, match="资阳区"):
            issuing.acknowledge(receipt, by=stranger, at=AFTER)


@pytest.mark.parametrize("who", ["supervisor", "chief", "worker", "guest", "outsider"])
def test_only_the_office_drafts_and_issues(scheme, tree, who, cast, drafted):
    with pytest.raises(PermissionDenied):
        bulletins.draft_weekly(scheme, "2026-W46", by=cast.people[who], at=AFTER)
    with pytest.raises(PermissionDenied):
        issuing.review(drafted, by=cast.people[who], at=AFTER)


def test_drafts_are_seen_by_the_office_only(drafted, cast):
    seen = {who: Notice.objects.visible_to(user).exists() for who, user in cast.people.items()}

    assert {who for who, sees in seen.items() if sees} == {"office", "supervisor"}


def test_issued_papers_are_seen_by_the_regime_but_not_by_enterprises(issued, cast):
    seen = {who: Notice.objects.visible_to(user).exists() for who, user in cast.people.items()}

    assert {who for who, sees in seen.items() if not sees} == {"enterprise", "outsider"}
