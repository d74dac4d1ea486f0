"""专项行动 and the lists of a matter."""

from decimal import Decimal
from typing import Any

from django import forms

from grids.models import GridScheme
from tasks.forms.fields import long_text
from tasks.models import Campaign
from tasks.models.kinds import ListKind
from tasks.services.campaigns import Draft


class CampaignForm(forms.Form):
    name = forms.CharField(label="名称", max_length=120)
    goal = long_text("目标", rows=2)
    requirement = long_text("要求", rows=2)
    measures = long_text("措施")
    effect = long_text("效果", rows=2)
    due_on = forms.DateField(label="时限", widget=forms.DateInput({"type": "date"}))
    percent = forms.IntegerField(
        label="基本完成比例", min_value=1, max_value=100, initial=100, help_text="销号件数占比"
    )
    advice_source = long_text("源头管控建议", rows=2, required=False)
    advice_process = long_text("过程管控建议", rows=2, required=False)
    advice_end = long_text("末端管控建议", rows=2, required=False)

    def draft(self) -> Draft:
        given = dict(self.cleaned_data)
        ratio = Decimal(given.pop("percent")) / 100
        return Draft(done_ratio=ratio, **given)


class ListsForm(forms.Form):
    """列入、移出清单 and 专项 of one matter; a change of lists needs its reason."""

    lists = forms.MultipleChoiceField(
        label="列入清单",
        choices=ListKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(
        label="列入或移出的理由", max_length=200, required=False, help_text="清单有变动时必填"
    )
    campaign = forms.ModelChoiceField(
        label="专项", queryset=Campaign.objects.none(), required=False, empty_label="（不列入专项）"
    )

    def __init__(self, *args: Any, scheme: GridScheme, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["campaign"].queryset = scheme.campaigns.order_by("-due_on")  # type: ignore[attr-defined]
