"""API doors of the office: talks with their proof, papers with figures and documents."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from grids.models import GridScheme
from grids.selectors import schemes_for
from notices import serializers as shapes
from notices.documents.files import answer_of
from notices.filters import NoticeFilter, SummonsFilter
from notices.models import Notice, Summons
from notices.services import bulletins, issuing, rankings, summonses
from stations.serializers import PublishInput, RankingSerializer
from stations.viewsets import RankingViewSet


class SummonsViewSet(ReadOnlyModelViewSet[Summons]):
    """约谈：建议、证明和办理；单位只看到已决定的。"""

    serializer_class = shapes.SummonsSerializer
    filterset_class = SummonsFilter
    ordering_fields = ("proposed_at", "id")
    queryset = Summons.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Summons]:
        rows = Summons.objects.visible_to(self.request.user)
        return rows.select_related("scheme", "grid", "task").order_by("-proposed_at", "-pk")

    def _do(self, service: Callable[..., Summons], shape: type[Serializer[Any]]) -> Response:
        row, given = self.get_object(), shape(data=self.request.data)
        given.is_valid(raise_exception=True)
        row = service(row, by=self.request.user, at=timezone.now(), **given.validated_data)
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data)

    @extend_schema(request=shapes.SummonsDecision, responses=shapes.SummonsSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: Any = None) -> Response:
        """批准或不予约谈；不予约谈须写明理由。"""
        return self._do(summonses.decide, shapes.SummonsDecision)

    @extend_schema(request=shapes.SummonsStatement, responses=shapes.SummonsSerializer)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, pk: Any = None) -> Response:
        """单位说明，约谈之前。"""
        return self._do(summonses.state, shapes.SummonsStatement)

    @extend_schema(request=shapes.SummonsTalk, responses=shapes.SummonsSerializer)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: Any = None) -> Response:
        """登记约谈，同时交办整改任务。"""
        return self._do(summonses.hold, shapes.SummonsTalk)

    @extend_schema(request=shapes.Nothing, responses=shapes.SummonsSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: Any = None) -> Response:
        """办结：整改任务销号之后。"""
        return self._do(summonses.close, shapes.Nothing)

    @extend_schema(request=shapes.SummonsNote, responses=shapes.SummonsSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: Any = None) -> Response:
        """撤回，写明理由。"""
        return self._do(summonses.withdraw, shapes.SummonsNote)

    @extend_schema(request=shapes.SummonsNote, responses=shapes.SummonsSerializer)
    @action(detail=True, methods=["post"])
    def uphold(self, request: Request, pk: Any = None) -> Response:
        """数据更正后复核维持，写明理由。"""
        return self._do(summonses.uphold, shapes.SummonsNote)


class PublishedRankingViewSet(RankingViewSet):
    """排名：已发布的日、周排名和算法证明；发布。"""

    @extend_schema(request=PublishInput, responses={200: RankingSerializer})
    def create(self, request: Request) -> Response:
        """发布：每个周期一次，重复请求得到已发布的那一份。"""
        given = PublishInput(data=request.data)
        given.is_valid(raise_exception=True)
        scheme = _own_scheme(request, given.validated_data["scheme"])
        period = given.validated_data["period"]
        found = rankings.publish(scheme, period, by=request.user, at=timezone.now())
        return self.answer(found)


def _own_scheme(request: Request, code: str) -> GridScheme:
    mine = {one.pk for one in schemes_for(request.user, timezone.localdate())}
    return get_object_or_404(GridScheme.objects.filter(pk__in=mine), code=code)


class NoticeViewSet(ReadOnlyModelViewSet[Notice]):
    """公文：通报、调度令；每个数字带着它的名单。"""

    serializer_class = shapes.NoticeSerializer
    filterset_class = NoticeFilter
    ordering_fields = ("drafted_at", "issued_at", "id")
    queryset = Notice.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Notice]:
        rows = Notice.objects.visible_to(self.request.user).select_related("scheme")
        return rows.prefetch_related("receipts__grid", "receipts__task").order_by(
            "-drafted_at", "-pk"
        )

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001, FBT002  DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """`?format` names the file of a document, not the renderer of an answer."""
        if getattr(self, "action", None) == "document":
            renderer = JSONRenderer()
            return renderer, renderer.media_type
        return super().perform_content_negotiation(request, force)

    @extend_schema(request=shapes.NoticeDraft, responses={201: shapes.NoticeSerializer})
    def create(self, request: Request) -> Response:
        """起草一个周期的通报；已有的原样返回。"""
        given = shapes.NoticeDraft(data=request.data)
        given.is_valid(raise_exception=True)
        scheme = _own_scheme(request, given.validated_data["scheme"])
        period = bulletins.period_from(given.validated_data["period"])
        row = bulletins.draft(scheme, period, by=request.user, at=timezone.now())
        return Response(self._shown(row), status.HTTP_201_CREATED)

    def _shown(self, row: Notice) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data

    def _do(self, service: Callable[..., Notice], shape: type[Serializer[Any]]) -> Response:
        row, given = self.get_object(), shape(data=self.request.data)
        given.is_valid(raise_exception=True)
        row = service(row, by=self.request.user, at=timezone.now(), **given.validated_data)
        return Response(self._shown(row))

    @extend_schema(request=shapes.NoticeText, responses=shapes.NoticeSerializer)
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, pk: Any = None) -> Response:
        """修改标题和正文；`{标签}` 代表数据项。"""
        return self._do(bulletins.edit, shapes.NoticeText)

    @extend_schema(request=shapes.Nothing, responses=shapes.NoticeSerializer)
    @action(detail=True, methods=["post"])
    def refresh(self, request: Request, pk: Any = None) -> Response:
        """重新取数，正文回到自动成文。"""
        return self._do(bulletins.refresh, shapes.Nothing)

    @extend_schema(request=shapes.Nothing, responses=shapes.NoticeSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: Any = None) -> Response:
        """审核。"""
        return self._do(issuing.review, shapes.Nothing)

    @extend_schema(request=shapes.NoticeSerial, responses=shapes.NoticeSerializer)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: Any = None) -> Response:
        """编号印发，向各单位发出回执。"""
        return self._do(issuing.number_and_issue, shapes.NoticeSerial)

    @extend_schema(request=shapes.NoticeReason, responses=shapes.NoticeSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: Any = None) -> Response:
        """撤回，写明理由。"""
        return self._do(issuing.withdraw, shapes.NoticeReason)

    @extend_schema(request=shapes.NoticeSignature, responses=shapes.NoticeSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: Any = None) -> Response:
        """签收：由收文网格的任职人员。"""
        row, given = self.get_object(), shapes.NoticeSignature(data=request.data)
        given.is_valid(raise_exception=True)
        receipt = get_object_or_404(row.receipts, grid__code=given.validated_data["grid"])
        issuing.acknowledge(receipt, by=request.user, at=timezone.now())
        return Response(self._shown(row))

    @extend_schema(
        parameters=[OpenApiParameter("format", OpenApiTypes.STR, enum=["pdf", "docx"])],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        filters=False,
    )
    @action(detail=True)
    def document(self, request: Request, pk: Any = None) -> HttpResponse:
        """下载公文：?format=pdf（默认）或 docx。"""
        return answer_of(self.get_object(), request.query_params.get("format", "pdf"))
