"""Forms of plans: break down, report, confirm. Shape only; services decide."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms

from grids.models import Grid
from tasks.deadlines import end_of
from tasks.forms.fields import long_text
from tasks.models import ClaimState, Measure
from tasks.selectors.plan_reports import DraftLine
from tasks.selectors.plans import Gauge, gauge
from tasks.services.plan_reports import Claim
from tasks.services.plans import NOTE_LENGTH

MOST_FILES = 10
GAUGED = (Gauge.COUNT, Gauge.SHARE)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ExpandForm(forms.Form):
    """分解: the day is needed only where the document's own has passed or is missing."""

    due_on = forms.DateField(
        label="另定时限",
        required=False,
        widget=DayInput,
        help_text="不填则按文件的时限；到当日 24:00 为止。",
    )

    def arguments(self) -> dict[str, datetime | None]:
        day: date | None = self.cleaned_data["due_on"]
        return {"due_at": end_of(day) if day else None}


class ExpandAllForm(ExpandForm):
    """全部分解: `expected` is the number of tasks that the page showed."""

    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"expected": self.cleaned_data["expected"]}


class ConfirmForm(forms.Form):
    """核定: a quantity of one unit."""

    grid = forms.ModelChoiceField(label="单位", queryset=Grid.objects.none(), empty_label="请选择")
    quantity = forms.DecimalField(label="数量", max_digits=12, decimal_places=2)
    on = forms.DateField(label="日期", widget=DayInput)
    note = forms.CharField(label="说明", max_length=NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, measure: Measure, **options: Any) -> None:
        super().__init__(*args, **options)
        carried = Grid.objects.filter(measures__measure=measure).distinct()
        self.fields["grid"].queryset = carried.order_by("tree_id", "lft")  # type: ignore[attr-defined]
        self.fields["grid"].label_from_instance = lambda grid: grid.name  # type: ignore[attr-defined]


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; [] when there are none."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"一次最多 {MOST_FILES} 个文件。")
        return [super(FilesField, self).clean(one, initial) for one in files]


class ReportForm(forms.Form):
    """月报: the text and three fields per measure, named by the measure's id."""

    text = long_text("工作开展情况", rows=6)
    files = FilesField(label="材料", required=False, help_text="PDF、Word、Excel 或照片，可多选。")

    def __init__(self, *args: Any, lines: Iterable[DraftLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lines = list(lines)
        for line in self.lines:
            self._add(line)

    def _add(self, line: DraftLine) -> None:
        pk, item = line.measure.pk, line.item
        self.fields[f"state-{pk}"] = forms.ChoiceField(
            label=f"{item}的进展", choices=ClaimState.choices, initial=line.state
        )
        if gauge(line.measure) in GAUGED:
            self.fields[f"quantity-{pk}"] = forms.DecimalField(
                label=f"{item}的累计数量",
                required=False,
                min_value=Decimal(),
                max_digits=12,
                decimal_places=2,
                initial=line.quantity,
            )
        self.fields[f"note-{pk}"] = forms.CharField(
            label=f"{item}的说明", required=False, max_length=NOTE_LENGTH
        )

    def rows(self) -> Iterable[tuple[DraftLine, Any, Any, Any]]:
        """Each line with its bound fields; no quantity field where nothing adds up."""
        for line in self.lines:
            name = f"quantity-{line.measure.pk}"
            quantity = self[name] if name in self.fields else None
            yield line, self[f"state-{line.measure.pk}"], quantity, self[f"note-{line.measure.pk}"]

    def claims(self) -> list[Claim]:
        given = self.cleaned_data
        return [
            Claim(
                line.measure,
                given[f"state-{line.measure.pk}"],
                given.get(f"quantity-{line.measure.pk}"),
                given[f"note-{line.measure.pk}"],
            )
            for line in self.lines
        ]

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"text": given["text"], "claims": self.claims(), "papers": given["files"]}
