"""Daily statistics of one station."""

from django.db import models

from stations.models.stations import Station


class DailyAir(models.Model):
    """站点日值: a pure function of the day's hours and the rule set; recomputing changes no byte.

    `*_sum` and `*_hours` are the exact mean (ng/m³, CO µg/m³); for ozone those of the highest
    8 h window. `*_ugm3` and `co_mgm3_x10` are the published figures, half-even: whole µg/m³, CO
    in tenths of mg/m³; None where the day has too few hours (fewer than 20 of 24; O3 fewer than
    14 windows and not above the limit). `o3_1h_ngm3`, the day's highest hour, needs 20 hours too
    and enters the AQI of 2012 only. `aqi` None: not published (HJ 633-2026 5.3.1).
    """

    pk = models.CompositePrimaryKey("on", "station")
    on = models.DateField("日期")
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="days", db_index=False, db_constraint=False
    )
    pm25_sum = models.IntegerField(default=0)
    pm25_hours = models.SmallIntegerField(default=0)
    pm25_ugm3 = models.IntegerField("PM2.5", null=True)
    pm10_sum = models.IntegerField(default=0)
    pm10_hours = models.SmallIntegerField(default=0)
    pm10_ugm3 = models.IntegerField("PM10", null=True)
    so2_sum = models.IntegerField(default=0)
    so2_hours = models.SmallIntegerField(default=0)
    so2_ugm3 = models.IntegerField("SO2", null=True)
    no2_sum = models.IntegerField(default=0)
    no2_hours = models.SmallIntegerField(default=0)
    no2_ugm3 = models.IntegerField("NO2", null=True)
    co_sum = models.IntegerField(default=0)
    co_hours = models.SmallIntegerField(default=0)
    co_mgm3_x10 = models.IntegerField("CO（0.1 mg/m³）", null=True)
    o3_8h_sum = models.IntegerField(default=0)
    o3_8h_hours = models.SmallIntegerField(default=0)
    o3_8h_windows = models.SmallIntegerField(default=0)
    o3_8h_ugm3 = models.IntegerField("O3 日最大8小时", null=True)
    o3_1h_ngm3 = models.IntegerField("O3 日最大1小时（ng/m³）", null=True)
    o3_hours = models.SmallIntegerField(default=0)
    pm25_iaqi = models.SmallIntegerField(null=True)
    pm10_iaqi = models.SmallIntegerField(null=True)
    so2_iaqi = models.SmallIntegerField(null=True)
    no2_iaqi = models.SmallIntegerField(null=True)
    co_iaqi = models.SmallIntegerField(null=True)
    o3_iaqi = models.SmallIntegerField(null=True)
    aqi = models.SmallIntegerField("AQI", null=True)
    primary_bits = models.SmallIntegerField("首要污染物", default=0)
    is_valid = models.BooleanField("六项有效", default=False)
    rule_set = models.CharField("规则集", max_length=60)

    class Meta:
        verbose_name = "站点日值"
        verbose_name_plural = "站点日值"

    def __str__(self) -> str:
        return f"{self.station_id} {self.on}"
