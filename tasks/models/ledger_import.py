"""What came in from an office's own ledger: one row per file, one per line that had an effect."""

from django.db import models
from django.db.models import Q

from grids.models import GridScheme, User
from tasks.models.task import Task


class ImportBatch(models.Model):
    """台账导入: one file that was taken in, with its mapping and its counts.

    `mapping` is field → head of the column. `faults` are the lines that were left out, with
    the sentence why: [[line, sentence], …]. Undone batches stay, with who, when and why.
    """

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="imports")
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("校验值", max_length=64)
    mapping = models.JSONField("列对应", default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办")
    at = models.DateTimeField("导入时间")
    created = models.PositiveIntegerField("新增", default=0)
    issued = models.PositiveIntegerField("已交办", default=0)
    changed = models.PositiveIntegerField("有变化", default=0)
    duplicates = models.PositiveIntegerField("重复", default=0)
    settled = models.PositiveIntegerField("已办结", default=0)
    faults = models.JSONField("未导入的行", default=list)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undo_reason = models.CharField("撤销理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "台账导入"
        verbose_name_plural = "台账导入"
        indexes = [models.Index(fields=["scheme", "at"], name="import_scheme_at")]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d}"


class ImportedRow(models.Model):
    """One line of a batch and the task that it made (NEW) or brought news of (CHANGED).

    `key` is the external number (`N:…`) or, without one, the fingerprint (`F:…`); it makes one
    task only. `values` are the fields as the file gives them; the newest row that is not
    undone is what the next file is compared with.
    """

    class Effect(models.TextChoices):
        NEW = "NEW", "新增"
        CHANGED = "CHANGED", "有变化"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="+")
    line = models.PositiveIntegerField("行")
    task = models.ForeignKey(Task, models.PROTECT, related_name="imported_rows")
    effect = models.CharField("结果", max_length=8, choices=Effect)
    key = models.CharField("识别", max_length=90)
    fingerprint = models.CharField("指纹", max_length=64)
    values = models.JSONField("内容", default=dict)
    differences = models.JSONField("变化", default=list)
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "导入的行"
        verbose_name_plural = "导入的行"
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="import_line_once"),
            models.UniqueConstraint(
                fields=["scheme", "key"],
                condition=Q(effect="NEW", undone_at=None),
                name="imported_once_per_key",
            ),
        ]
        indexes = [
            models.Index(fields=["scheme", "key"], name="imported_key"),
            models.Index(fields=["scheme", "fingerprint"], name="imported_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.effect}"
