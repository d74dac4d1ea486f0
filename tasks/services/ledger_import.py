"""台账导入: take in an office's own ledger in one transaction, and take a batch back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import GridScheme, User
from tasks import policies
from tasks.import_policies import check_import, root_of
from tasks.ledger_rows import Columns
from tasks.models import ImportBatch, ImportedRow, Task, TaskEvent
from tasks.models.kinds import DeadlineKind, Source
from tasks.selectors.ledger_rehearsal import Line, Outcome, Rehearsal, errors_of, rehearse
from tasks.services import acceptance, registration, wording
from tasks.services.moves import Change, Step, move
from tasks.sheets import Sheet
from tasks.standing import standing
from tasks.workflow import Action, State

__all__ = ["Kept", "Undone", "commit_batch", "rehearse", "undo"]

OVERRIDE = "台账导入：按原台账的责任单位"
EFFECTS = ImportedRow.Effect


@transaction.atomic
def commit_batch(
    *,
    scheme: GridScheme,
    sheet: Sheet,
    name: str,
    columns: Columns,
    expected: dict[str, int],
    by: User,
    at: datetime,
) -> ImportBatch:
    """Takes in what `rehearse` showed: new rows are registered, and issued when grid and the
    three fields are there; news of known rows become a remark in the task.

    `expected` are the counts that the person saw: Refused when they are no longer true. The
    same file again changes nothing: its batch comes back. Rows in error stay out, all others
    come in together or not at all.
    """
    check_import(by, scheme)
    GridScheme.objects.select_for_update().get(pk=scheme.pk)
    found = rehearse(scheme, sheet, columns, at=at)
    earlier = _same_file(scheme, sheet)
    if found.changes == 0 and earlier is not None:
        return earlier
    _refuse_other_counts(found, expected)
    batch = _open_batch(scheme, sheet, name, columns, found, by=by, at=at)
    for line in found.of(Outcome.NEW):
        _named(line, _take_new, batch)
    for line in found.of(Outcome.CHANGED):
        _named(line, _take_changed, batch)
    return batch


def _same_file(scheme: GridScheme, sheet: Sheet) -> ImportBatch | None:
    batches = ImportBatch.objects.filter(scheme=scheme, sha256=sheet.sha256, undone_at=None)
    return batches.order_by("-pk").first()


def _refuse_other_counts(found: Rehearsal, expected: dict[str, int]) -> None:
    if found.changes == 0:
        raise Refused("这个文件里没有可以导入的行。")
    if any(found.counts[name] != number for name, number in expected.items()):
        raise Refused("预览之后系统里的数据有了变化，件数与您看到的不同，请重新预览后再导入。")


def _open_batch(
    scheme: GridScheme,
    sheet: Sheet,
    name: str,
    columns: Columns,
    found: Rehearsal,
    *,
    by: User,
    at: datetime,
) -> ImportBatch:
    counts = found.counts
    return ImportBatch.objects.create(
        scheme=scheme,
        name=name[:200],
        sha256=sheet.sha256,
        mapping={field: columns.names[place] for field, place in columns.of.items()},
        by=by,
        at=at,
        created=counts[Outcome.NEW],
        issued=counts["ISSUED"],
        changed=counts[Outcome.CHANGED],
        duplicates=counts[Outcome.DUPLICATE],
        settled=counts[Outcome.SETTLED],
        faults=errors_of(found.lines),
    )


def _named(line: Line, take: Any, batch: ImportBatch) -> None:
    """A refusal inside names its line; the transaction then undoes all lines."""
    try:
        take(line, batch)
    except Refused as error:
        raise Refused(f"第 {line.draft.line} 行：{error}整批没有导入。") from error


def _take_new(line: Line, batch: ImportBatch) -> None:
    texts, root = line.draft.texts, root_of(batch.scheme)
    grid = line.grid or root
    if grid is None:
        raise Invalid("这个体系还没有网格。")
    task = registration.register(
        scheme=batch.scheme,
        title=texts["title"],
        category=line.draft.category,
        source=Source.IMPORT,
        origin_grid=grid,
        problem=_problem(line),
        place=texts.get("place", ""),
        source_ref=texts.get("number", ""),
        facts={"import": batch.pk, "file": batch.name, "line": line.draft.line},
        by=batch.by,
        at=batch.at,
    )
    if line.will_issue:
        task = _issue(task, line, batch)
    _remember(line, batch, task, EFFECTS.NEW)


def _problem(line: Line) -> str:
    """The description, and what has no place of its own: the ledger's source and remarks."""
    texts = line.draft.texts
    parts = [texts.get("problem", "")]
    rest = {"来源": "source", "备注": "note"}
    if not line.will_issue:
        rest |= {"整改要求": "requirement", "原时限": "due", "督办责任人": "supervisor"}
    parts += [f"{label}：{texts[name]}" for label, name in rest.items() if texts.get(name)]
    return "\n".join(part for part in parts if part)


