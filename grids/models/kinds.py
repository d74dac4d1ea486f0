"""The words that classify grids and posts."""

from django.db import models


class Tier(models.TextChoices):
    """网格级别. What a tier means differs between schemes: `GridScheme.tier_labels` says."""

    ROOT = "ROOT", "体系根"
    FIRST = "FIRST", "一级网格"
    SECOND = "SECOND", "二级网格"
    THIRD = "THIRD", "三级网格"
    SPECIAL = "SPECIAL", "特殊网格"
    KEY = "KEY", "重点网格"


class GridKind(models.TextChoices):
    """条 (department), 块 (territory), 园区, 企业, 单元."""

    DEPARTMENT = "DEPARTMENT", "条·部门"
    TERRITORY = "TERRITORY", "块·属地"
    PARK = "PARK", "园区"
    ENTERPRISE = "ENTERPRISE", "企业"
    UNIT = "UNIT", "单元"


class Role(models.TextChoices):
    """任职角色. Labels per scheme: `GridScheme.role_labels`."""

    CHIEF = "CHIEF", "网格长"
    MANAGER = "MANAGER", "网格负责人"
    WORKER = "WORKER", "网格员"
    OFFICE = "OFFICE", "网格办"
    SUPERVISOR = "SUPERVISOR", "督查"
    ENTERPRISE = "ENTERPRISE", "企业"
    GUEST = "GUEST", "来宾"
