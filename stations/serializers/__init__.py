"""Shape of what the API gives out and takes in about stations, hours, days, rankings, alarms."""

from typing import Any

from rest_framework import serializers

from stations.feeds import FIELDS
from stations.models import Alarm, Station
from stations.periods import Period
from stations.presence import STATES, Live
from stations.standards import POLLUTANTS


class NowSerializer(serializers.Serializer[Any]):
    """The newest hour of a station."""

    state = serializers.ChoiceField(choices=list(STATES.items()))
    lag_hours = serializers.IntegerField(allow_null=True)
    hour_ending_at = serializers.DateTimeField(allow_null=True)
    aqi = serializers.IntegerField(allow_null=True)
    primary = serializers.ListField(child=serializers.CharField())
    maintenance_until = serializers.DateTimeField(
        allow_null=True, help_text="维护中：最迟按维护计到何时；其他状态为空"
    )


class StationSerializer(serializers.ModelSerializer[Station]):
    scheme = serializers.CharField(source="scheme.code")
    grid = serializers.CharField(source="grid.code")
    grid_name = serializers.CharField(source="grid.name")
    control_label = serializers.CharField(source="get_control_display")
    now = serializers.SerializerMethodField()

    class Meta:
        model = Station
        fields = (
            *("code", "number", "name", "scheme", "grid", "grid_name", "control"),
            *("control_label", "install_place", "lon", "lat", "core_m", "key_m"),
            *("radiation_m", "protection_m", "data_source", "is_active", "now"),
        )

    def get_now(self, station: Station) -> dict[str, Any] | None:
        item: Live | None = self.context.get("live", {}).get(station.pk)
        if item is None:
            return None
        reading = item.reading
        shown = {
            "state": item.state,
            "lag_hours": item.lag,
            "hour_ending_at": reading.hour_ending_at if reading else None,
            "aqi": reading.aqi if reading else None,
            "primary": list(item.primary),
            "maintenance_until": item.upkeep_until,
        }
        return dict(NowSerializer(shown).data)


class SpanInput(serializers.Serializer[Any]):
    """`from` and `to`: ISO 8601; without an offset Beijing time; both ends included."""

    def get_fields(self) -> dict[str, Any]:
        return {
            "from": serializers.DateTimeField(required=False),
            "to": serializers.DateTimeField(required=False),
        }


class DaySpanInput(serializers.Serializer[Any]):
    """`from` and `to`: dates, both included."""

    def get_fields(self) -> dict[str, Any]:
        return {
            "from": serializers.DateField(required=False),
            "to": serializers.DateField(required=False),
        }


class ReadingInput(serializers.Serializer[Any]):
    """One hour of one station; µg/m³, CO mg/m³; null or "-" is missing."""

    station = serializers.CharField()
    hour_ending_at = serializers.CharField()
    pm25_ugm3 = serializers.FloatField(allow_null=True, required=False)
    pm10_ugm3 = serializers.FloatField(allow_null=True, required=False)
    so2_ugm3 = serializers.FloatField(allow_null=True, required=False)
    no2_ugm3 = serializers.FloatField(allow_null=True, required=False)
    co_mgm3 = serializers.FloatField(allow_null=True, required=False)
    o3_ugm3 = serializers.FloatField(allow_null=True, required=False)
    wind_speed_ms = serializers.FloatField(allow_null=True, required=False)
    wind_deg = serializers.FloatField(allow_null=True, required=False)
    temperature_c = serializers.FloatField(allow_null=True, required=False)
    humidity_percent = serializers.FloatField(allow_null=True, required=False)


class BatchSchema(serializers.Serializer[Any]):
    """A batch as the description of the interface shows it."""

    source = serializers.CharField(max_length=120)
    readings = ReadingInput(many=True)


class BatchInput(serializers.Serializer[Any]):
    """What is checked before the rows are: each row is judged by itself by the service."""

    source = serializers.CharField(max_length=120)
    readings = serializers.ListField(allow_empty=False, max_length=20_000)


class RejectionSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    pointer = serializers.CharField(help_text="JSON 指针，如 /readings/3/pm25_ugm3")


def pointer_to(index: int, field: str) -> str:
    """The place of a refused row, or of the value in it that is at fault."""
    name = FIELD_NAMES.get(field, field)
    return f"/readings/{index}/{name}" if name else f"/readings/{index}"


FIELD_NAMES = dict(zip(POLLUTANTS, FIELDS, strict=True))


class OutcomeSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = RejectionSerializer(many=True)


class PublishInput(serializers.Serializer[Any]):
    scheme = serializers.CharField(help_text="体系代码")
    period = serializers.CharField(help_text="2026-W46 或 2026-11-16")

    def validate_period(self, code: str) -> Period:
        try:
            return Period.parse(code)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class CorrectInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class LineSerializer(serializers.Serializer[Any]):
    """One unit of a ranking; `rank` null: 不参与排名, see `reason`."""

    unit = serializers.CharField()
    name = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    score = serializers.CharField(allow_null=True)
    air = serializers.CharField(allow_null=True)
    valid_days = serializers.IntegerField()
    is_bottom = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    proof = serializers.DictField(required=False)


class RankingSerializer(serializers.Serializer[Any]):
    """A published ranking with its working."""

    id = serializers.IntegerField()
    scheme = serializers.CharField()
    period = serializers.CharField()
    label = serializers.CharField()
    edition = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    rule_set = serializers.CharField()
    formula = serializers.CharField()
    weights = serializers.DictField()
    rules = serializers.DictField()
    difference = serializers.ListField()
    ranked = serializers.IntegerField()
    digest = serializers.CharField()
    lines = LineSerializer(many=True)


class AlarmSerializer(serializers.ModelSerializer[Alarm]):
    station = serializers.CharField(source="station.code")
    kind_label = serializers.CharField(source="get_kind_display")
    task = serializers.SlugRelatedField(slug_field="number", read_only=True)
    level = serializers.IntegerField(allow_null=True, help_text="达到的 AQI 级别，3 到 6")
    items = serializers.CharField(help_text="带标记的项目，逗号分隔")
    is_reviewed = serializers.BooleanField(help_text="已有核查结论，且结论之后没有新数值")

    class Meta:
        model = Alarm
        fields = (
            *("id", "station", "kind", "kind_label", "started_at", "peak", "peak_at"),
            *("last_at", "ended_at", "pollutant", "task", "verdict", "verdict_note", "raised_at"),
            *("level", "items", "is_reviewed"),
        )


class VerdictInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Alarm.Verdict.choices)
    note = serializers.CharField(max_length=2000)
