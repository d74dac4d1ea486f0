"""工作日历: what an office pastes, what a change moves, and that it moves nothing else."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from build import BEIJING
from build_tasks import make_handled, make_issued, make_registered, make_task, pair
from grids.errors import Invalid, Stale
from grids.models import SchemeRule
from tasks import invariants
from tasks.holidays import Day, Unclear, read
from tasks.models import CalendarDay, Task
from tasks.models.calendar import CalendarChange
from tasks.selectors.calendar_preview import inverse, preview, year_of_package, year_view
from tasks.services import calendar_changes, ledger, life, working_days

NOTICE_2026 = """\
国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
"""
NOVEMBER = datetime(2026, 11, 18, 12, 0, tzinfo=BEIJING)
EVE = datetime(2026, 9, 29, 10, 0, tzinfo=BEIJING)  # Tuesday, two days before 国庆
SOURCE = "国办发明电〔2025〕7号"


# --- reading -------------------------------------------------------------------------------------


def test_the_pasted_notice_reads_like_the_package():
    told = {day.on: day.is_workday for day in read(NOTICE_2026, 2026).days}

    assert told == {day.on: day.is_workday for day in working_days.package_days(2026)}


def test_names_come_from_the_notice():
    names = {day.on: day.name for day in read(NOTICE_2026, 2026).days}

    assert names[date(2026, 2, 16)] == "春节"
    assert names[date(2026, 10, 10)] == "国庆节调休"


@pytest.mark.parametrize(
    "line",
    [
        "2027-10-01,休,国庆节",
        "2027/10/1\t放假\t国庆节",
        "2027年10月1日 休 国庆节",
        "10月1日（周五）放假，国庆节",
        "2027.10.01，国庆节，休息",
    ],
)
def test_a_line_may_be_written_in_several_ways(line):
    assert read(line, 2027).days == [Day(date(2027, 10, 1), is_workday=False, name="国庆节")]


def test_a_stretch_a_workday_and_a_day_made_ordinary_again():
    days = read(
        "2027-02-27至2027-03-02,休,市定假\n2027-03-06,班,市定假\n2027-03-08,平日", 2027
    ).days

    assert [day.on.day for day in days] == [27, 28, 1, 2, 6, 8]
    assert [day.is_workday for day in days[-2:]] == [True, None]
    assert (days[0].name, days[4].name) == ("市定假", "市定假调休")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2027-02-30,休,春节", "没有 2027年02月30日"),
        ("2027-10-01,国庆节", "没有写明放假还是上班"),
        ("2027-10-10,调休,国庆节", "没有写明放假还是上班"),
        ("2027-10-07至2027-10-01,休", "从前到后"),
        ("2027-01-01至2027-03-01,休", "最多 31 天"),
        ("1907-10-01,休", "年份应在"),
        ("2027-10-01,休\n2027-10-01,班", "写了两次"),
        ("明年再说", "没有读到日期"),
        ("", "没有读到日期"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_passage(text, fault):
    with pytest.raises(Unclear, match=fault):
        read(text, 2027)


# --- what moves ----------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def issued_on(cast, at, **over):
    task = make_registered(cast.scheme, cast.tree.root, cast.office, at=at)
    return make_issued(task, cast.tree.village, cast.office, at=at, **over)


def change(cast, days, *, at=NOVEMBER, source=SOURCE, **over):
    found = preview(days)
    return calendar_changes.apply(
        days, source=source, token=found.token, by=cast.office, at=at, **over
    )


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.clause("Y1-64")
def test_a_deadline_across_the_national_holiday_moves_when_its_calendar_is_entered(one_regime):
    """Three workdays from 29 September: without the year's table the 2nd of October."""
    task = issued_on(one_regime, EVE, deadline_text="3个工作日内")
    assert task.due_at == moment("2026-10-03T00:00")

    found = preview(working_days.package_days(2026))
    assert [(one.task, one.old, one.new) for one in found.moved] == [
        (task, moment("2026-10-03T00:00"), moment("2026-10-10T00:00"))
    ]
    assert not CalendarDay.objects.exists()  # a preview writes nothing

    done = change(one_regime, working_days.package_days(2026), at=EVE + timedelta(hours=1))

    task.refresh_from_db()
    assert task.due_at == moment("2026-10-10T00:00")  # 30 Sept, 8 and 9 Oct; Saturday 10 works
    assert (task.deadline_text, task.deadline_kind) == ("3个工作日内", "WORKDAYS")
    event = task.events.get(action="recalculate")
    assert (event.by, event.data["change"]) == (one_regime.office, done.pk)
    assert event.note == f"{SOURCE}：时限由 2026-10-02 24:00 改为 2026-10-09 24:00"
    ((number, old, new),) = done.moves
    assert (number, datetime.fromisoformat(old)) == (task.number, moment("2026-10-03T00:00"))
    assert datetime.fromisoformat(new) == task.due_at
    assert ledger.verify(at=NOVEMBER, with_files=False).is_whole
    assert invariants.states_are_their_events() == []


