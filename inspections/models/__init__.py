"""Tables of the field: sources, checklists, visits, findings, recurring duties."""

from inspections.models.checklist import Checklist, ChecklistItem
from inspections.models.duty import Duty, DutyRecord
from inspections.models.kinds import HIDDEN_MODES, SUPERVISING_MODES, Mode
from inspections.models.source import PollutionSource, SourceQuerySet, SourceVersion
from inspections.models.visit import (
    Answer,
    Finding,
    Inspection,
    InspectionPhoto,
    InspectionQuerySet,
    Sighting,
)

__all__ = [
    "HIDDEN_MODES",
    "SUPERVISING_MODES",
    "Answer",
    "Checklist",
    "ChecklistItem",
    "Duty",
    "DutyRecord",
    "Finding",
    "Inspection",
    "InspectionPhoto",
    "InspectionQuerySet",
    "Mode",
    "PollutionSource",
    "Sighting",
    "SourceQuerySet",
    "SourceVersion",
]
