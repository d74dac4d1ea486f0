"""Shape of what the API gives out about the log of a station."""

from typing import Any

from rest_framework import serializers

from stations.models import StationLog


class LogSerializer(serializers.ModelSerializer[StationLog]):
    """One entry; `is_announced`: written down before it began."""

    kind_label = serializers.CharField(source="get_kind_display")
    is_announced = serializers.SerializerMethodField()

    class Meta:
        model = StationLog
        fields: Any = (
            *("kind", "kind_label", "work", "from_at", "until_at", "note", "is_abnormal"),
            *("at", "is_announced"),
        )

    def get_is_announced(self, row: StationLog) -> bool:
        return row.at <= row.from_at
