"""The year's table of 法定节假日 and 调休."""

from django.db import models

from grids.models import User


class CalendarDay(models.Model):
    """A day that differs from Monday–Friday: 法定节假日 or 调休上班, a Beijing date."""

    on = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40, blank=True)
    source = models.CharField("来源", max_length=120, blank=True)

    class Meta:
        verbose_name = "工作日历"
        verbose_name_plural = "工作日历"

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class CalendarChange(models.Model):
    """One applied change of the table, with what it moved; undone only by another change.

    `days`: `[{"on", "before", "after"}]`, each side `[is_workday, name]` or None for an ordinary
    day. `moves`: `[[number, old, new], …]` of the tasks whose deadline it moved (ISO moments).
    `token` names what was looked at before applying: a repeated request finds its own row.
    """

    token = models.CharField(max_length=64, unique=True)
    source = models.CharField("依据", max_length=120)
    days = models.JSONField("日期", default=list)
    moves = models.JSONField("时限", default=list)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "日历变更"
        verbose_name_plural = "日历变更"
        indexes = [models.Index(fields=["at"], name="calendar_change_at")]

    def __str__(self) -> str:
        return f"{self.pk} {self.source}"