def _issue(task: Task, line: Line, batch: ImportBatch) -> Task:
    texts = line.draft.texts
    if line.grid is None:
        return task
    return registration.issue(
        task,
        grid=line.grid,
        requirement=texts["requirement"],
        supervisor=texts["supervisor"],
        deadline_kind=DeadlineKind.MOMENT,
        due_at=line.draft.due,
        deadline_text=texts["due"][:120],
        override_reason=OVERRIDE,
        by=batch.by,
        at=batch.at,
    )


def _take_changed(line: Line, batch: ImportBatch) -> None:
    """A remark in the history: deadline and grid change by 延期 and 移交 only."""
    if line.task is None:
        return
    said = "；".join(f"{d.label} {d.before or '空'} → {d.after or '空'}" for d in line.differences)
    note = f"原台账有变化：{said}"[: wording.TEXT_LENGTH]
    step = Step(Action.COMMENT, batch.by, batch.at, note)
    move(line.task, step, lambda _: Change(data={"import": batch.pk}))
    _remember(line, batch, line.task, EFFECTS.CHANGED)


def _remember(line: Line, batch: ImportBatch, task: Task, effect: str) -> None:
    rows = ImportedRow.objects.filter(task=task, undone_at=None).order_by("-pk")
    earlier = rows.values_list("values", flat=True).first() or {}
    ImportedRow.objects.create(
        batch=batch,
        scheme=batch.scheme,
        line=line.draft.line,
        task=task,
        effect=effect,
        key=line.draft.key,
        fingerprint=line.draft.fingerprint,
        values=earlier | line.values,
        differences=[asdict(one) for one in line.differences],
    )


# --- undo ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A task that stays, and why."""

    task: Task
    reason: str


@dataclass(frozen=True)
class Undone:
    """What an undo did: how many tasks were struck off, and which ones stay."""

    voided: int
    kept: list[Kept]


@transaction.atomic
def undo(batch: ImportBatch, *, reason: str, by: User, at: datetime) -> Undone:
    """撤销导入: 作废 for every task of the batch that nobody has touched since; the others stay
    and are named. Remarks stay in the history, but no longer count as the ledger's last word.

    Refused when the batch is undone already, or when nothing of it can be taken back.
    """
    check_import(by, batch.scheme)
    reason = wording.needed(reason, "reason", "请写明撤销的理由。", longest=200)
    locked = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.undone_at is not None:
        raise Refused("这一批已经撤销过了。")
    kept = kept_of(locked, by=by, at=at)
    rows = locked.rows.exclude(task__in=[one.task.pk for one in kept], effect=EFFECTS.NEW)
    if not rows.exists():
        raise Refused(f"这一批的任务都已有人办理，不能撤销：{names_of(kept)}。")
    voided = _strike_off(rows, reason, by=by, at=at)
    gone = rows.filter(effect=EFFECTS.NEW).values_list("task", flat=True)
    news = ImportedRow.objects.filter(task__in=list(gone), undone_at=None)
    rows.update(undone_at=at)
    news.update(undone_at=at)  # what later files said about them counts no longer
    locked.undone_at, locked.undone_by, locked.undo_reason = at, by, reason
    locked.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    return Undone(voided, kept)


def _strike_off(rows: Any, reason: str, *, by: User, at: datetime) -> int:
    voided = 0
    for row in rows.filter(effect=EFFECTS.NEW).select_related("task").order_by("line"):
        if row.task.state != State.VOID:
            acceptance.void(row.task, reason=f"撤销台账导入：{reason}", by=by, at=at)
            voided += 1
    return voided


def names_of(kept: list[Kept], most: int = 10) -> str:
    """The first ten numbers: YY-2026-000001（已签收）…"""
    shown = "、".join(f"{one.task.number}（{one.reason}）" for one in kept[:most])
    return f"{shown} 等 {len(kept)} 件" if len(kept) > most else shown


def kept_of(batch: ImportBatch, *, by: User, at: datetime) -> list[Kept]:
    """The tasks of the batch that cannot be taken back: somebody has acted on them since, or
    the person may not strike them off. A handful of queries for any number of rows."""
    rows = batch.rows.filter(effect=EFFECTS.NEW, undone_at=None).exclude(task__state=State.VOID)
    related = ("scheme", "grid__parent", "issuer_grid", "origin_grid__parent")
    rows = rows.select_related(*(f"task__{name}" for name in related)).order_by("line")
    touched, me = _touched(batch), standing(by, at)
    kept = []
    for row in rows:
        reason = touched.get(row.task_id, "")
        reason = reason or policies.why_not(by, Action.VOID, row.task, at=at, me=me)
        kept += [Kept(row.task, reason)] if reason else []
    return kept


def _touched(batch: ImportBatch) -> dict[int, str]:
    """Task id → 已签收 …: the last thing that somebody did to it since the import."""
    ours = batch.rows.filter(effect=EFFECTS.NEW).values("task")
    events = TaskEvent.objects.filter(task__in=ours).exclude(at=batch.at, by=batch.by_id)
    rows = events.order_by("task", "sequence").values_list("task", "action", "data")
    return {task: f"已{Action(done).label}" for task, done, data in rows if "import" not in data}
