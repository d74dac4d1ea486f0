"""The span of the indicators, kept in the address."""

from datetime import date, timedelta
from typing import Any

from django import forms

from tasks.deadlines import month_end

LONGEST = timedelta(days=366 * 3)


class SpanForm(forms.Form):
    """Both days count; without them the month of today."""

    first = forms.DateField(label="从", required=False, widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label="到", required=False, widget=forms.DateInput({"type": "date"}))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "“到”不能早于“从”。")
        if first and last and last - first > LONGEST:
            self.add_error("last", "一次最多看三年，请缩短期间。")
        return given

    def span(self, today: date) -> tuple[date, date]:
        """What can be read; one end alone means the month around it."""
        self.is_valid()
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if self.errors or not (first or last):
            return today.replace(day=1), month_end(today)
        first = first or last.replace(day=1)
        return first, last or month_end(first)
