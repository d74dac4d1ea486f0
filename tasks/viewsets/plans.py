"""API doors of 方案: read as the pages show it; break down, report, receive, confirm."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from grids import access
from grids.errors import Invalid
from grids.models import GridScheme
from grids.selectors import schemes_for
from tasks import plan_policies
from tasks.models import Measure, Plan, PlanReport
from tasks.selectors import (
    plan_board,
    plan_drafts,
    plan_reconciling,
    plan_reports,
    plan_whole,
    plans,
)
from tasks.serializers import plans as shapes
from tasks.services import plan_reports as reporting
from tasks.services import plans as planning
from tasks.services.plan_whole import expand_all
from tasks.viewsets.plan_drafts import Door, DraftDoor

MONTH = OpenApiParameter("month", OpenApiTypes.STR, description="如 2017-04，或 special_plan")


def readable(user: Any, at: datetime) -> list[GridScheme]:
    """企业 keep to their own matters: for them there are no plans."""
    mine = schemes_for(user, timezone.localdate(at))
    return [scheme for scheme in mine if plan_policies.may_read(user, scheme, at=at)]


def month_of(request: Request) -> str:
    month = request.query_params.get("month", "")
    if not month:
        words = "请写明月份，如 ?month=2017-04。"
        raise Invalid(words, fields={"month": words})
    return month


class PlanViewSet(ReadOnlyModelViewSet[Plan], DraftDoor):
    """方案：措施、挂图作战、月报、对账；全部分解；单位自己的实施方案。"""

    serializer_class = shapes.PlanSerializer
    queryset = Plan.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Plan]:
        schemes = readable(self.request.user, timezone.now())
        return plan_drafts.visible(self.request.user, schemes).order_by("pk")

    @extend_schema(responses=shapes.MeasureSerializer(many=True))
    @action(detail=True)
    def measures(self, request: Request, pk: int) -> Response:
        """措施，按文件的次序，带承担单位和里程碑。"""
        rows = plans.measures_of(self.get_object())
        page = self.paginate_queryset(rows.prefetch_related("units__grid", "milestones"))
        return self.get_paginated_response(shapes.MeasureSerializer(page, many=True).data)

    @extend_schema(responses=shapes.BoardSerializer)
    @action(detail=True)
    def board(self, request: Request, pk: int) -> Response:
        """挂图作战：措施 × 看得到的单位，每格的状态和它的任务。"""
        shown = plan_board.board(self.get_object(), request.user, request.at)
        return Response(shapes.BoardSerializer(shown).data)

    @extend_schema(responses=shapes.PreviewSerializer)
    @action(detail=True)
    def preview(self, request: Request, pk: int) -> Response:
        """全部分解之前：将派发多少件，哪些措施要另定时限。"""
        plan = self._led()
        return Response(shapes.PreviewSerializer(plan_whole.whole(plan, request.at)).data)

    @extend_schema(request=shapes.ExpandAllInput, responses={201: shapes.ExpansionSerializer})
    @action(detail=True, methods=["post"])
    def expand(self, request: Request, pk: int) -> Response:
        """全部分解：每项措施的每个单位一件任务，已有的不重复。件数与 expected 不符 409。"""
        plan = self._led()
        values = self.given(shapes.ExpandAllInput).validated_data
        done = expand_all(plan, **values, **self.who())
        return Response(shapes.ExpansionSerializer(done).data, status.HTTP_201_CREATED)

    @extend_schema(
        methods=["get"], parameters=[MONTH], responses=shapes.ReportLineSerializer(many=True)
    )
    @extend_schema(
        methods=["post"], request=shapes.PlanReportInput, responses=shapes.PlanReportSerializer
    )
    @action(detail=True, methods=["get", "post"])
    def reports(self, request: Request, pk: int) -> Response:
        """材料报送：谁报了、谁没报；POST 报送或更正本单位的材料。"""
        plan = self.get_object()
        if request.method == "POST":
            return self._report(plan)
        lines = plan_reports.report_list(plan, month_of(request), at=request.at)
        shown = [one for one in lines if access.holds(request.user, access.VIEW, one.grid)]
        return Response(shapes.ReportLineSerializer(shown, many=True).data)

    def _report(self, plan: Plan) -> Response:
        given = self.given(shapes.PlanReportInput, scheme=plan.scheme, plan=plan).arguments()
        if not access.holds(self.request.user, access.VIEW, given["grid"]):
            raise Http404
        row = reporting.submit_report(plan, **given, **self.who())
        return Response(shapes.PlanReportSerializer(row).data)

    @extend_schema(parameters=[MONTH], responses=shapes.DifferenceSerializer(many=True))
    @action(detail=True)
    def reconcile(self, request: Request, pk: int) -> Response:
        """对账：一个月里自报与验收不一致的每一处。"""
        lines = plan_reconciling.reconcile(self.get_object(), month_of(request), at=request.at)
        shown = plan_reconciling.seen(lines, request.user)
        return Response(shapes.DifferenceSerializer(shown, many=True).data)

    def _led(self) -> Plan:
        plan: Plan = self.get_object()
        plan_policies.check_lead(self.request.user, plans.root_of(plan.scheme))
        return plan


class MeasureViewSet(mixins.RetrieveModelMixin, Door):
    """措施：一项；分解到各单位；核定没有反馈卡的数量。"""

    serializer_class = shapes.MeasureSerializer
    queryset = Measure.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Measure]:
        schemes = readable(self.request.user, timezone.now())
        seen = plan_drafts.visible(self.request.user, schemes)
        return Measure.objects.filter(plan__in=seen.values("pk")).select_related("plan__scheme")

    @extend_schema(request=shapes.ExpandInput, responses={201: shapes.ExpansionSerializer})
    @action(detail=True, methods=["post"])
    def expand(self, request: Request, pk: int) -> Response:
        """分解：每个单位一件任务，已有的不重复。"""
        one = self.get_object()
        plan_policies.check_lead(request.user, plans.root_of(one.plan.scheme))
        done = planning.expand(one, **self.given(shapes.ExpandInput).validated_data, **self.who())
        return Response(shapes.ExpansionSerializer(done).data, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.ConfirmInput, responses={201: shapes.ProgressSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """核定：没有反馈卡的数量，以措施的单位计。"""
        one = self.get_object()
        plan_policies.check_lead(request.user, plans.root_of(one.plan.scheme))
        given = self.given(shapes.ConfirmInput, scheme=one.plan.scheme).validated_data
        row = planning.confirm_quantity(one, **given, **self.who())
        return Response(shapes.ProgressSerializer(row).data, status.HTTP_201_CREATED)


class PlanReportViewSet(mixins.RetrieveModelMixin, Door):
    """一份报送的材料；签收。"""

    serializer_class = shapes.PlanReportSerializer
    queryset = PlanReport.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[PlanReport]:
        user = self.request.user
        rows = PlanReport.objects.filter(plan__scheme__in=readable(user, timezone.now()))
        seen = access.grids_for(user, access.VIEW).values("pk")
        return rows.filter(grid__in=seen).select_related("grid", "plan__scheme")

    @extend_schema(request=None, responses=shapes.PlanReportSerializer)
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: int) -> Response:
        """签收，重复签收不改变什么。"""
        row = reporting.receive_report(self.get_object(), **self.who())
        return Response(shapes.PlanReportSerializer(row).data)
