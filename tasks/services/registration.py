"""登记, 交办, 公开, 作废, 留言: how a matter enters the ledger and gets its holder."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from grids.errors import Invalid
from grids.models import Grid, GridKind, GridScheme, User
from grids.selectors import rule
from grids.services.patience import patient
from tasks import deadlines, policies, selectors
from tasks.deadlines import COUNTED
from tasks.models import Attachment, Campaign, MeasureUnit, Route, Task
from tasks.models.kinds import Category, Kind, Level, ListKind, Strength
from tasks.services import binding, guards, listing, routes, wording
from tasks.services.moves import Change, Step, move, open_chain
from tasks.services.numbers import next_number
from tasks.workflow import Action, Rung


@patient
@transaction.atomic
def register(
    *,
    scheme: GridScheme,
    title: str,
    category: str,
    source: str,
    origin_grid: Grid,
    by: User | None,
    at: datetime,
    kind: str = Kind.RECTIFICATION,
    problem: str = "",
    place: str = "",
    lon: float | None = None,
    lat: float | None = None,
    source_ref: str = "",
    clause: str = "",
    level: str = Level.GENERAL,
    is_hidden: bool = False,
    attachments: Iterable[Attachment] = (),
    lists: Iterable[str] = (),
    measure_unit: MeasureUnit | None = None,
    campaign: Campaign | None = None,
    client_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
) -> Task:
    """登记: the matter gets its number at once; `by=None` is a job or an importer.

    `lon`/`lat` are WGS-84 degrees. `client_id` makes a repeated request harmless: the first
    task comes back. `facts` (figures of an alarm, a file's line) go into the first event.
    Raises Invalid with the fields at fault, PermissionDenied without 登记 on the grid.
    """
    if client_id is not None:
        known = Task.objects.filter(client_id=client_id, registered_by=by).first()
        if known is not None:
            return known
    wording.check_registration(
        scheme=scheme,
        title=title,
        origin_grid=origin_grid,
        lon=lon,
        lat=lat,
        chosen={"kind": kind, "category": category, "source": source, "level": level},
    )
    task = Task(
        scheme=scheme,
        title=title.strip(),
        category=category,
        source=source,
        origin_grid=origin_grid,
        kind=kind,
        problem=problem.strip(),
        place=place.strip(),
        lon=lon,
        lat=lat,
        source_ref=source_ref,
        clause=clause,
        level=_level(category, level),
        is_hidden=is_hidden,
        issuer_grid=origin_grid.get_root() if is_hidden else None,
        measure_unit=measure_unit,
        campaign=campaign,
        client_id=client_id,
        registered_by=by,
        registered_at=at,
    )
    policies.check(by, Action.REGISTER, task, at=at)
    if not _numbered(task, at=at):
        return Task.objects.get(client_id=client_id, registered_by=by)
    binding.attach(task, attachments, by=by)
    listing.put(task, [ListKind.PROBLEM, *lists], by=by, at=at)
    secret = {"hidden": True} if is_hidden else {}
    data = {"title": task.title, "source": source, **secret, **(facts or {})}
    open_chain(task, Step(Action.REGISTER, by, at, note=task.problem), Change(data=data))
    return task


def _numbered(task: Task, *, at: datetime) -> bool:
    """Saves with the next number; False when the same request was a moment faster, which gives
    the number back."""
    try:
        with transaction.atomic():
            task.number = next_number(task.scheme, at=at)
            task.save(force_insert=True)
    except IntegrityError:
        if not Task.objects.filter(
            client_id=task.client_id, registered_by=task.registered_by
        ).exists():
            raise
        return False
    return True


def _level(category: str, level: str) -> str:
    """偷排、漏排、篡改数据 are always 重大 (ZY-37)."""
    return Level.MAJOR if category == Category.TAMPERING else level


@dataclass(frozen=True)
class Order:
    """整改要求、整改时限、督办责任人: the three fields without which nothing is issued."""

    requirement: str
    supervisor: str
    deadline_kind: str
    deadline_amount: int | None = None
    due_at: datetime | None = None
    deadline_text: str = ""
    strength: str = Strength.MUST

    def due(self, scheme: GridScheme, *, at: datetime) -> datetime:
        """The deadline; the clock starts at issue. Raises Invalid with the fields at fault."""
        wording.check_order(self.requirement, self.supervisor, self.strength)
        try:
            due = deadlines.due_at(
                self.deadline_kind,
                start=at,
                amount=self.deadline_amount,
                moment=self.due_at,
                calendar=selectors.calendar(),
                hours=selectors.office_hours(scheme, deadlines.beijing_date(at)),
            )
        except ValueError as error:
            raise Invalid(str(error), fields={"deadline_kind": str(error)}) from error
        if due <= at:
            raise Invalid("整改时限已经过去，请重新填写。", fields={"due_at": "时限须在现在之后"})
        return due

    def columns(self, scheme: GridScheme, *, at: datetime) -> dict[str, Any]:
        return {
            "due_at": self.due(scheme, at=at),
            "requirement": self.requirement.strip(),
            "supervisor": self.supervisor.strip(),
            "deadline_kind": self.deadline_kind,
            "deadline_text": self.deadline_text.strip(),
            "deadline_amount": self.deadline_amount if self.deadline_kind in COUNTED else None,
            "deadline_from": at,
            "strength": self.strength,
            "issued_at": at,
            "held_since": at,
        }


def issue(
    task: Task,
    *,
    grid: Grid,
    requirement: str,
    supervisor: str,
    deadline_kind: str,
    by: User | None,
    at: datetime,
    deadline_amount: int | None = None,
    due_at: datetime | None = None,
    deadline_text: str = "",
    strength: str = Strength.MUST,
    override_reason: str = "",
    becomes_route: bool = False,
    version: int | None = None,
) -> Task:
    """交办: hand the matter to one grid with its three mandatory fields; the clock starts now.

    A grid other than the proposed one needs `override_reason`, which is kept (Y1-69); with
    `becomes_route` it also becomes the draft of a 派遣规则, with the same reason.
    """
    order = Order(
        requirement,
        supervisor,
        deadline_kind,
        deadline_amount,
        due_at,
        deadline_text,
        strength,
    )

    def plan(locked: Task) -> Change:
        policies.check_target(by, grid)
        check_receiver(locked, grid, at=at)
        guards.check(locked, text=order.requirement, reason=override_reason.strip(), by=by, at=at)
        chosen = selectors.propose_grid(locked, at=at)
        data = _choice(locked, grid, chosen, override_reason.strip(), by)
        if becomes_route and by is not None:
            _draft_route(locked, grid, data, override_reason.strip(), by=by, at=at)
        fields = order.columns(locked.scheme, at=at) | {
            "grid": grid,
            "issuer_grid": issuing_grid(by, locked, grid, at=at),
            "ministry_grid": chosen.ministry,
            "rung": first_rung(locked, grid, at=at),
            "is_hidden": False,
        }
        return Change(fields, data | {"due_at": fields["due_at"]})

    return move(task, Step(Action.ISSUE, by, at, override_reason.strip(), version), plan)


def _choice(
    task: Task, grid: Grid, chosen: selectors.Proposal, reason: str, by: User | None
) -> dict[str, Any]:
    """What the event keeps about the proposed grid; refuses an override without a reason."""
    proposed = chosen.grid
    if proposed is None or proposed == grid:
        return {"proposed": proposed.pk if proposed else None, "basis": chosen.basis}
    if chosen.is_binding and by is not None and not reason:
        raise Invalid(
            f"系统按{chosen.basis}建议派给{proposed.name}，改派请写明理由。",
            fields={"override_reason": "请写明改派理由"},
        )
    return {"proposed": proposed.pk, "basis": chosen.basis, "overridden": True}


def _draft_route(
    task: Task, grid: Grid, data: dict[str, Any], reason: str, *, by: User, at: datetime
) -> None:
    """以后同类按此派遣: only where another grid than the proposed one was chosen, with reasons."""
    if not data.get("overridden") or not reason:
        sentence = "只有改派并写明理由时，才能设为派遣规则。"
        raise Invalid(sentence, fields={"becomes_route": sentence})
    routes.draft_from(task, grid, reason, origin=Route.Origin.OVERRIDE, by=by, at=at)


def check_receiver(task: Task, grid: Grid, *, at: datetime) -> None:
    """The receiver is an open grid of the same scheme whose tier takes this level (Y1-63).

    Levels bind 块 (territories) only: a department gets what is its duty, whatever its tier.
    """
    on = deadlines.beijing_date(at)
    if grid.scheme_id != task.scheme_id:
        raise Invalid("责任网格不在这个体系里。", fields={"grid": "请选择本体系的网格"})
    if grid.closed_on is not None and grid.closed_on <= on:
        raise Invalid(f"{grid.name}已撤销。", fields={"grid": "该网格已撤销"})
    levels = rule(task.scheme, "task_levels", on) or {}
    allowed = levels.get(task.level)
    is_bound = grid.kind == GridKind.TERRITORY and grid.parent_id is not None
    if allowed and is_bound and grid.tier not in allowed:
        names = "、".join(task.scheme.tier_label(tier) for tier in allowed)
        level = Level(task.level).label
        raise Invalid(f"{level}事项只能交办{names}。", fields={"grid": f"{level}事项须交办{names}"})


def issuing_grid(by: User | None, task: Task, grid: Grid, *, at: datetime) -> Grid:
    """On whose behalf it is issued: my nearest post with 交办 authority over the receiver."""
    root = grid.get_root()
    if by is None:
        return root
    mine = selectors.overseeing_posts(by, grid, at=at)
    return mine[0].grid if mine else root


def first_rung(task: Task, grid: Grid, *, at: datetime) -> Rung:
    """重大 matters go straight to the 网格长 (ZY-37), all others to the grid's lowest rung."""
    return Rung.CHIEF if task.level == Level.MAJOR else selectors.entry_rung(grid, at=at)


def reveal(task: Task, *, by: User | None, at: datetime, version: int | None = None) -> Task:
    """公开: a 暗访 matter becomes visible to the visited grid."""
    step = Step(Action.REVEAL, by, at, version=version)
    return move(task, step, lambda _: Change({"is_hidden": False}))


def comment(
    task: Task, *, note: str, by: User | None, at: datetime, version: int | None = None
) -> Task:
    """留言: a remark in the history; nothing else changes. `by` None is a job that has news."""
    note = wording.needed(note, "note", "请写下留言内容。")
    return move(task, Step(Action.COMMENT, by, at, note, version), lambda _: Change())
