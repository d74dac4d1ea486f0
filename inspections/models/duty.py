"""Recurring obligations of posts, and the records that fulfil those that are no visits."""

from django.db import models
from django.db.models import Q

from grids.models import Grid, GridScheme, User
from tasks.models import Attachment


class Duty(models.Model):
    """履职: a recurring obligation of a role; fulfilled by real records only."""

    class Period(models.TextChoices):
        DAY = "DAY", "每日"
        WEEK = "WEEK", "每周"
        HALF_MONTH = "HALF_MONTH", "每半月"
        MONTH = "MONTH", "每月"
        QUARTER = "QUARTER", "每季度"
        HALF_YEAR = "HALF_YEAR", "每半年"
        YEAR = "YEAR", "每年"

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="duties")
    code = models.CharField("代码", max_length=40)
    subject = models.CharField("主体", max_length=80)
    role = models.CharField("角色", max_length=12, blank=True)
    activity = models.CharField("活动", max_length=120)
    times = models.PositiveSmallIntegerField("次数", default=1)
    period = models.CharField("周期", max_length=12, choices=Period)
    text = models.TextField("原文", blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="duty_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.activity}"


class DutyRecord(models.Model):
    """What was done for a duty that is no visit: a meeting, a training, a bulletin.

    `activity` is a word of the duty's own activity (讲评, 调度会议, 周通报); `source_ref` names
    the record elsewhere that it stands for (`notice:12`) and makes crediting it harmless.
    """

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="duty_records")
    user = models.ForeignKey(User, models.PROTECT, related_name="duty_records")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    activity = models.CharField("活动", max_length=120)
    title = models.CharField("内容", max_length=160)
    held_on = models.DateField("日期")
    detail = models.TextField("说明", blank=True)
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    source_ref = models.CharField("来源编号", max_length=80, blank=True)
    url = models.CharField("链接", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        indexes = [models.Index(fields=["user", "held_on"], name="duty_record_user_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "source_ref"],
                condition=~Q(source_ref=""),
                name="duty_record_once_per_source",
            )
        ]

    def __str__(self) -> str:
        return self.title
