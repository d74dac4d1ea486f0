"""What a visitor sends, as plain values; the same for page, queue and API."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from grids.errors import Invalid
from grids.models import Grid
from inspections.models import Answer, Checklist, ChecklistItem, Mode, PollutionSource
from inspections.models.checklist import plain_number
from tasks.models import Task


@dataclass(frozen=True)
class AnswerGiven:
    """`verdict` None for a NUMBER item: the limit decides. `photos` are client ids."""

    item: ChecklistItem
    verdict: str | None = None
    value: Decimal | None = None
    note: str = ""
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class FindingGiven:
    """A problem; `fixed_on_the_spot` needs measures and a before/after pair (Y2-22).

    `join` is a task that already holds the same matter: no second one is opened.
    """

    title: str
    category: str
    detail: str = ""
    item: ChecklistItem | None = None
    is_hazard: bool = False
    fixed_on_the_spot: bool = False
    measures: str = ""
    photos: tuple[UUID, ...] = ()
    join: Task | None = None


@dataclass(frozen=True)
class Visit:
    """Degrees are WGS-84, accuracy in metres; `photos` client ids."""

    client_id: UUID
    grid: Grid
    mode: str = Mode.PATROL
    source: PollutionSource | None = None
    station_code: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    checklist: Checklist | None = None
    answers: tuple[AnswerGiven, ...] = ()
    findings: tuple[FindingGiven, ...] = ()
    photos: tuple[UUID, ...] = ()
    note: str = ""
    started_at: datetime | None = None
    device_at: datetime | None = None

    def media(self) -> tuple[UUID, ...]:
        """Every photo the record speaks of, each once, in the order given."""
        groups = [self.photos]
        groups += [answer.photos for answer in self.answers]
        groups += [finding.photos for finding in self.findings]
        return tuple(dict.fromkeys(photo for group in groups for photo in group))


def verdict_of(answer: AnswerGiven) -> str:
    """The verdict: as given, or by the item's limit for a number (≥ 1.8 m, ≤ 60 m³).

    Raises Invalid when a number item has no number and was not marked 不适用.
    """
    item, name = answer.item, f"item-{answer.item.pk}"
    if item.answer != ChecklistItem.Answer.NUMBER or answer.verdict == Answer.Verdict.NA:
        if answer.verdict not in Answer.Verdict.values:
            raise Invalid(f"请判定“{item.text}”。", fields={name: "请判定"})
        return str(answer.verdict)
    if answer.value is None or item.limit is None:
        raise Invalid(f"请填写“{item.text}”的数值。", fields={name: "请填数值"})
    met = answer.value >= item.limit if item.operator == ">=" else answer.value <= item.limit
    return Answer.Verdict.PASS if met else Answer.Verdict.FAIL


def complete(visit: Visit) -> Visit:
    """A failed item of which nobody said what becomes of it is a problem to be handed over."""
    told = {finding.item.pk for finding in visit.findings if finding.item}
    more = tuple(
        _finding_of(answer, visit.checklist)
        for answer in visit.answers
        if answer.item.pk not in told and verdict_of(answer) == Answer.Verdict.FAIL
    )
    return replace(visit, findings=visit.findings + more) if more else visit


def _finding_of(answer: AnswerGiven, checklist: Checklist | None) -> FindingGiven:
    category = checklist.category if checklist and checklist.category else Task.Category.OTHER
    return FindingGiven(
        title=failure_title(answer),
        category=category,
        detail=answer.note,
        item=answer.item,
        photos=answer.photos,
    )


def failure_title(answer: AnswerGiven) -> str:
    """How the problem of a failed item is named: `不合格：围挡高度 1.5 米（应 ≥ 1.8 米）`."""
    item = answer.item
    if answer.value is None or item.limit is None:
        return f"不合格：{item.text}"[:120]
    measured = f"{plain_number(answer.value)} {item.unit}".strip()
    return f"不合格：{item.text} {measured}（应 {item.demand}）"[:120]
