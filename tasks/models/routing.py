"""Numbers, routes and lists around a task."""

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

    Born from a 裁定 (`task`) or from the scheme's line-ministry rules (Y1-02).
    """

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="routes")
    category = models.CharField("类别", max_length=16, choices=Category)
    under = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="routes_from")
    to_grid = models.ForeignKey(Grid, models.PROTECT, related_name="routes_to")
    reason = models.TextField("理由")
    task = models.ForeignKey("tasks.Task", models.PROTECT, null=True, related_name="routes")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("设立时间")
    until_on = models.DateField("停用日期", null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.category} → {self.to_grid_id}"


class ListEntry(models.Model):
    """A task's place in a list (清单); leaving 负面清单 needs a good 回头看 (W-69)."""

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="lists")
    kind = models.CharField("清单", max_length=12, choices=ListKind)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("列入时间")
    removed_at = models.DateTimeField("移出时间", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "kind"], name="once_per_list")]
        indexes = [models.Index(fields=["kind", "removed_at"], name="list_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}"
