"""Plans that units draw up: who sees them, which grids they may name, what a version changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from grids import access
from grids.models import Grid, GridScheme, Tier, User
from tasks import plan_flow, plan_policies
from tasks.deadlines import beijing_date
from tasks.models import Measure, MeasureUnit, Plan, UnitSetMember
from tasks.selectors import plans

OFFICES = ("办事处", "人民政府")


def visible(user: User, schemes: Iterable[GridScheme]) -> QuerySet[Plan]:
    """Plans of these regimes that the user may read (`plan_policies.visible_q`)."""
    rows = Plan.objects.filter(plan_policies.visible_q(user), scheme__in=list(schemes))
    return rows.select_related("scheme", "grid__scheme", "previous")


def units_for(user: User, scheme: GridScheme, *, at: datetime) -> list[Grid]:
    """The grids for which the user may draw up a plan: those of his running posts."""
    posts = access.posts_of(user, beijing_date(at)).filter(grid__scheme=scheme)
    if not plan_policies.may_read(user, scheme, at=at):
        return []
    rows = Grid.objects.filter(pk__in=posts.values("grid")).select_related("scheme")
    grids = list(rows.order_by("tree_id", "lft"))
    own = plan_policies.own_units(user, grids, at=at)
    return [grid for grid in grids if grid.pk in own and grid.tier != Tier.KEY]


@dataclass(frozen=True)
class Desk:
    """What is on the way: `mine` of one's own units, `waiting` for one's own decision."""

    mine: tuple[Plan, ...]
    waiting: tuple[Plan, ...]


def desk(user: User, scheme: GridScheme, *, at: datetime) -> Desk:
    """Plans of a regime that are not in force yet, newest first."""
    rows = visible(user, [scheme]).exclude(state__in=plan_flow.PUBLIC).order_by("-pk")
    root, found = plans.root_of(scheme), list(rows)
    waiting = [
        one
        for one in found
        if one.state == Plan.State.SUBMITTED
        and not plan_policies.why_not_judge(user, one, root, at=at)
    ]
    return Desk(tuple(one for one in found if one not in waiting), tuple(waiting))


# --- the grids that a plan may name --------------------------------------------------------------


class Bearers:
    """The grids that a plan of `grid` may give work to: itself and those below it, and the sets
    of the regime (各街道办事处) as far as they lie there. Three queries."""

    def __init__(self, grid: Grid, *, at: datetime) -> None:
        self.grid = grid
        below = grid.get_descendants(include_self=True)
        today = beijing_date(at)
        running = Q(closed_on=None) | Q(closed_on__gt=today)
        self.grids = {one.pk: one for one in below.filter(running).order_by("lft")}
        self.by_name: dict[str, list[Grid]] = {}
        self.by_code = {one.code: one for one in self.grids.values()}
        for one in self.grids.values():
            self.by_name.setdefault(_short(one.name), []).append(one)
        self.sets: dict[str, list[Grid]] = {}
        for member in UnitSetMember.objects.filter(scheme=grid.scheme_id).order_by("pk"):
            if member.grid_id in self.grids:
                self.sets.setdefault(member.name, []).append(self.grids[member.grid_id])

    def find(self, names: Iterable[str]) -> tuple[dict[int, tuple[Grid, str]], list[str]]:
        """Grid id → (grid, the set that named it or ""), and a sentence for each name that says
        nothing here."""
        found: dict[int, tuple[Grid, str]] = {}
        faults = []
        for name in names:
            grids, via = self._named(name)
            if not grids:
                faults.append(f"{self.grid.name}和它的下级里没有“{name[:30]}”，请写网格名称或编码")
            elif len(grids) > 1 and not via:
                codes = "、".join(one.code for one in grids[:4])
                faults.append(f"有 {len(grids)} 个网格叫“{name[:30]}”，请写编码，如 {codes}")
            else:
                found |= {one.pk: (one, via) for one in grids if one.pk not in found}
        return found, faults

    def _named(self, name: str) -> tuple[list[Grid], str]:
        text = name.strip()
        if text in self.sets:
            return self.sets[text], text
        head, _, rest = text.replace("(", "（").partition("（")
        code = rest.rstrip("）)") if rest else head
        if code in self.by_code:
            return [self.by_code[code]], ""
        return self.by_name.get(_short(text), []) or self.by_name.get(_short(head), []), ""


def _short(name: str) -> str:
    """Without blanks and the office's suffix: 高塘岭街道办事处 is 高塘岭街道."""
    bare = "".join(name.split())
    for suffix in OFFICES:
        bare = bare.removesuffix(suffix)
    return bare


