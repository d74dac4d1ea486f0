"""Episodes: something at a station lasts from a start to an end."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from grids import access
from grids.models import Grid, User
from stations.levels import LEVELS
from stations.models.stations import Station
from tasks.models import Task


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def visible_to(self, user: User | AnonymousUser) -> "AlarmQuerySet":
        return self.filter(access.scope_q(user, access.VIEW, "station__grid__"))

    def open(self) -> "AlarmQuerySet":
        return self.filter(ended_at=None)

    def to_review(self) -> "AlarmQuerySet":
        """待核查: anomalies without a verdict, or that went on after it. High values need none,
        they are what they are."""
        waiting = Q(verdict="") | Q(last_at__gt=F("verdict_until"))
        return self.filter(waiting).exclude(kind=Alarm.Kind.NEAR_POLLUTION)


class Alarm(models.Model):
    """高值或异常. `started_at`, `peak_at`, `last_at`, `ended_at` are hours' ends of the readings.

    `peak` is the highest value (AQI, µg/m³, or hours without data), of 疑似干扰 the lowest. `items`
    are the pollutants whose values from `started_at` to `last_at` carry the kind as a mark, joined
    by commas (see `stations.marks`). `facts`: what the judgement was made of; `around`: wind and
    ranked sources when the orders went out. `level`: highest level of the AQI (3 … 6) for which
    orders went out, None below 轻度污染. `verdict_until`: the last hour that the verdict knew of;
    an episode that goes on after it has to be looked at again. One open episode per station and
    kind; one task per episode and grid (`AlarmOrder`), `task` is that of the station's own grid.
    """

    class Kind(models.TextChoices):
        NEAR_POLLUTION = "NEAR", "临近轻度污染"
        SPIKE = "SPIKE", "突高"
        STUCK = "STUCK", "数值不变"
        LATE = "LATE", "数据迟到"
        INTERFERENCE = "INTERFERE", "疑似干扰"
        RISE = "RISE", "高于周边"

    class Verdict(models.TextChoices):
        REAL = "REAL", "真实污染"
        FALSE = "FALSE", "误报"
        DEVICE = "DEVICE", "设备故障"
        TAMPERED = "TAMPER", "干扰属实"

    station = models.ForeignKey(Station, models.PROTECT, related_name="alarms")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    started_at = models.DateTimeField("开始")
    peak = models.IntegerField("峰值", null=True)
    peak_at = models.DateTimeField("峰值时间", null=True)
    last_at = models.DateTimeField("最近")
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    pollutant = models.CharField("污染物", max_length=30, blank=True)
    items = models.CharField("标记的项目", max_length=40, blank=True)
    level = models.PositiveSmallIntegerField("达到级别", null=True, blank=True)
    rule = models.JSONField("规则", default=dict)
    facts = models.JSONField("依据", default=dict)
    around = models.JSONField("周边", default=dict)
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="alarms")
    verdict = models.CharField("结论", max_length=6, choices=Verdict, blank=True)
    verdict_note = models.TextField("结论说明", blank=True)
    verdict_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verdict_at = models.DateTimeField("结论时间", null=True, blank=True)
    verdict_until = models.DateTimeField("结论所及", null=True, blank=True)
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

    @property
    def has_gone_on(self) -> bool:
        """There are hours that the verdict did not know of."""
        return self.verdict_until is not None and self.last_at > self.verdict_until

    @property
    def level_words(self) -> str:
        """已达轻度污染 and so on; "" below."""
        return f"已达{LEVELS[self.level - 1].category.label}" if self.level else ""

    @property
    def is_reviewed(self) -> bool:
        return bool(self.verdict) and not self.has_gone_on


class AlarmOrder(models.Model):
    """派单: the task of one grid for an episode; `why` says which ring, sector or tree it is of."""

    class Why(models.TextChoices):
        OWN = "OWN", "责任网格"
        KEY_AREA = "KEY_AREA", "重点区域"
        UPWIND = "UPWIND", "上风向"
        RINGS = "RINGS", "圈层"
        TREE = "TREE", "树上相邻"

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="orders")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name="网格")
    task = models.ForeignKey(Task, models.PROTECT, related_name="alarm_orders")
    why = models.CharField("为什么派给它", max_length=8, choices=Why)
    ordered_at = models.DateTimeField("派单时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alarm", "grid"], name="one_order_per_alarm_and_grid")
        ]

    def __str__(self) -> str:
        return f"{self.alarm} → {self.grid}"
