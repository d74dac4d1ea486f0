"""方案 through the API: measures, the board, monthly reports, and what breaking down takes."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from tasks.models import ClaimState, Measure, MeasureUnit, Plan, PlanReport
from tasks.selectors import plans
from tasks.selectors.plan_board import Board, Cell, Row
from tasks.selectors.plan_reports import ReportLine, ReportState
from tasks.serializers.input import Files, GridCode
from tasks.services.plan_reports import Claim

FIGURE: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "allow_null": True}


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """`grid`: the unit that drew it up, null for a document of the regime; `previous`: the
    version before it."""

    scheme = serializers.CharField(source="scheme.code")
    grid = serializers.CharField(source="grid.code", default=None)

    class Meta:
        model = Plan
        fields = (
            "id",
            "scheme",
            "code",
            "name",
            "year",
            "kind",
            "state",
            "grid",
            "goal",
            "assessment",
            "version",
            "previous",
        )


class UnitSerializer(serializers.ModelSerializer[MeasureUnit]):
    """`via_set`: the set that the document names (各街道办事处), "" when it names the unit."""

    grid = serializers.CharField(source="grid.code")
    name = serializers.CharField(source="grid.name")

    class Meta:
        model = MeasureUnit
        fields = ("grid", "name", "role", "via_set")


class MilestoneSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    due_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)


class MeasureSerializer(serializers.ModelSerializer[Measure]):
    """A measure of the document. `strength` MUST or STRIVE; `gauge` COUNT, SHARE, LIMIT or ""."""

    gauge = serializers.SerializerMethodField()
    units = UnitSerializer(many=True)
    milestones = MilestoneSerializer(many=True)

    class Meta:
        model = Measure
        fields = (
            "id",
            "number",
            "part",
            "group",
            "title",
            "text",
            "deadline_text",
            "due_on",
            "strength",
            "quantity",
            "unit",
            "gauge",
            "clause",
            "assessment",
            "units",
            "milestones",
        )

    def get_gauge(self, one: Measure) -> str:
        return str(plans.gauge(one) or "")


class CellSerializer(serializers.Serializer[Cell]):
    """One unit under one measure; `tasks` hold its evidence; `quantity` is what was accepted."""

    grid = serializers.CharField(source="grid.code")
    state = serializers.ChoiceField([(one.value, one.label) for one in plans.PartState])
    roles = serializers.CharField()
    tasks = serializers.ListField(child=serializers.CharField(), source="numbers")
    quantity = serializers.DecimalField(**FIGURE)
    due_at = serializers.DateTimeField(allow_null=True)
    closed_late = serializers.BooleanField(source="is_late")


class RowSerializer(serializers.Serializer[Row]):
    """One measure with the cells of units that carry it and that the caller may see."""

    measure = serializers.IntegerField(source="measure.pk")
    item = serializers.CharField()
    title = serializers.CharField(source="measure.title")
    target = serializers.DecimalField(**FIGURE)
    done = serializers.DecimalField(**FIGURE)
    parts = serializers.IntegerField()
    closed = serializers.IntegerField()
    cells = serializers.SerializerMethodField()

    def get_cells(self, row: Row) -> list[dict[str, Any]]:
        carried = [cell for cell in row.cells if cell.has_part]
        return CellSerializer(carried, many=True).data


class BoardSerializer(serializers.Serializer[Board]):
    at = serializers.DateTimeField()
    counts = serializers.DictField(child=serializers.IntegerField())
    rows = RowSerializer(many=True)


class PlanReportSerializer(serializers.ModelSerializer[PlanReport]):
    """A report as it arrived; `figures` are the system's own, frozen with it."""

    grid = serializers.CharField(source="grid.code")
    late = serializers.BooleanField(source="is_late")

    class Meta:
        model = PlanReport
        fields = (
            "id",
            "grid",
            "period",
            "revision",
            "due_at",
            "first_at",
            "at",
            "late",
            "by_label",
            "text",
            "figures",
            "received_at",
        )


class ReportLineSerializer(serializers.Serializer[ReportLine]):
    """A unit that must report; `report` only where the caller may see the unit."""

    grid = serializers.CharField(source="grid.code")
    name = serializers.CharField(source="grid.name")
    state = serializers.ChoiceField([(one.value, one.label) for one in ReportState])
    report = PlanReportSerializer(allow_null=True)


class DifferenceSerializer(serializers.Serializer[Any]):
    """One line of 对账: what a unit claims, what was accepted, and where that can be read."""

    grid = serializers.CharField(source="grid.code")
    measure = serializers.IntegerField(source="measure.pk", default=None, allow_null=True)
    kind = serializers.CharField()
    label = serializers.CharField(source="kind.label")
    claimed = serializers.CharField()
    accepted = serializers.CharField()
    tasks = serializers.ListField(child=serializers.CharField(), source="numbers")


class ExpansionSerializer(serializers.Serializer[Any]):
    """What was handed out; `skipped` units had their task, `closed` ones were left out."""

    created = serializers.SerializerMethodField()
    skipped = serializers.SerializerMethodField()
    closed = serializers.SerializerMethodField()

    def get_created(self, done: Any) -> list[str]:
        return [task.number for task in done.created]

    def get_skipped(self, done: Any) -> list[str]:
        return codes(done.skipped)

    def get_closed(self, done: Any) -> list[str]:
        return codes(done.closed)


def codes(grids: Iterable[Any]) -> list[str]:
    return [grid.code for grid in grids]


class ExpandInput(serializers.Serializer[Any]):
    """`due_at` replaces the deadline of the document."""

    due_at = serializers.DateTimeField(required=False)


class ExpandAllInput(ExpandInput):
    """`expected`: how many tasks `preview/` said; another number by now is a 409."""

    expected = serializers.IntegerField(min_value=0)


class PreviewSerializer(serializers.Serializer[Any]):
    """`expected` tasks would be handed out; `undated` measures need a `due_at`."""

    expected = serializers.IntegerField(source="count")
    undated = serializers.SerializerMethodField()

    def get_undated(self, found: Any) -> list[str]:
        return [share.item for share in found.undated]


class ClaimInput(serializers.Serializer[Any]):
    """`quantity` done so far, in the measure's unit."""

    measure = serializers.IntegerField()
    state = serializers.ChoiceField(ClaimState.choices)
    quantity = serializers.DecimalField(**FIGURE, required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class PlanReportInput(serializers.Serializer[Any]):
    """A unit's report for a month such as 2017-04, or `special_plan` with its file."""

    grid = GridCode()
    month = serializers.CharField(max_length=20)
    text = serializers.CharField(max_length=5000)
    claims = ClaimInput(many=True, required=False)
    attachments = Files(required=False)

    def arguments(self) -> dict[str, Any]:
        given = dict(self.validated_data)
        rows = {one.pk: one for one in self.context["plan"].measures.all()}
        claims = given.pop("claims", [])
        if unknown := [str(one["measure"]) for one in claims if one["measure"] not in rows]:
            words = f"方案里没有编号为 {'、'.join(unknown)} 的措施。"
            raise serializers.ValidationError({"claims": [words]})
        said = [Claim(**one | {"measure": rows[one["measure"]]}) for one in claims]
        return given | {"claims": said}


class ConfirmInput(serializers.Serializer[Any]):
    """A quantity that no feedback card carries, in the measure's unit."""

    grid = GridCode()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=2)
    on = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class ProgressSerializer(serializers.Serializer[Any]):
    grid = serializers.CharField(source="grid.code")
    quantity = serializers.DecimalField(max_digits=12, decimal_places=2)
    on = serializers.DateField()
    note = serializers.CharField()
