"""Hourly values: one wide row of small integers per station and hour."""

from django.db import models
from django.db.models import Q

from grids.models import GridScheme, User
from stations.models.stations import Station


class IngestBatch(models.Model):
    """一次入库: where the values came from, what became of them. `sha256` is of the file.

    `schemes`: those of the stations whose values it held; none when every line was refused.
    """

    source = models.CharField("来源", max_length=120)
    format = models.CharField("格式", max_length=20, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    sha256 = models.CharField("文件校验值", max_length=64, blank=True)
    received = models.PositiveIntegerField("收到", default=0)
    created = models.PositiveIntegerField("新增", default=0)
    updated = models.PositiveIntegerField("更正", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    rejected = models.PositiveIntegerField("拒绝", default=0)
    rejects = models.JSONField("拒绝明细", default=list)
    days = models.PositiveIntegerField("重算站日", default=0)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("入库时间")
    schemes = models.ManyToManyField(GridScheme, related_name="+", verbose_name="体系")

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="ingest_sha256"),
            models.Index(fields=["at"], name="ingest_at"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M}"


class ConcentrationColumns(models.Model):
    """The six concentrations, exact to three decimals: ng/m³, CO in µg/m³; null is missing.

    `flags` is empty when all values are normal, else one mark per pollutant in the order of
    `stations.standards.POLLUTANTS`: N normal; counted although marked: P suspect, S by hand,
    T over range; kept but not counted: W withdrawn, F stopped, D fault, M maintenance,
    C calibration, B communication, G negative; - missing (HJ 212-2017 marks where it has one).
    """

    pm25_ngm3 = models.IntegerField("PM2.5", null=True)
    pm10_ngm3 = models.IntegerField("PM10", null=True)
    so2_ngm3 = models.IntegerField("SO2", null=True)
    no2_ngm3 = models.IntegerField("NO2", null=True)
    co_ugm3 = models.IntegerField("CO", null=True)
    o3_ngm3 = models.IntegerField("O3", null=True)
    flags = models.CharField("标记", max_length=6, blank=True)
    withdrawn_bits = models.SmallIntegerField("撤回", default=0)

    class Meta:
        abstract = True


class HourlyReading(ConcentrationColumns):
    """小时值 of one station for the hour that ends at `hour_ending_at`.

    Written by `stations.services.bulk` only, in bulk and in key order: the hour comes first in
    the key, and `station` and `batch` carry no database constraint, because checking them costs
    more than storing the row; both are resolved in the same transaction and never deleted.
    `aqi` null: nothing to publish; `primary_bits` as in `stations.vector.PRIMARY_BITS`.
    `revision` counts the rows of `ReadingRevision` behind this one.
    """

    pk = models.CompositePrimaryKey("hour_ending_at", "station")
    hour_ending_at = models.DateTimeField("小时（止）")
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="readings", db_index=False, db_constraint=False
    )
    wind_speed_cms = models.IntegerField("风速（厘米/秒）", null=True)
    wind_deg = models.SmallIntegerField("风向（度）", null=True)
    temperature_dc = models.SmallIntegerField("气温（0.1 摄氏度）", null=True)
    humidity_percent = models.SmallIntegerField("相对湿度（%）", null=True)
    aqi = models.SmallIntegerField("AQI", null=True)
    primary_bits = models.SmallIntegerField("首要污染物", default=0)
    standard = models.CharField("标准", max_length=10)
    revision = models.SmallIntegerField("修订次数", default=0)
    batch = models.ForeignKey(
        IngestBatch, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = "小时值"
        verbose_name_plural = "小时值"

    def __str__(self) -> str:
        return f"{self.station_id} {self.hour_ending_at:%Y-%m-%d %H:00}"


class ReadingRevision(ConcentrationColumns):
    """A value as it was before it was corrected: nothing is ever overwritten silently.

    `revision` n holds the values that row n had (0 is the first); `batch` brought the newer ones
    (a correction or withdrawal by hand is a batch of its own).
    """

    station = models.ForeignKey(Station, models.PROTECT, related_name="revisions", db_index=False)
    hour_ending_at = models.DateTimeField("小时（止）")
    revision = models.SmallIntegerField("版本")
    old_batch = models.ForeignKey(IngestBatch, models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(IngestBatch, models.PROTECT, related_name="revisions")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("修订时间")
    reason = models.CharField("原因", max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station", "hour_ending_at", "revision"], name="one_revision_each"
            ),
            models.CheckConstraint(name="revision_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.hour_ending_at:%Y-%m-%d %H:00} v{self.revision}"
