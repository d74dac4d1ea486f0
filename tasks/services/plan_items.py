"""措施 of a plan that is drawn up: one by one, or from a table (Y1-87)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import Grid, User
from tasks.ledger_rows import Columns
from tasks.models import Measure, MeasureUnit, Milestone, Plan
from tasks.models.kinds import Strength
from tasks.selectors import plans
from tasks.selectors.plan_rehearsal import Line, rehearse
from tasks.services import wording
from tasks.services.plan_drafts import lock_open
from tasks.services.plans import check_figure
from tasks.sheets import Sheet

MOST_MEASURES = 500
YEARS_ON = 5
Named = tuple[Grid, str]  # a grid, and the set that named it (各街道办事处) or ""


@dataclass(frozen=True)
class Wanted:
    """A measure as the unit writes it; `quantity` in `unit`, days as Beijing days."""

    title: str
    text: str = ""
    group: str = ""
    units: tuple[Named, ...] = ()
    lead: Grid | None = None
    quantity: Decimal | None = None
    unit: str = ""
    due_on: date | None = None
    deadline_text: str = ""
    strength: str = Strength.MUST
    assessment: str = ""
    milestones: tuple[tuple[str, date], ...] = ()


@transaction.atomic
def add_measure(plan: Plan, *, wanted: Wanted, by: User, at: datetime) -> Measure:
    """增加一项: numbered after the last, also after those of the version before.

    Invalid names the field at fault.
    """
    return _added(lock_open(plan, by=by, at=at), wanted)


def _added(plan: Plan, wanted: Wanted) -> Measure:
    known = Measure.objects.filter(plan__in=[plan.pk, plan.previous_id])
    last = known.order_by("-number").first()
    if plan.measures.count() >= MOST_MEASURES:
        raise Refused(f"一个方案最多 {MOST_MEASURES} 项措施。")
    return _written(Measure(plan=plan, number=last.number + 1 if last else 1), wanted)


@transaction.atomic
def change_measure(measure: Measure, *, wanted: Wanted, by: User, at: datetime) -> Measure:
    """修改一项: everything about it is as `wanted` says; its number stays."""
    plan = lock_open(measure.plan, by=by, at=at)
    return _written(plan.measures.get(pk=measure.pk), wanted)


@transaction.atomic
def drop_measure(measure: Measure, *, by: User, at: datetime) -> None:
    """删除一项; the others keep their numbers, so that versions can be compared."""
    lock_open(measure.plan, by=by, at=at).measures.filter(pk=measure.pk).delete()


def _written(row: Measure, wanted: Wanted) -> Measure:
    _check(row.plan, wanted)
    row.title = wanted.title.strip()
    row.text = wanted.text.strip() or row.title
    for name in ("group", "unit", "assessment", "deadline_text"):
        setattr(row, name, getattr(wanted, name).strip())
    row.due_on, row.strength, row.quantity = wanted.due_on, wanted.strength, wanted.quantity
    row.save()
    row.units.all().delete()
    MeasureUnit.objects.bulk_create(_units(row, wanted))
    done = dict(row.milestones.values_list("name", "done_on"))
    row.milestones.all().delete()
    steps = [
        Milestone(measure=row, name=name, due_on=due_on, done_on=done.get(name))
        for name, due_on in wanted.milestones
    ]
    Milestone.objects.bulk_create(steps)
    return row


def _units(row: Measure, wanted: Wanted) -> list[MeasureUnit]:
    rows = [
        MeasureUnit(measure=row, role=MeasureUnit.Role.RESPONSIBLE, grid=grid, via_set=via)
        for grid, via in wanted.units
    ]
    if wanted.lead is not None:
        rows.append(MeasureUnit(measure=row, role=MeasureUnit.Role.LEAD, grid=wanted.lead))
    return rows


def _check(plan: Plan, wanted: Wanted) -> None:
    wording.needed(wanted.title, "title", "请写明是什么措施。", longest=160)
    for name, longest in (("text", 5000), ("group", 80), ("unit", 20), ("assessment", 300)):
        if len(getattr(wanted, name)) > longest:
            words = f"最多 {longest} 个字，现在有 {len(getattr(wanted, name))} 个。"
            raise Invalid(words, fields={name: words})
    if wanted.strength not in Strength.values:
        raise Invalid("约束只能是“必须”或“力争”。", fields={"strength": "请从列表中选择"})
    _check_units(plan, wanted)
    _check_amount(wanted)
    _check_days(plan, wanted)


def _check_units(plan: Plan, wanted: Wanted) -> None:
    """Work is given to the unit itself and to those below it."""
    top = plan.grid
    grids = [grid for grid, _ in wanted.units] + ([wanted.lead] if wanted.lead else [])
    for grid in grids:
        inside = top is not None and grid.tree_id == top.tree_id and top.lft <= grid.lft <= top.rght
        if top is None or not inside:
            words = f"{grid.name}不在{top.name if top else '本方案'}的辖区里。"
            raise Invalid(words, fields={"units": words})


def _check_amount(wanted: Wanted) -> None:
    if wanted.quantity is None:
        if wanted.unit.strip():
            raise Invalid("写了数量单位，请同时写数量。", fields={"quantity": "请写数量"})
        return
    if not wanted.unit.strip():
        raise Invalid("有数量须写明单位，如 台、家、%。", fields={"unit": "请写明单位"})
    check_figure(wanted.quantity, plans.gauge(Measure(unit=wanted.unit.strip())))


def _check_days(plan: Plan, wanted: Wanted) -> None:
    first = plan.year or 0
    for name, day in (("", wanted.due_on), *wanted.milestones):
        field = "milestones" if name else "due_on"
        if day is not None and not first <= day.year <= first + YEARS_ON:
            words = f"{name}{day:%Y-%m-%d} 不在 {first} 到 {first + YEARS_ON} 年之间。"
            raise Invalid(words, fields={field: words})
        if name and day and wanted.due_on and day > wanted.due_on:
            words = f"里程碑“{name}”不能晚于完成时限 {wanted.due_on:%Y-%m-%d}。"
            raise Invalid(words, fields={"milestones": words})


# --- from a table --------------------------------------------------------------------------------


@transaction.atomic
def take_in(
    plan: Plan, *, sheet: Sheet, columns: Columns, expected: int, by: User, at: datetime
) -> list[Measure]:
    """导入措施: the good lines of what `rehearse` showed, all of them or none.

    `expected` is the number that the person saw: Refused when it is another one by now. Lines
    with a fault stay out; a measure that is there already (same title and text) is not doubled.
    """
    locked = lock_open(plan, by=by, at=at)
    found = rehearse(locked, sheet, columns, at=at)
    if not found.new:
        raise Refused("这个文件里没有可以导入的措施。")
    if len(found.new) != expected:
        raise Refused("预览之后方案有了变化，项数与您看到的不同，请重新预览后再导入。")
    return [_taken(locked, line) for line in found.new]


def _taken(plan: Plan, line: Line) -> Measure:
    """A refusal inside names its line; the transaction then takes none."""
    try:
        return _added(plan, _wanted(line))
    except Refused as error:
        raise Refused(f"第 {line.draft.line} 行：{error}整个文件没有导入。") from error


def _words(text: str, day: date | None) -> str:
    """年底前 is kept beside the day; a day that only repeats it is not."""
    return "" if day is not None and re.search(r"\d\D+\d+\D*$", text) else text[:120]


def _wanted(line: Line) -> Wanted:
    draft = line.draft
    return Wanted(
        title=draft.texts["title"],
        text=draft.texts["text"],
        group=draft.texts["group"],
        units=line.units,
        lead=line.lead,
        quantity=draft.quantity,
        unit=draft.unit,
        due_on=draft.due_on,
        deadline_text=_words(draft.texts["due"], draft.due_on),
        strength=draft.strength,
        assessment=draft.texts["assessment"],
        milestones=draft.milestones,
    )
