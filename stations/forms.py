"""Shape of what the pages take in."""

from collections.abc import Collection
from typing import Any

from django import forms

from stations.ingest import formats, sheets
from stations.models import Alarm, ExternalRank, StationLog
from stations.periods import Period
from stations.standards import POLLUTANTS, SYMBOLS

_LOCAL = "%Y-%m-%dT%H:%M"


def _moment(label: str, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)
    return forms.DateTimeField(label=label, widget=widget, input_formats=[_LOCAL], **more)


class ImportForm(forms.Form):
    """A file, or the digest of the one that was tried just before."""

    file = forms.FileField(
        label="文件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json,.geojson,.gz"}),
    )
    held = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(widget=forms.HiddenInput, required=False)
    format = forms.ChoiceField(
        label="格式", choices=[(key, c.label) for key, c in formats.CONVENTIONS.items()]
    )
    hour = forms.ChoiceField(
        label="小时标签",
        choices=[("", "按格式的惯例"), ("ending", "时段的止"), ("beginning", "时段的起")],
        required=False,
    )
    aliases = forms.CharField(
        label="站点对应",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="每行一条：站点代码=文件里的名称；代码一致时不用填",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not given.get("held"):
            self.add_error("file", "请选择文件")
        file = given.get("file")
        if file and file.size > sheets.LARGEST_BYTES:
            self.add_error("file", "文件超过 200 MB，请分批导入")
        return given

    def clean_aliases(self) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data["aliases"].splitlines():
            code, equals, name = line.partition("=")
            if line.strip() and not (equals and code.strip() and name.strip()):
                raise forms.ValidationError(f"“{line.strip()[:30]}”应写成 站点代码=文件里的名称")
            if line.strip():
                found[name.strip()] = code.strip()
        return found


class PublishForm(forms.Form):
    period = forms.CharField(widget=forms.HiddenInput)

    def clean_period(self) -> Period:
        return _period(self.cleaned_data["period"])


class ExternalRankForm(forms.Form):
    issuer = forms.CharField(label="发布单位", max_length=120)
    scope = forms.CharField(label="范围", max_length=120, help_text="如：全省 37 个市辖区")
    indicator = forms.ChoiceField(
        label="指标", choices=[("composite", "综合指数"), *((n, SYMBOLS[n]) for n in POLLUTANTS)]
    )
    kind = forms.ChoiceField(label="种类", choices=ExternalRank.Kind.choices)
    period = forms.CharField(label="周期", max_length=20, help_text="2026、2026-Q3 或 2026-10")
    rank = forms.IntegerField(label="名次", min_value=1, max_value=9999)
    places = forms.IntegerField(label="总数", min_value=1, max_value=9999)
    value = forms.DecimalField(label="数值", required=False, max_digits=9, decimal_places=3)

    def clean_period(self) -> Period:
        return _period(self.cleaned_data["period"])


def _period(code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


class ReasonForm(forms.Form):
    reason = forms.CharField(label="更正原因", max_length=200)


class VerdictForm(forms.Form):
    """`choices`: the verdicts that make sense for the kind of episode."""

    verdict = forms.ChoiceField(
        label="核查结论",
        choices=Alarm.Verdict.choices,
        error_messages={"invalid_choice": "请从列出的核查结论中选择"},
    )
    note = forms.CharField(
        label="核查情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, choices: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["verdict"]
        field.choices = [pair for pair in Alarm.Verdict.choices if pair[0] in choices]


class LogForm(forms.Form):
    kind = forms.ChoiceField(label="种类", choices=StationLog.Kind.choices)
    work = forms.ChoiceField(
        label="报备的作业",
        required=False,
        help_text="只用于“周边施工报备”：作业开始以前报备的，不判为干扰",
        error_messages={"invalid_choice": "请从允许报备的作业里选择"},
    )
    from_at = _moment("开始")
    until_at = _moment("结束", required=False)
    text = forms.CharField(label="内容", widget=forms.Textarea(attrs={"rows": 3}))
    is_abnormal = forms.BooleanField(label="发现异常", required=False)

    def __init__(self, *args: Any, works: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not works:
            del self.fields["work"]
            return
        self.fields["work"].choices = [("", "不是清单里的作业"), *((one, one) for one in works)]


class ReviewForm(forms.Form):
    """Values to take out of the statistics, or to bring back."""

    verb = forms.ChoiceField(label="办理", choices=[("withdraw", "撤回"), ("restore", "恢复")])
    hour_ending_at = _moment("小时（止）")
    pollutants = forms.MultipleChoiceField(
        label="污染物",
        choices=[(name, SYMBOLS[name]) for name in POLLUTANTS],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label="原因", max_length=200)


class ForecastForm(forms.Form):
    """A table of days, as a file or typed in; the file comes first."""

    issued_at = _moment("预报发布时间")
    source = forms.CharField(label="来源", max_length=120, help_text="如：市气象台、市环境监测站")
    file = forms.FileField(
        label="文件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    table = forms.CharField(
        label="或逐日填写",
        required=False,
        widget=forms.Textarea(attrs={"rows": 9, "class": "mono"}),
        help_text="一天一行；不填 AQI 的日子不入库。单位列写网格编码，空着是全区",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file = given.get("file")
        if not file and not given.get("table", "").strip():
            self.add_error("table", "请选择文件，或逐日填写")
        if file and file.size > sheets.LARGEST_BYTES:
            self.add_error("file", "文件超过 200 MB，请分批导入")
        return given


class WhatIfForm(forms.Form):
    """Rules to try; an empty field leaves the rule of each week as it was."""

    air = forms.DecimalField(label="空气质量（%）", required=False, min_value=0, max_value=100)
    supervision = forms.DecimalField(label="督查（%）", required=False, min_value=0, max_value=100)
    enforcement = forms.DecimalField(
        label="执法办案（%）", required=False, min_value=0, max_value=100
    )
    days = forms.IntegerField(label="参与排名所需有效天", required=False, min_value=1, max_value=7)
    units = forms.IntegerField(label="产生后几位所需单位数", required=False, min_value=1)
    bottom = forms.IntegerField(label="后几位", required=False, min_value=1)
    executive = forms.IntegerField(label="约谈分管领导：连续周数", required=False, min_value=1)
    chief = forms.IntegerField(label="约谈主要领导：连续周数", required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        parts = [given.get(name) for name in ("air", "supervision", "enforcement")]
        if any(part is not None for part in parts) and sum(part or 0 for part in parts) != 100:
            self.add_error("air", "三部分权重合计应为 100")
        if (given.get("executive") is None) != (given.get("chief") is None):
            self.add_error("executive", "两档连续周数请一起填写")
        return given

    @property
    def pairs(self) -> list[str]:
        """As `manage.py rank --what-if` takes them."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        names = {"days": "participation_days", "units": "min_units", "bottom": "bottom"}
        found = [f"rank.{rule}={given[name]}" for name, rule in names.items() if name in given]
        parts = [name for name in ("air", "supervision", "enforcement") if name in given]
        if parts:
            weights = ",".join(f"{name}:{given[name]}" for name in parts)
            found.append(f"rank.weekly_weights={weights}")
        if "executive" in given:
            found.append(f"summons.streak={given['executive']},{given['chief']}")
        return found
