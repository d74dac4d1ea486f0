"""Visits: what was looked at, what was answered, found and photographed."""

from django.db import models
from django.db.models import Count, Q

from grids import access
from grids.models import Grid, GridScheme, User
from inspections.models.checklist import Checklist, ChecklistItem, plain_number
from inspections.models.kinds import Mode
from inspections.models.source import PollutionSource
from tasks.models import Attachment, Task


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: User) -> "InspectionQuerySet":
        """Released visits in my grids or on their behalf, and my own.

        One not released yet is seen by who oversees the visitor's grid, and by nobody else
        (W-44): not by a 来宾 or an 企业, wherever they may look.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        mine = access.scope_q(user, access.VIEW, "grid__")
        mine |= access.scope_q(user, access.VIEW, "visitor_grid__")
        overseen = access.scope_q(user, access.OVERSEE, "visitor_grid__")
        return self.filter(mine & Q(is_released=True) | overseen | Q(by=user))

    def with_media(self) -> "InspectionQuerySet":
        """`expected` photos of the record and how many of them `arrived` at the server."""
        return self.annotate(
            expected=Count("photos", distinct=True),
            arrived=Count("photos", filter=Q(photos__attachment__isnull=False), distinct=True),
        )


class Inspection(models.Model):
    """巡查: one visit. `client_id` makes sending it again harmless.

    `grid` was visited, `visitor_grid` is whose post visited; `at` is the server's time of
    arrival, `started_at` and `device_at` are the device's clock.
    """

    client_id = models.UUIDField("客户端编号", unique=True)
    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="inspections")
    grid = models.ForeignKey(
        Grid, models.PROTECT, related_name="inspections", verbose_name="被查网格"
    )
    visitor_grid = models.ForeignKey(
        Grid, models.PROTECT, related_name="+", verbose_name="检查方网格"
    )
    mode = models.CharField("方式", max_length=12, choices=Mode, default=Mode.PATROL)
    is_released = models.BooleanField("已公开", default=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField("公开时间", null=True)
    source = models.ForeignKey(
        PollutionSource, models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    station_code = models.CharField("站点", max_length=40, blank=True)
    place = models.CharField("地点", max_length=160, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    accuracy_m = models.FloatField("定位精度", null=True, blank=True)
    checklist = models.ForeignKey(
        Checklist, models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    note = models.TextField("情况", blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="inspections")
    started_at = models.DateTimeField("到场时间", null=True, blank=True)
    device_at = models.DateTimeField("设备时间", null=True, blank=True)
    at = models.DateTimeField("送达时间")

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "巡查"
        verbose_name_plural = "巡查"
        indexes = [
            models.Index(fields=["scheme", "at"], name="inspection_scheme_at"),
            models.Index(fields=["grid", "at"], name="inspection_grid_at"),
            models.Index(fields=["by", "at"], name="inspection_by_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="inspection_position_is_a_pair",
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.where}"

    @property
    def where(self) -> str:
        """The place in words: as written, the source, or the station's code."""
        return self.place or (self.source.name if self.source else "") or self.station_code


class Answer(models.Model):
    """The answer to one item: verdict, and the number where the item asks for one."""

    class Verdict(models.TextChoices):
        PASS = "PASS", "合格"
        FAIL = "FAIL", "不合格"
        NA = "NA", "不适用"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="+")
    verdict = models.CharField("结论", max_length=4, choices=Verdict)
    value = models.DecimalField("数值", max_digits=12, decimal_places=3, null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.verdict}"

    @property
    def measured(self) -> str:
        """The number with its unit: `1.5 米`; "" when the item asks for none."""
        return "" if self.value is None else f"{plain_number(self.value)} {self.item.unit}".strip()


class Finding(models.Model):
    """发现的问题: the origin points at the task it became."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="findings")
    sequence = models.PositiveSmallIntegerField("序号")
    title = models.CharField("问题", max_length=120)
    detail = models.TextField("描述", blank=True)
    category = models.CharField("类别", max_length=16, choices=Task.Category)
    item = models.ForeignKey(ChecklistItem, models.PROTECT, null=True, related_name="+")
    is_hazard = models.BooleanField("隐患", default=False)
    fixed_on_the_spot = models.BooleanField("现场纠正", default=False)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="findings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "sequence"], name="finding_once"),
            models.CheckConstraint(
                name="a_hazard_has_no_task", condition=Q(is_hazard=False) | Q(task=None)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class InspectionPhoto(models.Model):
    """A photo that belongs to a visit, to an item or to a finding.

    `attachment` None: the record names it, the file has not reached the server yet (n/m).
    """

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="photos")
    client_id = models.UUIDField("客户端编号")
    attachment = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="inspection_photos"
    )
    item = models.ForeignKey(ChecklistItem, models.PROTECT, null=True, related_name="+")
    finding = models.ForeignKey(Finding, models.CASCADE, null=True, related_name="photos")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "client_id"], name="photo_once")
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.client_id}"


class Sighting(models.Model):
    """Who looked at a visit while it was hidden, and when first and last (W-44)."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="sightings")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_at = models.DateTimeField("首次查看")
    last_at = models.DateTimeField("最近查看")
    times = models.PositiveIntegerField("次数", default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "user"], name="sighting_once")]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.user_id}"
