"""Regimes (体系): the founding document, its sentences, dated rules and named things."""

from django.db import models

from grids.models.kinds import Role, Tier


class GridScheme(models.Model):
    """网格体系: one regime with its founding document; several stand side by side."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=30)
    document_number = models.CharField("文号", max_length=80, blank=True)
    document_title = models.CharField("文件标题", max_length=200)
    issuer = models.CharField("发文机关", max_length=120)
    issued_on = models.DateField("发文日期", null=True)
    effective_on = models.DateField("施行日期")
    task_prefix = models.CharField("任务编号前缀", max_length=6)
    source = models.TextField("来源", blank=True)
    role_labels = models.JSONField("角色称谓", default=dict)
    tier_labels = models.JSONField("级别称谓", default=dict)
    tier_meaning = models.JSONField("级别含义", default=dict)
    allowed_parents = models.JSONField("允许的上级", default=dict)
    required_roles = models.JSONField("应设角色", default=dict)
    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "网格体系"
        verbose_name_plural = "网格体系"

    def __str__(self) -> str:
        return self.name

    def role_label(self, role: str) -> str:
        return self.role_labels.get(role) or Role(role).label

    def tier_label(self, tier: str) -> str:
        return self.tier_labels.get(tier) or Tier(tier).label


class Clause(models.Model):
    """A quoted sentence of the scheme's document; `code` is its stable id (W-54)."""

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="clauses")
    code = models.CharField("条款", max_length=10)
    place = models.CharField("位置", max_length=60, blank=True)
    quote = models.TextField("原文")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="clause_once_per_scheme")
        ]

    def __str__(self) -> str:
        return self.code


class SchemeRule(models.Model):
    """A dated rule of a scheme: `key` → `value`, valid from–to (both days included).

    `is_example`: the document does not give the number; the office must confirm it.
    """

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="rules")
    key = models.CharField("规则", max_length=60)
    value = models.JSONField("取值")
    valid_from = models.DateField("起用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)
    is_example = models.BooleanField("示例待确认", default=False)
    note = models.TextField("说明", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "key", "valid_from"], name="rule_once_per_start"
            )
        ]

    def __str__(self) -> str:
        return self.key


class SchemeEntry(models.Model):
    """Anything else the document names: meetings, lists, regions, rings, colour scales."""

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="entries")
    kind = models.CharField("类别", max_length=30)
    code = models.CharField("代码", max_length=60)
    name = models.CharField("名称", max_length=200)
    detail = models.TextField("内容", blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind", "code"], name="entry_once_per_kind")
        ]

    def __str__(self) -> str:
        return self.name
