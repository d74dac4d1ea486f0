"""API doors of tasks, by noun."""

from tasks.viewsets.plans import MeasureViewSet, PlanReportViewSet, PlanViewSet
from tasks.viewsets.tasks import VERBS, AttachmentViewSet, ChangesView, TaskViewSet
from tasks.viewsets.uploads import UploadViewSet

__all__ = [
    "VERBS",
    "AttachmentViewSet",
    "ChangesView",
    "MeasureViewSet",
    "PlanReportViewSet",
    "PlanViewSet",
    "TaskViewSet",
    "UploadViewSet",
]
