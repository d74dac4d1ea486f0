"""Checklists of a regime, from its document."""

from decimal import Decimal

from django.db import models

from grids.models import GridScheme


class Checklist(models.Model):
    """检查表 of a scheme: 六个百分之百, 六个到位 … from its document."""

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="checklists")
    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=80)
    category = models.CharField("类别", max_length=16, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="checklist_once")]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """One line of a checklist: pass/fail/na, or a number held against `operator limit unit`."""

    class Answer(models.TextChoices):
        PASS = "PASS", "合格/不合格"
        NUMBER = "NUMBER", "数值"

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("内容", max_length=200)
    answer = models.CharField("回答", max_length=8, choices=Answer, default=Answer.PASS)
    operator = models.CharField("比较", max_length=2, blank=True)
    limit = models.DecimalField("限值", max_digits=10, decimal_places=3, null=True, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    photo_on_fail = models.BooleanField("不合格须拍照", default=False)
    is_hard = models.BooleanField("硬性", default=False)
    clause = models.CharField("条款", max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checklist", "number"], name="item_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def demand(self) -> str:
        """The limit in words: `≥ 1.8 米`; "" when the item asks for no number."""
        return (
            f"{self.sign} {self.limit_text} {self.unit}".strip() if self.limit is not None else ""
        )

    @property
    def sign(self) -> str:
        return "≥" if self.operator == ">=" else "≤"

    @property
    def limit_text(self) -> str:
        """The limit without trailing zeros: `1.8`, `60`."""
        return "" if self.limit is None else plain_number(self.limit)


def plain_number(number: Decimal) -> str:
    """60.000 → 60, never 6E+1."""
    return f"{number.normalize():f}"
