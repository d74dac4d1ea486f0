"""What the forecasters expect of the coming days."""

from django.db import models
from django.db.models import F, Q

from grids.models import Grid, GridScheme, User


class Forecast(models.Model):
    """空气质量预报 of one day (W-27): a range of the daily AQI as it was issued.

    `grid` is the unit it is for, the root for 全区. A newer issue is a new row; a row never
    changes. `primary_bits` as in `DailyAir`; `is_dust`: the day is expected to be led by dust.
    """

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="forecasts")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="forecasts")
    on = models.DateField("日期")
    aqi_low = models.PositiveSmallIntegerField("AQI 下限")
    aqi_high = models.PositiveSmallIntegerField("AQI 上限")
    primary_bits = models.PositiveSmallIntegerField("首要污染物", default=0)
    is_dust = models.BooleanField("沙尘", default=False)
    issued_at = models.DateTimeField("预报发布时间")
    source = models.CharField("来源", max_length=120)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("入库时间")

    class Meta:
        verbose_name = "空气质量预报"
        verbose_name_plural = "空气质量预报"
        constraints = [
            models.UniqueConstraint(fields=["grid", "on", "issued_at"], name="forecast_once"),
            models.CheckConstraint(
                name="forecast_range",
                condition=Q(aqi_low__lte=F("aqi_high"), aqi_high__lte=500),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid} {self.on}"
