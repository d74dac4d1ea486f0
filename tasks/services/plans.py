"""方案分解: a measure becomes one task per unit; 核定: what was done without a card."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import Grid, User
from grids.selectors import rule
from tasks import plan_policies
from tasks.deadlines import beijing_date
from tasks.models import Measure, MeasureUnit, Plan, Progress, Task
from tasks.models.kinds import Category, DeadlineKind, Kind, Level, ListKind, Source
from tasks.selectors import plans
from tasks.selectors.plan_whole import due_of
from tasks.services import life, wording

CATEGORIES = (
    ("散乱污", Category.SMALL_POLLUTER),
    ("非道路移动", Category.MACHINERY),
    ("散煤", Category.COAL),
    ("锅炉", Category.BOILER),
    ("挥发性有机物", Category.VOCS),
    ("VOC", Category.VOCS),
    ("黄土", Category.BARE_SOIL),
    ("堆场", Category.YARD),
    ("道路扬尘", Category.ROAD),
    ("保洁", Category.ROAD),
    ("工地", Category.DUST),
    ("扬尘", Category.DUST),
    ("油烟", Category.COOKING_FUMES),
    ("焚烧", Category.OPEN_BURNING),
    ("烟花", Category.FIREWORKS),
    ("车", Category.VEHICLE),
    ("油品", Category.VEHICLE),
    ("工业", Category.INDUSTRY),
    ("企业", Category.INDUSTRY),
    ("站点", Category.STATION),
)
"""The first word of the title that fits names the category; else 其他."""
LARGEST = Decimal("9999999999.99")
NOTE_LENGTH = 200


@dataclass
class Expansion:
    """What breaking down a measure did: new tasks, units that had theirs, units left out."""

    created: list[Task] = field(default_factory=list)
    skipped: list[Grid] = field(default_factory=list)
    closed: list[Grid] = field(default_factory=list)  # 已撤销的单位


@transaction.atomic
def expand(
    measure: Measure, *, by: User | None, at: datetime, due_at: datetime | None = None
) -> Expansion:
    """分解: one 方案任务 per unit of the measure, each with its own life and closing (ZY-07).

    A unit that stands twice (牵头 and 责任) gets one task, in its stronger role. A unit that
    has a task under this measure is skipped, whatever became of it: running again adds only
    new units, a recurring measure (每月…) is not doubled, one that was excused stays excused.
    `due_at` replaces the deadline of the document; without it 24:00 Beijing time of `due_on`,
    else of the last day of the plan's year. Raises Invalid when that has passed.
    """
    plan_policies.check_lead(by, plans.root_of(measure.plan.scheme))
    rows = Measure.objects.select_for_update(of=("self",)).select_related(
        "plan__scheme", "plan__grid"
    )
    locked = rows.get(pk=measure.pk)
    check_in_force(locked.plan)
    due = due_at or deadline_of(locked)
    _refuse_past(locked, due, at=at)
    done = Expansion()
    for unit in _one_per_grid(locked):
        _give(done, locked, unit, due, by=by, at=at)
    return done


def check_in_force(plan: Plan) -> None:
    """Only what is in force is handed out: no draft, no version that was replaced."""
    if plan.state != Plan.State.IN_FORCE:
        raise Refused(f"方案{plan.get_state_display()}，只有施行中的方案可以分解。")


def deadline_of(measure: Measure) -> datetime:
    """The deadline of the document; Invalid when it and the plan name none."""
    due = due_of(measure, measure.plan)
    if due is not None:
        return due
    words = f"{plans.item(measure)}没有写明时限，请填写时限。"
    raise Invalid(words, fields={"due_at": words})


def _refuse_past(measure: Measure, due: datetime, *, at: datetime) -> None:
    if due > at:
        return
    wording_of = measure.deadline_text or "方案年度"
    words = f"{plans.item(measure)}的时限（{wording_of}）已经过去，请另填时限。"
    raise Invalid(words, fields={"due_at": words})


def _one_per_grid(measure: Measure) -> list[MeasureUnit]:
    """The units in the order of the tree, each once, in its strongest role."""
    rows = measure.units.select_related("grid").order_by("grid__tree_id", "grid__lft")
    ranked = sorted(rows, key=lambda unit: plans.ROLES.index(MeasureUnit.Role(unit.role)))
    first: dict[int, MeasureUnit] = {}
    for unit in ranked:
        first.setdefault(unit.grid_id, unit)
    return sorted(first.values(), key=lambda unit: (unit.grid.tree_id, unit.grid.lft))


def _give(
    done: Expansion,
    measure: Measure,
    unit: MeasureUnit,
    due: datetime,
    *,
    by: User | None,
    at: datetime,
) -> None:
    known = Task.objects.filter(measure_unit__measure=measure, measure_unit__grid=unit.grid)
    if known.exists():
        done.skipped.append(unit.grid)
    elif unit.grid.closed_on is not None and unit.grid.closed_on <= beijing_date(at):
        done.closed.append(unit.grid)
    else:
        done.created.append(_open(measure, unit, due, by=by, at=at))


def _open(
    measure: Measure, unit: MeasureUnit, due: datetime, *, by: User | None, at: datetime
) -> Task:
    scheme, item = measure.plan.scheme, plans.item(measure)
    root = plans.root_of(scheme)
    role = MeasureUnit.Role(unit.role)
    task = life.register(
        scheme=scheme,
        title=f"{item} {measure.title}"[: wording.TITLE_LENGTH],
        category=category_of(measure),
        source=Source.PLAN,
        origin_grid=root,
        kind=Kind.MEASURE,
        problem=measure.text,
        source_ref=f"{measure.plan.code}/{measure.number}/{measure.part}",
        clause=measure.clause,
        level=_level(unit.grid, at=at),
        lists=(ListKind.KEY_TASK,),
        measure_unit=unit,
        facts={"plan": measure.plan.code, "item": item, "role": role.label},
        by=by,
        at=at,
    )
    return life.issue(
        task,
        grid=unit.grid,
        requirement=measure.text,
        supervisor=(measure.plan.grid or root).name[: wording.SUPERVISOR_LENGTH],
        deadline_kind=DeadlineKind.MOMENT,
        due_at=due,
        deadline_text=measure.deadline_text,
        strength=measure.strength,
        override_reason=f"《{measure.plan.name}》{item}：{role.label}单位",
        by=by,
        at=at,
    )


def category_of(measure: Measure) -> Category:
    found = (category for word, category in CATEGORIES if word in measure.title)
    return next(found, Category.OTHER)


def _level(grid: Grid, *, at: datetime) -> Level:
    """The lowest level that the unit's tier may receive in this regime (Y1-63)."""
    allowed = rule(grid.scheme, "task_levels", beijing_date(at)) or {}
    fits = (level for level in Level if grid.tier in allowed.get(level, (grid.tier,)))
    return next(fits, Level.GENERAL)


