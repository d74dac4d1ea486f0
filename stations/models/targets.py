"""What a year must reach, and where others rank us."""

from decimal import Decimal

from django.db import models

from grids.models import Grid, GridScheme, User
from stations.models.stations import Station


class Target(models.Model):
    """目标: an indicator of a subject must be `operator` `value` in the year (ZY-02 … ZY-04).

    Measured at the `station`, or over the stations below the `grid`; both None: the subject is
    the whole scheme. `issuer`, its `level` and `document` say who set it and where; `baseline` is
    the figure it starts from in `unit`, `due_on` its last day, None: the end of the year.
    `is_example` marks a figure that nobody has set, shown as 示例. `is_withdrawn`: no longer
    counts, kept with its revisions.
    """

    class Indicator(models.TextChoices):
        PM25_MEAN = "pm25_mean", "PM2.5 平均浓度"
        PM10_MEAN = "pm10_mean", "PM10 平均浓度"
        SO2_MEAN = "so2_mean", "SO2 平均浓度"
        NO2_MEAN = "no2_mean", "NO2 平均浓度"
        GOOD_DAYS = "good_days", "优良天数"
        GOOD_DAY_RATIO = "good_day_ratio", "优良天数比例"
        CO_P95 = "co_p95", "CO 日均第 95 百分位"
        O3_P90 = "o3_8h_p90", "O3 日最大 8 小时第 90 百分位"
        COMPOSITE = "composite_index", "综合指数"
        RANK = "rank", "排名"
        RANK_GAIN = "composite_rank_gain", "综合指数排名进位"
        PROVINCIAL_MET = "provincial_targets_met_percent", "省定目标完成率"
        ROAD_CLEANING = "road_cleaning_percent", "机械化清扫冲洗率"
        OTHER = "other", "其他"

    class Level(models.TextChoices):
        STATE = "STATE", "国家"
        PROVINCE = "PROVINCE", "省"
        CITY = "CITY", "市"
        DISTRICT = "DISTRICT", "区县"

    class Operator(models.TextChoices):
        AT_MOST = "<=", "不高于"
        AT_LEAST = ">=", "不低于"

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="targets")
    code = models.CharField("代码", max_length=40)
    subject = models.CharField("对象", max_length=120)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="targets")
    indicator = models.CharField("指标", max_length=40)
    operator = models.CharField("比较", max_length=2, choices=Operator)
    value = models.DecimalField("目标值", max_digits=12, decimal_places=3)
    unit = models.CharField("单位", max_length=20, blank=True)
    period = models.CharField("周期", max_length=10, default="YEAR")
    year = models.PositiveSmallIntegerField("年度", null=True)
    strength = models.CharField("约束", max_length=6, default="MUST")
    clause = models.CharField("条款", max_length=10, blank=True)
    station = models.ForeignKey(
        Station, models.PROTECT, null=True, blank=True, related_name="targets"
    )
    issuer = models.CharField("下达单位", max_length=120, blank=True)
    level = models.CharField("下达层级", max_length=8, choices=Level, blank=True)
    document = models.CharField("文件", max_length=160, blank=True)
    baseline = models.DecimalField("基准值", max_digits=12, decimal_places=3, null=True, blank=True)
    due_on = models.DateField("完成期限", null=True, blank=True)
    is_example = models.BooleanField("示例", default=False)
    is_withdrawn = models.BooleanField("已撤销", default=False)

    class Meta:
        verbose_name = "目标"
        verbose_name_plural = "目标"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="target_once"),
            models.CheckConstraint(
                name="target_of_a_grid_or_a_station",
                condition=models.Q(grid=None) | models.Q(station=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.indicator}"

    @property
    def label(self) -> str:
        """The indicator in Chinese; 其他 for a word of an older load that is not listed."""
        return dict(self.Indicator.choices).get(self.indicator, self.Indicator.OTHER.label)

    @property
    def figure(self) -> str:
        """The value without trailing zeros: 2.5, 190."""
        return f"{self.value.normalize():f}"

    @property
    def start(self) -> str:
        """The baseline without trailing zeros; "" without one."""
        return "" if self.baseline is None else f"{self.baseline.normalize():f}"

    @property
    def reported(self) -> "TargetReport | None":
        """The newest 完成情况; of two for one day the later entry."""
        return max(self.reports.all(), key=lambda one: (one.as_of, one.at, one.pk), default=None)

    @property
    def is_reached(self) -> bool | None:
        """Whether the newest report reaches the target; None: nothing is reported."""
        newest = self.reported
        return None if newest is None else self.is_reached_by(newest.value)

    def is_reached_by(self, value: Decimal) -> bool:
        return value >= self.value if self.operator == ">=" else value <= self.value


class TargetRevision(models.Model):
    """下达、调整、撤销 of a target by a person: what it was, who, when, why. Append-only.

    `before` is empty for the first one.
    """

    target = models.ForeignKey(Target, models.CASCADE, related_name="revisions")
    before = models.JSONField("原值", default=dict)
    after = models.JSONField("新值", default=dict)
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    def __str__(self) -> str:
        return f"{self.target_id} {self.at:%Y-%m-%d}"


class TargetReport(models.Model):
    """完成情况 of a target that hourly data do not give: `value` in the target's unit, reached by
    the end of the Beijing day `as_of`, on what ground. Append-only; the newest of a day counts."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="reports")
    value = models.DecimalField("完成值", max_digits=12, decimal_places=3)
    as_of = models.DateField("截至日期")
    ground = models.CharField("依据", max_length=200)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("填报时间")

    class Meta:
        verbose_name = "目标完成情况"
        verbose_name_plural = "目标完成情况"
        indexes = [models.Index(fields=["target", "-as_of", "-at"], name="target_report_newest")]

    def __str__(self) -> str:
        return f"{self.target_id} {self.as_of}"

    @property
    def figure(self) -> str:
        """The value without trailing zeros."""
        return f"{self.value.normalize():f}"


class ExternalRank(models.Model):
    """外部排名: where a ranking made elsewhere puts us (Z-01, Z-03, ZY-05, Y1-04).

    `kind` LEVEL ranks the value itself, IMPROVEMENT its change on the year before (percent).
    """

    class Kind(models.TextChoices):
        LEVEL = "LEVEL", "水平"
        IMPROVEMENT = "IMPROVEMENT", "改善幅度"

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="external_ranks")
    issuer = models.CharField("发布单位", max_length=120)
    scope = models.CharField("范围", max_length=120)
    indicator = models.CharField("指标", max_length=40)
    kind = models.CharField("种类", max_length=12, choices=Kind, default=Kind.LEVEL)
    period = models.CharField("周期", max_length=20)
    value = models.DecimalField("数值", max_digits=10, decimal_places=3, null=True)
    rank = models.PositiveSmallIntegerField("名次")
    places = models.PositiveSmallIntegerField("总数")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "issuer", "scope", "indicator", "kind", "period"],
                name="external_rank_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.indicator} {self.rank}"
