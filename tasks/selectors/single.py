"""Facts about one task that its history or its scheme holds."""

from datetime import datetime

from grids import access
from grids.models import Grid
from grids.selectors import rule
from tasks.deadlines import beijing_date
from tasks.models import Task
from tasks.models.kinds import Disposition
from tasks.workflow import LADDER, RETURNS_BEFORE_RULING, Action, Rung

EVIDENCE: dict[str, list[str]] = {
    "RECTIFICATION": ["BEFORE", "AFTER"],
    "MATERIAL": ["DOCUMENT"],
    "SUMMONS": ["DOCUMENT"],
    "UNIT": ["DOCUMENT"],
}
"""Where a scheme has no rule `evidence`: the least that acceptance needs."""


def required_evidence(task: Task, *, at: datetime, disposition: str = "") -> list[str]:
    """Purposes of files a feedback card of this kind must have; outcome rules added (Y1-30).

    责令停业、关闭 always needs the paper with the approval (ZY-29).

    Rule `evidence`: `{KIND: {"required": [...], "why": …}, "disposition": {EXIT: [...]}}`.
    """
    table = rule(task.scheme, "evidence", beijing_date(at)) or {}
    row = table.get(task.kind)
    required = list(row.get("required", []) if row else EVIDENCE.get(task.kind, []))
    extra = list(table.get("disposition", {}).get(disposition, []))
    if disposition == Disposition.SHUT_DOWN:
        extra.append("DOCUMENT")
    return required + [one for one in extra if one not in required]


def most_returns(task: Task, *, at: datetime) -> int:
    """After how many returned transfers only 裁定 is left (rule `transfer.max_returns`)."""
    return int(rule(task.scheme, "transfer.max_returns", beijing_date(at), RETURNS_BEFORE_RULING))


def chairs(grid: Grid, *, at: datetime) -> set[str]:
    """The rungs of the ladder for which the grid has a post on that day, bound or not."""
    running = grid.posts.filter(access.running_q(beijing_date(at)), role__in=LADDER)
    return set(running.values_list("role", flat=True))


def entry_rung(grid: Grid, *, at: datetime) -> Rung:
    """The lowest rung that the grid has: where a matter that arrives is handled first."""
    there = chairs(grid, at=at)
    return next((rung for rung in LADDER if rung in there), Rung.WORKER)


def sent_from(task: Task) -> Grid | None:
    """The grid whose 移交 the holder has not answered yet: where 退还 goes. None: no transfer."""
    moves = task.events.filter(action__in=_SIDEWAYS).order_by("-sequence")
    last = moves.select_related("grid").first()
    if last is None or last.action != Action.TRANSFER:
        return None
    return last.grid


_SIDEWAYS = (
    Action.ISSUE,
    Action.TRANSFER,
    Action.RETURN_TRANSFER,
    Action.RULE,
    Action.REPORT_UP,
    Action.ACCEPT,
)


def given_to(task: Task) -> list[Grid]:
    """Every grid that ever held the task, in order of first holding."""
    ids = task.events.exclude(to_grid=None).order_by("sequence").values_list("to_grid", flat=True)
    order = list(dict.fromkeys(ids))
    grids = Grid.objects.in_bulk(order)
    return [grids[pk] for pk in order]


def passed_revisit(task: Task) -> bool:
    """True when the last 回头看 found it good and nothing came back since."""
    last = task.events.filter(action__in=(Action.REVISIT, Action.REOPEN)).order_by("-sequence")
    newest = last.values_list("action", flat=True).first()
    return newest == Action.REVISIT
