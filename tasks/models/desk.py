"""What the office keeps for itself: filters under a name, and draws of 回头看."""

from django.db import models

from grids.models import Grid, GridScheme, User


class SavedFilter(models.Model):
    """常用筛选 of the ledger: the address of one person, by name.

    `shared_with`: the grid whose people may use it too; None: only the owner. It filters, it does
    not show: everybody sees through it what he may see anyway.
    """

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="saved_filters")
    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_filters")
    name = models.CharField("名称", max_length=40)
    query = models.CharField("筛选条件", max_length=1000)
    shared_with = models.ForeignKey(
        Grid, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="共享给"
    )
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "owner", "name"], name="filter_once_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class RevisitDraw(models.Model):
    """回头看抽样: frozen pool, seed, exclusions with reasons and result; anyone can replay it.

    `pool` holds [number, weight], `excluded` [number, reason], `picked` numbers in the order in
    which they were drawn (tasks.sampling). The two revisitors neither did nor accepted any of them.
    """

    class Method(models.TextChoices):
        RISK = "RISK", "按风险加权"
        RANDOM = "RANDOM", "完全随机"

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="revisit_draws")
    method = models.CharField("方法", max_length=6, choices=Method)
    since = models.DateField("销号起")
    until = models.DateField("销号止")
    wanted = models.PositiveSmallIntegerField("应抽件数")
    seed = models.CharField("种子", max_length=40)
    pool = models.JSONField("抽样池", default=list)
    excluded = models.JSONField("回避", default=list)
    picked = models.JSONField("抽中", default=list)
    first = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="复查人一")
    second = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="复查人二")
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="抽样人")
    drawn_at = models.DateTimeField("抽样时间")

    class Meta:
        verbose_name = "回头看抽样"
        verbose_name_plural = "回头看抽样"
        constraints = [
            models.CheckConstraint(
                name="two_different_revisitors", condition=~models.Q(first=models.F("second"))
            ),
            models.UniqueConstraint(fields=["scheme", "seed"], name="revisit_seed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.seed}"
