"""Tables of 交办任务: the matter, its chained history, feedback cards, evidence, plans."""

from tasks.models.calendar import CalendarDay
from tasks.models.desk import RevisitDraw, SavedFilter
from tasks.models.event import LedgerSeal, TaskEvent
from tasks.models.evidence import Attachment, FeedbackCard
from tasks.models.exporting import LedgerExport
from tasks.models.kinds import Level
from tasks.models.ledger_import import ImportBatch, ImportedRow
from tasks.models.plan import (
    Campaign,
    Fund,
    Measure,
    MeasureUnit,
    Milestone,
    Plan,
    PlanStep,
    Progress,
    UnitSetMember,
)
from tasks.models.plan_progress import ClaimState, MeasureClaim, PlanReport
from tasks.models.routing import ListEntry, Route, TaskNumber
from tasks.models.task import Task, TaskQuerySet
from tasks.models.uploading import Upload

__all__ = [
    "Attachment",
    "CalendarDay",
    "Campaign",
    "ClaimState",
    "FeedbackCard",
    "Fund",
    "ImportBatch",
    "ImportedRow",
    "LedgerExport",
    "LedgerSeal",
    "Level",
    "ListEntry",
    "Measure",
    "MeasureClaim",
    "MeasureUnit",
    "Milestone",
    "Plan",
    "PlanReport",
    "PlanStep",
    "Progress",
    "RevisitDraw",
    "Route",
    "SavedFilter",
    "Task",
    "TaskEvent",
    "TaskNumber",
    "TaskQuerySet",
    "UnitSetMember",
    "Upload",
]