# --- versions ------------------------------------------------------------------------------------

HEAD = {"name": "名称", "year": "年度", "goal": "工作目标", "assessment": "责任考核"}
BODY = {
    "title": "标题",
    "text": "内容",
    "group": "分组",
    "due": "时限",
    "strength": "约束",
    "amount": "数量",
    "assessment": "责任考核",
    "units": "责任单位",
    "milestones": "里程碑",
}


@dataclass(frozen=True)
class Changed:
    """One field before and after, as people read it; "" where there is nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ItemChange:
    """One measure: `kind` 新增, 取消 or 修改, with the fields that differ."""

    item: str
    title: str
    kind: str
    fields: tuple[Changed, ...]


@dataclass(frozen=True)
class Difference:
    """What `new` changes in the version before it; measures are matched by their number."""

    old: Plan
    new: Plan
    head: tuple[Changed, ...]
    items: tuple[ItemChange, ...]
    same: int


def versions(plan: Plan) -> list[Plan]:
    """All versions of a plan, newest first; those not in force yet included."""
    newest = plan
    while following := Plan.objects.filter(previous=newest).first():
        newest = following
    found = [newest]
    while found[-1].previous is not None:
        found.append(found[-1].previous)
    return found


def difference(plan: Plan) -> Difference | None:
    """None for a first version. A dozen queries, however many measures there are."""
    old = plan.previous
    if old is None:
        return None
    head = _compared(_head(old), _head(plan), HEAD)
    before, after = _items(old), _items(plan)
    items = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        fields = _compared(was[1] if was else {}, now[1] if now else {}, BODY)
        if fields:
            kind = "修改" if was and now else "新增" if now else "取消"
            item, title = (now or was or (("", ""), {}))[0]
            items.append(ItemChange(item, title, kind, fields))
    same = len(before.keys() & after.keys()) - sum(one.kind == "修改" for one in items)
    return Difference(old, plan, head, tuple(items), same)


def _head(plan: Plan) -> dict[str, str]:
    return {name: str(getattr(plan, name) or "") for name in HEAD}


def _items(plan: Plan) -> dict[tuple[int, str], tuple[tuple[str, str], dict[str, str]]]:
    rows = plans.measures_of(plan).prefetch_related("units__grid", "milestones")
    return {(one.number, one.part): ((plans.item(one), one.title), _told(one)) for one in rows}


def _told(one: Measure) -> dict[str, str]:
    """A measure in words, field by field."""
    units = sorted(one.units.all(), key=lambda unit: (unit.role, unit.grid.lft))
    steps = sorted(one.milestones.all(), key=lambda step: (step.due_on, step.name))
    due = f"{one.due_on:%Y-%m-%d}" if one.due_on else ""
    amount = "" if one.quantity is None else f"{one.quantity.normalize():f} {one.unit}"
    return {
        "title": one.title,
        "text": one.text,
        "group": one.group,
        "due": due if one.deadline_text in ("", due) else f"{one.deadline_text} {due}".strip(),
        "strength": one.get_strength_display(),
        "amount": amount,
        "assessment": one.assessment,
        "units": "、".join(f"{MeasureUnit.Role(u.role).label} {u.grid.name}" for u in units),
        "milestones": "；".join(f"{step.name} {step.due_on:%Y-%m-%d}" for step in steps),
    }


def _compared(
    before: dict[str, str], after: dict[str, str], labels: dict[str, str]
) -> tuple[Changed, ...]:
    found = []
    for name, label in labels.items():
        was, now = before.get(name, ""), after.get(name, "")
        if was != now:
            found.append(Changed(label, was, now))
    return tuple(found)
