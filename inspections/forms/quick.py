"""快速上报: preset, photo, place; and the choice to join a like report."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from grids import access
from grids.models import Grid, GridScheme, User
from inspections.forms.fields import Kept, ids_of, text_of
from inspections.presets import BY_CODE, PRESETS
from inspections.selectors.visits import similar_reports
from inspections.services.quick import Report
from tasks.models import Task

SEPARATE = "separate"
ASK_FIRST = "附近刚有同类上报，请选择“就是这件”或“不是同一件”。照片已保留。"


class QuickForm(forms.Form):
    """`similar` are like reports close by, offered before a second task is opened."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    preset = forms.ChoiceField(
        label="看到了什么",
        choices=[(preset.code, preset.label) for preset in PRESETS],
        error_messages={"required": "请点选看到了什么。"},
    )
    grid = forms.ModelChoiceField(Grid.objects.none(), label="所在网格", empty_label=None)
    place = forms.CharField(label="地点", max_length=160, required=False)
    detail = forms.CharField(
        label="补充说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    join = forms.CharField(required=False, max_length=20)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(required=False, min_value=0, widget=forms.HiddenInput)
    fix_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    device_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        user: User,
        scheme: GridScheme,
        at: datetime,
        kept: Kept | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.user, self.scheme, self.at = user, scheme, at
        self.told, self.kept = data, kept or {}
        reported = access.grids_for(user, access.REPORT).filter(scheme=scheme, closed_on=None)
        self.fields["grid"].queryset = reported  # type: ignore[attr-defined]
        self.similar: list[tuple[Task, int]] = []
        self.report: Report | None = None

    @property
    def photo_ids(self) -> tuple[Any, ...]:
        return () if self.told is None else ids_of(self.told, self.kept, "photos")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.photo_ids:
            self.add_error(None, "请拍一张照片再上报。")
        join = self._joined(given)
        if not self.errors:
            self.report = self._report(given, join)
        return given

    def _joined(self, given: dict[str, Any]) -> Task | None:
        """The task to join. Asks once, when a like report is near and nothing was chosen."""
        wanted = text_of(given, "join")
        if wanted == SEPARATE or not given.get("preset"):
            return None
        if wanted:
            task = Task.objects.visible_to(self.user).filter(scheme=self.scheme, number=wanted)
            if not task.exists():
                self.add_error("join", "要并入的任务不存在或您看不到，请重新选择。")
            return task.first()
        self.similar = similar_reports(
            self.user,
            self.scheme,
            category=BY_CODE[given["preset"]].category,
            lon=given.get("lon"),
            lat=given.get("lat"),
            at=self.at,
        )
        if self.similar:
            self.add_error("join", ASK_FIRST)
        return None

    def _report(self, given: dict[str, Any], join: Task | None) -> Report:
        preset = BY_CODE[given["preset"]]
        half = given.get("lon") is None or given.get("lat") is None
        place = text_of(given, "place")
        return Report(
            client_id=given["client_id"],
            grid=given["grid"],
            title=f"{place}{preset.label}" if place else preset.label,
            category=preset.category,
            photos=self.photo_ids,
            detail=text_of(given, "detail"),
            place=place,
            lon=None if half else given["lon"],
            lat=None if half else given["lat"],
            accuracy_m=None if half else given.get("accuracy_m"),
            device_at=given.get("device_at"),
            join=join,
        )
