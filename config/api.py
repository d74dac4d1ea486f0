"""The public surface under /api/v1/, on one page."""

from django.urls import path
from rest_framework.routers import DefaultRouter

from config.viewsets import HealthView
from grids.viewsets import GridViewSet, MeView, PostViewSet, SchemeViewSet, TokenView
from inspections.viewsets import FindingViewSet, InspectionViewSet, SourceViewSet
from notices.viewsets import NoticeViewSet, PublishedRankingViewSet, SummonsViewSet
from stations.viewsets import AlarmViewSet, ReadingsView, StationViewSet
from tasks.viewsets import (
    AttachmentViewSet,
    ChangesView,
    MeasureViewSet,
    PlanReportViewSet,
    PlanViewSet,
    TaskViewSet,
    UploadViewSet,
)

app_name = "api"

router = DefaultRouter()
router.register("schemes", SchemeViewSet, basename="scheme")
router.register("grids", GridViewSet, basename="grid")
router.register("posts", PostViewSet, basename="post")
router.register("tasks", TaskViewSet, basename="task")
router.register("attachments", AttachmentViewSet, basename="attachment")
router.register("uploads", UploadViewSet, basename="upload")
router.register("plans", PlanViewSet, basename="plan")
router.register("measures", MeasureViewSet, basename="measure")
router.register("plan-reports", PlanReportViewSet, basename="plan-report")
router.register("inspections", InspectionViewSet, basename="inspection")
router.register("findings", FindingViewSet, basename="finding")
router.register("sources", SourceViewSet, basename="source")
router.register("stations", StationViewSet, basename="station")
router.register("rankings", PublishedRankingViewSet, basename="ranking")
router.register("alarms", AlarmViewSet, basename="alarm")
router.register("summonses", SummonsViewSet, basename="summons")
router.register("notices", NoticeViewSet, basename="notice")

urlpatterns = [
    path("health/", HealthView.as_view(), name="health"),
    path("auth/token/", TokenView.as_view(), name="token"),
    path("me/", MeView.as_view(), name="me"),
    path("readings/", ReadingsView.as_view(), name="readings"),
    path("changes/", ChangesView.as_view(), name="changes"),
    *router.urls,
]
