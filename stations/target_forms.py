"""Shape of what the office enters: targets, stations and positions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from grids.models import Grid
from stations.models import Station, StationPlace, Target
from stations.services import registry
from stations.services.targets import UNITS, Wish


class TargetForm(forms.Form):
    """What a year must reach. `subject`: "" the whole scheme, `g…` a unit, `s…` a station."""

    subject = forms.ChoiceField(label="对象", required=False)
    indicator = forms.ChoiceField(
        label="指标", choices=[(i.value, i.label) for i in Target.Indicator if i.value in UNITS]
    )
    operator = forms.ChoiceField(label="比较", choices=Target.Operator.choices)
    value = forms.DecimalField(label="目标值", max_digits=9, decimal_places=3)
    year = forms.IntegerField(
        label="年度", required=False, min_value=2000, max_value=2100, help_text="空着是每年"
    )
    strength = forms.ChoiceField(label="约束", choices=[("MUST", "必须"), ("STRIVE", "力争")])
    issuer = forms.CharField(label="下达单位", max_length=120)
    level = forms.ChoiceField(
        label="下达层级", required=False, choices=[("", "不注明"), *Target.Level.choices]
    )
    baseline = forms.DecimalField(
        label="基准值", required=False, max_digits=9, decimal_places=3, help_text="从多少算起"
    )
    due_on = forms.DateField(
        label="完成期限",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="空着是年底",
    )
    document = forms.CharField(
        label="文件", required=False, max_length=160, help_text="文号或标题，如 中原政〔2017〕2号"
    )
    reason = forms.CharField(label="原因", max_length=200, help_text="为什么下达或调整")

    def __init__(
        self, *args: Any, grids: Iterable[Grid] = (), stations: Iterable[Station] = (), **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.grids = {f"g{grid.pk}": grid for grid in grids}
        self.stations = {f"s{station.pk}": station for station in stations}
        units = [(key, grid.name) for key, grid in self.grids.items()]
        points = [(key, station.name) for key, station in self.stations.items()]
        self.fields["subject"].choices = [  # type: ignore[attr-defined]
            ("", "全区"),
            ("责任单位", units),
            ("站点", points),
        ]

    @property
    def wish(self) -> Wish:
        given = dict(self.cleaned_data)
        subject = given.pop("subject")
        given.pop("reason")
        return Wish(**given, grid=self.grids.get(subject), station=self.stations.get(subject))


class TargetChangeForm(TargetForm):
    """调整: subject and indicator stay."""

    subject = None
    indicator = None

    def __init__(self, *args: Any, target: Target, **kw: Any) -> None:
        forms.Form.__init__(self, *args, **kw)
        self.target = target

    @property
    def wish(self) -> Wish:
        given = dict(self.cleaned_data)
        given.pop("reason")
        return Wish(
            **given,
            indicator=self.target.indicator,
            grid=self.target.grid,
            station=self.target.station,
        )


class WithdrawTargetForm(forms.Form):
    reason = forms.CharField(label="撤销原因", max_length=200)


class TargetReportForm(forms.Form):
    """完成情况 of a target that is not computed from hours."""

    value = forms.DecimalField(label="完成值", min_value=0, max_digits=9, decimal_places=3)
    as_of = forms.DateField(label="截至日期", widget=forms.DateInput(attrs={"type": "date"}))
    ground = forms.CharField(
        label="依据", max_length=200, help_text="如：城管局作业台账、省厅通报文号"
    )


class StationForm(forms.Form):
    """A station of the regime; `units` are the grids that may answer for it."""

    name = forms.CharField(label="名称", max_length=80)
    code = forms.CharField(
        label="代码", max_length=40, help_text="导入数据时用它认站，如 YY-G01；登记后不改"
    )
    number = forms.CharField(
        label="编号", required=False, max_length=20, help_text="平台上的编号，如 1234A"
    )
    control = forms.ChoiceField(label="类型", choices=Station.Control.choices)
    grid = forms.ModelChoiceField(
        label="责任单位", queryset=Grid.objects.none(), empty_label="请选择"
    )
    install_place = forms.CharField(label="安装位置", required=False, max_length=160)
    data_source = forms.CharField(label="数据来源", required=False, max_length=200)
    opened_on = forms.DateField(
        label="启用日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="空着是已经在用",
    )

    def __init__(self, *args: Any, units: QuerySet[Grid], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["grid"].queryset = units  # type: ignore[attr-defined]

    @property
    def wish(self) -> registry.Wish:
        return registry.Wish(**self.cleaned_data)


class PlaceForm(forms.Form):
    """A position as a device or a map service gives it."""

    datum = forms.ChoiceField(label="坐标系", choices=StationPlace.Datum.choices)
    lon = forms.FloatField(label="经度", help_text="十进制度，如 112.819")
    lat = forms.FloatField(label="纬度", help_text="十进制度，如 28.361")
    reason = forms.CharField(label="依据", max_length=200, help_text="如：现场定位、站点备案表")
