"""里程碑 and 资金 of a measure."""

from django import forms

from tasks.models import Fund


class MilestoneForm(forms.Form):
    name = forms.CharField(label="里程碑", max_length=120)
    due_on = forms.DateField(label="时限", widget=forms.DateInput({"type": "date"}))


class ReachForm(forms.Form):
    milestone = forms.IntegerField(widget=forms.HiddenInput)
    done_on = forms.DateField(label="完成日期", widget=forms.DateInput({"type": "date"}))


class FundForm(forms.Form):
    kind = forms.ChoiceField(label="种类", choices=Fund.Kind.choices)
    amount_yuan = forms.DecimalField(label="金额（元）", max_digits=14, decimal_places=2)
    on = forms.DateField(label="日期", widget=forms.DateInput({"type": "date"}))
    note = forms.CharField(label="说明", max_length=200, required=False)
