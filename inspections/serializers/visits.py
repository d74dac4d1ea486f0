"""Visits and findings: what goes out, what comes in."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grids import access
from grids.models import Grid
from inspections.models import (
    Answer,
    Checklist,
    ChecklistItem,
    Finding,
    Inspection,
    InspectionPhoto,
    Mode,
    PollutionSource,
)
from inspections.services.given import AnswerGiven, FindingGiven, Visit
from inspections.services.quick import Report
from tasks.models import Task


class PhotoSerializer(serializers.ModelSerializer[InspectionPhoto]):
    arrived = serializers.SerializerMethodField()

    class Meta:
        model = InspectionPhoto
        fields = ("client_id", "arrived", "item", "finding")

    def get_arrived(self, photo: InspectionPhoto) -> bool:
        return photo.attachment_id is not None


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    text = serializers.CharField(source="item.text")
    demand = serializers.CharField(source="item.demand")

    class Meta:
        model = Answer
        fields = ("item", "text", "demand", "verdict", "value", "note")


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """`task` is the number of the task it became; null for a 隐患 or when out of sight."""

    task = serializers.SerializerMethodField()
    inspection = serializers.IntegerField(source="inspection_id")

    class Meta:
        model = Finding
        fields = (
            "id",
            "inspection",
            "sequence",
            "title",
            "detail",
            "category",
            "item",
            "is_hazard",
            "fixed_on_the_spot",
            "task",
        )

    def get_task(self, finding: Finding) -> str | None:
        return finding.task.number if finding.task else None


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    """`expected` photos are named by the record, `arrived` of them are on the server."""

    scheme = serializers.CharField(source="scheme.code")
    grid = serializers.CharField(source="grid.code")
    visitor_grid = serializers.CharField(source="visitor_grid.code")
    source = serializers.CharField(source="source.number", default=None)
    checklist = serializers.CharField(source="checklist.code", default=None)
    by = serializers.CharField(source="by.display_name")
    expected = serializers.IntegerField(read_only=True)
    arrived = serializers.IntegerField(read_only=True)
    answers = AnswerSerializer(many=True)
    findings = FindingSerializer(many=True)
    photos = PhotoSerializer(many=True)

    class Meta:
        model = Inspection
        fields = (
            "id",
            "client_id",
            "scheme",
            "grid",
            "visitor_grid",
            "mode",
            "is_released",
            "source",
            "station_code",
            "place",
            "lon",
            "lat",
            "accuracy_m",
            "checklist",
            "note",
            "by",
            "started_at",
            "device_at",
            "at",
            "expected",
            "arrived",
            "answers",
            "findings",
            "photos",
        )


# --- what comes in ------------------------------------------------------------------------------


@extend_schema_field(OpenApiTypes.INT)
class SeenGrid(serializers.PrimaryKeyRelatedField[Grid]):
    """A grid that the caller may look at; any other does not exist for him."""

    def get_queryset(self) -> Any:
        return access.grids_for(self.context["request"].user, access.VIEW).select_related("scheme")


@extend_schema_field(OpenApiTypes.INT)
class SeenSource(serializers.PrimaryKeyRelatedField[PollutionSource]):
    def get_queryset(self) -> Any:
        return PollutionSource.objects.visible_to(self.context["request"].user)


@extend_schema_field(OpenApiTypes.STR)
class SeenTask(serializers.SlugRelatedField[Task]):
    """A task by its number, if the caller may see it."""

    def get_queryset(self) -> Any:
        return Task.objects.visible_to(self.context["request"].user)


def _client_ids(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.UUIDField(), max_length=40, default=list, **options
    )


class PlaceFields(serializers.Serializer[Any]):
    """Degrees are WGS-84, accuracy in metres."""

    place = serializers.CharField(max_length=160, default="", allow_blank=True)
    lon = serializers.FloatField(default=None, allow_null=True)
    lat = serializers.FloatField(default=None, allow_null=True)
    accuracy_m = serializers.FloatField(default=None, allow_null=True, min_value=0)
    device_at = serializers.DateTimeField(default=None, allow_null=True)


class AnswerInput(serializers.Serializer[Any]):
    item = serializers.PrimaryKeyRelatedField(queryset=ChecklistItem.objects.all())
    verdict = serializers.ChoiceField(choices=Answer.Verdict, default=None, allow_null=True)
    value = serializers.DecimalField(max_digits=12, decimal_places=3, default=None, allow_null=True)
    note = serializers.CharField(max_length=200, default="", allow_blank=True)
    photos = _client_ids()


class FindingInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    category = serializers.ChoiceField(choices=Task.Category)
    detail = serializers.CharField(max_length=2000, default="", allow_blank=True)
    item = serializers.PrimaryKeyRelatedField(
        queryset=ChecklistItem.objects.all(), default=None, allow_null=True
    )
    is_hazard = serializers.BooleanField(default=False)
    fixed_on_the_spot = serializers.BooleanField(default=False)
    measures = serializers.CharField(max_length=500, default="", allow_blank=True)
    photos = _client_ids()


class VisitInput(PlaceFields):
    """现场检查. Photos are client ids; the files go to `attachments/`, before or after."""

    client_id = serializers.UUIDField()
    grid = SeenGrid()
    mode = serializers.ChoiceField(
        choices=[choice for choice in Mode.choices if choice[0] != Mode.QUICK],
        default=Mode.PATROL,
    )
    source = SeenSource(default=None, allow_null=True)
    station_code = serializers.CharField(max_length=40, default="", allow_blank=True)
    checklist = serializers.PrimaryKeyRelatedField(
        queryset=Checklist.objects.all(), default=None, allow_null=True
    )
    answers = AnswerInput(many=True, default=list)
    findings = FindingInput(many=True, default=list)
    photos = _client_ids()
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)
    started_at = serializers.DateTimeField(default=None, allow_null=True)

    def visit(self) -> Visit:
        given = dict(self.validated_data)
        given["answers"] = tuple(AnswerGiven(**_frozen(one)) for one in given["answers"])
        given["findings"] = tuple(FindingGiven(**_frozen(one)) for one in given["findings"])
        return Visit(**_frozen(given))


class ReportInput(PlaceFields):
    """上报 one finding. `join` is the number of the task that holds the matter already."""

    client_id = serializers.UUIDField()
    grid = SeenGrid()
    title = serializers.CharField(max_length=120)
    category = serializers.ChoiceField(choices=Task.Category)
    detail = serializers.CharField(max_length=2000, default="", allow_blank=True)
    is_hazard = serializers.BooleanField(default=False)
    photos = _client_ids()
    join = SeenTask(slug_field="number", default=None, allow_null=True)

    def report(self) -> Report:
        return Report(**_frozen(self.validated_data))


def _frozen(given: dict[str, Any]) -> dict[str, Any]:
    """Lists of photos as tuples: values that cannot change on their way."""
    return {**given, "photos": tuple(given["photos"])}
