"""Stations, who answers for them (点长), and what was done to them."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from grids import access
from grids.models import Grid, GridScheme, User


class StationQuerySet(models.QuerySet["Station"]):
    def visible_to(self, user: User | AnonymousUser) -> "StationQuerySet":
        """Stations of the grids that `user` may see: those whose data he may be named for."""
        return self.filter(access.scope_q(user, access.VIEW, "grid__"))

    def readable_by(self, user: User | AnonymousUser) -> "StationQuerySet":
        """What `user` may look at: his stations, and those of the grids above his own, because
        the air of the street is that of its villages too."""
        condition = access.scope_q(user, access.VIEW, "grid__")
        if user.is_authenticated and user.is_active and not user.is_superuser:
            for tree, left, right in access.granted_spans(user, access.VIEW):
                condition |= Q(grid__tree_id=tree, grid__lft__lt=left, grid__rght__gt=right)
        return self.filter(condition)

    def open_on(self, on: date) -> "StationQuerySet":
        """Stations that stand on the day `on` (Beijing date)."""
        return self.filter(is_active=True).filter(
            Q(opened_on=None) | Q(opened_on__lte=on), Q(closed_on=None) | Q(closed_on__gt=on)
        )


class Station(models.Model):
    """监测站点. `grid` is the unit that is ranked by it (W-57); three stations may share one unit.

    Rings and the protection radius are metres around the position, WGS-84 degrees; None: unknown.
    """

    class Control(models.TextChoices):
        STATE = "STATE", "国控"
        PROVINCIAL = "PROVINCIAL", "省控"
        MUNICIPAL = "MUNICIPAL", "市控"
        MICRO = "MICRO", "小微"
        COMPONENT = "COMPONENT", "组分"

    code = models.CharField("代码", max_length=40, unique=True)
    number = models.CharField("编号", max_length=20, blank=True)
    name = models.CharField("名称", max_length=80)
    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="stations")
    grid = models.ForeignKey(
        Grid, models.PROTECT, related_name="stations", verbose_name="责任单位（网格）"
    )
    control = models.CharField("类型", max_length=10, choices=Control)
    install_place = models.CharField("安装位置", max_length=160, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    core_m = models.PositiveIntegerField("核心圈（米）", default=300)
    key_m = models.PositiveIntegerField("重点圈（米）", default=1000)
    radiation_m = models.PositiveIntegerField("辐射圈（米）", default=3000)
    protection_m = models.PositiveIntegerField("保护半径（米）", default=100)
    data_source = models.CharField("数据来源", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)
    opened_on = models.DateField("启用日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = "站点"
        verbose_name_plural = "站点"
        constraints = [
            models.CheckConstraint(
                name="station_position_is_a_pair",
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
            ),
            models.CheckConstraint(
                name="station_rings_grow",
                condition=Q(core_m__lte=F("key_m"), key_m__lte=F("radiation_m")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StationPost(models.Model):
    """点长、副点长、执行副点长 of a station with dates (W-02); `until_on` is the last day.

    `user` None: the document names the post, no account is bound yet.
    """

    class Role(models.TextChoices):
        CHIEF = "CHIEF", "点长"
        DEPUTY = "DEPUTY", "副点长"
        EXECUTIVE = "EXECUTIVE", "执行副点长"

    station = models.ForeignKey(Station, models.CASCADE, related_name="posts")
    role = models.CharField("角色", max_length=10, choices=Role)
    title = models.CharField("职务", max_length=120)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="station_posts"
    )
    from_on = models.DateField("任职起")
    until_on = models.DateField("任职止", null=True, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)

    class Meta:
        verbose_name = "站点任职"
        verbose_name_plural = "站点任职"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "role", "from_on"], name="station_post_once_per_start"
            ),
            models.CheckConstraint(
                name="station_post_ends_after_start",
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.title}"


class StationLog(models.Model):
    """站点台账: outages of housing, power, network (W-18), perimeter checks (W-19), works (Z-16).

    `until_at` None: still going on. Works near a station are announced before they begin, so that
    they are not taken for interference; `work` is what of the scheme's list it is, else empty.
    """

    class Kind(models.TextChoices):
        POWER = "POWER", "停电"
        NETWORK = "NETWORK", "断网"
        HOUSING = "HOUSING", "站房"
        INSTRUMENT = "INSTRUMENT", "仪器维护"
        PERIMETER = "PERIMETER", "周边检查"
        WORKS = "WORKS", "周边施工报备"

    station = models.ForeignKey(Station, models.CASCADE, related_name="logs")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    from_at = models.DateTimeField("开始")
    until_at = models.DateTimeField("结束", null=True, blank=True)
    work = models.CharField("作业", max_length=40, blank=True)
    note = models.TextField("内容")
    is_abnormal = models.BooleanField("异常", default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="station_log_ends_after_start",
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")),
            )
        ]
        indexes = [models.Index(fields=["station", "-from_at"], name="station_log_latest")]

    def __str__(self) -> str:
        return f"{self.station} {self.get_kind_display()}"
