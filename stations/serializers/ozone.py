"""Shape of what the API gives out about ozone."""

from typing import Any

from rest_framework import serializers


class SeasonSerializer(serializers.Serializer[Any]):
    """臭氧污染管控季; days as MM-DD."""

    first = serializers.CharField()
    last = serializers.CharField()
    clause = serializers.CharField()
    is_example = serializers.BooleanField()


class MovingSerializer(serializers.Serializer[Any]):
    """Mean of the eight hours that end here, µg/m³; null with fewer than six values."""

    hour_ending_at = serializers.DateTimeField(source="at")
    o3_8h_ugm3 = serializers.IntegerField(source="mean_ugm3", allow_null=True)


class OzoneSerializer(serializers.Serializer[Any]):
    """臭氧 now: `season` null outside it; `max_8h_ugm3` of the day so far."""

    season = SeasonSerializer(allow_null=True)
    day = serializers.DateField(source="today.day")
    max_8h_ugm3 = serializers.IntegerField(source="today.top_ugm3", allow_null=True)
    windows = serializers.IntegerField(source="today.windows")
    is_valid = serializers.BooleanField(source="today.is_valid")
    moving = MovingSerializer(many=True)
