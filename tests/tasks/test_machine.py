"""A long random life: whatever people try, the state is the fold of the events."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from build import NOON
from build_tasks import REQUIREMENT, SUPERVISOR, make_registered, pair
from grids.errors import Refused
from tasks import invariants, policies
from tasks.models import Task
from tasks.services import ledger, life
from tasks.standing import standing
from tasks.workflow import OPEN, Action, State, next_state

PEOPLE = (
    "office",
    "supervisor",
    "chief",
    "manager",
    "village_chief",
    "worker",
    "neighbour",
    "enterprise",
    "guest",
    "outsider",
)
GRIDS = ("village", "other_village", "street", "district", "other_street", "key_grid", "root")
people, places = st.sampled_from(PEOPLE), st.sampled_from(GRIDS)


def arguments(action, who, place, task, at):
    """What each verb needs beside the person."""
    words = {
        Action.REPORT_UP: {"reason": "处理不了"},
        Action.TRANSFER: {"to": place, "reason_code": "NOT_MY_AREA", "note": "界线"},
        Action.RETURN_TRANSFER: {"note": "不归我"},
        Action.RULE: {"to": place, "note": "裁定"},
        Action.SEND_BACK: {"reason": "没盖全"},
        Action.ASK_EXTENSION: {"reason": "下雨", "due_at": at + timedelta(days=30)},
        Action.DECIDE_EXTENSION: {"granted": True, "note": "同意"},
        Action.SUPERVISE: {"note": "抓紧"},
        Action.REVISIT: {"good": at.minute % 2 == 0, "note": "看过"},
        Action.VOID: {"reason": "重复"},
        Action.COMMENT: {"note": f"第 {at.isoformat()} 句"},
        Action.ISSUE: {
            "grid": place,
            "requirement": REQUIREMENT,
            "supervisor": SUPERVISOR,
            "deadline_kind": "WORKDAYS",
            "deadline_amount": 3,
            "override_reason": "就近",
        },
    }
    if action == Action.SUBMIT:
        return {"measures": "已办", "attachments": pair(who)}
    return words.get(action, {})


VERBS = (
    Action.ISSUE,
    Action.ACCEPT,
    Action.REPORT_UP,
    Action.TRANSFER,
    Action.RETURN_TRANSFER,
    Action.RULE,
    Action.SUBMIT,
    Action.APPROVE,
    Action.SEND_BACK,
    Action.ASK_EXTENSION,
    Action.DECIDE_EXTENSION,
    Action.SUPERVISE,
    Action.REVISIT,
    Action.COMMENT,
)


class TaskLife(RuleBasedStateMachine):
    """Every step is tried by anybody; what policies refuse must leave no trace."""

    cast = None

    @initialize()
    def begin(self):
        self.at = NOON
        self.task = make_registered(self.cast.scheme, self.cast.tree.village, self.cast.worker)

    def do(self, action, name, place):
        who, grid = self.cast.people[name], getattr(self.cast.tree, place)
        self.at += timedelta(minutes=1)
        before = self.task.events.count()
        allowed = policies.why_not(who, action, self.task, at=self.at) == ""
        given = arguments(action, who, grid, self.task, self.at)
        try:
            done = getattr(life, action.value)(self.task, by=who, at=self.at, **given)
        except (PermissionDenied, Refused):
            assert self.task.events.count() == before
            return
        assert allowed
        assert done.events.count() > before
        if action != Action.REVISIT:
            assert done.state == next_state(State(self.task.state), action)
        self.task = Task.objects.get(pk=done.pk)

    @rule(action=st.sampled_from(VERBS), name=people, place=places)
    def anybody_tries_anything(self, action, name, place):
        self.do(action, name, place)

    @rule(data=st.data(), place=places)
    def somebody_does_what_his_buttons_offer(self, data, place):
        offers = {
            name: [a for a in policies.offered(user, self.task, at=self.at) if a in VERBS]
            for name, user in self.cast.people.items()
        }
        able = {name: actions for name, actions in offers.items() if actions}
        if able:
            name = data.draw(st.sampled_from(sorted(able)))
            self.do(data.draw(st.sampled_from(able[name])), name, place)

    @precondition(lambda self: self.task.state in OPEN)
    @rule()
    def the_office_could_void_it(self):
        office, street = self.cast.office, self.cast.tree.root
        reason = policies.why_not(office, Action.VOID, self.task, at=self.at)
        assert reason == "" or self.task.grid == street

    @invariant()
    def the_state_is_the_fold_of_the_events(self):
        assert invariants.states_are_their_events() == []

    @invariant()
    def the_chain_holds(self):
        if hasattr(self, "task"):
            assert ledger.chain_of(self.task.pk) is None

    @invariant()
    def closed_work_was_judged_by_somebody_else(self):
        if not hasattr(self, "task") or self.task.state != State.CLOSED:
            return
        card = self.task.cards.get(round=self.task.round)
        assert card.is_approved
        assert card.by_id != self.task.closed_by_id
        seats = standing(self.task.closed_by, self.at).seats
        root = self.cast.tree.root.pk
        assert all(seat.grid != card.grid_id or seat.grid == root for seat in seats)


@pytest.mark.slow
@pytest.mark.clause("Z-14", "Y1-71")
def test_no_sequence_of_clicks_breaks_the_life_of_a_task(cast):
    machine = type("Machine", (TaskLife,), {"cast": cast})

    class Undone(machine):
        """Each example starts from the same database."""

        def __init__(self):
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    run_state_machine_as_test(
        Undone,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
