"""公文: periods to draft, the text by sections, orders, numbers, reasons."""

from datetime import date
from typing import Any

from django import forms

from grids.models import Grid, GridScheme
from notices.models import Notice
from notices.services.orders import Work
from stations.periods import Kind, Period
from tasks.models import Task

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
OFFERED = ((Kind.WEEK, 6), (Kind.MONTH, 3), (Kind.QUARTER, 2), (Kind.DAY, 3))


def offered_periods(today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Recent periods by kind, the newest ended one first, then the running one."""
    words = {Kind.WEEK: "周通报", Kind.MONTH: "月通报", Kind.QUARTER: "季讲评", Kind.DAY: "日通报"}
    return [(words[kind], _recent(kind, count, today)) for kind, count in OFFERED]


def _recent(kind: Kind, count: int, today: date) -> list[tuple[str, str]]:
    running = Period.containing(kind, today)
    found, period = [], running.previous()
    for _ in range(count):
        found.append((period.code, period.label))
        period = period.previous()
    return [*found, (running.code, f"{running.label}（未结束）")]


class PeriodForm(forms.Form):
    period = forms.ChoiceField(label="周期")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = offered_periods(today)  # type: ignore[attr-defined]


class TextForm(forms.Form):
    """Title and the sections of a body: a heading and paragraphs, one a line; one empty section
    more to write in. A section emptied of both is dropped."""

    title = forms.CharField(label="标题", max_length=160)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, body: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tables = [section.get("table", "") for section in body] + [""]
        for index, section in enumerate([*body, {"heading": "", "paragraphs": []}]):
            self.fields[f"heading-{index}"] = forms.CharField(
                label=f"第 {index + 1} 节标题",
                required=False,
                max_length=80,
                initial=section["heading"],
            )
            text = "\n".join(section["paragraphs"])
            self.fields[f"text-{index}"] = forms.CharField(
                label="段落（一行一段）",
                required=False,
                max_length=20000,
                initial=text,
                widget=forms.Textarea(attrs={"rows": max(3, text.count("\n") + len(text) // 46)}),
            )

    def sections(self) -> list[dict[str, Any]]:
        """The body as the service takes it."""
        found = [self._section(index, table) for index, table in enumerate(self.tables)]
        return [one for one in found if one["heading"] or one["paragraphs"]]

    def _section(self, index: int, table: str) -> dict[str, Any]:
        lines = self.cleaned_data[f"text-{index}"].splitlines()
        section = {
            "heading": self.cleaned_data[f"heading-{index}"].strip(),
            "paragraphs": [line.strip() for line in lines if line.strip()],
        }
        return section | ({"table": table} if table else {})


class OrderForm(forms.Form):
    """调度令 and other papers to named grids."""

    kind = forms.ChoiceField(
        label="种类",
        choices=[
            (Notice.Kind.DISPATCH, "调度令"),
            (Notice.Kind.WARNING, "预警"),
            (Notice.Kind.PRAISE, "表扬"),
            (Notice.Kind.CRITICISM, "批评"),
        ],
    )
    title = forms.CharField(label="标题", max_length=160)
    text = forms.CharField(label="正文", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    grids = forms.ModelMultipleChoiceField(
        label="发往单位", queryset=Grid.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    requirement = forms.CharField(
        label="要求",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="只有调度令需要：印发后每个单位各生成一件任务。",
    )
    due_at = forms.DateTimeField(label="时限", required=False, widget=MOMENT)
    category = forms.ChoiceField(
        label="类别", required=False, choices=Task.Category, initial=Task.Category.OTHER
    )

    def __init__(self, *args: Any, scheme: GridScheme, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grids = Grid.objects.open_on(on).filter(scheme=scheme, level=1)
        self.fields["grids"].queryset = grids.order_by("lft")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("kind") == Notice.Kind.DISPATCH:
            if not given.get("requirement"):
                self.add_error("requirement", "调度令须写明要求。")
            if not given.get("due_at"):
                self.add_error("due_at", "调度令须有时限。")
        return given

    def order(self) -> dict[str, Any]:
        """The arguments of `draft_order`."""
        given = self.cleaned_data
        work = None
        if given["kind"] == Notice.Kind.DISPATCH:
            category = given["category"] or Task.Category.OTHER
            work = Work(given["requirement"], given["due_at"], category)
        plain = {name: given[name] for name in ("kind", "title", "text")}
        return {**plain, "grids": list(given["grids"]), "work": work}


class NumberForm(forms.Form):
    serial = forms.IntegerField(
        label="期号", required=False, min_value=1, max_value=9999, help_text="留空则顺延。"
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="撤回理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class InstructionForm(forms.Form):
    """批示: a remark of a leader on a matter."""

    note = forms.CharField(label="批示", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
