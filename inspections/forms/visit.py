"""现场检查: the visit, an answer to each item, free findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from grids import access
from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from inspections import policies
from inspections.forms.fields import Kept, ids_of, text_of
from inspections.models import Answer, Checklist, ChecklistItem, Mode, PollutionSource
from inspections.services import checks
from inspections.services.given import (
    AnswerGiven,
    FindingGiven,
    Visit,
    failure_title,
    verdict_of,
)
from tasks.models import Task

TASK, FIXED, HAZARD = "TASK", "FIXED", "HAZARD"
OUTCOMES = [(TASK, "移交网格办"), (FIXED, "现场纠正"), (HAZARD, "记为隐患")]
FREE_FINDINGS = 4
CATEGORIES = [("", "请选择"), *Task.Category.choices]


class ItemForm(forms.Form):
    """The answer to one item; when it fails, what becomes of it."""

    verdict = forms.ChoiceField(choices=Answer.Verdict.choices, required=False)
    value = forms.DecimalField(max_digits=12, decimal_places=3, required=False)
    note = forms.CharField(max_length=200, required=False)
    outcome = forms.ChoiceField(choices=OUTCOMES, required=False)
    measures = forms.CharField(max_length=500, required=False)

    def __init__(self, item: ChecklistItem, data: QueryDict | None, kept: Kept) -> None:
        super().__init__(data, prefix=f"item-{item.pk}")
        self.item, self.kept, self.told = item, kept, data
        self.is_number = item.answer == ChecklistItem.Answer.NUMBER

    def ids(self, part: str) -> tuple[Any, ...]:
        return () if self.told is None else ids_of(self.told, self.kept, f"{self.prefix}-{part}")

    @property
    def photo_ids(self) -> tuple[Any, ...]:
        return self.ids("photos")

    @property
    def after_ids(self) -> tuple[Any, ...]:
        return self.ids("after")

    def is_answered(self) -> bool:
        given = self.cleaned_data
        return bool(given.get("verdict")) or given.get("value") is not None

    def answer(self) -> AnswerGiven:
        given = self.cleaned_data
        return AnswerGiven(
            item=self.item,
            verdict=given.get("verdict") or None,
            value=given.get("value"),
            note=text_of(given, "note"),
            photos=self.ids("photos"),
        )

    def finding(self, category: str) -> FindingGiven:
        """The problem of a failed item, as the visitor decided; 移交网格办 unless said."""
        outcome, answer = self.cleaned_data.get("outcome"), self.answer()
        return FindingGiven(
            title=failure_title(answer),
            category=category or Task.Category.OTHER,
            detail=answer.note,
            item=self.item,
            is_hazard=outcome == HAZARD,
            fixed_on_the_spot=outcome == FIXED,
            measures=text_of(self.cleaned_data, "measures"),
            photos=answer.photos + (self.ids("after") if outcome == FIXED else ()),
        )


class FindingForm(forms.Form):
    """A problem that no item asked about."""

    title = forms.CharField(label="问题", max_length=120, required=False)
    category = forms.ChoiceField(label="类别", choices=CATEGORIES, required=False)
    detail = forms.CharField(label="描述", max_length=1000, required=False, widget=forms.Textarea)
    outcome = forms.ChoiceField(label="怎么处理", choices=OUTCOMES, required=False)
    measures = forms.CharField(label="采取的措施", max_length=500, required=False)

    def __init__(self, number: int, data: QueryDict | None, kept: Kept) -> None:
        super().__init__(data, prefix=f"finding-{number}")
        self.number, self.kept, self.told = number, kept, data

    def ids(self, part: str) -> tuple[Any, ...]:
        return () if self.told is None else ids_of(self.told, self.kept, f"{self.prefix}-{part}")

    @property
    def before_ids(self) -> tuple[Any, ...]:
        return self.ids("before")

    @property
    def after_ids(self) -> tuple[Any, ...]:
        return self.ids("after")

    def is_filled(self) -> bool:
        words = any(text_of(self.cleaned_data, name) for name in ("title", "detail", "measures"))
        return words or bool(self.before_ids or self.after_ids)

    def given(self) -> FindingGiven:
        outcome = self.cleaned_data.get("outcome")
        return FindingGiven(
            title=text_of(self.cleaned_data, "title"),
            category=self.cleaned_data.get("category") or Task.Category.OTHER,
            detail=text_of(self.cleaned_data, "detail"),
            is_hazard=outcome == HAZARD,
            fixed_on_the_spot=outcome == FIXED,
            measures=text_of(self.cleaned_data, "measures"),
            photos=self.before_ids + (self.after_ids if outcome == FIXED else ()),
        )


@dataclass(frozen=True)
class Sheet:
    """One checklist with the form of each of its items."""

    checklist: Checklist
    items: list[ItemForm]


class VisitForm(forms.Form):
    """The visit. `kept` are files that came with the same POST and are stored already."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    mode = forms.ChoiceField(label="方式")
    grid = forms.ModelChoiceField(Grid.objects.none(), label="所在网格", required=False)
    source = forms.ModelChoiceField(
        PollutionSource.objects.none(), label="污染源", required=False, empty_label="请选择污染源"
    )
    station_code = forms.CharField(label="站点编号", max_length=40, required=False)
    place = forms.CharField(label="地点", max_length=160, required=False)
    checklist = forms.ModelChoiceField(
        Checklist.objects.none(), label="检查表", required=False, empty_label="不用检查表"
    )
    note = forms.CharField(
        label="情况说明",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(required=False, min_value=0, widget=forms.HiddenInput)
    fix_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    started_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    device_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        user: User,
        scheme: GridScheme,
        sheets: Iterable[Checklist],
        kept: Kept | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.user, self.told, self.kept = user, data, kept or {}
        patrolled = access.grids_for(user, access.PATROL).filter(scheme=scheme, closed_on=None)
        seen = PollutionSource.objects.visible_to(user).on_register().filter(scheme=scheme)
        self.fields["grid"].queryset = patrolled  # type: ignore[attr-defined]
        self.fields["source"].queryset = seen.select_related("grid")  # type: ignore[attr-defined]
        self.fields["checklist"].queryset = Checklist.objects.filter(scheme=scheme)  # type: ignore[attr-defined]
        modes = [(mode.value, mode.label) for mode in policies.modes_for(user)]
        self.fields["mode"].choices = modes  # type: ignore[attr-defined]
        self.sheets = [
            Sheet(sheet, [ItemForm(item, data, self.kept) for item in _items(sheet)])
            for sheet in sheets
        ]
        self.findings = [FindingForm(n, data, self.kept) for n in range(FREE_FINDINGS)]
        self.visit: Visit | None = None

    @property
    def photo_ids(self) -> tuple[Any, ...]:
        return () if self.told is None else ids_of(self.told, self.kept, "photos")

    def chosen(self) -> Sheet | None:
        """The sheet that is filled in: the one posted, or the one the address asked for."""
        wanted = self["checklist"].value()
        return next((s for s in self.sheets if str(s.checklist.pk) == str(wanted)), None)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        source = given.get("source")
        grid = given.get("grid") or (source.grid if source else None)
        if grid is None:
            self.add_error("grid", "请选择所在网格。")
        if self.errors:
            return given
        self.visit = self._visit(given, source.grid if source else grid)
        try:
            checks.check_content(self.visit)
        except Invalid as refusal:
            self.add_error(None, str(refusal))
        return given

    def _visit(self, given: dict[str, Any], grid: Grid) -> Visit:
        half = given.get("lon") is None or given.get("lat") is None
        answers, findings = self._answers()
        return Visit(
            client_id=given["client_id"],
            grid=grid,
            mode=Mode(given["mode"]),
            source=given.get("source"),
            station_code=text_of(given, "station_code"),
            place=text_of(given, "place"),
            lon=None if half else given["lon"],
            lat=None if half else given["lat"],
            accuracy_m=None if half else given.get("accuracy_m"),
            checklist=given.get("checklist"),
            answers=answers,
            findings=findings,
            photos=self.photo_ids,
            note=text_of(given, "note"),
            started_at=_believable(given.get("started_at")),
            device_at=_believable(given.get("device_at")),
        )

    def _answers(self) -> tuple[tuple[AnswerGiven, ...], tuple[FindingGiven, ...]]:
        sheet, answers, findings = self.chosen(), [], []
        for form in sheet.items if sheet else []:
            if not form.is_valid():
                self.add_error(None, f"“{form.item.text}”：{_first_error(form)}")
            elif form.is_answered():
                answers.append(form.answer())
                if _failed(form.answer()) and sheet:
                    findings.append(form.finding(sheet.checklist.category))
        return tuple(answers), (*findings, *self._free())

    def _free(self) -> list[FindingGiven]:
        filled = []
        for form in self.findings:
            if not form.is_valid():
                self.add_error(None, f"第 {form.number + 1} 个问题：{_first_error(form)}")
            elif form.is_filled():
                filled.append(form.given())
        return filled


def _items(sheet: Checklist) -> list[ChecklistItem]:
    return sorted(sheet.items.all(), key=lambda item: item.number)


def _failed(answer: AnswerGiven) -> bool:
    try:
        return verdict_of(answer) == Answer.Verdict.FAIL
    except Invalid:  # the sentence about it is raised with the whole visit
        return False


def _first_error(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])


def _believable(moment: datetime | None) -> datetime | None:
    """A device clock before 2015 is a flat battery, not a time."""
    return moment if moment is not None and moment.year >= 2015 else None
