"""API doors of plans that units draw up: draw up, add measures, submit, judge, revise."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from grids.selectors import schemes_for
from tasks import plan_policies
from tasks.models import Plan
from tasks.selectors import plan_drafts as drafting
from tasks.selectors import plans
from tasks.serializers import plan_drafts as shapes
from tasks.serializers import plans as plan_shapes
from tasks.services import plan_drafts, plan_items, plan_judging, plan_versions


class Door(GenericViewSet[Any]):
    """The clock of one request, and the caller as services want him."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        request.at = timezone.now()

    def given(self, shape: Any, **context: Any) -> Any:
        known = self.get_serializer_context() | {"user": self.request.user} | context
        given = shape(data=self.request.data, context=known)
        given.is_valid(raise_exception=True)
        return given

    def who(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": self.request.at}


class DraftDoor(Door):
    """拟定、报审、审批、修订; mixed into the door of plans."""

    @extend_schema(request=shapes.PlanInput, responses={201: plan_shapes.PlanSerializer})
    def create(self, request: Request) -> Response:
        """拟定本单位的实施方案（草稿）。"""
        code = str(request.data.get("scheme", "")) if hasattr(request.data, "get") else ""
        mine = schemes_for(request.user, timezone.localdate(request.at))
        scheme = next((one for one in mine if one.code == code), None)
        given = self.given(shapes.PlanInput, scheme=scheme).arguments()
        plan_policies.check_draw_up(request.user, given["grid"], at=request.at)
        drawn = plan_drafts.draw_up(**given, **self.who())
        return self._told(drawn, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.ItemInput, responses={201: plan_shapes.MeasureSerializer})
    @action(detail=True, methods=["post"])
    def items(self, request: Request, pk: int) -> Response:
        """给草稿加一项措施。"""
        plan = self._own()
        wanted = self.given(shapes.ItemInput, scheme=plan.scheme).wanted()
        row = plan_items.add_measure(plan, wanted=wanted, **self.who())
        return Response(plan_shapes.MeasureSerializer(row).data, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=plan_shapes.PlanSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: int) -> Response:
        """报审。"""
        return self._told(plan_judging.submit(self._own(), **self.who()))

    @extend_schema(request=shapes.PlanReasonInput, responses=plan_shapes.PlanSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: int) -> Response:
        """退回，写明理由。"""
        plan = self._judged()
        given = self.given(shapes.PlanReasonInput).validated_data
        return self._told(plan_judging.send_back(plan, **given, **self.who()))

    @extend_schema(request=None, responses=plan_shapes.PlanSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """批准施行；修订的一版代替上一版。"""
        return self._told(plan_judging.approve(self._judged(), **self.who()))

    @extend_schema(request=None, responses={201: plan_shapes.PlanSerializer})
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: int) -> Response:
        """修订：下一版的草稿。"""
        drawn = plan_versions.revise(self._own(), **self.who())
        return self._told(drawn, status.HTTP_201_CREATED)

    @extend_schema(responses=shapes.DifferenceOfVersions)
    @action(detail=True)
    def differences(self, request: Request, pk: int) -> Response:
        """这一版改了上一版的什么，逐项逐字段；第一版 404。"""
        shown = drafting.difference(self.get_object())
        if shown is None:
            raise Http404
        return Response(shapes.DifferenceOfVersions(shown).data)

    def _told(self, plan: Plan, code: int = status.HTTP_200_OK) -> Response:
        return Response(plan_shapes.PlanSerializer(plan).data, code)

    def _own(self) -> Plan:
        plan: Plan = self.get_object()
        plan_policies.check_draw_up(self.request.user, plan.grid, at=self.request.at)
        return plan

    def _judged(self) -> Plan:
        plan: Plan = self.get_object()
        root = plans.root_of(plan.scheme)
        plan_policies.check_judge(self.request.user, plan, root, at=self.request.at)
        return plan
