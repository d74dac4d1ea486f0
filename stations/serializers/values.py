"""Shape of what the API gives out about hours and days."""

from typing import Any

from rest_framework import serializers

from stations.levels import level_of
from stations.models import DailyAir, HourlyReading
from stations.vector import pollutants_in


def _judged(aqi: int | None, bits: int) -> dict[str, Any]:
    level = None if aqi is None else level_of(aqi)
    return {
        "aqi": aqi,
        "level": level.number if level else None,
        "category": level.category.label if level else "",
        "primary": list(pollutants_in(bits)),
    }


def _ugm3(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / 1000


def _over(figure: int | None, by: int) -> float | None:
    return None if figure is None else figure / by


class ReadingSerializer(serializers.Serializer[HourlyReading]):
    """One hour: µg/m³, CO mg/m³; null is missing. `flags` in the order PM2.5 PM10 SO2 NO2 CO O3."""

    hour_ending_at = serializers.DateTimeField()
    pm25_ugm3 = serializers.FloatField(allow_null=True)
    pm10_ugm3 = serializers.FloatField(allow_null=True)
    so2_ugm3 = serializers.FloatField(allow_null=True)
    no2_ugm3 = serializers.FloatField(allow_null=True)
    co_mgm3 = serializers.FloatField(allow_null=True)
    o3_ugm3 = serializers.FloatField(allow_null=True)
    aqi = serializers.IntegerField(allow_null=True)
    level = serializers.IntegerField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    primary = serializers.ListField(child=serializers.CharField())
    standard = serializers.CharField()
    wind_speed_ms = serializers.FloatField(allow_null=True)
    wind_deg = serializers.IntegerField(allow_null=True)
    temperature_c = serializers.FloatField(allow_null=True)
    humidity_percent = serializers.IntegerField(allow_null=True)
    flags = serializers.CharField(allow_blank=True)
    withdrawn = serializers.ListField(child=serializers.CharField())
    revision = serializers.IntegerField()

    def to_representation(self, row: HourlyReading) -> dict[str, Any]:
        return {
            "hour_ending_at": self.fields["hour_ending_at"].to_representation(row.hour_ending_at),
            "pm25_ugm3": _ugm3(row.pm25_ngm3),
            "pm10_ugm3": _ugm3(row.pm10_ngm3),
            "so2_ugm3": _ugm3(row.so2_ngm3),
            "no2_ugm3": _ugm3(row.no2_ngm3),
            "co_mgm3": _ugm3(row.co_ugm3),
            "o3_ugm3": _ugm3(row.o3_ngm3),
            **_judged(row.aqi, row.primary_bits),
            "standard": row.standard,
            "wind_speed_ms": _over(row.wind_speed_cms, 100),
            "wind_deg": row.wind_deg,
            "temperature_c": _over(row.temperature_dc, 10),
            "humidity_percent": row.humidity_percent,
            "flags": row.flags,
            "withdrawn": list(pollutants_in(row.withdrawn_bits)),
            "revision": row.revision,
        }


class DaySerializer(serializers.Serializer[DailyAir]):
    """One day: published figures (half-even); null where the day has too few hours."""

    on = serializers.DateField()
    pm25_ugm3 = serializers.IntegerField(allow_null=True)
    pm10_ugm3 = serializers.IntegerField(allow_null=True)
    so2_ugm3 = serializers.IntegerField(allow_null=True)
    no2_ugm3 = serializers.IntegerField(allow_null=True)
    co_mgm3 = serializers.FloatField(allow_null=True)
    o3_8h_ugm3 = serializers.IntegerField(allow_null=True)
    hours = serializers.DictField(child=serializers.IntegerField())
    iaqi = serializers.DictField(child=serializers.IntegerField(allow_null=True))
    aqi = serializers.IntegerField(allow_null=True)
    level = serializers.IntegerField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    primary = serializers.ListField(child=serializers.CharField())
    is_valid = serializers.BooleanField()
    standard = serializers.CharField()
    rule_set = serializers.CharField()

    def to_representation(self, row: DailyAir) -> dict[str, Any]:
        names = ("pm25", "pm10", "so2", "no2", "co", "o3")
        return {
            "on": row.on.isoformat(),
            "pm25_ugm3": row.pm25_ugm3,
            "pm10_ugm3": row.pm10_ugm3,
            "so2_ugm3": row.so2_ugm3,
            "no2_ugm3": row.no2_ugm3,
            "co_mgm3": None if row.co_mgm3_x10 is None else row.co_mgm3_x10 / 10,
            "o3_8h_ugm3": row.o3_8h_ugm3,
            "hours": {name: getattr(row, f"{name}_hours") for name in names},
            "iaqi": {name: getattr(row, f"{name}_iaqi") for name in names},
            **_judged(row.aqi, row.primary_bits),
            "is_valid": row.is_valid,
            "standard": row.rule_set.split("/")[0],
            "rule_set": row.rule_set,
        }
