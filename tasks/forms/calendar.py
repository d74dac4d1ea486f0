"""工作日历: what to enter, and the days that stood on the preview."""

import json
from datetime import date
from typing import Any

from django import forms

from tasks.holidays import FIRST_YEAR, LAST_YEAR, Day, Unclear, read

MOST_DAYS = 400
LONG = 20_000


class EntryForm(forms.Form):
    """Either the package's year or what the office pastes; nothing is written yet."""

    way = forms.ChoiceField(choices=[("text", "粘贴"), ("package", "软件包"), ("check", "核对")])
    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR, widget=forms.HiddenInput)
    text = forms.CharField(
        label="放假和调休安排",
        max_length=LONG,
        required=False,
        widget=forms.Textarea({"rows": 8, "placeholder": "2027-10-01,休,国庆节"}),
        help_text="粘贴国务院办公厅通知原文，或一行一天：日期，休 / 班 / 平日，名称；可写起止日期",
    )
    source = forms.CharField(
        label="依据",
        max_length=120,
        help_text="通知的名称和文号，例如 国办发明电〔2026〕7号；会记进每件任务的流转",
    )
    undoes = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        way = self.data.get("way") if self.is_bound else "text"
        self.fields["text"].required = way == "text"
        self.fields["text"].error_messages["required"] = "没有读到日期，请粘贴通知或一行一天。"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.days: list[Day] = []
        self.skipped: list[str] = []
        if given.get("way") != "text" or not {"year", "text"} <= given.keys():
            return given
        try:
            found = read(given["text"], given["year"])
        except Unclear as error:
            self.add_error("text", forms.ValidationError([f"{one}。" for one in error.faults]))
            return given
        if len(found.days) > MOST_DAYS:
            self.add_error("text", f"一次最多 {MOST_DAYS} 天。")
        self.days, self.skipped = found.days, found.skipped
        return given


class ApplyForm(forms.Form):
    """Exactly what the preview showed: the days, their source, and the token of the preview."""

    days = forms.CharField(max_length=LONG * 2, widget=forms.HiddenInput)
    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR, widget=forms.HiddenInput)
    source = forms.CharField(max_length=120, widget=forms.HiddenInput)
    token = forms.RegexField("^[0-9a-f]{64}$", widget=forms.HiddenInput)
    undoes = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_days(self) -> list[Day]:
        try:
            return [
                Day(date.fromisoformat(on), {1: True, 0: False}.get(works), str(name)[:40])
                for on, works, name in json.loads(self.cleaned_data["days"])
            ]
        except (ValueError, TypeError, AttributeError):
            raise forms.ValidationError("预览的内容不完整，请重新预览。") from None


def packed(days: list[Day]) -> str:
    """Days as the hidden field of the preview carries them."""
    works = {True: 1, False: 0, None: None}
    rows = [[day.on.isoformat(), works[day.is_workday], day.name] for day in days]
    return json.dumps(rows, ensure_ascii=False)
