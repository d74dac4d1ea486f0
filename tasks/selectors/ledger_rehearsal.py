"""试导入: what each line of a ledger would do, without doing it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q

from grids.models import Grid, GridScheme
from grids.selectors import rule
from tasks.deadlines import beijing_date, shown
from tasks.ledger_rows import COMPARED, FIELDS, Columns, Draft, fingerprint, interpret
from tasks.models import ImportedRow, Task
from tasks.models.kinds import Category, Level
from tasks.sheets import Sheet
from tasks.workflow import State

IN_BRACKETS = re.compile(r"[（(]([^（()）]+)[)）]\s*$")
SEVERAL = re.compile(r"[、，,;；/\n]")
OFFICES = ("办事处", "人民政府", "政府")
THREE = {"requirement": "整改要求", "due": "整改时限", "supervisor": "督办责任人"}


class Outcome(StrEnum):
    NEW = "NEW"
    CHANGED = "CHANGED"
    DUPLICATE = "DUPLICATE"
    SETTLED = "SETTLED"
    ERROR = "ERROR"


@dataclass(frozen=True)
class Difference:
    """One field of a known row: what the last import said, what this file says."""

    label: str
    before: str
    after: str


@dataclass
class Line:
    """One row of the file and what becomes of it."""

    draft: Draft
    outcome: Outcome = Outcome.NEW
    grid: Grid | None = None
    task: Task | None = None
    values: dict[str, str] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    will_issue: bool = False

    @property
    def category(self) -> str:
        return Category(self.draft.category).label


@dataclass(frozen=True)
class Rehearsal:
    """All lines in order; `counts` by outcome, and how many of the new ones will be issued."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    def of(self, outcome: str) -> list[Line]:
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.outcome for line in self.lines)
        issued = sum(line.will_issue for line in self.lines)
        return {one.value: found[one] for one in Outcome} | {"ISSUED": issued}

    @property
    def changes(self) -> int:
        """Lines that would have an effect."""
        return self.counts["NEW"] + self.counts["CHANGED"]


def rehearse(scheme: GridScheme, sheet: Sheet, columns: Columns, *, at: datetime) -> Rehearsal:
    """Each row → new, changed, duplicate, settled or in error. Reads only; five queries."""
    on = beijing_date(at)
    rows = [row for row in sheet.rows if row.line > columns.head]
    drafts = [interpret(row, columns, on=on) for row in rows]
    world = _World(scheme, drafts, levels=rule(scheme, "task_levels", on) or {})
    lines = []
    for draft in drafts:
        line = Line(draft, faults=list(draft.faults), notes=list(draft.notes))
        _place(line, world, columns, at=at)
        _judge(line, world, columns)
        lines.append(line)
    return Rehearsal(tuple(lines), sheet.notes)


class _World:
    """What is known already, read once for the whole file."""

    def __init__(
        self, scheme: GridScheme, drafts: list[Draft], *, levels: dict[str, list[str]]
    ) -> None:
        self.scheme = scheme
        self.levels = levels
        self.by_code: dict[str, Grid] = {}
        self.by_name: dict[str, list[Grid]] = {}
        for grid in Grid.objects.filter(scheme=scheme).select_related("scheme", "parent"):
            self.by_code[grid.code] = grid
            self.by_name.setdefault(_short(grid.name), []).append(grid)
        self.seen: dict[str, Draft] = {}
        self.known: dict[str, Task] = {}
        self.last: dict[str, ImportedRow] = {}
        self._read_rows(drafts)
        self._read_tasks(drafts)

    def _read_rows(self, drafts: list[Draft]) -> None:
        keys, prints = {one.key for one in drafts}, {one.fingerprint for one in drafts}
        rows = ImportedRow.objects.filter(scheme=self.scheme, undone_at=None)
        rows = rows.filter(Q(key__in=keys) | Q(fingerprint__in=prints))
        for row in rows.select_related("task").order_by("pk"):
            self.last[row.key] = row
            self.known[row.fingerprint] = row.task

    def _read_tasks(self, drafts: list[Draft]) -> None:
        """Matters that were registered by hand, or come back in our own exported ledger."""
        numbers = {one.texts.get("number", "") for one in drafts} - {""}
        titles = {one.texts["title"] for one in drafts}
        tasks = Task.objects.filter(scheme=self.scheme).exclude(state=State.VOID)
        for task in tasks.filter(Q(number__in=numbers) | Q(title__in=titles)).order_by("pk"):
            self.known.setdefault(fingerprint(task.title, task.place, task.due_at), task)
            self.known.setdefault(f"N:{task.number}", task)

    def grids_named(self, text: str) -> list[Grid]:
        bracketed = IN_BRACKETS.search(text)
        code = bracketed.group(1) if bracketed else text
        if code in self.by_code:
            return [self.by_code[code]]
        return self.by_name.get(_short(text), [])


def _short(name: str) -> str:
    """Without blanks and the office's suffix: 高塘岭街道办事处 is 高塘岭街道."""
    bare = re.sub(r"\s+", "", name)
    for suffix in OFFICES:
        bare = bare.removesuffix(suffix)
    return bare


