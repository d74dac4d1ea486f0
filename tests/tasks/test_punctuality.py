"""按时与逾期: one definition, the same wherever it is asked."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build import NOON
from build_tasks import make_closed, make_handled, make_submitted, make_task
from notices.facts import work
from notices.facts.span import span_of
from stations.periods import Kind, Period
from tasks import punctuality, selectors
from tasks.models import Task, lateness
from tasks.selectors import mishaps
from tasks.selectors.sheet import COLUMNS
from tasks.services import life

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("due", "handed_in", "at", "strength", "late"),
    [
        (None, None, NOON, "MUST", None),
        (NOON, None, NOON, "MUST", None),  # on the moment is in time
        (NOON, None, NOON + HOUR, "MUST", HOUR),
        (NOON, None, NOON + HOUR, "STRIVE", None),
        (NOON, NOON, NOON + DAY, "MUST", None),  # waits for acceptance since the last moment
        (NOON, NOON + HOUR, NOON + DAY, "MUST", HOUR),
        (NOON, NOON + HOUR, NOON + DAY, "STRIVE", None),
    ],
)
def test_what_was_handed_in_decides(due, handed_in, at, strength, late):
    assert punctuality.late_by(due, handed_in, at=at, strength=strength) == late


moments = st.integers(-3, 3).map(lambda hours: NOON + hours * HOUR)


HANDED = [None, NOON - HOUR, NOON, NOON + HOUR]


@pytest.mark.parametrize("strength", ["MUST", "STRIVE"])
def test_the_database_and_the_rule_agree_on_every_order_of_moments(cast, strength):
    row, end = Task.objects.filter(pk=make_closed(cast).pk), NOON + DAY
    for handed_in in HANDED:
        row.update(due_at=NOON, submitted_at=handed_in, strength=strength, closed_at=end)
        late = punctuality.late_by(NOON, handed_in or end, at=end, strength=strength)
        assert row.filter(lateness.CLOSED_LATE).exists() == (late is not None)
        assert row.filter(lateness.CLOSED_IN_TIME).exists() == (late is None)
        for at in (NOON - HOUR, NOON, NOON + HOUR):
            if handed_in is None or handed_in <= at:
                open_late = punctuality.late_by(NOON, handed_in, at=at, strength=strength)
                assert row.filter(lateness.missed(at)).exists() == (open_late is not None)


@given(due=moments, handed_in=st.none() | moments, at=moments)
def test_a_later_look_never_makes_a_matter_punctual_again(due, handed_in, at):
    first = punctuality.late_by(due, handed_in, at=at)
    later = punctuality.late_by(due, handed_in, at=at + HOUR)
    assert first is None or (later is not None and later >= first)


def test_a_slow_office_makes_nobody_late(cast):
    """Handed in in time, accepted two days after the deadline: the same word everywhere."""
    task = make_closed(cast, at=NOON + 9 * DAY)
    assert task.due_at < task.closed_at
    office, scheme, at = cast.office, cast.scheme, NOON + 10 * DAY
    late = Task.objects.filter(lateness.CLOSED_LATE)

    assert not late.exists()
    assert not selectors.ledger(office, scheme, {"due": "late_closed"}, at).exists()
    figures = selectors.indicators(scheme, cast.tree.village, NOON - DAY, at)
    assert (figures.closed, figures.closed_late, figures.overdue) == (1, 0, 0)
    week = span_of(scheme, Period.containing(Kind.WEEK, at.date()), at=at)
    bulletin = {one.key: one for one in work.figures(week)}
    assert bulletin["on_time_percent"].rows == (task.number,)
    (hours,) = [read for name, _, read in COLUMNS if name == "逾期小时"]
    assert hours(task, at) is None


def test_what_waits_for_acceptance_since_before_the_deadline_is_not_overdue(cast):
    handed_in, missing = make_submitted(cast), make_handled(cast)
    at = NOON + 9 * DAY
    assert handed_in.due_at < at

    assert list(Task.objects.overdue(at)) == [missing]
    assert list(selectors.ledger(cast.office, cast.scheme, {"due": "overdue"}, at)) == [missing]
    assert Task.objects.filter(mishaps.missed_q(NOON, at)).get() == missing

    back = life.send_back(handed_in, reason="没盖全", by=cast.office, at=at)
    assert set(Task.objects.overdue(at)) == {missing, back}  # a refused feedback does not count


def test_what_one_strives_for_is_never_called_overdue(cast):
    make_task(cast, strength="STRIVE")
    assert not Task.objects.overdue(NOON + 30 * DAY).exists()
