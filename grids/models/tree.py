"""The five-tier tree of grids, its outlines and its history."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from mptt.models import MPTTModel, TreeForeignKey

from grids.models.kinds import GridKind, Tier
from grids.models.people import User
from grids.models.schemes import GridScheme


class GridQuerySet(models.QuerySet["Grid"]):
    def open_on(self, on: date) -> "GridQuerySet":
        """Grids that exist on the day `on` (Beijing date)."""
        return self.filter(opened_on__lte=on).filter(Q(closed_on=None) | Q(closed_on__gt=on))


class Grid(MPTTModel):
    """网格: one node of a scheme's tree; one tree per scheme. Closed by date, never deleted."""

    scheme = models.ForeignKey(
        GridScheme, models.PROTECT, related_name="grids", db_index=False
    )  # the unique constraint begins with it
    parent = TreeForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    code = models.CharField("编码", max_length=40)
    name = models.CharField("名称", max_length=80)
    tier = models.CharField("级别", max_length=8, choices=Tier)
    kind = models.CharField("类型", max_length=10, choices=GridKind)
    division_code = models.CharField("区划代码", max_length=12, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)
    note = models.TextField("备注", blank=True)
    opened_on = models.DateField("设立日期")
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    supervisors = models.ManyToManyField(
        "self",
        through="Supervision",
        through_fields=("grid", "supervisor"),
        symmetrical=False,
        blank=True,
        related_name="supervises",
        verbose_name="监管网格",
    )
    # The place in the tree, kept by mptt: descendants lie between `lft` and `rght`.
    tree_id = models.PositiveIntegerField(editable=False)  # mptt's own would add an index
    lft: int
    rght: int
    level: int

    # 五定: 定区域 定人员 定职责 定任务 定奖惩 (Y1-88, Y2-31)
    fixed_area = models.TextField("定区域", blank=True)
    fixed_people = models.TextField("定人员", blank=True)
    fixed_duties = models.TextField("定职责", blank=True)
    fixed_tasks = models.TextField("定任务", blank=True)
    fixed_rewards = models.TextField("定奖惩", blank=True)

    objects = GridQuerySet.as_manager()

    class MPTTMeta:
        order_insertion_by: list[str] = []

    class Meta:
        verbose_name = "网格"
        verbose_name_plural = "网格"
        # Every index is rewritten when a node shifts half a tree: only what is asked often.
        indexes = (models.Index(fields=["tree_id", "lft"], name="grid_by_place_in_tree"),)
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="grid_code_once_per_scheme"),
            models.CheckConstraint(
                name="grid_closes_after_opening",
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
            ),
        ]
        permissions = [
            ("report_grid", "登记问题"),
            ("patrol_grid", "巡查"),
            ("handle_grid", "承办任务"),
            ("manage_grid", "管理网格"),
            ("oversee_grid", "交办与验收"),
        ]

    def __str__(self) -> str:
        return self.name


class Supervision(models.Model):
    """A grid that watches over another one beside its parent (重点网格, Y1-21), and why."""

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="supervised_by")
    supervisor = models.ForeignKey(Grid, models.CASCADE, related_name="supervision_of")
    clause = models.CharField("条款", max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grid", "supervisor"], name="supervised_once"),
            models.CheckConstraint(
                name="nobody_supervises_itself", condition=~Q(grid=F("supervisor"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor} → {self.grid}"


class GridBoundary(models.Model):
    """A dated outline: GeoJSON Polygon/MultiPolygon in WGS-84 degrees, with its bounding box."""

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="boundaries")
    geometry = models.JSONField("边界")
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    valid_from = models.DateField("起用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grid", "valid_from"], name="boundary_once_per_start")
        ]

    def __str__(self) -> str:
        return f"{self.grid} {self.valid_from}"


class GridDocument(models.Model):
    """A paper that a grid must have on file, such as the one that founds its 领导小组 (Y1-84)."""

    class Kind(models.TextChoices):
        GROUP = "GROUP", "领导小组文件"
        PROFILE = "PROFILE", "五定材料"
        OTHER = "OTHER", "其他材料"

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="documents")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    title = models.CharField("标题", max_length=160)
    document_number = models.CharField("文号", max_length=80, blank=True)
    file = models.FileField("文件", upload_to="grid-documents/%Y/")
    file_name = models.CharField("文件名", max_length=160)
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间")

    def __str__(self) -> str:
        return self.title


class GridEvent(models.Model):
    """What was changed in the tree, posts and rules, by whom: append-only history."""

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="events")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="events")
    action = models.CharField("动作", max_length=30)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")
    data = models.JSONField("内容", default=dict)

    def __str__(self) -> str:
        return self.action
