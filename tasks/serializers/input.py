"""What the API takes in: one small shape per verb, its fields are the verb's arguments."""

from typing import Any

from rest_framework import serializers

from grids.models import Grid, GridScheme
from tasks.models import Attachment, Task
from tasks.models.kinds import Disposition, JoinRole, ListKind, TransferReason
from tasks.services.handling import Outcome
from tasks.services.joining import MODES

LONG = 5000


class GridCode(serializers.CharField):
    """A grid by its code in the scheme of the request."""

    default_error_messages = {"unknown": "本体系没有编码为“{code}”的网格。"}

    def to_internal_value(self, data: Any) -> Any:
        code = super().to_internal_value(data)
        grid = Grid.objects.filter(scheme=self.context["scheme"], code=code).first()
        if grid is None:
            self.fail("unknown", code=code)
        return grid


class Files(serializers.ListField):
    """Client ids of files that the caller has uploaded; they must have arrived."""

    child = serializers.UUIDField()
    default_error_messages = {"missing": "佐证 {ids} 还没有到服务器，请先上传。"}

    def to_internal_value(self, data: Any) -> Any:
        ids = super().to_internal_value(data)
        rows = Attachment.objects.filter(client_id__in=ids, uploaded_by=self.context["user"])
        found = {row.client_id: row for row in rows}
        if missing := [str(one) for one in ids if one not in found]:
            self.fail("missing", ids="、".join(missing))
        return [found[one] for one in dict.fromkeys(ids)]


class Input(serializers.Serializer[Any]):
    """What every verb takes: the version that the caller looked at (see 409)."""

    version = serializers.IntegerField(required=False, min_value=1)

    def arguments(self) -> dict[str, Any]:
        return dict(self.validated_data)


class NoInput(Input):
    pass


class NoteInput(Input):
    note = serializers.CharField(max_length=LONG)


class OptionalNoteInput(Input):
    note = serializers.CharField(max_length=LONG, allow_blank=True, default="")


class TaskReasonInput(Input):
    reason = serializers.CharField(max_length=LONG)


class ReportUpInput(TaskReasonInput):
    stopped = serializers.CharField(max_length=LONG, allow_blank=True, default="")


class OrderInput(Input):
    requirement = serializers.CharField(max_length=LONG)
    supervisor = serializers.CharField(max_length=80)
    deadline_kind = serializers.ChoiceField(Task.DeadlineKind.choices)
    deadline_amount = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    deadline_text = serializers.CharField(max_length=120, allow_blank=True, default="")
    strength = serializers.ChoiceField(Task.Strength.choices, default=Task.Strength.MUST)


class IssueInput(OrderInput):
    grid = GridCode()
    override_reason = serializers.CharField(max_length=LONG, allow_blank=True, default="")
    becomes_route = serializers.BooleanField(default=False)


class UnitInput(serializers.Serializer[Any]):
    grid = GridCode()
    role = serializers.ChoiceField([row for row in JoinRole.choices if row[0] != JoinRole.WHOLE])


class JoinInput(OrderInput):
    units = UnitInput(many=True, allow_empty=False)
    mode = serializers.ChoiceField([(mode, mode) for mode in MODES], default="")

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        units = [(unit["grid"], unit["role"]) for unit in given["units"]]
        return given | {"units": units}


class TransferInput(NoteInput):
    to = GridCode()
    reason_code = serializers.ChoiceField(TransferReason.choices)


class RuleInput(NoteInput):
    to = GridCode()
    becomes_route = serializers.BooleanField(default=False)


class SubmitInput(Input):
    measures = serializers.CharField(max_length=LONG)
    result = serializers.CharField(max_length=LONG, allow_blank=True, default="")
    attachments = Files(default=list)
    disposition = serializers.ChoiceField(Disposition.choices, default="")
    quantity = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    unit = serializers.CharField(max_length=20, allow_blank=True, default="")
    steps = serializers.ListField(child=serializers.CharField(max_length=60), default=list)
    expected = serializers.IntegerField(min_value=0, max_value=200, default=0)

    OUTCOME = ("disposition", "quantity", "unit", "expected")

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        outcome = {name: given.pop(name) for name in self.OUTCOME if name in given}
        steps = tuple(given.pop("steps"))
        return given | {"outcome": Outcome(steps=steps, **outcome)}


class SettleInput(SubmitInput):
    requirement = serializers.CharField(max_length=LONG)
    supervisor = serializers.CharField(max_length=80)


class AskExtensionInput(TaskReasonInput):
    due_at = serializers.DateTimeField()


class DecideExtensionInput(OptionalNoteInput):
    granted = serializers.BooleanField()


class SuperviseInput(NoteInput):
    listed = serializers.BooleanField(default=False)


class RevisitInput(NoteInput):
    good = serializers.BooleanField()
    due_at = serializers.DateTimeField(required=False, allow_null=True)


class RegisterInput(serializers.Serializer[Any]):
    """登记. `client_id` makes repeating harmless."""

    scheme = serializers.SlugRelatedField("code", queryset=GridScheme.objects.all())
    origin_grid = serializers.CharField(max_length=40)
    title = serializers.CharField(max_length=120)
    category = serializers.ChoiceField(Task.Category.choices)
    source = serializers.ChoiceField(Task.Source.choices)
    kind = serializers.ChoiceField(Task.Kind.choices, default=Task.Kind.RECTIFICATION)
    level = serializers.ChoiceField(Task.Level.choices, default=Task.Level.GENERAL)
    problem = serializers.CharField(max_length=LONG, allow_blank=True, default="")
    place = serializers.CharField(max_length=160, allow_blank=True, default="")
    lon = serializers.FloatField(required=False, allow_null=True, min_value=-180, max_value=180)
    lat = serializers.FloatField(required=False, allow_null=True, min_value=-90, max_value=90)
    source_ref = serializers.CharField(max_length=80, allow_blank=True, default="")
    clause = serializers.CharField(max_length=10, allow_blank=True, default="")
    is_hidden = serializers.BooleanField(default=False)
    attachments = Files(default=list)
    lists = serializers.ListField(child=serializers.ChoiceField(ListKind.choices), default=list)
    client_id = serializers.UUIDField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        code = given["origin_grid"]
        grid = Grid.objects.filter(scheme=given["scheme"], code=code).first()
        if grid is None:
            sentence = f"本体系没有编码为“{code}”的网格。"
            raise serializers.ValidationError({"origin_grid": [sentence]})
        return given | {"origin_grid": grid}


class UploadInput(serializers.Serializer[Any]):
    """One file. A fix that cannot be read never blocks it: send it or leave it out."""

    client_id = serializers.UUIDField()
    file = serializers.FileField(allow_empty_file=True, max_length=1000)
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$", required=False, default="")
    purpose = serializers.ChoiceField(Attachment.Purpose.choices, default=Attachment.Purpose.SCENE)
    grid = serializers.IntegerField(required=False)
    lon = serializers.FloatField(required=False)
    lat = serializers.FloatField(required=False)
    accuracy_m = serializers.FloatField(required=False, min_value=0)
    fix_at = serializers.DateTimeField(required=False)
    device_at = serializers.DateTimeField(required=False)

    def validate_grid(self, pk: int) -> Grid:
        grid = Grid.objects.filter(pk=pk).first()
        if grid is None:
            raise serializers.ValidationError("没有这个网格。")
        return grid
