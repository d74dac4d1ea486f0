"""Episodes: something at a station lasts from a start to an end."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from grids import access
from grids.models import User
from stations.models.stations import Station
from tasks.models import Task


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def visible_to(self, user: User | AnonymousUser) -> "AlarmQuerySet":
        return self.filter(access.scope_q(user, access.VIEW, "station__grid__"))

    def open(self) -> "AlarmQuerySet":
        return self.filter(ended_at=None)


class Alarm(models.Model):
    """高值或异常. `started_at`, `peak_at`, `last_at`, `ended_at` are hours' ends of the readings.

    `peak` is the highest value (AQI, or hours without data). One open episode per station and
    kind; one task per episode and grid: stations of one grid share it.
    """

    class Kind(models.TextChoices):
        NEAR_POLLUTION = "NEAR", "临近轻度污染"
        SPIKE = "SPIKE", "突高"
        STUCK = "STUCK", "数值不变"
        LATE = "LATE", "数据迟到"
        INTERFERENCE = "INTERFERE", "疑似干扰"

    class Verdict(models.TextChoices):
        REAL = "REAL", "真实污染"
        FALSE = "FALSE", "误报"
        DEVICE = "DEVICE", "设备故障"

    station = models.ForeignKey(Station, models.PROTECT, related_name="alarms")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    started_at = models.DateTimeField("开始")
    peak = models.IntegerField("峰值", null=True)
    peak_at = models.DateTimeField("峰值时间", null=True)
    last_at = models.DateTimeField("最近")
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    pollutant = models.CharField("污染物", max_length=30, blank=True)
    rule = models.JSONField("规则", default=dict)
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="alarms")
    verdict = models.CharField("结论", max_length=6, choices=Verdict, blank=True)
    verdict_note = models.TextField("结论说明", blank=True)
    verdict_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    raised_at = models.DateTimeField("报警时间")

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = "高值与异常"
        verbose_name_plural = "高值与异常"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "kind"],
                condition=Q(ended_at=None),
                name="one_open_episode_per_kind",
            ),
            models.UniqueConstraint(
                fields=["station", "kind", "started_at"], name="episode_once_per_start"
            ),
            models.CheckConstraint(
                name="episode_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
            ),
        ]
        indexes = [models.Index(fields=["kind", "-started_at"], name="alarm_latest")]

    def __str__(self) -> str:
        return f"{self.station} {self.get_kind_display()}"
