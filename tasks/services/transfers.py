"""移交, 退还, 裁定: sideways, and who decides when two grids disagree."""

from datetime import datetime
from typing import Any

from grids.errors import Invalid, Refused
from grids.models import Grid, User
from grids.selectors import locate
from tasks import policies, selectors
from tasks.deadlines import beijing_date
from tasks.models import Route, Task
from tasks.models.kinds import TransferReason
from tasks.selectors.single import most_returns
from tasks.services import routes, wording
from tasks.services.handling import minutes
from tasks.services.moves import Change, Step, move
from tasks.services.registration import check_receiver, first_rung
from tasks.workflow import Action


def transfer(
    task: Task,
    *,
    to: Grid,
    reason_code: str,
    note: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Task:
    """移交: to the grid whose business it is, with a reason code and the clause or map proof.

    The receiver accepts or argues back. After two returns, or once ruled, only 裁定 is left.
    """
    if reason_code not in TransferReason.values:
        raise Invalid("请选择移交理由。", fields={"reason_code": "请从列表中选择"})
    note = wording.needed(note, "note", "请写明依据：条款，或地图上的界线。")

    def plan(locked: Task) -> Change:
        _refuse_settled(locked, at=at)
        check_receiver(locked, to, at=at)
        if to == locked.grid:
            raise Invalid("不能移交给自己。", fields={"to": "请选择另一个网格"})
        proof = {"reason_code": reason_code, "map": _map_proof(locked, to, at=at)}
        return Change(_handed_to(locked, to, at), proof | _clock(locked, at))

    return move(task, Step(Action.TRANSFER, by, at, note, version), plan)


def return_transfer(
    task: Task, *, note: str, by: User, at: datetime, version: int | None = None
) -> Task:
    """退还移交: argue back, with reasons; counted."""
    note = wording.needed(note, "note", "请写明退还的理由和依据。")

    def plan(locked: Task) -> Change:
        _refuse_settled(locked, at=at)
        back_to = selectors.sent_from(locked)
        if back_to is None:
            raise Refused("这件事不是移交来的，不能退还；处理不了请上报。")
        fields = _handed_to(locked, back_to, at) | {"bounces": locked.bounces + 1}
        return Change(fields, {"bounces": locked.bounces + 1} | _clock(locked, at))

    return move(task, Step(Action.RETURN_TRANSFER, by, at, note, version), plan)


def rule(
    task: Task,
    *,
    to: Grid,
    note: str,
    by: User,
    at: datetime,
    becomes_route: bool = False,
    version: int | None = None,
) -> Task:
    """裁定: the office decides for good; the matter can then only be handled or reported up.

    With `becomes_route` a draft of a 派遣规则 is kept: it counts once it is switched on.
    """
    note = wording.needed(note, "note", "请写明裁定理由。")

    def plan(locked: Task) -> Change:
        policies.check_target(by, to)
        check_receiver(locked, to, at=at)
        if becomes_route:
            routes.draft_from(locked, to, note, origin=Route.Origin.RULING, by=by, at=at)
        fields = _handed_to(locked, to, at) | {"ruled_at": at}
        return Change(fields, {"becomes_route": becomes_route} | _clock(locked, at))

    return move(task, Step(Action.RULE, by, at, note, version), plan)


def _refuse_settled(task: Task, *, at: datetime) -> None:
    if task.ruled_at is not None:
        raise Refused("这件事已经裁定，请办理；处理不了请上报。")
    if task.bounces >= most_returns(task, at=at):
        raise Refused(f"移交已被退回 {task.bounces} 次，只能由网格办裁定。")


def _handed_to(task: Task, grid: Grid, at: datetime) -> dict[str, Any]:
    rung = first_rung(task, grid, at=at)
    return {"grid": grid, "rung": rung, "held_since": at, "accepted_at": None}


def _clock(task: Task, at: datetime) -> dict[str, Any]:
    return {"minutes": minutes(task.held_since, at)}


def _map_proof(task: Task, to: Grid, *, at: datetime) -> str:
    """What the outlines say: INSIDE the receiver, ELSEWHERE, or UNKNOWN without point or map."""
    if task.lon is None or task.lat is None:
        return "UNKNOWN"
    found = locate(task.lon, task.lat, on=beijing_date(at))
    places = [one.grid for one in found if one.scheme.pk == task.scheme_id]
    if not places:
        return "UNKNOWN"
    inside = any(to.tree_id == grid.tree_id and to.lft <= grid.lft <= to.rght for grid in places)
    return "INSIDE" if inside else "ELSEWHERE"
