"""What the API gives out: tasks, events, cards, files, changes.

Tasks and events are written out by hand: a list of fifty costs a third of the generic way.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rest_framework import serializers

from grids.models import Grid
from tasks.deadlines import BEIJING
from tasks.models import Attachment, FeedbackCard, Task, TaskEvent
from tasks.workflow import OPEN


def _moment(value: datetime | None) -> str | None:
    """ISO 8601 with the Beijing offset."""
    return None if value is None else value.astimezone(BEIJING).isoformat()


def _code(grid: Grid | None) -> str | None:
    return None if grid is None else grid.code


class TaskSerializer(serializers.Serializer[Task]):
    """A task as lists show it. `rung` is a role code, `overdue` is as of this answer."""

    number = serializers.CharField()
    scheme = serializers.CharField()
    kind = serializers.ChoiceField(Task.Kind.choices)
    state = serializers.CharField()
    title = serializers.CharField()
    problem = serializers.CharField()
    category = serializers.ChoiceField(Task.Category.choices)
    source = serializers.ChoiceField(Task.Source.choices)
    source_ref = serializers.CharField()
    level = serializers.CharField()
    clause = serializers.CharField()
    origin_grid = serializers.CharField()
    grid = serializers.CharField(allow_null=True)
    issuer_grid = serializers.CharField(allow_null=True)
    rung = serializers.CharField()
    join_role = serializers.CharField()
    requirement = serializers.CharField()
    supervisor = serializers.CharField()
    deadline_kind = serializers.CharField()
    deadline_text = serializers.CharField()
    strength = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.BooleanField()
    is_listed = serializers.BooleanField()
    round = serializers.IntegerField()
    bounces = serializers.IntegerField()
    extensions = serializers.IntegerField()
    rebounds = serializers.IntegerField()
    place = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    registered_at = serializers.DateTimeField()
    issued_at = serializers.DateTimeField(allow_null=True)
    held_since = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()

    PLAIN = [
        "number",
        "kind",
        "state",
        "title",
        "problem",
        "category",
        "source",
        "source_ref",
        "level",
        "clause",
        "rung",
        "join_role",
        "requirement",
        "supervisor",
        "deadline_kind",
        "deadline_text",
        "strength",
        "is_listed",
        "round",
        "bounces",
        "extensions",
        "rebounds",
        "place",
        "lon",
        "lat",
        "version",
    ]
    MOMENTS = [
        "due_at",
        "registered_at",
        "issued_at",
        "held_since",
        "accepted_at",
        "submitted_at",
        "closed_at",
    ]
    GRIDS = ["origin_grid", "grid", "issuer_grid"]

    def to_representation(self, task: Task) -> dict[str, Any]:
        values = [getattr(task, name) for name in (*self.PLAIN, *self.MOMENTS)]
        grids = [_code(getattr(task, name)) for name in self.GRIDS]
        return as_shown((*values, *grids, task.scheme.code), self.context["at"])


LISTED = (
    *TaskSerializer.PLAIN,
    *TaskSerializer.MOMENTS,
    *(f"{name}__code" for name in TaskSerializer.GRIDS),
    "scheme__code",
)
"""What a list reads of each task: columns instead of models, a quarter of the work."""
_KEYS = (*TaskSerializer.PLAIN, *TaskSerializer.MOMENTS, *TaskSerializer.GRIDS, "scheme")
_STATE, _DUE = _KEYS.index("state"), _KEYS.index("due_at")
_MOMENTS = range(_DUE, _DUE + len(TaskSerializer.MOMENTS))


def as_shown(row: Sequence[Any], at: datetime) -> dict[str, Any]:
    """A row of `LISTED` as the API gives it out."""
    values, due_at = list(row), row[_DUE]
    for place in _MOMENTS:
        if (moment := values[place]) is not None:
            values[place] = moment.astimezone(BEIJING).isoformat()
    shown = dict(zip(_KEYS, values, strict=True))
    shown["overdue"] = row[_STATE] in OPEN and due_at is not None and due_at < at
    return shown


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file's record; where and when a camera says it was taken is not given out."""

    task = serializers.CharField(source="task.number", default=None)
    grid = serializers.CharField(source="grid.code", default=None)

    class Meta:
        model = Attachment
        fields = (
            "client_id",
            "sha256",
            "purpose",
            "mime",
            "name",
            "size",
            "width",
            "height",
            "lon",
            "lat",
            "accuracy_m",
            "fix_at",
            "device_at",
            "uploaded_at",
            "task",
            "grid",
        )


