"""Shape of what the pages of grids take in; the services judge it."""

import json
from datetime import date
from typing import Any

from django import forms

from grids.models import Grid, GridDocument, GridKind, GridScheme, Role, Tier, User
from grids.services.outlines import DATUMS

MAX_OUTLINE_BYTES = 5 * 1024 * 1024


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


class PersonField(forms.CharField):
    """A person by account name; the page offers names while one types."""

    def __init__(self, **options: Any) -> None:
        attrs = {"list": "people", "autocomplete": "off", "spellcheck": "false"}
        options.setdefault("help_text", "输入账号，或从提示中选。")
        super().__init__(max_length=150, widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: str) -> User | None:
        name = super().clean(value)
        if not name:
            return None
        user = User.objects.filter(username=name).first()
        if user is None:
            raise forms.ValidationError("没有这个账号，请先在“人员”里开户。")
        return user


class AppointForm(forms.Form):
    role = forms.ChoiceField(label="角色")
    seat = forms.IntegerField(
        label="席位", min_value=1, max_value=99, initial=1, help_text="双网格长分列第 1、2 席。"
    )
    user = PersonField(label="人员（账号）")
    title = forms.CharField(
        label="职务", max_length=120, required=False, help_text="不填则沿用岗位名称。"
    )
    source = forms.CharField(
        label="产生方式", max_length=60, required=False, help_text="如：指定、兼任。"
    )
    appointed_by = forms.CharField(label="任命单位", max_length=80, required=False)
    from_on = _day("任职起")
    until_on = _day("任职止", required=False, help_text="来宾和第三方必有止日；其他可不填。")

    def __init__(self, *args: Any, scheme: GridScheme, roles: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = [(role, scheme.role_label(role)) for role in roles]


class EndPostForm(forms.Form):
    until_on = _day("最后任职日", help_text="这一天仍在任，次日起权限收回。")


class SubstituteForm(forms.Form):
    substitute = PersonField(label="代理人（账号）")
    from_on = _day("代理起")
    until_on = _day("代理止", help_text="到期自动结束。")
    reason = forms.CharField(label="原因", max_length=120)


class ProfileForm(forms.Form):
    """五定 (Y1-88, Y2-31)."""

    fixed_area = forms.CharField(label="定区域", required=False, widget=forms.Textarea)
    fixed_people = forms.CharField(label="定人员", required=False, widget=forms.Textarea)
    fixed_duties = forms.CharField(label="定职责", required=False, widget=forms.Textarea)
    fixed_tasks = forms.CharField(label="定任务", required=False, widget=forms.Textarea)
    fixed_rewards = forms.CharField(label="定奖惩", required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.max_length = 4000
            field.widget.attrs |= {"rows": 3, "maxlength": 4000}


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label="种类", choices=GridDocument.Kind.choices)
    title = forms.CharField(label="标题", max_length=160)
    document_number = forms.CharField(label="文号", max_length=80, required=False)
    file = forms.FileField(label="文件", help_text="PDF、DOCX、XLSX、JPG、PNG，20 MB 以内。")


class OpenGridForm(forms.Form):
    code = forms.RegexField(
        r"^[0-9A-Za-z][0-9A-Za-z-]{0,39}$",
        label="编码",
        help_text="字母、数字和连字符，体系内唯一。",
        error_messages={"invalid": "只能用字母、数字和连字符，最长 40 位。"},
    )
    name = forms.CharField(label="名称", max_length=80)
    tier = forms.ChoiceField(label="级别")
    kind = forms.ChoiceField(label="类型", choices=GridKind.choices)
    division_code = forms.RegexField(
        r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$", label="区划代码", required=False
    )
    opened_on = _day("设立日期")

    def __init__(self, *args: Any, scheme: GridScheme, parent: Grid, **options: Any) -> None:
        super().__init__(*args, **options)
        under = [t for t, above in scheme.allowed_parents.items() if parent.tier in above]
        tiers = under or [t for t in Tier.values if t != Tier.ROOT]
        self.fields["tier"].choices = [(tier, scheme.tier_label(tier)) for tier in tiers]


class MoveForm(forms.Form):
    parent = forms.CharField(label="新上级（网格编码）", max_length=40)

    def __init__(self, *args: Any, scheme: GridScheme, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scheme = scheme

    def clean_parent(self) -> Grid:
        grid = self.scheme.grids.filter(code=self.cleaned_data["parent"].strip()).first()
        if grid is None:
            raise forms.ValidationError("本体系没有这个编码的网格，请核对。")
        return grid


class CloseForm(forms.Form):
    closed_on = _day("撤销日期", help_text="从这一天起不再存在；任职到前一天为止。")


class OutlineForm(forms.Form):
    """An outline as a GeoJSON file, from any drawing tool."""

    file = forms.FileField(label="GeoJSON 文件", help_text="一个多边形；先经度后纬度，5 MB 以内。")
    datum = forms.ChoiceField(
        label="坐标系",
        choices=[(d, {"wgs84": "WGS-84", "gcj02": "GCJ-02（高德、腾讯）"}[d]) for d in DATUMS],
    )
    valid_from = _day("起用日期")
    source = forms.CharField(label="来源", max_length=200, required=False)

    def clean_file(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        if file.size > MAX_OUTLINE_BYTES:
            raise forms.ValidationError("文件超过 5 MB，请先简化边界。")
        try:
            given = json.loads(file.read().decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("不是 JSON 文件，请导出为 GeoJSON。") from error
        return _geometry(given)


def _geometry(given: Any) -> dict[str, Any]:
    """The one geometry of a GeoJSON geometry, feature or collection."""
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        features = given.get("features") or []
        if not isinstance(features, list) or len(features) != 1:
            raise forms.ValidationError("文件应恰有一个要素，请只导出这个网格的边界。")
        given = features[0]
    if isinstance(given, dict) and given.get("type") == "Feature":
        given = given.get("geometry")
    if not isinstance(given, dict):
        raise forms.ValidationError("没有找到多边形，请检查文件。")
    return given


class AccountForm(forms.Form):
    username = forms.RegexField(
        r"^[0-9A-Za-z@.+_-]{3,60}$",
        label="账号",
        error_messages={"invalid": "3–60 位字母、数字或 @ . + - _。"},
    )
    display_name = forms.CharField(label="称呼", max_length=80, help_text="职务或姓名。")
    phone = forms.CharField(label="电话", max_length=30, required=False)
    team = forms.ChoiceField(label="队伍", required=False, choices=[("", "—"), *User.Team.choices])
    password = forms.CharField(
        label="初始密码", max_length=128, strip=False, widget=forms.PasswordInput
    )


def roles_to_offer(*, leading: bool, plain: bool) -> list[str]:
    """Roles that a person may fill, in the order of the table."""
    from_above = [Role.CHIEF, Role.MANAGER, Role.OFFICE, Role.SUPERVISOR] if leading else []
    own = [Role.WORKER, Role.ENTERPRISE, Role.GUEST] if plain else []
    return [*from_above, *own]


def as_day(text: str | None, default: date) -> date:
    """A date of the query string; the default when it is missing or wrong."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return default
