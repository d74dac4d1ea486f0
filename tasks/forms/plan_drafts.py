"""Forms of plans that units draw up (Y1-87). Shape only; services decide."""

from datetime import date, datetime
from typing import Any

from django import forms

from grids.models import Grid
from tasks.forms.fields import GridField, long_text
from tasks.forms.imports import MappingForm
from tasks.forms.plans import DayInput, FilesField
from tasks.measure_rows import FIELDS, middle, names_in, steps_in
from tasks.models import Measure, MeasureUnit, Plan
from tasks.models.kinds import Strength
from tasks.selectors.plan_drafts import Bearers
from tasks.services.plan_drafts import FIRST_YEAR, LAST_YEAR, Head
from tasks.services.plan_items import Wanted

KINDS = [
    (Plan.Kind.UNIT.value, "单位实施方案"),
    (Plan.Kind.EMERGENCY.value, "应急预案（每年修订）"),
]


class HeadForm(forms.Form):
    """目标、考核 and the document itself; files are added to those that are there."""

    name = forms.CharField(label="方案名称", max_length=160)
    year = forms.IntegerField(label="年度", min_value=FIRST_YEAR, max_value=LAST_YEAR)
    goal = long_text("工作目标")
    assessment = long_text("责任考核", help_text="谁考核、考核什么、结果怎么用。")
    files = FilesField(label="方案文件", required=False, help_text="PDF、Word 或 Excel，可多选。")

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        head = Head(given["name"], given["year"], given["goal"], given["assessment"])
        return {"head": head, "papers": given["files"]}


class DrawUpForm(HeadForm):
    """As HeadForm, for one of the person's own units."""

    grid = forms.ModelChoiceField(label="拟定单位", queryset=Grid.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label="种类", choices=KINDS)
    field_order = ("grid", "kind", "name", "year", "goal", "assessment", "files")

    def __init__(self, *args: Any, units: list[Grid], **options: Any) -> None:
        super().__init__(*args, **options)
        rows = Grid.objects.filter(pk__in=[one.pk for one in units]).order_by("tree_id", "lft")
        self.fields["grid"].queryset = rows.select_related("scheme")  # type: ignore[attr-defined]
        self.fields["grid"].label_from_instance = lambda grid: grid.name  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        return super().arguments() | {"grid": given["grid"], "kind": given["kind"]}


class ItemForm(forms.Form):
    """One measure; units and milestones as people write them, several at once."""

    title = forms.CharField(label="措施", max_length=160)
    text = long_text("具体内容", required=False)
    group = forms.CharField(label="分组", max_length=80, required=False)
    units = forms.CharField(
        label="责任单位",
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text="本单位和下级网格的名称或编码，几个之间用顿号；也可写“各街道办事处”这样的集合。",
    )
    lead = GridField(label="牵头单位", required=False)
    quantity = forms.DecimalField(
        label="数量", max_digits=12, decimal_places=2, min_value=0, required=False
    )
    unit = forms.CharField(label="数量单位", max_length=20, required=False)
    due_on = forms.DateField(label="完成时限", widget=DayInput)
    strength = forms.ChoiceField(label="约束", choices=Strength.choices)
    milestones = forms.CharField(
        label="里程碑",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="一行一个，如：完成招标 2026-05-31",
    )
    assessment = forms.CharField(label="责任考核", max_length=300, required=False)

    def __init__(self, *args: Any, plan: Plan, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.near = middle(plan.year or at.year)
        self.bearers = Bearers(plan.grid, at=at) if plan.grid else None
        self.fields["lead"].scheme = plan.scheme  # type: ignore[attr-defined]

    def clean_units(self) -> tuple[tuple[Grid, str], ...]:
        if self.bearers is None:
            return ()
        found, faults = self.bearers.find(names_in(self.cleaned_data["units"]))
        if faults or not found:
            raise forms.ValidationError(faults or ["请写明责任单位。"])
        return tuple(found.values())

    def clean_milestones(self) -> tuple[tuple[str, date], ...]:
        try:
            return steps_in(self.cleaned_data["milestones"], on=self.near)
        except ValueError as error:
            raise forms.ValidationError(f"{error}。") from error

    def wanted(self) -> Wanted:
        return Wanted(**self.cleaned_data)


def initial_of(measure: Measure) -> dict[str, Any]:
    """A measure as its form shows it; a set stands for its members."""
    rows = list(measure.units.select_related("grid").order_by("grid__lft"))
    own = [one for one in rows if one.role != MeasureUnit.Role.LEAD]
    names = dict.fromkeys(one.via_set or f"{one.grid.name}（{one.grid.code}）" for one in own)
    steps = measure.milestones.order_by("due_on", "pk")
    shown = ("title", "text", "group", "quantity", "unit", "due_on", "strength", "assessment")
    return {name: getattr(measure, name) for name in shown} | {
        "units": "、".join(names),
        "lead": next((one.grid for one in rows if one.role == MeasureUnit.Role.LEAD), None),
        "milestones": "\n".join(f"{one.name} {one.due_on:%Y-%m-%d}" for one in steps),
    }


class ReasonForm(forms.Form):
    reason = long_text("退回的理由", rows=2)


class MeasureMappingForm(MappingForm):
    """Which column is what, for a table of measures."""

    table = FIELDS
    must = ("title", "请选择哪一列是措施。")


class MeasureCommitForm(MeasureMappingForm):
    """The mapping, and the number of new measures that stood on the preview."""

    new = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