class CardSerializer(serializers.ModelSerializer[FeedbackCard]):
    """反馈卡 of one round with its files; `arrived` of `expected` are on the server."""

    grid = serializers.CharField(source="grid.code")
    arrived = serializers.SerializerMethodField()
    attachments = AttachmentSerializer(many=True)

    class Meta:
        model = FeedbackCard
        fields = (
            "round",
            "grid",
            "by_label",
            "at",
            "measures",
            "result",
            "disposition",
            "quantity",
            "unit",
            "steps",
            "expected",
            "arrived",
            "is_approved",
            "decided_at",
            "decision_note",
            "attachments",
        )

    def get_arrived(self, card: FeedbackCard) -> int:
        return len(card.attachments.all())


class TaskDetailSerializer(TaskSerializer):
    """One task with its rounds, parts, lists, files and what the caller may do now."""

    parent = serializers.CharField(allow_null=True)
    parts = serializers.ListField(child=serializers.CharField())
    lists = serializers.ListField(child=serializers.CharField())
    assisting = serializers.ListField(child=serializers.CharField())
    cards = CardSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    offered = serializers.ListField(child=serializers.CharField())

    def to_representation(self, task: Task) -> dict[str, Any]:
        shown = super().to_representation(task)
        cards = task.cards.order_by("round").prefetch_related("attachments__grid")
        files = task.attachments.filter(card=None).select_related("grid").order_by("pk")
        lists = task.lists.filter(removed_at=None).order_by("pk")
        return shown | {
            "parent": task.parent.number if task.parent else None,
            "parts": list(task.parts.order_by("number").values_list("number", flat=True)),
            "lists": list(lists.values_list("kind", flat=True)),
            "assisting": list(task.assisting.order_by("code").values_list("code", flat=True)),
            "cards": CardSerializer(cards, many=True, context=self.context).data,
            "attachments": AttachmentSerializer(files, many=True, context=self.context).data,
            "offered": [str(action) for action in self.context["offered"](task)],
        }


class EventSerializer(serializers.Serializer[TaskEvent]):
    """流转记录 with its link of the hash chain."""

    sequence = serializers.IntegerField()
    action = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    by = serializers.CharField()
    on_behalf_of = serializers.CharField()
    grid = serializers.CharField(allow_null=True)
    to_grid = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    note = serializers.CharField()
    data = serializers.JSONField()
    prev_hash = serializers.CharField()
    hash = serializers.CharField()

    PLAIN = [
        "sequence",
        "action",
        "from_state",
        "to_state",
        "on_behalf_of",
        "note",
        "data",
        "prev_hash",
        "hash",
    ]

    def to_representation(self, event: TaskEvent) -> dict[str, Any]:
        shown = {name: getattr(event, name) for name in self.PLAIN}
        return shown | {
            "by": event.by_label,
            "grid": _code(event.grid),
            "to_grid": _code(event.to_grid),
            "at": _moment(event.at),
        }


class ChangeSerializer(serializers.Serializer[TaskEvent]):
    """One line of the stream: what happened to which task."""

    cursor = serializers.IntegerField()
    task = serializers.CharField()
    scheme = serializers.CharField()
    sequence = serializers.IntegerField()
    action = serializers.CharField()
    state = serializers.CharField()
    grid = serializers.CharField(allow_null=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()
    note = serializers.CharField()

    def to_representation(self, event: TaskEvent) -> dict[str, Any]:
        return {
            "cursor": event.pk,
            "task": event.task.number,
            "scheme": event.task.scheme.code,
            "sequence": event.sequence,
            "action": event.action,
            "state": event.to_state,
            "grid": _code(event.to_grid),
            "by": event.by_label,
            "at": _moment(event.at),
            "note": event.note,
        }


class ChangesSerializer(serializers.Serializer[Any]):
    """`next` is what to send as `after` the next time; `more` says whether to ask at once."""

    next = serializers.IntegerField()
    more = serializers.BooleanField()
    results = ChangeSerializer(many=True)
