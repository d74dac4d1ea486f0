"""API doors of tasks, by noun."""

from tasks.viewsets.tasks import VERBS, AttachmentViewSet, ChangesView, TaskViewSet
from tasks.viewsets.uploads import UploadViewSet

__all__ = ["VERBS", "AttachmentViewSet", "ChangesView", "TaskViewSet", "UploadViewSet"]
