"""批量办理: which action on which matters, and what each action asks for once for all of them."""

from typing import Any

from django import forms

from grids.models import GridScheme, User
from tasks.forms.fields import GridField, MomentField, long_text, with_blank
from tasks.models.kinds import DeadlineKind, ListKind, Strength
from tasks.selectors.batches import BatchAction
from tasks.selectors.list_pages import kinds_of, people_above


class BatchForm(forms.Form):
    """The hidden part: what to `do`, ticked numbers or the filter, the print, confirmed or not."""

    do = forms.ChoiceField(
        choices=BatchAction.choices, error_messages={"required": "请选择要批量办理什么。"}
    )
    filter = forms.CharField(required=False, max_length=1000)
    expected = forms.CharField(required=False, max_length=64)
    is_confirmed = forms.BooleanField(required=False)


class _Asked(forms.Form):
    def __init__(self, *args: Any, scheme: GridScheme, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scheme = scheme
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the regime."""


class UrgeForm(_Asked):
    note = long_text("催办的话", rows=2, help_text="承办人马上收到，写进每件任务的流转记录")


class ListedForm(_Asked):
    note = long_text("督办要求", rows=2)


class ListForm(_Asked):
    kind = forms.ChoiceField(label="清单")
    reason = forms.CharField(label="理由", max_length=200)

    def prepare(self) -> None:
        named = [(one.kind, one.name) for one in kinds_of(self.scheme)]
        rest = [row for row in ListKind.choices if row[0] not in dict(named)]
        self.fields["kind"].choices = with_blank([*named, *rest])  # type: ignore[attr-defined]


class IssueForm(_Asked):
    grid = GridField(label="责任网格")
    requirement = long_text("整改要求", rows=3)
    supervisor = forms.CharField(label="督办责任人", max_length=80)
    deadline_kind = forms.ChoiceField(
        label="时限种类",
        choices=[row for row in DeadlineKind.choices if row[0] != DeadlineKind.BEFORE_EVENT],
        initial=DeadlineKind.WORKDAYS,
    )
    deadline_amount = forms.IntegerField(
        label="时限数量", min_value=1, max_value=365, required=False, initial=3
    )
    due_at = MomentField(label="指定时刻", required=False)
    strength = forms.ChoiceField(label="约束", choices=Strength.choices, initial=Strength.MUST)
    reason = forms.CharField(
        label="改派理由", max_length=200, required=False, help_text="与系统建议的网格不同时必填"
    )

    def prepare(self) -> None:
        self.fields["grid"].scheme = self.scheme  # type: ignore[attr-defined]


class SupervisorForm(_Asked):
    supervisor = forms.CharField(label="新的督办责任人", max_length=80)
    reason = forms.CharField(label="理由", max_length=200)


class WatcherForm(_Asked):
    person = forms.ModelChoiceField(label="督办人", queryset=User.objects.none())
    reason = forms.CharField(label="理由", max_length=200)

    def prepare(self) -> None:
        self.fields["person"].queryset = people_above(self.scheme)  # type: ignore[attr-defined]


ASKED: dict[str, type[_Asked]] = {
    BatchAction.URGE: UrgeForm,
    BatchAction.LISTED: ListedForm,
    BatchAction.ENLIST: ListForm,
    BatchAction.DELIST: ListForm,
    BatchAction.ISSUE: IssueForm,
    BatchAction.SUPERVISOR: SupervisorForm,
    BatchAction.WATCHER: WatcherForm,
}
