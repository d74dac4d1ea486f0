"""The year's table of 法定节假日 and 调休."""

from django.db import models


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
