"""试导入措施: what each line of a unit's own table would become, without doing it."""

from dataclasses import dataclass, field
from datetime import datetime

from grids.models import Grid
from tasks.ledger_rows import Columns
from tasks.measure_rows import MeasureDraft, interpret, middle
from tasks.models import Plan
from tasks.selectors.plan_drafts import Bearers
from tasks.sheets import Sheet


@dataclass
class Line:
    """One line: a new measure, one that is there already, or faults that keep it out."""

    draft: MeasureDraft
    units: tuple[tuple[Grid, str], ...] = ()
    lead: Grid | None = None
    faults: list[str] = field(default_factory=list)
    is_known: bool = False

    @property
    def is_new(self) -> bool:
        return not self.faults and not self.is_known

    @property
    def amount(self) -> str:
        draft = self.draft
        return "" if draft.quantity is None else f"{draft.quantity.normalize():f} {draft.unit}"


@dataclass(frozen=True)
class Rehearsal:
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def new(self) -> list[Line]:
        return [line for line in self.lines if line.is_new]

    @property
    def wrong(self) -> list[Line]:
        return [line for line in self.lines if line.faults]

    @property
    def known(self) -> list[Line]:
        return [line for line in self.lines if line.is_known and not line.faults]


def rehearse(plan: Plan, sheet: Sheet, columns: Columns, *, at: datetime) -> Rehearsal:
    """Each line below the head. Reads only; five queries for any number of lines."""
    rows = [row for row in sheet.rows if row.line > columns.head]
    bearers = Bearers(plan.grid, at=at) if plan.grid else None
    seen = set(plan.measures.values_list("title", "text"))
    lines = []
    for row in rows:
        draft = interpret(row, columns, on=middle(plan.year or at.year))
        line = Line(draft, faults=list(draft.faults))
        if bearers is not None:
            _place(line, bearers, columns)
        _date(line, plan)
        key = (draft.texts["title"], draft.texts["text"])
        line.is_known = key in seen
        seen.add(key)
        lines.append(line)
    return Rehearsal(tuple(lines), sheet.notes)


def _place(line: Line, bearers: Bearers, columns: Columns) -> None:
    found, faults = bearers.find(line.draft.units)
    line.units = tuple(found.values())
    line.faults += [f"{columns.label('units')}：{one}" for one in faults]
    if line.draft.lead:
        leads, faults = bearers.find([line.draft.lead])
        line.lead = next((grid for grid, _ in leads.values()), None)
        line.faults += [f"{columns.label('lead')}：{one}" for one in faults]


def _date(line: Line, plan: Plan) -> None:
    """Days that the plan could not take; the service refuses the same."""
    draft, first = line.draft, plan.year or 0
    for name, day in (("完成时限", draft.due_on), *draft.milestones):
        if day is not None and not first <= day.year <= first + 5:
            line.faults.append(f"{name} {day:%Y-%m-%d} 不在 {first} 到 {first + 5} 年之间")
    late = [name for name, day in draft.milestones if draft.due_on and day > draft.due_on]
    if late:
        line.faults.append(f"里程碑“{late[0]}”晚于完成时限")