# --- the responsible grid -----------------------------------------------------------------------


def _place(line: Line, world: _World, columns: Columns, *, at: datetime) -> None:
    text = line.draft.texts.get("grid", "")
    if text:
        line.grid = _grid(line, world, columns, text, at=at)
    line.values = _values(line, columns)
    missing = [label for name, label in THREE.items() if not line.values.get(name)]
    if line.grid is None:
        missing.append("责任单位")
    if line.draft.due is not None and line.draft.due <= at:
        line.notes.append("原时限已过，只登记；交办时重新定时限")
    elif missing:
        line.notes.append(f"没有{'、'.join(missing)}，只登记，待交办")
    elif _is_too_low(line, world):
        line.notes.append("重大事项不能直接交办这一级网格，只登记，待交办")
    else:
        line.will_issue = True


def _is_too_low(line: Line, world: _World) -> bool:
    """偷排、漏排、篡改 are 重大 and go to the tiers that the regime names (Y1-63)."""
    level = Level.MAJOR if line.draft.category == Category.TAMPERING else Level.GENERAL
    allowed, grid = world.levels.get(level), line.grid
    return bool(allowed and grid and grid.parent_id is not None and grid.tier not in allowed)


def _grid(line: Line, world: _World, columns: Columns, text: str, *, at: datetime) -> Grid | None:
    found = world.grids_named(text)
    if len(found) == 1:
        grid = found[0]
        if grid.closed_on is not None and grid.closed_on <= beijing_date(at):
            line.faults.append(f"{columns.label('grid')}：{grid.name}已撤销")
        return grid
    if len(found) > 1:
        codes = "、".join(grid.code for grid in found[:4])
        sentence = f"有 {len(found)} 个网格叫“{text[:30]}”，请写编码，如 {codes}"
    elif SEVERAL.search(text):
        sentence = f"“{text[:40]}”是几个单位，请只留牵头的一个，导入后再办联合处置"
    else:
        sentence = f"没有“{text[:30]}”这个网格，请写网格名称或编码"
    line.faults.append(f"{columns.label('grid')}：{sentence}")
    return None


def _values(line: Line, columns: Columns) -> dict[str, str]:
    """What is remembered of the row and compared with the next file: only what it has."""
    texts, named = line.draft.texts, {"category": line.category, "due": day_of(line.draft.due)}
    named["grid"] = line.grid.name if line.grid else texts.get("grid", "")
    kept = {name: named.get(name, texts.get(name, "")) for name in COMPARED if name in columns.of}
    return kept | {"title": texts["title"]}


def day_of(due: datetime | None) -> str:
    if due is None:
        return ""
    on, clock = shown(due)
    return f"{on:%Y-%m-%d} {clock}"


# --- what becomes of it -------------------------------------------------------------------------


def _judge(line: Line, world: _World, columns: Columns) -> None:
    draft = line.draft
    twin = world.seen.get(draft.key) or world.seen.get(draft.fingerprint)
    if twin is None and not line.faults:
        world.seen[draft.key] = world.seen[draft.fingerprint] = draft
    last = world.last.get(draft.key)
    line.task = last.task if last else world.known.get(draft.key)
    line.task = line.task or world.known.get(draft.fingerprint)
    if twin is not None and twin.fingerprint != draft.fingerprint:
        sentence = f"与第 {twin.line} 行编号相同而内容不同，请核对"
        line.faults.append(f"{columns.label('number')}：{sentence}")
    line.differences = _differences(line.values, last.values) if last else []
    line.outcome = _outcome(line, twin)
    line.will_issue = line.will_issue and line.outcome == Outcome.NEW
    if twin is not None and line.outcome == Outcome.DUPLICATE:
        line.notes = [f"与第 {twin.line} 行重复"]
    elif line.outcome not in (Outcome.NEW, Outcome.ERROR):
        line.notes = _notes_of_known(line)


def _outcome(line: Line, twin: Draft | None) -> Outcome:
    if line.faults:
        return Outcome.ERROR
    if twin is not None:
        return Outcome.DUPLICATE
    if line.draft.is_settled:
        return Outcome.SETTLED
    if line.task is None:
        return Outcome.NEW
    is_news = bool(line.differences) and line.task.state != State.VOID
    return Outcome.CHANGED if is_news else Outcome.DUPLICATE


def _notes_of_known(line: Line) -> list[str]:
    if line.task is None:
        return ["原台账已办结，不作为待办导入"] if line.draft.is_settled else line.notes
    state = State(line.task.state).label
    if line.outcome == Outcome.SETTLED:
        return [f"原台账已办结；系统里{state}，销号请在任务里办理"]
    return [f"已在系统里，{state}"]


def _differences(now: dict[str, str], before: dict[str, Any]) -> list[Difference]:
    """Field by field; a column that one of the files does not have is no difference."""
    return [
        Difference(FIELDS[name], before[name], value)
        for name, value in now.items()
        if name in before and before[name] != value
    ]


def errors_of(lines: Iterable[Line]) -> list[list[Any]]:
    """[[line, sentence], …] of the rows that stay out."""
    return [[line.draft.line, "；".join(line.faults)] for line in lines if line.faults]
