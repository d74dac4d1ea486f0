"""Plans that units draw up, through the API: what comes in and what a version changed."""

from typing import Any

from rest_framework import serializers

from tasks.models import Plan
from tasks.models.kinds import Strength
from tasks.serializers.input import Files, GridCode
from tasks.services.plan_drafts import DRAWN, FIRST_YEAR, LAST_YEAR, Head
from tasks.services.plan_items import Wanted


class HeadInput(serializers.Serializer[Any]):
    """目标、考核 and the document; `attachments` are client ids of files that have arrived."""

    name = serializers.CharField(max_length=160)
    year = serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
    goal = serializers.CharField(max_length=5000)
    assessment = serializers.CharField(max_length=5000)
    attachments = Files(default=list)

    def arguments(self) -> dict[str, Any]:
        given = dict(self.validated_data)
        names = ("name", "year", "goal", "assessment")
        return {"head": Head(*(given[name] for name in names)), "attachments": given["attachments"]}


class PlanInput(HeadInput):
    """A plan of the caller's own unit `grid` in the regime `scheme`."""

    scheme = serializers.CharField(max_length=40)
    grid = GridCode()
    kind = serializers.ChoiceField([one.value for one in DRAWN], default=Plan.Kind.UNIT)

    def arguments(self) -> dict[str, Any]:
        given = self.validated_data
        return super().arguments() | {"grid": given["grid"], "kind": given["kind"]}


class StepInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    due_on = serializers.DateField()


class ItemInput(serializers.Serializer[Any]):
    """A measure; `units` and `lead` are codes of the plan's unit or of grids below it."""

    title = serializers.CharField(max_length=160)
    text = serializers.CharField(max_length=5000, required=False)
    group = serializers.CharField(max_length=80, required=False)
    units = serializers.ListField(child=GridCode(), min_length=1, max_length=500)
    lead = GridCode(required=False, allow_null=True)
    quantity = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    unit = serializers.CharField(max_length=20, required=False)
    due_on = serializers.DateField()
    strength = serializers.ChoiceField(Strength.choices, default=Strength.MUST)
    assessment = serializers.CharField(max_length=300, required=False)
    milestones = StepInput(many=True, required=False)

    def wanted(self) -> Wanted:
        given = dict(self.validated_data)
        units = tuple((grid, "") for grid in dict.fromkeys(given.pop("units")))
        steps = tuple((one["name"], one["due_on"]) for one in given.pop("milestones", []))
        return Wanted(units=units, milestones=steps, **given)


class PlanReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class ChangedSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ItemChangeSerializer(serializers.Serializer[Any]):
    item = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    fields_changed = ChangedSerializer(many=True, source="fields")


class DifferenceOfVersions(serializers.Serializer[Any]):
    """What a version changes in the one before it; measures are matched by their number."""

    old_version = serializers.IntegerField(source="old.version")
    new_version = serializers.IntegerField(source="new.version")
    head = ChangedSerializer(many=True)
    items = ItemChangeSerializer(many=True)
    same = serializers.IntegerField()