def test_deadlines_in_working_hours_move_with_the_calendar(one_regime):
    SchemeRule.objects.create(
        scheme=one_regime.scheme,
        key="office_hours",
        value=[["09:00", "12:00"], ["13:00", "18:00"]],
        valid_from=date(2021, 1, 1),
    )
    task = issued_on(
        one_regime,
        EVE + timedelta(hours=30, minutes=30),  # 30 September 16:30
        deadline_kind="WORKHOURS",
        deadline_amount=3,
        deadline_text="3个工作小时内",
    )
    assert task.due_at == moment("2026-10-01T10:30")  # nobody has loaded 国庆 yet

    found = preview(working_days.package_days(2026))
    assert [(one.old, one.new, one.amount) for one in found.moved] == [
        (moment("2026-10-01T10:30"), moment("2026-10-08T10:30"), 3)
    ]
    change(one_regime, working_days.package_days(2026), at=EVE + timedelta(hours=31))

    task.refresh_from_db()
    assert (task.due_at, task.deadline_text) == (moment("2026-10-08T10:30"), "3个工作小时内")
    assert preview(working_days.package_days(2026)).is_empty


@pytest.mark.parametrize(
    "terms",
    [
        {"deadline_kind": "HOURS", "deadline_amount": 72},
        {"deadline_kind": "DAYS", "deadline_amount": 3},
        {"deadline_kind": "SAME_DAY"},
        {"deadline_kind": "MONTH_END"},
        {"deadline_kind": "MOMENT", "due_at": moment("2026-10-05T18:00")},
        {
            "deadline_kind": "BEFORE_EVENT",
            "deadline_amount": 3,
            "due_at": moment("2026-10-20T08:00"),
        },
    ],
    ids=lambda terms: terms["deadline_kind"],
)
@pytest.mark.clause("ZY-62")
def test_other_kinds_of_deadline_do_not_move(one_regime, terms):
    task = issued_on(one_regime, EVE, **{"deadline_amount": None} | terms)

    found = preview(working_days.package_days(2026))

    assert (found.moved, found.counted, found.fixed) == ([], 0, 1)
    change(one_regime, working_days.package_days(2026), at=EVE)
    assert Task.objects.get(pk=task.pk).due_at == task.due_at


def test_closed_and_voided_matters_stay_and_whats_handed_in_moves(one_regime, noon):
    closed = issued_on(one_regime, EVE)
    life.void(closed, reason="重复", by=one_regime.office, at=EVE)
    handed = make_handled(one_regime)
    handed = life.submit(
        handed,
        measures="已覆盖",
        attachments=pair(one_regime.worker),
        by=one_regime.worker,
        at=noon + timedelta(hours=1),
    )

    change(one_regime, [Day(date(2026, 11, 19), is_workday=False, name="市定假")])

    handed.refresh_from_db()
    assert handed.due_at == moment("2026-11-25T00:00")
    assert closed.events.filter(action="recalculate").count() == 0


def test_a_joint_matter_moves_with_its_parts(one_regime, noon):
    tree = one_regime.tree
    whole = life.join(
        make_registered(one_regime.scheme, tree.root, one_regime.office),
        units=[(tree.street, "LEAD"), (tree.other_street, "CO")],
        requirement="覆盖",
        supervisor="市网格办",
        deadline_kind="WORKDAYS",
        deadline_amount=3,
        by=one_regime.office,
        at=noon,
    )

    change(one_regime, [Day(date(2026, 11, 19), is_workday=False, name="市定假")])

    whole.refresh_from_db()
    dues = {part.due_at for part in whole.parts.all()} | {whole.due_at}
    assert dues == {moment("2026-11-25T00:00")}


def test_an_extended_deadline_is_a_moment_and_stays(one_regime, noon):
    task = life.ask_extension(
        make_handled(one_regime),
        due_at=moment("2026-12-04T18:00"),
        reason="下雨",
        by=one_regime.worker,
        at=noon,
    )
    task = life.decide_extension(task, granted=True, by=one_regime.office, at=noon)

    change(one_regime, [Day(date(2026, 11, 19), is_workday=False, name="市定假")])

    task.refresh_from_db()
    assert task.due_at == moment("2026-12-04T18:00")


def test_a_matter_that_came_back_is_counted_from_its_return(one_regime, closed, noon):
    back = life.revisit(
        closed,
        good=False,
        note="又裸露",
        by=one_regime.supervisor,
        at=moment("2026-12-21T09:00"),
    )
    assert back.due_at == moment("2026-12-25T00:00")

    change(one_regime, [Day(date(2026, 12, 22), is_workday=False, name="市定假")])

    back.refresh_from_db()
    assert back.due_at == moment("2026-12-26T00:00")


