"""What units report about a plan: monthly reports with a claim per measure."""

from django.db import models
from django.db.models import Q

from grids.models import Grid, User
from tasks.models.evidence import Attachment
from tasks.models.plan import Measure, Plan


class PlanReport(models.Model):
    """工作开展情况 of one unit for one period, as it arrived; a correction is a new revision.

    `period` is the month in which it is due (`2017-04`, ZY-104) or the key of a one-off
    submission (`special_plan`, ZY-103). `figures` are the system's own numbers for that unit,
    frozen when the report came in. A report is late when `first_at` is not before `due_at`.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="reports")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name="报送单位")
    period = models.CharField("期次", max_length=20)
    revision = models.PositiveSmallIntegerField("版次", default=1)
    is_latest = models.BooleanField("现行", default=True)
    due_at = models.DateTimeField("报送时限")
    text = models.TextField("工作开展情况")
    figures = models.JSONField("系统数据", default=dict)
    attachments = models.ManyToManyField(
        Attachment, blank=True, related_name="plan_reports", verbose_name="材料"
    )
    first_at = models.DateTimeField("首次报送时间")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_label = models.CharField("报送", max_length=160)
    at = models.DateTimeField("本版报送时间")
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField("签收时间", null=True)

    class Meta:
        verbose_name = "材料报送"
        verbose_name_plural = "材料报送"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "grid", "period", "revision"], name="plan_report_once_per_revision"
            ),
            models.UniqueConstraint(
                fields=["plan", "grid", "period"],
                condition=Q(is_latest=True),
                name="one_latest_plan_report",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.grid_id} {self.period} 第 {self.revision} 版"

    @property
    def is_late(self) -> bool:
        return self.first_at >= self.due_at


class ClaimState(models.TextChoices):
    NOT_STARTED = "NOT_STARTED", "未启动"
    GOING = "GOING", "推进中"
    DONE = "DONE", "已完成"


class MeasureClaim(models.Model):
    """What a unit says about its part of one measure; `quantity` done so far, in its unit."""

    State = ClaimState

    report = models.ForeignKey(PlanReport, models.CASCADE, related_name="claims")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="claims")
    state = models.CharField("自报状态", max_length=12, choices=ClaimState)
    quantity = models.DecimalField(
        "自报累计数量", max_digits=12, decimal_places=2, null=True, blank=True
    )
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "自报进展"
        verbose_name_plural = "自报进展"
        constraints = [
            models.UniqueConstraint(fields=["report", "measure"], name="claim_once_per_measure")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.measure_id} {self.state}"
