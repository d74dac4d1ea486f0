"""API doors of the field: visits, findings, sources. Posting the same client_id is harmless."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from inspections.filters import FindingFilter, SourceFilter, VisitFilter
from inspections.models import Finding, Inspection, PollutionSource
from inspections.selectors import visits as selectors
from inspections.serializers.sources import (
    ChangeInput,
    DecisionInput,
    ProposalInput,
    ReasonInput,
    SourceSerializer,
)
from inspections.serializers.visits import (
    FindingSerializer,
    InspectionSerializer,
    ReportInput,
    VisitInput,
)
from inspections.services import quick, sources, visits
from tasks.models import Task


def _status(*, created: int) -> int:
    return status.HTTP_201_CREATED if created else status.HTTP_200_OK


class InspectionViewSet(ReadOnlyModelViewSet[Inspection]):
    """巡查：看得到的检查记录；登记一次检查。"""

    serializer_class = InspectionSerializer
    filterset_class = VisitFilter
    ordering_fields = ("at", "id")
    queryset = Inspection.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Inspection]:
        return selectors.detailed(self.request.user).order_by("-at", "-pk")

    @extend_schema(
        request=VisitInput, responses={201: InspectionSerializer, 200: InspectionSerializer}
    )
    def create(self, request: Request) -> Response:
        """登记检查。重复的 client_id 不会重复登记，只补入新到的照片（200）。"""
        given = VisitInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        row, created = visits.record(given.visit(), by=request.user, at=timezone.now())
        shown = self.get_queryset().get(pk=row.pk)
        return Response(self.get_serializer(shown).data, _status(created=created))

    @extend_schema(request=None, responses=InspectionSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: Any = None) -> Response:
        """公开一次暗访：被查网格从此可以看到它和由此产生的任务。"""
        row = visits.release(self.get_object(), by=request.user, at=timezone.now())
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data)


class FindingViewSet(ReadOnlyModelViewSet[Finding]):
    """发现的问题；快速上报一个问题。"""

    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    ordering_fields = ("id",)
    queryset = Finding.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Finding]:
        user = self.request.user
        seen = Inspection.objects.visible_to(user)
        tasks = Prefetch("task", queryset=Task.objects.visible_to(user))
        return Finding.objects.filter(inspection__in=seen).prefetch_related(tasks).order_by("-pk")

    @extend_schema(request=ReportInput, responses={201: FindingSerializer, 200: FindingSerializer})
    def create(self, request: Request) -> Response:
        """快速上报：至少一张照片。重复的 client_id 不会重复上报（200）。"""
        given = ReportInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        row, created = quick.report(given.report(), by=request.user, at=timezone.now())
        shown = self.get_queryset().filter(inspection=row).first()
        return Response(self.get_serializer(shown).data, _status(created=created))


class SourceViewSet(ReadOnlyModelViewSet[PollutionSource]):
    """污染源清单：登记、变更、申请注销、确认。"""

    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    ordering_fields = ("number", "name", "last_visited_at", "id")
    queryset = PollutionSource.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[PollutionSource]:
        rows = PollutionSource.objects.visible_to(self.request.user)
        return rows.select_related("grid__scheme", "scheme").order_by("pk")

    @extend_schema(request=ProposalInput, responses={201: SourceSerializer, 200: SourceSerializer})
    def create(self, request: Request) -> Response:
        """登记污染源，等待网格负责人确认。"""
        given = ProposalInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        row, created = sources.propose(
            grid=given.validated_data["grid"],
            client_id=given.validated_data["client_id"],
            facts=given.facts(),
            by=request.user,
            at=timezone.now(),
        )
        return Response(self.get_serializer(row).data, _status(created=created))

    @extend_schema(request=ChangeInput, responses=SourceSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: Any = None) -> Response:
        """变更。version 不是最新时 409。"""
        source, given = self.get_object(), self._given(ChangeInput)
        words = {name: given.validated_data[name] for name in ("version", "reason")}
        row = sources.change(
            source, facts=given.facts(), by=request.user, at=timezone.now(), **words
        )
        return Response(self.get_serializer(row).data)

    @extend_schema(request=ReasonInput, responses=SourceSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: Any = None) -> Response:
        """申请注销。"""
        return self._perform(sources.ask_cancel, self._given(ReasonInput).validated_data)

    @extend_schema(request=DecisionInput, responses=SourceSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: Any = None) -> Response:
        """确认或退回等待确认的新增、变更、注销。"""
        given = self._given(DecisionInput).validated_data
        granted = "yes" if given["granted"] else "no"
        return self._perform(sources.decide, {**given, "granted": granted})

    def _given(self, shape: type[serializers.Serializer[Any]]) -> Any:
        given = shape(data=self.request.data)
        given.is_valid(raise_exception=True)
        return given

    def _perform(self, service: Callable[..., PollutionSource], given: dict[str, Any]) -> Response:
        row = service(self.get_object(), by=self.request.user, at=timezone.now(), **given)
        return Response(self.get_serializer(row).data)
