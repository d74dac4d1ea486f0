"""派遣规则: a draft's terms, and the day and reason of switching on and off."""

from typing import Any

from django import forms

from grids.models import GridScheme
from tasks.forms.fields import GridField, long_text
from tasks.models.kinds import Category


class RouteForm(forms.Form):
    category = forms.ChoiceField(label="类别", choices=Category.choices)
    under = GridField(label="范围", required=False, help_text="这个网格和它以下；不填为全体系")
    to = GridField(label="派给")
    reason = long_text("理由", rows=2)

    def __init__(self, *args: Any, scheme: GridScheme, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, GridField):
                field.scheme = scheme


class SwitchOnForm(forms.Form):
    from_on = forms.DateField(label="启用日期", widget=forms.DateInput({"type": "date"}))
    note = long_text("为什么启用", rows=2)


class SwitchOffForm(forms.Form):
    until_on = forms.DateField(
        label="最后一天", widget=forms.DateInput({"type": "date"}), help_text="这一天仍按它派遣"
    )
    note = long_text("为什么停用", rows=2)
