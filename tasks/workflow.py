"""The life of a task, as data. Pure: no models, no clock, no database."""

from django.db.models import TextChoices


class State(TextChoices):
    REGISTERED = "REGISTERED", "已登记"
    ISSUED = "ISSUED", "已交办"
    HANDLING = "HANDLING", "处置中"
    SUBMITTED = "SUBMITTED", "待验收"
    CLOSED = "CLOSED", "已销号"
    VOID = "VOID", "作废"


OPEN = (State.REGISTERED, State.ISSUED, State.HANDLING, State.SUBMITTED)
"""未结: everything that can still become overdue once issued."""


class Action(TextChoices):
    REGISTER = "register", "登记"
    ISSUE = "issue", "交办"
    ACCEPT = "accept", "签收"
    REPORT_UP = "report_up", "上报"
    TRANSFER = "transfer", "移交"
    RETURN_TRANSFER = "return_transfer", "退还移交"
    RULE = "rule", "裁定"
    JOIN = "join", "联合处置"
    SUBMIT = "submit", "反馈"
    SETTLE = "settle", "立行立改"
    APPROVE = "approve", "验收销号"
    COMPLETE = "complete", "各分单办结"
    SEND_BACK = "send_back", "退回"
    ASK_EXTENSION = "ask_extension", "申请延期"
    DECIDE_EXTENSION = "decide_extension", "批复延期"
    SUPERVISE = "supervise", "督办"
    REVISIT = "revisit", "回头看"
    REOPEN = "reopen", "反弹重开"
    VOID = "void", "作废"
    COMMENT = "comment", "留言"
    REVEAL = "reveal", "公开"
    RECALCULATE = "recalculate", "重算时限"


class Rung(TextChoices):
    """Who inside the holding grid has the matter: 网格员 → 网格负责人 → 网格长."""

    WORKER = "WORKER", "网格员"
    MANAGER = "MANAGER", "网格负责人"
    CHIEF = "CHIEF", "网格长"


LADDER = (Rung.WORKER, Rung.MANAGER, Rung.CHIEF)

RUNGS_UP_TO = {0: LADDER[:1], 1: LADDER[:2], 2: LADDER}
"""The rungs that a rank may act on: 网格员 only its own, 网格长 all three."""

_HELD = (State.ISSUED, State.HANDLING)

MOVES: dict[tuple[State, Action], State] = {
    (State.REGISTERED, Action.ISSUE): State.ISSUED,
    (State.REGISTERED, Action.SETTLE): State.SUBMITTED,
    (State.ISSUED, Action.ACCEPT): State.HANDLING,
    **{(state, Action.REPORT_UP): State.ISSUED for state in _HELD},
    **{(state, Action.TRANSFER): State.ISSUED for state in _HELD},
    (State.ISSUED, Action.RETURN_TRANSFER): State.ISSUED,
    **{(state, Action.RULE): State.ISSUED for state in _HELD},
    (State.REGISTERED, Action.JOIN): State.ISSUED,
    (State.HANDLING, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.APPROVE): State.CLOSED,
    (State.SUBMITTED, Action.SEND_BACK): State.HANDLING,
    **{(state, Action.ASK_EXTENSION): state for state in _HELD},
    **{(state, Action.DECIDE_EXTENSION): state for state in _HELD},
    **{(state, Action.SUPERVISE): state for state in OPEN},
    **{(state, Action.VOID): State.VOID for state in OPEN},
    **{(state, Action.COMMENT): state for state in (*OPEN, State.CLOSED)},
    (State.CLOSED, Action.REVISIT): State.CLOSED,
    (State.CLOSED, Action.REOPEN): State.HANDLING,
    **{(state, Action.REVEAL): state for state in (*OPEN, State.CLOSED)},
    **{(state, Action.COMPLETE): State.CLOSED for state in _HELD},
    **{(state, Action.RECALCULATE): state for state in (*_HELD, State.SUBMITTED)},
}


def next_state(state: State, action: Action) -> State | None:
    """The state after `action`, or None when the action does not exist in `state`."""
    return MOVES.get((State(state), Action(action)))


def fold(actions: list[tuple[str, str]]) -> State | None:
    """The state that a list of (action, to_state) leads to; None when a step is not a move,
    or is no action at all.

    The first step must be 登记; `to_state` is what the event recorded.
    """
    state: State | None = None
    for action, to_state in actions:
        if state is None:
            state = State.REGISTERED if action == Action.REGISTER else None
        else:
            state = next_state(state, Action(action)) if action in Action.values else None
        if state is None or state != to_state:
            return None
    return state


def next_rung(rung: Rung, chairs: set[str] | None = None) -> Rung | None:
    """The rung above inside the same grid; None: the matter leaves for the parent grid.

    `chairs` are the rungs that exist in this grid (None: all three): a matter never climbs
    to a post that the grid does not have.
    """
    above = LADDER[LADDER.index(Rung(rung)) + 1 :]
    return next((one for one in above if chairs is None or one in chairs), None)


RETURNS_BEFORE_RULING = 2
"""After this many returned transfers only 裁定 by the office moves the matter sideways."""
