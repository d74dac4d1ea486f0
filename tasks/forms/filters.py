"""The ledger's filters, kept in the address. A value that makes no sense counts as absent."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from tasks.forms.fields import with_blank
from tasks.models.kinds import (
    Category,
    Disposition,
    JoinRole,
    Kind,
    Level,
    ListKind,
    Source,
    Strength,
)
from tasks.selectors.published import FIGURES
from tasks.workflow import State

DUE = [
    ("open", "未结"),
    ("overdue", "逾期"),
    ("today", "今日到期"),
    ("late_closed", "逾期销号"),
]
FOUND = [("above", "上级交办"), ("own", "自行发现"), ("complaint", "投诉举报")]
ORDERS = ("due_at", "registered_at", "number", "closed_at")


class LedgerFilter(forms.Form):
    q = forms.CharField(label="搜索", max_length=60, required=False)
    state = forms.ChoiceField(
        label="状态", choices=with_blank(State.choices, "全部"), required=False
    )
    due = forms.ChoiceField(label="时限", choices=with_blank(DUE, "全部"), required=False)
    kind = forms.ChoiceField(label="种类", choices=with_blank(Kind.choices, "全部"), required=False)
    category = forms.ChoiceField(
        label="类别", choices=with_blank(Category.choices, "全部"), required=False
    )
    source = forms.ChoiceField(
        label="来源", choices=with_blank(Source.choices, "全部"), required=False
    )
    found = forms.ChoiceField(label="来路", choices=with_blank(FOUND, "全部"), required=False)
    level = forms.ChoiceField(
        label="级别", choices=with_blank(Level.choices, "全部"), required=False
    )
    strength = forms.ChoiceField(
        label="约束", choices=with_blank(Strength.choices, "全部"), required=False
    )
    disposition = forms.ChoiceField(
        label="处置结果", choices=with_blank(Disposition.choices, "全部"), required=False
    )
    join = forms.ChoiceField(
        label="协同", choices=with_blank(JoinRole.choices, "全部"), required=False
    )
    list = forms.ChoiceField(
        label="清单", choices=with_blank(ListKind.choices, "全部"), required=False
    )
    grid = forms.CharField(label="网格编码", max_length=40, required=False)
    since = forms.DateField(
        label="登记起", required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label="登记止", required=False, widget=forms.DateInput({"type": "date"})
    )
    listed = forms.BooleanField(label="挂牌督办", required=False)
    extended = forms.BooleanField(label="有延期", required=False)
    rebound = forms.BooleanField(label="有反弹", required=False)
    returned = forms.BooleanField(label="有退回移交", required=False)
    asked = forms.BooleanField(label="待批延期", required=False)
    single = forms.BooleanField(label="不含总单", required=False)
    measure = forms.IntegerField(label="措施", required=False, min_value=1)
    figure = forms.ChoiceField(
        label="指标", choices=[("", ""), *((one.key, one.label) for one in FIGURES)], required=False
    )
    first = forms.DateField(label="期间起", required=False)
    last = forms.DateField(label="期间止", required=False)

    def filters(self) -> dict[str, Any]:
        """What could be read; the rest is left out."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}

    def address(self) -> str:
        """The filters as an address, without what makes no sense, the page and the format."""
        kept = {key: self.data[key] for key in self.filters()}
        if self.data.get("order", "").lstrip("-") in ORDERS:
            kept["order"] = self.data["order"]
        return urlencode(kept)


def order_of(data: QueryDict) -> str:
    """`?order=-due_at`; by registration, newest first, when absent or unknown."""
    wanted = data.get("order", "")
    return wanted if wanted.lstrip("-") in ORDERS else "-registered_at"
