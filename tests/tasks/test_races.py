"""Two people at the same moment. Needs row locks, so it runs on PostgreSQL only."""

import threading
from datetime import date, timedelta

import pytest
from django.db import close_old_connections, connection, connections, transaction

from build import make_post, make_user
from build_tasks import REQUIREMENT, SUPERVISOR, make_registered, make_submitted, make_task, pair
from grids.errors import Refused
from grids.models import Role
from tasks import invariants
from tasks.holidays import Day
from tasks.models import CalendarDay, FeedbackCard, Route, Task, TaskEvent
from tasks.models.calendar import CalendarChange
from tasks.selectors.calendar_preview import preview
from tasks.selectors.changes import changes
from tasks.services import calendar_changes, ledger, life, routes
from tasks.workflow import State

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]


def at_once(*calls):
    """Runs the calls in threads that start together; gives what each returned or raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        close_old_connections()
        gate.wait()
        try:
            answers[number] = call()
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def refused(answers):
    return [answer for answer in answers if isinstance(answer, Exception)]


def is_sound(noon):
    assert invariants.states_are_their_events() == []
    assert ledger.verify(at=noon, with_files=False).is_whole


def test_two_people_accepting_at_once_close_it_once(cast, noon):
    task = make_submitted(cast)
    judges = [cast.office] + [make_user() for _ in range(5)]
    for judge in judges[1:]:
        make_post(judge, cast.tree.root, Role.OFFICE)

    answers = at_once(*(lambda who=who: life.approve(task, by=who, at=noon) for who in judges))

    assert len(refused(answers)) == len(judges) - 1
    assert all(isinstance(error, Refused) for error in refused(answers))
    assert task.events.filter(action="approve").count() == 1
    is_sound(noon)


def test_a_double_click_in_two_processes_leaves_one_event(cast, noon):
    task = make_task(cast)
    click = {"by": cast.worker, "at": noon, "version": task.version}

    answers = at_once(*(lambda: life.accept(task, **click) for _ in range(6)))

    assert refused(answers) == []
    assert task.events.filter(action="accept").count() == 1
    is_sound(noon)


def test_accepting_and_reporting_up_at_once_ends_in_one_order(cast, noon):
    task = make_task(cast)

    answers = at_once(
        lambda: life.accept(task, by=cast.worker, at=noon),
        lambda: life.report_up(task, reason="处理不了", by=cast.worker, at=noon),
        lambda: life.void(task, reason="重复", by=cast.office, at=noon),
    )

    assert len(refused(answers)) < 3
    is_sound(noon)


def test_many_registrations_at_once_get_gapless_numbers(cast, noon):
    answers = at_once(
        *(lambda: make_registered(cast.scheme, cast.tree.village, cast.worker) for _ in range(12))
    )

    assert refused(answers) == []
    numbers = sorted(Task.objects.values_list("number", flat=True))
    assert numbers == [f"YY-2026-{place:06d}" for place in range(1, 13)]


def test_two_cards_at_once_are_one_round(cast, noon):
    task = life.accept(make_task(cast), by=cast.worker, at=noon)
    files = [pair(cast.worker), pair(cast.worker)]

    answers = at_once(
        *(
            lambda rows=rows: life.submit(
                task, measures="覆盖", attachments=rows, by=cast.worker, at=noon
            )
            for rows in files
        )
    )

    assert len(refused(answers)) == 1
    assert FeedbackCard.objects.filter(task=task).count() == 1
    is_sound(noon)


def test_parts_of_a_joint_order_accepted_at_once_close_the_whole_once(cast, noon):
    whole = life.join(
        make_registered(cast.scheme, cast.tree.root, cast.office, kind="CHECK"),
        units=[(cast.tree.street, "LEAD"), (cast.tree.key_grid, "CO"), (cast.tree.village, "CO")],
        requirement=REQUIREMENT,
        supervisor=SUPERVISOR,
        deadline_kind="SAME_DAY",
        by=cast.office,
        at=noon,
    )
    doers = {"S1": cast.chief, "K1": cast.enterprise, "V1": cast.worker}
    parts = []
    for part in whole.parts.select_related("grid"):
        by = doers[part.grid.code]
        part = life.accept(part, by=by, at=noon)
        parts.append(life.submit(part, measures="已核查", by=by, at=noon))

    answers = at_once(
        *(lambda part=part: life.approve(part, by=cast.office, at=noon) for part in parts)
    )

    assert refused(answers) == []
    whole.refresh_from_db()
    assert whole.state == State.CLOSED
    assert whole.events.filter(action="complete").count() == 1
    is_sound(noon)


def test_voiding_the_whole_while_a_part_is_accepted_does_not_lock_up(cast, noon):
    whole = life.join(
        make_registered(cast.scheme, cast.tree.root, cast.office, kind="CHECK"),
        units=[(cast.tree.street, "LEAD"), (cast.tree.key_grid, "CO")],
        requirement=REQUIREMENT,
        supervisor=SUPERVISOR,
        deadline_kind="SAME_DAY",
        by=cast.office,
        at=noon,
    )
    part = whole.parts.get(grid__code="S1")
    part = life.accept(part, by=cast.chief, at=noon)
    part = life.submit(part, measures="已核查", by=cast.chief, at=noon)
    colleague = make_user()
    make_post(colleague, cast.tree.root, Role.OFFICE)

    answers = at_once(
        lambda: life.void(whole, reason="重复", by=cast.office, at=noon),
        lambda: life.approve(part, by=colleague, at=noon),
    )

    assert all(isinstance(error, Refused) for error in refused(answers))
    is_sound(noon)


def test_a_late_commit_is_not_lost_to_a_reader_of_changes(cast, noon):
    """An event written first but committed last: the reader must not run past it."""
    slow, quick = make_task(cast), make_task(cast)
    start = changes(cast.office, after=0, limit=200)[1]
    written, go = threading.Event(), threading.Event()

    def slowly():
        close_old_connections()
        with transaction.atomic():
            life.comment(slow, note="先写后提交", by=cast.worker, at=noon)
            written.set()
            go.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slowly)
    thread.start()
    written.wait(10)
    life.comment(quick, note="后写先提交", by=cast.worker, at=noon + timedelta(minutes=5))
    rows, cursor, _ = changes(cast.office, after=start, limit=200)
    assert (rows, cursor) == ([], start)
    go.set()
    thread.join()

    rows, _, _ = changes(cast.office, after=cursor, limit=200)
    assert [row.note for row in rows] == ["先写后提交", "后写先提交"]


def test_a_change_of_the_calendar_applied_by_six_clicks_moves_once(one_regime, noon):
    task = make_task(one_regime)
    days = [Day(date(2026, 11, 19), is_workday=False, name="市定假")]
    token = preview(days).token
    given = {"source": "通知", "token": token, "by": one_regime.office, "at": noon}

    answers = at_once(*(lambda: calendar_changes.apply(days, **given) for _ in range(6)))

    assert refused(answers) == []
    assert {answer.pk for answer in answers} == {CalendarChange.objects.get().pk}
    assert task.events.filter(action="recalculate").count() == 1
    is_sound(noon)


def test_a_change_of_the_calendar_beside_a_void_is_whole_or_refused(one_regime, noon):
    tasks = [make_task(one_regime) for _ in range(4)]
    days = [Day(date(2026, 11, 19), is_workday=False, name="市定假")]
    token = preview(days).token

    answers = at_once(
        lambda: calendar_changes.apply(
            days, source="通知", token=token, by=one_regime.office, at=noon
        ),
        lambda: life.void(tasks[2], reason="重复", by=one_regime.office, at=noon),
    )

    assert all(isinstance(error, Refused) for error in refused(answers))
    moved = TaskEvent.objects.filter(action="recalculate").count()
    assert moved in {0, 4}
    assert CalendarDay.objects.count() == (1 if moved else 0)
    is_sound(noon)


def test_two_rules_for_one_area_switched_on_at_once_leave_one(cast, noon):
    made = [
        routes.draft(
            scheme=cast.scheme,
            category="BARE_SOIL",
            under=cast.tree.street,
            to=to,
            reason="权属",
            by=cast.office,
            at=noon,
        )
        for to in (cast.tree.village, cast.tree.other_village)
    ]

    answers = at_once(
        *(
            lambda one=one: routes.switch_on(
                one, from_on=noon.date(), note="试算", by=cast.office, at=noon
            )
            for one in made
        )
    )

    assert len(refused(answers)) == 1
    assert Route.objects.exclude(from_on=None).count() == 1
