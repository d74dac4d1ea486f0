"""The register of pollution sources and its history."""

from django.db import models
from django.db.models import Q

from grids import access
from grids.models import Grid, GridScheme, User
from tasks.models import Task


class SourceQuerySet(models.QuerySet["PollutionSource"]):
    def visible_to(self, user: User) -> "SourceQuerySet":
        """Sources that stand in grids which the person may look at."""
        return self.filter(access.scope_q(user, access.VIEW, "grid__"))

    def on_register(self) -> "SourceQuerySet":
        """Everything that has not been struck off."""
        return self.exclude(status=PollutionSource.Status.CANCELLED)


class PollutionSource(models.Model):
    """污染源 on the register; `attributes` holds the fields of its category.

    `pending` are the values of a change that waits for the 网格负责人; None: nothing waits.
    `last_visited_at` counts visits that the visited side may know of: a 暗访 counts once it is
    released. `client_id` makes proposing it again harmless.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING", "待确认"
        ACTIVE = "ACTIVE", "在册"
        CHANGE_PENDING = "CHANGE_PENDING", "变更待确认"
        CANCEL_PENDING = "CANCEL_PENDING", "注销待确认"
        CANCELLED = "CANCELLED", "已注销"

    client_id = models.UUIDField("客户端编号", null=True, unique=True)
    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="sources")
    number = models.CharField("编号", max_length=20, unique=True)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="sources", verbose_name="网格")
    name = models.CharField("名称", max_length=120)
    category = models.CharField("类别", max_length=16, choices=Task.Category)
    address = models.CharField("地址", max_length=160, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    contact = models.CharField("联系人职务", max_length=80, blank=True)
    is_mobile = models.BooleanField("流动源", default=False)
    starts_on = models.DateField("开始日期", null=True, blank=True)
    ends_on = models.DateField("结束日期", null=True, blank=True)
    status = models.CharField("状态", max_length=14, choices=Status, default=Status.PENDING)
    attributes = models.JSONField("属性", default=dict)
    pending = models.JSONField("待确认的变更", null=True, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("登记时间")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField("确认时间", null=True)
    last_visited_at = models.DateTimeField("最近检查", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = "污染源"
        verbose_name_plural = "污染源"
        indexes = [
            models.Index(fields=["scheme", "status", "category"], name="source_list"),
            models.Index(fields=["grid", "status"], name="source_grid_status"),
        ]
        constraints = [
            models.CheckConstraint(
                name="source_position_is_a_pair",
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
            ),
            models.CheckConstraint(
                name="source_ends_after_start",
                condition=Q(starts_on=None)
                | Q(ends_on=None)
                | Q(ends_on__gte=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SourceVersion(models.Model):
    """History of a source: what changed, who, when, why (Y1-26)."""

    source = models.ForeignKey(PollutionSource, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField("版本")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=120)
    values = models.JSONField("内容")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "version"], name="source_version")]

    def __str__(self) -> str:
        return f"{self.source_id} v{self.version}"
