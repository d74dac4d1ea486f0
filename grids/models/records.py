"""Records of the machine: periodic jobs and answers already given."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from grids.models.people import User


class JobRun(models.Model):
    """One periodic job for one period, at most once done; the job's intent lives here.

    `lease_until` is the moment after which another worker may take a RUNNING row over. `took_ms`:
    how long the work of the last attempt took by the monotonic clock; None before its end.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "待运行"
        RUNNING = "RUNNING", "运行中"
        DONE = "DONE", "完成"
        FAILED = "FAILED", "失败待重试"
        QUARANTINED = "QUARANTINED", "已隔离"

    name = models.CharField("作业", max_length=60)
    period = models.CharField("周期", max_length=40)
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("应运行时间")
    started_at = models.DateTimeField("开始", null=True, blank=True)
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    lease_until = models.DateTimeField("租约到", null=True, blank=True)
    holder = models.CharField("持有者", max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    took_ms = models.PositiveBigIntegerField("用时（毫秒）", null=True, blank=True)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("错误", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "period"], name="job_once_per_period"),
            models.CheckConstraint(
                name="running_job_has_lease",
                condition=~Q(state="RUNNING") | Q(lease_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.period}"

    @property
    def took_seconds(self) -> float | None:
        return None if self.took_ms is None else self.took_ms / 1000


class IdempotentAnswer(models.Model):
    """The first answer to an `Idempotency-Key`; repeated requests get it again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key
