"""Pollution sources: what goes out, what comes in."""

from typing import Any

from rest_framework import serializers

from inspections import attributes
from inspections.models import PollutionSource
from inspections.serializers.visits import SeenGrid
from inspections.services.sources import Facts
from tasks.models import Task


class SourceSerializer(serializers.ModelSerializer[PollutionSource]):
    """`version` must come back with a change; `demands` are duties it does not meet."""

    scheme = serializers.CharField(source="scheme.code")
    grid = serializers.CharField(source="grid.code")
    demands = serializers.SerializerMethodField()

    class Meta:
        model = PollutionSource
        fields = (
            "id",
            "number",
            "client_id",
            "scheme",
            "grid",
            "name",
            "category",
            "address",
            "lon",
            "lat",
            "contact",
            "is_mobile",
            "starts_on",
            "ends_on",
            "status",
            "attributes",
            "pending",
            "last_visited_at",
            "version",
            "demands",
        )

    def get_demands(self, source: PollutionSource) -> list[str]:
        return [one.text for one in attributes.demands(source.category, source.attributes)]


class FactsInput(serializers.Serializer[Any]):
    """Degrees are WGS-84; `attributes` are the fields of the category."""

    name = serializers.CharField(max_length=120)
    category = serializers.ChoiceField(choices=Task.Category)
    address = serializers.CharField(max_length=160, default="", allow_blank=True)
    lon = serializers.FloatField(default=None, allow_null=True)
    lat = serializers.FloatField(default=None, allow_null=True)
    contact = serializers.CharField(max_length=80, default="", allow_blank=True)
    is_mobile = serializers.BooleanField(default=False)
    starts_on = serializers.DateField(default=None, allow_null=True)
    ends_on = serializers.DateField(default=None, allow_null=True)
    attributes = serializers.DictField(default=dict)

    def validate_attributes(self, given: dict[str, Any]) -> dict[str, Any]:
        """Only fields that the category has, with plain values."""
        category = str(self.initial_data.get("category", ""))
        known = {one.key for one in attributes.fields_of(category)}
        if unknown := sorted(given.keys() - known):
            raise serializers.ValidationError(f"这一类没有这些栏目：{'、'.join(unknown)}。")
        if any(not isinstance(value, str | int | float | None) for value in given.values()):
            raise serializers.ValidationError("栏目的值只能是文字或数字。")
        return given

    def facts(self) -> Facts:
        names = Facts.__dataclass_fields__
        return Facts(**{name: self.validated_data[name] for name in names})


class ProposalInput(FactsInput):
    client_id = serializers.UUIDField()
    grid = SeenGrid()


class ChangeInput(FactsInput):
    version = serializers.IntegerField()
    reason = serializers.CharField(max_length=100)


class ReasonInput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    reason = serializers.CharField(max_length=100)


class DecisionInput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    granted = serializers.BooleanField()
    note = serializers.CharField(max_length=100, default="", allow_blank=True)
