"""One plain form per action; `arguments()` are the verb's keyword arguments."""

from typing import Any

from django import forms

from grids.models import GridScheme
from tasks.forms.fields import LONG, GridField, MomentField, long_text, with_blank
from tasks.models import Task
from tasks.models.kinds import Category, DeadlineKind, Disposition, Strength, TransferReason
from tasks.services.handling import Outcome
from tasks.workflow import Action

TWO_CUTS = ("断水", "断电", "清原料", "清产品", "清设备")
"""两断三清 (ZY-26)."""


class ActionForm(forms.Form):
    """Carries the version that the person looked at."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, task: Task, **options: Any) -> None:
        self.task = task
        options.setdefault("auto_id", f"id_{type(self).__name__.lower()}_%s")
        initial = {"version": task.version} | (options.pop("initial", None) or {})
        super().__init__(*args, initial=initial, **options)
        self.bind_scheme(task.scheme)

    def bind_scheme(self, scheme: GridScheme) -> None:
        for field in self.fields.values():
            if isinstance(field, GridField):
                field.scheme = scheme

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PlainForm(ActionForm):
    """签收, 公开: nothing to fill in."""


class ReportUpForm(ActionForm):
    reason = long_text("为什么处理不了")
    stopped = long_text("已采取的制止措施", rows=2, required=False)


class TransferForm(ActionForm):
    to = GridField(label="移交给")
    reason_code = forms.ChoiceField(label="理由", choices=TransferReason.choices)
    note = long_text("依据（条款或界线）")


class ReturnForm(ActionForm):
    note = long_text("退还的理由和依据")


class RuleForm(ActionForm):
    to = GridField(label="裁定给")
    note = long_text("裁定理由")
    becomes_route = forms.BooleanField(
        label="以后同类、同地的问题按此派遣",
        required=False,
        help_text="先存为派遣规则的草稿，试算后由网格办启用",
    )


class SubmitForm(ActionForm):
    """反馈卡. Files come beside the form: see `fields.uploaded`."""

    measures = long_text("整改措施")
    result = long_text("整改结果", rows=2, required=False)
    quantity = forms.DecimalField(
        label="数量", max_digits=12, decimal_places=2, min_value=0, required=False
    )
    unit = forms.CharField(label="单位", max_length=20, required=False, initial="m²")
    disposition = forms.ChoiceField(
        label="处置结果", choices=with_blank(Disposition.choices, "（不涉及）"), required=False
    )
    steps = forms.MultipleChoiceField(
        label="两断三清",
        choices=[(step, step) for step in TWO_CUTS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.task.category != Category.SMALL_POLLUTER:
            del self.fields["steps"]

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        quantity, unit = given.pop("quantity"), given.pop("unit")
        outcome = Outcome(
            disposition=given.pop("disposition"),
            quantity=quantity,
            unit="" if quantity is None else unit,
            steps=tuple(given.pop("steps", ())),
        )
        return given | {"outcome": outcome}


class SettleForm(SubmitForm):
    requirement = long_text("整改要求", rows=2)
    supervisor = forms.CharField(label="督办责任人", max_length=80)


class ApproveForm(ActionForm):
    note = long_text("验收意见", rows=2, required=False)


class SendBackForm(ActionForm):
    reason = long_text("退回理由（哪里没有整改到位）")


class AskExtensionForm(ActionForm):
    due_at = MomentField(label="延期到")
    reason = long_text("延期理由")


class DecideExtensionForm(ActionForm):
    granted = forms.ChoiceField(
        label="批复", choices=[("yes", "同意"), ("no", "不同意")], widget=forms.RadioSelect
    )
    note = long_text("批复意见", rows=2, required=False)

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        return given | {"granted": given["granted"] == "yes"}


class SuperviseForm(ActionForm):
    note = long_text("督办要求")
    listed = forms.BooleanField(label="挂牌督办", required=False)


class RevisitForm(ActionForm):
    good = forms.ChoiceField(
        label="现场情况", choices=[("yes", "合格"), ("no", "反弹")], widget=forms.RadioSelect
    )
    note = long_text("看到的情况")
    due_at = MomentField(label="反弹后的整改时限", required=False, help_text="不填按规则的默认时限")

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        return given | {"good": given["good"] == "yes"}


class VoidForm(ActionForm):
    reason = long_text("作废理由")


class CommentForm(ActionForm):
    note = long_text("留言", rows=2)


class OrderForm(ActionForm):
    """整改要求、整改时限、督办责任人."""

    requirement = long_text("整改要求")
    supervisor = forms.CharField(label="督办责任人", max_length=80)
    deadline_kind = forms.ChoiceField(label="时限种类", choices=DeadlineKind.choices)
    deadline_amount = forms.IntegerField(
        label="数量",
        min_value=1,
        required=False,
        help_text="小时、天、工作日、工作小时或提前的天数",
    )
    due_at = MomentField(label="时刻", required=False, help_text="指定时刻、所在月份或事件时间")
    deadline_text = forms.CharField(
        label="时限原文", max_length=120, required=False, help_text="文件里的写法，原样保留"
    )
    strength = forms.ChoiceField(
        label="约束", choices=Strength.choices, initial=Strength.MUST, widget=forms.RadioSelect
    )


class IssueForm(OrderForm):
    grid = GridField(label="责任网格")
    override_reason = forms.CharField(
        label="改派理由", max_length=LONG, required=False, help_text="不按系统建议时填写"
    )

    becomes_route = forms.BooleanField(
        label="以后同类、同地的问题按此派遣",
        required=False,
        help_text="改派时可选：先存为派遣规则的草稿，试算后由网格办启用",
    )

    field_order = (
        "grid",
        "override_reason",
        "becomes_route",
        "requirement",
        "deadline_kind",
        "deadline_amount",
    )


FORMS: dict[Action, type[ActionForm]] = {
    Action.ISSUE: IssueForm,
    Action.ACCEPT: PlainForm,
    Action.REPORT_UP: ReportUpForm,
    Action.TRANSFER: TransferForm,
    Action.RETURN_TRANSFER: ReturnForm,
    Action.RULE: RuleForm,
    Action.SUBMIT: SubmitForm,
    Action.SETTLE: SettleForm,
    Action.APPROVE: ApproveForm,
    Action.SEND_BACK: SendBackForm,
    Action.ASK_EXTENSION: AskExtensionForm,
    Action.DECIDE_EXTENSION: DecideExtensionForm,
    Action.SUPERVISE: SuperviseForm,
    Action.REVISIT: RevisitForm,
    Action.VOID: VoidForm,
    Action.COMMENT: CommentForm,
    Action.REVEAL: PlainForm,
}
WITH_FILES = {Action.SUBMIT, Action.SETTLE}
"""Actions whose page takes photos and papers."""
