"""API doors of the air side: stations with hours and days, batches, rankings, alarms."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from stations import ozone, presence, tables
from stations import serializers as shapes
from stations.models import Alarm, DailyAir, HourlyReading, Ranking, Station
from stations.pages import station_plan
from stations.serializers.logs import LogSerializer
from stations.serializers.ozone import OzoneSerializer
from stations.serializers.values import DaySerializer, ReadingSerializer
from stations.services import ingest, ranking, verdicts
from stations.strict_json import StrictJSONParser
from tasks import plan_policies
from tasks.serializers.plans import PlanSerializer

_HOURS_SHOWN, _DAYS_SHOWN = timedelta(hours=24), timedelta(days=31)


def _span(kind: str) -> list[OpenApiParameter]:
    form = OpenApiTypes.DATETIME if kind == "hour" else OpenApiTypes.DATE
    return [OpenApiParameter("from", form), OpenApiParameter("to", form)]


class StationFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="scheme__code", help_text="体系代码")
    grid = django_filters.CharFilter(field_name="grid__code", help_text="责任单位编码")
    control = django_filters.ChoiceFilter(choices=Station.Control.choices, help_text="类型")

    class Meta:
        model = Station
        fields = ("scheme", "grid", "control")


class StationViewSet(ReadOnlyModelViewSet[Station]):
    """站点：辖区内的站点和最新一小时。"""

    serializer_class = shapes.StationSerializer
    filterset_class = StationFilter
    ordering_fields = ("code", "name", "control")
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    queryset = Station.objects.none()

    def get_queryset(self) -> QuerySet[Station]:
        stations = Station.objects.readable_by(self.request.user)
        return stations.select_related("scheme", "grid").order_by("code")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        found = presence.live(page or [], timezone.now())
        context = self.get_serializer_context() | {"live": {x.station.pk: x for x in found}}
        return self.get_paginated_response(
            shapes.StationSerializer(page, many=True, context=context).data
        )

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        station = self.get_object()
        [item] = presence.live([station], timezone.now())
        context = self.get_serializer_context() | {"live": {station.pk: item}}
        return Response(shapes.StationSerializer(station, context=context).data)

    @extend_schema(parameters=_span("hour"), responses=ReadingSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, filter_backends=())
    def readings(self, request: Request, code: str = "") -> Response:
        """小时值，按时间；不给起止时为最近 24 小时。"""
        station, at = self.get_object(), timezone.now()
        given = shapes.SpanInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        until = given.validated_data.get("to", at)
        since = given.validated_data.get("from", until - _HOURS_SHOWN)
        rows = HourlyReading.objects.filter(station=station, hour_ending_at__range=(since, until))
        page = self.paginate_queryset(rows.order_by("hour_ending_at"))
        return self.get_paginated_response(ReadingSerializer(page, many=True).data)

    @extend_schema(parameters=_span("day"), responses=DaySerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, filter_backends=())
    def days(self, request: Request, code: str = "") -> Response:
        """日值，按日期；不给起止时为最近 31 天。"""
        station, today = self.get_object(), timezone.localdate()
        given = shapes.DaySpanInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        last = given.validated_data.get("to", today)
        first = given.validated_data.get("from", last - _DAYS_SHOWN)
        rows = DailyAir.objects.filter(station=station, on__range=(first, last))
        page = self.paginate_queryset(rows.order_by("on"))
        return self.get_paginated_response(DaySerializer(page, many=True).data)

    @extend_schema(responses=LogSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, filter_backends=())
    def logs(self, request: Request, code: str = "") -> Response:
        """站点台账：停电、断网、维护、周边检查、施工报备，最近的在前。"""
        rows = self.get_object().logs.order_by("-from_at", "-pk")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(LogSerializer(page, many=True).data)

    @extend_schema(responses=OzoneSerializer, filters=False)
    @action(detail=True, filterset_class=None, filter_backends=(), pagination_class=None)
    def ozone(self, request: Request, code: str = "") -> Response:
        """臭氧：最近 24 小时的 8 小时滑动平均、今日到此的最大值、管控季。"""
        station, at = self.get_object(), timezone.now()
        found = ozone.today(station, at)
        shown = {
            "season": ozone.season(station.scheme, found.day),
            "today": found,
            "moving": ozone.moving(station, at, 24),
        }
        return Response(OzoneSerializer(shown).data)

    @extend_schema(responses=PlanSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, filter_backends=(), pagination_class=None)
    def plan(self, request: Request, code: str = "") -> Response:
        """一站一策：方案的各版，新的在前；空表示还没有。"""
        station, user = self.get_object(), request.user
        if not plan_policies.may_read(user, station.scheme, at=timezone.now()):
            raise Http404
        found = station_plan.shown(station, user, timezone.now())
        return Response(PlanSerializer(found.versions, many=True).data)


class ReadingsView(APIView):
    """上传小时值：一批里坏的行单独拒绝，好的照常入库；重复上传不产生变化。"""

    parser_classes = (StrictJSONParser,)

    @extend_schema(
        request=shapes.BatchSchema,
        responses={200: shapes.OutcomeSerializer},
        operation_id="readings_create",
    )
    def post(self, request: Request) -> Response:
        given = shapes.BatchInput(data=request.data)
        given.is_valid(raise_exception=True)
        outcome = ingest.ingest(
            given.validated_data["readings"],
            source=given.validated_data["source"],
            by=request.user,
            at=timezone.now(),
        )
        rejected = [
            {
                "index": index,
                "code": code,
                "detail": detail,
                "pointer": shapes.pointer_to(index, outcome.fields.get(index, "")),
            }
            for index, code, detail in outcome.rejected
        ]
        counts = {"created": outcome.created, "updated": outcome.updated}
        return Response({**counts, "unchanged": outcome.unchanged, "rejected": rejected})


class RankingViewSet(GenericViewSet[Ranking]):
    """排名：已发布的日、周排名和算法证明。"""

    serializer_class = shapes.RankingSerializer
    queryset = Ranking.objects.none()
    lookup_value_converter = "int"
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Ranking]:
        rows = Ranking.objects.visible_to(self.request.user).select_related("scheme")
        return rows.prefetch_related("lines__grid").order_by("-starts_on", "-edition", "-pk")

    @extend_schema(
        parameters=[
            OpenApiParameter("scheme", str, description="体系代码"),
            OpenApiParameter("period", str, description="2026-W46 或 2026-11-16"),
            OpenApiParameter("kind", enum=Ranking.Kind.values),
        ],
        responses=shapes.RankingSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        asked = request.query_params
        rows = self.get_queryset().current()
        for name, field in (("scheme", "scheme__code"), ("period", "period"), ("kind", "kind")):
            if asked.get(name):
                rows = rows.filter(**{field: asked[name]})
        page = self.paginate_queryset(rows)
        shown = _shown if asked.get("period") else _without_proof
        return self.get_paginated_response([shown(row) for row in page or []])

    @extend_schema(responses=shapes.RankingSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(_shown(self.get_object()))

    def answer(self, found: Ranking) -> Response:
        return Response(_shown(self.get_queryset().get(pk=found.pk)))

    @extend_schema(request=shapes.CorrectInput, responses={200: shapes.RankingSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: int) -> Response:
        """更正：数据有变化时出新版，并列出差异。"""
        given = shapes.CorrectInput(data=request.data)
        given.is_valid(raise_exception=True)
        found = ranking.correct(
            self.get_object(), by=request.user, at=timezone.now(), **given.validated_data
        )
        return self.answer(found)


def _shown(row: Ranking) -> dict[str, Any]:
    return {"id": row.pk, **tables.of_ranking(row)}


def _without_proof(row: Ranking) -> dict[str, Any]:
    table = _shown(row)
    for line in table["lines"]:
        del line["proof"]
    return table


class AlarmFilter(django_filters.FilterSet):
    station = django_filters.CharFilter(field_name="station__code", help_text="站点代码")
    scheme = django_filters.CharFilter(field_name="station__scheme__code", help_text="体系代码")
    kind = django_filters.ChoiceFilter(choices=Alarm.Kind.choices, help_text="种类")
    open = django_filters.BooleanFilter(
        field_name="ended_at", lookup_expr="isnull", help_text="进行中"
    )

    class Meta:
        model = Alarm
        fields = ("station", "scheme", "kind", "open")


class AlarmViewSet(ReadOnlyModelViewSet[Alarm]):
    """高值与异常。"""

    serializer_class = shapes.AlarmSerializer
    filterset_class = AlarmFilter
    ordering_fields = ("started_at", "peak", "raised_at")
    queryset = Alarm.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Alarm]:
        rows = Alarm.objects.visible_to(self.request.user)
        return rows.select_related("station__grid", "task").order_by("-started_at", "-pk")

    @extend_schema(request=shapes.VerdictInput, responses={200: shapes.AlarmSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        """核查结论：真实污染、误报或设备故障。"""
        given = shapes.VerdictInput(data=request.data)
        given.is_valid(raise_exception=True)
        found = verdicts.decide(
            self.get_object(), by=request.user, at=timezone.now(), **given.validated_data
        )
        return Response(self.get_serializer(found).data)