def test_a_task_from_before_the_amount_was_kept_is_counted_back(one_regime):
    task = make_task(one_regime)
    odd = make_task(one_regime)
    Task.objects.filter(pk=task.pk).update(deadline_amount=None, deadline_from=None)
    Task.objects.filter(pk=odd.pk).update(
        deadline_amount=None, due_at=task.due_at + timedelta(hours=5)
    )

    found = preview([Day(date(2026, 11, 19), is_workday=False, name="市定假")])

    assert [(one.task, one.amount) for one in found.moved] == [(task, 3)]


# --- once, stale, back ---------------------------------------------------------------------------

HOLIDAY = [Day(date(2026, 11, 19), is_workday=False, name="市定假")]


def test_the_same_click_twice_moves_once(one_regime):
    task = make_task(one_regime)
    token = preview(HOLIDAY).token
    given = {"source": SOURCE, "token": token, "by": one_regime.office, "at": NOVEMBER}

    first = calendar_changes.apply(HOLIDAY, **given)
    again = calendar_changes.apply(HOLIDAY, **given)

    assert first == again
    assert task.events.filter(action="recalculate").count() == 1
    with pytest.raises(Invalid, match="完全一致"):
        change(one_regime, HOLIDAY)


@pytest.mark.parametrize("what", ["task", "calendar", "another change"])
def test_a_stale_preview_changes_nothing(one_regime, noon, what):
    task = make_task(one_regime)
    token = preview(HOLIDAY).token
    if what == "task":
        life.void(task, reason="重复", by=one_regime.office, at=noon)
    elif what == "calendar":
        working_days.set_day(date(2026, 11, 20), is_workday=False, name="x", source="y")
    else:
        change(one_regime, [Day(date(2026, 11, 23), is_workday=False, name="x")])
    days, events = CalendarDay.objects.count(), task.events.count()

    with pytest.raises(Stale, match="没有写入任何内容"):
        calendar_changes.apply(HOLIDAY, source=SOURCE, token=token, by=one_regime.office, at=noon)

    assert (CalendarDay.objects.count(), task.events.count()) == (days, events)


def test_a_change_is_taken_back_by_another_one_and_may_come_again(one_regime):
    task = make_task(one_regime)
    before = task.due_at
    first = change(one_regime, HOLIDAY)

    back, kept = inverse(first)
    second = change(one_regime, back, source="撤销：录错了", undoes=first)

    task.refresh_from_db()
    assert (kept, task.due_at, second.undoes) == ([], before, first)
    assert not CalendarDay.objects.exists()
    third = change(one_regime, HOLIDAY)
    assert third.pk not in {first.pk, second.pk}
    assert task.events.filter(action="recalculate").count() == 3


def test_what_was_changed_again_since_is_not_taken_back(one_regime):
    first = change(one_regime, HOLIDAY)
    change(one_regime, [Day(date(2026, 11, 19), is_workday=True, name="改为上班")])

    assert inverse(first) == ([], [date(2026, 11, 19)])


def test_what_an_earlier_load_left_behind_is_among_the_moved(one_regime):
    """`load_calendar` writes the table only; the next preview names its tasks."""
    task = make_task(one_regime)
    working_days.set_day(date(2026, 11, 19), is_workday=False, name="x", source="y")

    found = preview([])

    assert [one.task for one in found.moved] == [task]
    change(one_regime, [])
    assert preview([]).is_empty


def test_the_package_replaces_a_whole_year(one_regime):
    CalendarDay.objects.create(on=date(2026, 3, 3), is_workday=False, name="录错")
    CalendarDay.objects.create(on=date(2027, 3, 3), is_workday=False, name="不相干")

    days = year_of_package(working_days.package_days(2026), 2026)
    change(one_regime, days)

    assert not CalendarDay.objects.filter(on=date(2026, 3, 3)).exists()
    assert CalendarDay.objects.filter(on=date(2027, 3, 3)).exists()
    october = year_view(2026, date(2026, 10, 1))[9]
    assert october.workdays == 18
    saturday = next(cell for week in october.weeks for cell in week if cell and cell.on.day == 10)
    assert (saturday.css, saturday.name) == ("work", "国庆节调休")


# --- who -----------------------------------------------------------------------------------------


def test_only_who_answers_for_every_regime_changes_the_calendar(cast, superuser):
    token = preview(HOLIDAY).token
    given = {"source": SOURCE, "token": token, "at": NOVEMBER}

    for name in ("office", "chief", "worker", "supervisor", "outsider", "guest"):
        with pytest.raises(PermissionDenied, match="所有体系"):
            calendar_changes.apply(HOLIDAY, by=cast.people[name], **given)

    assert calendar_changes.apply(HOLIDAY, by=superuser, **given).by == superuser


def test_a_change_needs_its_source(one_regime):
    with pytest.raises(Invalid) as refusal:
        change(one_regime, HOLIDAY, source=" ")

    assert "source" in refusal.value.fields
    assert not CalendarChange.objects.exists()
