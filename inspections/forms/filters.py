"""Filters of the lists; an unreadable one is simply not applied."""

from typing import Any

from django import forms
from django.http import QueryDict

from grids import access
from grids.models import Grid, GridScheme, User
from inspections.models import Mode, PollutionSource
from tasks.models import Task


class _Filter(forms.Form):
    def __init__(self, data: QueryDict, *, user: User, scheme: GridScheme) -> None:
        super().__init__(data)
        if "grid" in self.fields:
            seen = access.grids_for(user, access.VIEW).filter(scheme=scheme)
            self.fields["grid"].queryset = seen  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class VisitFilter(_Filter):
    mode = forms.ChoiceField(required=False, choices=[("", "全部方式"), *Mode.choices])
    category = forms.ChoiceField(required=False, choices=Task.Category.choices)
    grid = forms.ModelChoiceField(Grid.objects.none(), required=False)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mine = forms.BooleanField(required=False)
    found = forms.BooleanField(required=False)
    incomplete = forms.BooleanField(required=False)
    hidden = forms.BooleanField(required=False)
    q = forms.CharField(required=False, max_length=80)


class SourceFilter(_Filter):
    status = forms.ChoiceField(required=False, choices=PollutionSource.Status.choices)
    category = forms.ChoiceField(required=False, choices=[("", "全部类别"), *Task.Category.choices])
    grid = forms.ModelChoiceField(Grid.objects.none(), required=False)
    mobile = forms.ChoiceField(required=False, choices=[("0", "固定源"), ("1", "流动源")])
    never = forms.BooleanField(required=False)
    waiting = forms.BooleanField(required=False)
    order = forms.CharField(required=False, max_length=20)
    q = forms.CharField(required=False, max_length=80)
