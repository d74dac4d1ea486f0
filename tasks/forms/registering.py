"""登记问题."""

from typing import Any

from django import forms

from grids.models import GridScheme
from tasks.forms.fields import GridField, long_text
from tasks.models.kinds import Category, Kind, Level, ListKind, Source

BY_HAND = (
    Source.SUPERIOR,
    Source.HOTLINE,
    Source.COMPLAINT,
    Source.MEETING,
    Source.PATROL,
    Source.COVERT,
    Source.SUPERVISE,
    Source.ALARM,
)


class RegisterForm(forms.Form):
    """`client_id` makes a second click harmless."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label="事项", max_length=120, help_text="哪里、什么问题")
    category = forms.ChoiceField(label="类别", choices=Category.choices)
    kind = forms.ChoiceField(label="种类", choices=Kind.choices, initial=Kind.RECTIFICATION)
    level = forms.ChoiceField(label="级别", choices=Level.choices, initial=Level.GENERAL)
    source = forms.ChoiceField(label="来源", choices=[(one.value, one.label) for one in BY_HAND])
    source_ref = forms.CharField(
        label="来源编号", max_length=80, required=False, help_text="如 12345 工单号"
    )
    origin_grid = GridField(label="发现网格", help_text="问题所在或发现问题的网格")
    place = forms.CharField(label="地点", max_length=160, required=False)
    lon = forms.FloatField(label="经度", min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(label="纬度", min_value=-90, max_value=90, required=False)
    problem = long_text("问题描述", required=False)
    clause = forms.CharField(label="条款", max_length=10, required=False)
    lists = forms.MultipleChoiceField(
        label="列入清单",
        choices=[row for row in ListKind.choices if row[0] != ListKind.PROBLEM],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    is_hidden = forms.BooleanField(label="暗访，交办前对被查网格不可见", required=False)

    def __init__(self, *args: Any, scheme: GridScheme, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scheme = scheme
        self.fields["origin_grid"].scheme = scheme  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        return {**self.cleaned_data, "scheme": self.scheme}