@transaction.atomic
def confirm_quantity(
    measure: Measure,
    *,
    grid: Grid,
    quantity: Decimal,
    on: date,
    by: User,
    at: datetime,
    note: str = "",
) -> Progress:
    """核定: a quantity done by `grid` that no feedback card carries, checked by the office.

    In the measure's unit; a share in percent is what was reached, a negative count takes back
    an earlier entry and needs a note. `on` is the Beijing day it counts from, not in the future.
    """
    plan_policies.check_lead(by, plans.root_of(measure.plan.scheme))
    plan_policies.check_apart(by, grid, at=at)
    _check_quantity(measure, grid, quantity, note)
    if on > beijing_date(at):
        raise Invalid("日期不能在今天之后。", fields={"on": "请填今天或以前的日期"})
    return Progress.objects.create(
        measure=measure, grid=grid, quantity=quantity, on=on, note=note.strip(), by=by, at=at
    )


def _check_quantity(measure: Measure, grid: Grid, quantity: Decimal, note: str) -> None:
    kind = plans.gauge(measure)
    if not measure.units.filter(grid=grid).exists():
        raise Invalid(f"{grid.name}不承担{plans.item(measure)}。", fields={"grid": "请选承担单位"})
    if kind not in (plans.Gauge.COUNT, plans.Gauge.SHARE):
        words = f"{plans.item(measure)}没有可累计的数量。"
        raise Invalid(words, fields={"quantity": words})
    check_figure(quantity, kind, lowest=-LARGEST if kind == plans.Gauge.COUNT else Decimal())
    if len(note) > NOTE_LENGTH:
        raise Invalid(f"说明最多 {NOTE_LENGTH} 个字。", fields={"note": "说明过长"})
    if quantity < 0 and not note.strip():
        raise Invalid("冲减数量请写明原因。", fields={"note": "请写明冲减的原因"})


def check_figure(
    quantity: Decimal, kind: plans.Gauge | None, *, lowest: Decimal = Decimal()
) -> None:
    """Invalid when the figure is no number, too large, below `lowest`, or a share above 100."""
    most = Decimal(100) if kind == plans.Gauge.SHARE else LARGEST
    if not quantity.is_finite() or not lowest <= quantity <= most:
        words = "比例应为 0 到 100。" if kind == plans.Gauge.SHARE else "数量不能为负，也不能过大。"
        raise Invalid(words, fields={"quantity": words})
    if quantity != quantity.quantize(Decimal("0.01")):
        raise Invalid("数量最多两位小数。", fields={"quantity": "最多两位小数"})
