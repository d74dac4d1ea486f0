"""A record that fulfils a duty and is no visit."""

from django import forms


class DeedForm(forms.Form):
    title = forms.CharField(label="做了什么", max_length=160)
    held_on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    detail = forms.CharField(
        label="说明",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="参加范围、议题、结果等，一两句即可。",
    )
