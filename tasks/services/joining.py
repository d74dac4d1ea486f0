"""联合处置: one 总单, a part for every unit, closed when every part is accepted (Y1-76)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from grids.errors import Invalid
from grids.models import Grid, User
from tasks import policies
from tasks.models import ListEntry, Task
from tasks.models.kinds import JoinRole, Strength
from tasks.services import guards
from tasks.services.moves import Change, Step, move, open_chain
from tasks.services.numbers import next_number
from tasks.services.registration import Order, check_receiver, first_rung, issuing_grid
from tasks.workflow import Action, State

MODES = ("区级统筹", "部门合作", "街镇联动")
"""How the units work together (W-46)."""


@transaction.atomic
def join(
    task: Task,
    *,
    units: Sequence[tuple[Grid, str]],
    requirement: str,
    supervisor: str,
    deadline_kind: str,
    by: User | None,
    at: datetime,
    deadline_amount: int | None = None,
    due_at: datetime | None = None,
    deadline_text: str = "",
    strength: str = Strength.MUST,
    mode: str = "",
    version: int | None = None,
) -> Task:
    """联合处置: `units` are (grid, role) with roles LEAD, CO, DO or DUTY; LEAD may be absent.

    Each grid gets its own numbered part with the common deadline; each closes by itself.
    """
    order = Order(
        requirement, supervisor, deadline_kind, deadline_amount, due_at, deadline_text, strength
    )
    _check_units(units)
    _check_mode(mode)

    def plan(locked: Task) -> Change:
        for grid, _ in units:
            policies.check_target(by, grid)
            check_receiver(locked, grid, at=at)
        guards.check(locked, text=order.requirement, reason=mode, by=by, at=at)
        issuer = _common_issuer(by, locked, units, at=at)
        columns = order.columns(locked.scheme, at=at) | {"issuer_grid": issuer, "is_hidden": False}
        parts = [_open_part(locked, grid, role, columns, by=by, at=at) for grid, role in units]
        data = {"parts": [part.number for part in parts], "mode": mode}
        whole = columns | {"grid": issuer, "join_role": JoinRole.WHOLE}
        return Change(whole, data)

    return move(task, Step(Action.JOIN, by, at, requirement.strip(), version), plan)


def _check_units(units: Sequence[tuple[Grid, str]]) -> None:
    grids = [grid.pk for grid, _ in units]
    if not grids:
        raise Invalid("请至少选择一个责任单位。", fields={"units": "请至少选择一个"})
    if len(set(grids)) != len(grids):
        raise Invalid("同一个单位只能列一次。", fields={"units": "有单位重复"})
    roles = {JoinRole.LEAD, JoinRole.CO, JoinRole.DO, JoinRole.DUTY}
    if any(role not in roles for _, role in units):
        raise Invalid("单位的角色应为牵头、参与、实施或责任。", fields={"units": "角色有误"})


def _check_mode(mode: str) -> None:
    if mode and mode not in MODES:
        raise Invalid(f"联动方式应为{'、'.join(MODES)}之一。", fields={"mode": "请从列表中选择"})


def _common_issuer(
    by: User | None, task: Task, units: Iterable[tuple[Grid, str]], *, at: datetime
) -> Grid:
    """The highest of the grids on whose behalf each part is issued."""
    issuers = [issuing_grid(by, task, grid, at=at) for grid, _ in units]
    return min(issuers, key=lambda grid: grid.level)


def _open_part(
    whole: Task, grid: Grid, role: str, columns: dict[str, Any], *, by: User | None, at: datetime
) -> Task:
    """A part: registered and issued in one go, each step with its event."""
    part = Task(
        number=next_number(whole.scheme, at=at),
        scheme=whole.scheme,
        parent=whole,
        join_role=role,
        origin_grid=whole.origin_grid,
        registered_by=by,
        registered_at=at,
        **{name: getattr(whole, name) for name in COPIED},
    )
    part.save(force_insert=True)
    _same_lists(whole, part)
    open_chain(part, Step(Action.REGISTER, by, at), Change(data={"part_of": whole.number}))
    note = f"{JoinRole(role).label}单位"
    fields = columns | {"grid": grid, "rung": first_rung(whole, grid, at=at)}
    return move(
        part, Step(Action.ISSUE, by, at, note), lambda _: Change(fields, {"part_of": whole.number})
    )


COPIED = (
    "kind",
    "title",
    "problem",
    "category",
    "source",
    "source_ref",
    "clause",
    "level",
    "place",
    "lon",
    "lat",
    "measure_unit",
    "campaign",
)


def _same_lists(whole: Task, part: Task) -> None:
    rows = [
        ListEntry(task=part, kind=one.kind, added_by=one.added_by, added_at=one.added_at)
        for one in whole.lists.filter(removed_at=None)
    ]
    ListEntry.objects.bulk_create(rows)


def complete_whole(part: Task, *, by: User, at: datetime) -> None:
    """Closes the 总单 when no part is open any more and at least one was accepted."""
    whole = part.parent
    if whole is None or whole.state in (State.CLOSED, State.VOID):
        return
    states = set(whole.parts.values_list("state", flat=True))
    if State.CLOSED not in states or states - {State.CLOSED, State.VOID}:
        return
    fields = {"closed_at": at, "closed_by": by}
    move(whole, Step(Action.COMPLETE, None, at, "各分单均已销号"), lambda _: Change(fields))


def reopen_whole(part: Task, *, note: str, by: User, at: datetime) -> None:
    """A part that came back opens its 总单 again."""
    whole = part.parent
    if whole is None or whole.state != State.CLOSED:
        return
    fields = {"closed_at": None, "closed_by": None}
    step = Step(Action.REOPEN, None, at, f"{part.number} 反弹：{note}")
    move(whole, step, lambda _: Change(fields))
