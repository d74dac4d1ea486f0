"""回头看抽样: span, method, seed, two revisitors."""

from datetime import date, timedelta
from typing import Any

from django import forms

from grids.models import GridScheme, User
from tasks.models import RevisitDraw
from tasks.selectors.draws import revisitors
from tasks.services.draws import LARGEST, Wish


class DrawForm(forms.Form):
    first = forms.DateField(label="销号起", widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label="销号止", widget=forms.DateInput({"type": "date"}))
    method = forms.ChoiceField(label="方法", choices=RevisitDraw.Method.choices)
    count = forms.IntegerField(label="件数", min_value=1, max_value=LARGEST, initial=10)
    seed = forms.CharField(
        label="抽样口令", max_length=40, help_text="当众定一个，如 2026-11 第一次；只能用一次"
    )
    one = forms.ModelChoiceField(label="复查人一", queryset=User.objects.none())
    two = forms.ModelChoiceField(label="复查人二", queryset=User.objects.none())

    def __init__(self, *args: Any, scheme: GridScheme, today: date, **options: Any) -> None:
        initial = {"first": today - timedelta(days=30), "last": today}
        super().__init__(*args, initial=initial, **options)
        people = revisitors(scheme)
        for name in ("one", "two"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("one") and given.get("one") == given.get("two"):
            self.add_error("two", "回头看须由两个人复查，请选另一个人。")
        return given

    def wish(self) -> Wish:
        given = self.cleaned_data
        names = ("method", "first", "last", "count", "seed")
        return Wish(**{name: given[name] for name in names})

    def people(self) -> tuple[User, User]:
        return self.cleaned_data["one"], self.cleaned_data["two"]
