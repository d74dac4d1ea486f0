"""约谈: what a person enters at each step."""

from django import forms


def _text(label: str, rows: int, **over: object) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=5000, widget=forms.Textarea(attrs={"rows": rows}), **over
    )


class DecideForm(forms.Form):
    approve = forms.TypedChoiceField(
        label="决定",
        choices=[("yes", "批准约谈"), ("no", "不予约谈")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = _text("意见", 2, required=False, help_text="不予约谈须写明理由。")


class HoldForm(forms.Form):
    held_at = forms.DateTimeField(
        label="约谈时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = _text("约谈纪要", 5)
    requirement = _text("整改要求", 3, help_text="提交后生成约谈整改任务，10 个工作日内办结。")


class StatementForm(forms.Form):
    text = _text("情况说明", 4, help_text="约谈前可以修改，约谈后不再接收。")


class NoteForm(forms.Form):
    note = _text("理由", 2)
