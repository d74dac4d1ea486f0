"""A pollution source: what is registered, changed, struck off, decided."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from grids import access
from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from inspections import attributes
from inspections.models import PollutionSource
from inspections.selectors.sources import similar
from inspections.services.sources import Facts, check_facts
from tasks.models import Task


class SourceForm(forms.Form):
    """`similar` are likely duplicates; they must be denied before a second one is written."""

    name = forms.CharField(label="名称", max_length=120)
    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), *Task.Category.choices])
    grid = forms.ModelChoiceField(Grid.objects.none(), label="所在网格", empty_label=None)
    address = forms.CharField(label="地址", max_length=160, required=False)
    contact = forms.CharField(
        label="联系人职务",
        max_length=80,
        required=False,
        help_text="只写职务，不写姓名和电话。",
    )
    is_mobile = forms.BooleanField(label="流动源（车辆、机械、流动摊点）", required=False)
    starts_on = forms.DateField(
        label="开始日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="工地等临时污染源填写。",
    )
    ends_on = forms.DateField(
        label="结束日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    lon = forms.FloatField(label="经度", required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label="纬度", required=False, min_value=-90, max_value=90)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        user: User,
        scheme: GridScheme,
        source: PollutionSource | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        start = dict(initial or {}) | (_values_of(source) if source else {})
        super().__init__(data, initial=start)
        self.user, self.scheme, self.source = user, scheme, source
        patrolled = access.grids_for(user, access.PATROL).filter(scheme=scheme, closed_on=None)
        self.fields["grid"].queryset = patrolled  # type: ignore[attr-defined]
        if source is not None:
            del self.fields["grid"]
            self.fields["reason"] = forms.CharField(label="变更原因", max_length=100)
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        self._add_attributes(data, start.get("attributes") or {})
        self.similar: list[tuple[PollutionSource, str]] = []
        self.facts: Facts | None = None

    def _add_attributes(self, data: QueryDict | None, values: Mapping[str, Any]) -> None:
        category = (data or self.initial).get("category") or ""
        for attribute in attributes.fields_of(str(category)):
            field = _field(attribute)
            field.initial = values.get(attribute.key)
            self.fields[f"at-{attribute.key}"] = field

    @property
    def attribute_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("at-")]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        self.facts = self._facts(given)
        try:
            check_facts(self.facts)
        except Invalid as refusal:
            for name, sentence in (refusal.fields or {"__all__": str(refusal)}).items():
                self.add_error(name if name in self.fields else None, sentence)
        if self.source is None and not self.data.get("is_new"):
            self._look_for_similar(self.facts)
        return given

    def _facts(self, given: dict[str, Any]) -> Facts:
        names = ("name", "category", "address", "lon", "lat", "contact", "is_mobile")
        return Facts(
            **{name: given[name] for name in (*names, "starts_on", "ends_on")},
            attributes={
                name.removeprefix("at-"): _json(value)
                for name, value in given.items()
                if name.startswith("at-") and value not in (None, "")
            },
        )

    def _look_for_similar(self, facts: Facts) -> None:
        self.similar = similar(
            self.user,
            self.scheme,
            name=facts.name,
            address=facts.address,
            lon=facts.lon,
            lat=facts.lat,
        )
        if self.similar:
            self.add_error(None, "清单里已有相近的污染源，请先核对；确实不是同一处再登记。")


def _field(attribute: attributes.Attribute) -> forms.Field:
    label = f"{attribute.label}（{attribute.unit}）" if attribute.unit else attribute.label
    if attribute.kind == attributes.NUMBER:
        return forms.FloatField(label=label, required=False, min_value=0)
    if attribute.kind == attributes.DAY:
        widget = forms.DateInput(attrs={"type": "date"})
        return forms.DateField(label=label, required=False, widget=widget)
    words = attribute.choices
    if attribute.kind == attributes.YES_NO:
        words = (attributes.YES, attributes.NO)
    if words:
        choices = [("", "未填"), *((word, word) for word in words)]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    return forms.CharField(label=label, required=False, max_length=80)


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _values_of(source: PollutionSource) -> dict[str, Any]:
    """The newest words: what waits for confirmation, else what stands."""
    names = [*SourceForm.base_fields, "attributes"]
    standing = {name: getattr(source, name) for name in names if hasattr(source, name)}
    return standing | (source.pending or {}) | {"version": source.version}


class ReasonForm(forms.Form):
    """申请注销, 退回: a reason, and the version that was looked at."""

    reason = forms.CharField(label="原因", max_length=100, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    granted = forms.ChoiceField(choices=[("yes", "确认"), ("no", "退回")])
    reason = forms.CharField(label="意见", max_length=100, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


def new_client_id(data: QueryDict) -> UUID | None:
    try:
        return UUID(data.get("client_id", ""))
    except ValueError:
        return None
