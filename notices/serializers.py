"""Shape of what the API gives out and takes in about talks and papers."""

from typing import Any

from rest_framework import serializers

from notices.models import Notice, Receipt, Summons

MOST_TEXT = 5000


class SummonsSerializer(serializers.ModelSerializer[Summons]):
    scheme = serializers.CharField(source="scheme.code")
    grid = serializers.CharField(source="grid.code")
    grid_name = serializers.CharField(source="grid.name")
    task = serializers.CharField(source="task.number", default=None)
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Summons
        fields = (
            *("id", "scheme", "grid", "grid_name", "basis", "to", "target_title", "state"),
            *("state_label", "streak_started", "fired", "weeks", "proof", "clause"),
            *("proposed_at", "statement", "statement_at", "decided_at", "decision_note"),
            *("held_at", "minutes", "closed_at", "is_questioned", "question", "task"),
        )


class SummonsDecision(serializers.Serializer[Any]):
    approve = serializers.BooleanField()
    note = serializers.CharField(max_length=MOST_TEXT, allow_blank=True, default="")


class SummonsTalk(serializers.Serializer[Any]):
    held_at = serializers.DateTimeField()
    minutes = serializers.CharField(max_length=MOST_TEXT)
    requirement = serializers.CharField(max_length=MOST_TEXT)


class SummonsNote(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=MOST_TEXT)


class SummonsStatement(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MOST_TEXT)


class Nothing(serializers.Serializer[Any]):
    """An action that needs nothing but its name."""


class ReceiptSerializer(serializers.ModelSerializer[Receipt]):
    grid = serializers.CharField(source="grid.code")
    grid_name = serializers.CharField(source="grid.name")
    task = serializers.CharField(source="task.number", default=None)

    class Meta:
        model = Receipt
        fields = ("id", "grid", "grid_name", "read_at", "task")


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    scheme = serializers.CharField(source="scheme.code")
    kind_label = serializers.CharField(source="get_kind_display")
    state_label = serializers.CharField(source="get_state_display")
    receipts = ReceiptSerializer(many=True)

    class Meta:
        model = Notice
        fields = (
            *("id", "scheme", "kind", "kind_label", "period", "title", "number", "state"),
            *("state_label", "facts", "body", "ranking", "drafted_at", "reviewed_at"),
            *("issued_at", "withdrawn_at", "withdrawn_because", "version", "receipts"),
        )


class NoticeDraft(serializers.Serializer[Any]):
    scheme = serializers.CharField(help_text="体系代码")
    period = serializers.CharField(max_length=20, help_text="如 2026-W46、2026-11、2026-Q4")


class NoticeSection(serializers.Serializer[Any]):
    heading = serializers.CharField(max_length=80, allow_blank=True)
    paragraphs = serializers.ListField(child=serializers.CharField(max_length=2000), max_length=40)
    table = serializers.ChoiceField(choices=["ranking", "units"], required=False)


class NoticeText(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=160)
    body = NoticeSection(many=True)
    version = serializers.IntegerField(required=False, min_value=1)


class NoticeSerial(serializers.Serializer[Any]):
    serial = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=9999, default=None
    )


class NoticeReason(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class NoticeSignature(serializers.Serializer[Any]):
    grid = serializers.CharField(help_text="签收单位（网格）编码")
