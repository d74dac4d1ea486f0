"""Ledgers that are too long for one request: written by a job, fetched by who asked for them."""

from django.db import models

from grids.models import GridScheme, User


class LedgerExport(models.Model):
    """导出: one file for one person. `query` is the ledger's address, `file` a name in `exports/`.

    `rights` is a digest of what the person could see when asking; with other rights the file is
    neither written on nor given out. `seen_at` is the job's last sign of life, `done` rows written
    of `total`, which was counted when asking.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "排队中"
        RUNNING = "RUNNING", "生成中"
        DONE = "DONE", "已生成"
        FAILED = "FAILED", "没有生成"

    by = models.ForeignKey(User, models.CASCADE, related_name="ledger_exports")
    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="+")
    query = models.TextField("筛选", blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    rights = models.CharField("权限摘要", max_length=64)
    total = models.PositiveIntegerField("件数")
    done = models.PositiveIntegerField("已写", default=0)
    asked_at = models.DateTimeField("申请时间")
    seen_at = models.DateTimeField("最近进展", null=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    file = models.CharField("文件", max_length=60, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "台账导出"
        verbose_name_plural = "台账导出"
        indexes = [models.Index(fields=["state", "asked_at"], name="export_waiting")]

    def __str__(self) -> str:
        return f"{self.by} {self.total} {self.state}"
