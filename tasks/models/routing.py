"""Numbers, routes and lists around a task."""

from datetime import date

from django.db import models

from grids.models import Grid, GridScheme, User
from tasks.models.kinds import Category, ListKind


class TaskNumber(models.Model):
    """The counter behind `YY-2026-000123`: one row per prefix and Beijing year."""

    prefix = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="one_counter")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:06d}"


class Route(models.Model):
    """派遣规则: matters of `category` found under `under` go to `to_grid`.

    A draft until it is switched on: `from_on` is the first day on which it counts, `until_on`
    the last; `from_on` None is a draft. Born from a 裁定, from a 改派 at 交办 or by hand.
    `under` None: the whole regime.
    """

    class Origin(models.TextChoices):
        RULING = "RULING", "裁定"
        OVERRIDE = "OVERRIDE", "改派"
        HAND = "HAND", "网格办设立"

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="routes")
    category = models.CharField("类别", max_length=16, choices=Category)
    under = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="routes_from")
    to_grid = models.ForeignKey(Grid, models.PROTECT, related_name="routes_to")
    reason = models.TextField("理由")
    origin = models.CharField("来历", max_length=8, choices=Origin, default=Origin.RULING)
    task = models.ForeignKey("tasks.Task", models.PROTECT, null=True, related_name="routes")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("设立时间")
    from_on = models.DateField("启用日期", null=True, blank=True)
    until_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "派遣规则"
        verbose_name_plural = "派遣规则"
        indexes = [models.Index(fields=["scheme", "category"], name="route_scheme_category")]

    def __str__(self) -> str:
        return f"{self.category} → {self.to_grid_id}"

    def counts_on(self, on: date) -> bool:
        """True on the days on which it proposes; a draft never does."""
        is_open = self.until_on is None or on <= self.until_on
        return self.from_on is not None and self.from_on <= on and is_open


class RouteEvent(models.Model):
    """What was done with a rule: drafted, changed, switched on, switched off; with its words.

    `data` of a switching-on keeps the figures of the trial that was looked at.
    """

    class Step(models.TextChoices):
        DRAFT = "DRAFT", "设为草稿"
        CHANGE = "CHANGE", "修改草稿"
        ON = "ON", "启用"
        OFF = "OFF", "停用"

    route = models.ForeignKey(Route, models.PROTECT, related_name="events")
    step = models.CharField("动作", max_length=6, choices=Step)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_label = models.CharField("经办", max_length=160)
    at = models.DateTimeField("时间")
    note = models.TextField("说明", blank=True)
    data = models.JSONField("内容", default=dict)

    class Meta:
        indexes = [models.Index(fields=["route", "at"], name="route_event_at")]

    def __str__(self) -> str:
        return f"{self.route_id} {self.step}"


class ListEntry(models.Model):
    """A task's place in a list (清单): why, when and by whom it came in and went out.

    One row per task and list; who comes back stands in it again with the new reason. The history
    of the task keeps every coming and going. Leaving 负面清单 needs a good 回头看 (W-69).
    """

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="lists")
    kind = models.CharField("清单", max_length=12, choices=ListKind)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("列入时间")
    reason = models.CharField("列入理由", max_length=200, blank=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField("移出时间", null=True, blank=True)
    removal_reason = models.CharField("移出理由", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "kind"], name="once_per_list")]
        indexes = [models.Index(fields=["kind", "removed_at"], name="list_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}"
