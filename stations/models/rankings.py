"""Published rankings, frozen with everything they were made of."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from grids import access
from grids.models import Grid, GridScheme, User


class RankingQuerySet(models.QuerySet["Ranking"]):
    def visible_to(self, user: User | AnonymousUser) -> "RankingQuerySet":
        """A ranking compares all units of its scheme: whoever sees one grid of it sees it."""
        seen = access.grids_for(user, access.VIEW).values("scheme_id")
        return self.filter(scheme__in=seen)

    def current(self) -> "RankingQuerySet":
        """The latest edition of each period: those that no correction replaces."""
        return self.filter(corrections=None)


class Ranking(models.Model):
    """排名 of one scheme and period as published. Late data make a new edition, never a change.

    `inputs` keeps every rule with its value, clause and whether it is an example; `weights` are
    percent and sum to 100; `difference` tells what a correction changed; `digest` is SHA-256 over
    the canonical form of the ranking and its lines.
    """

    class Kind(models.TextChoices):
        DAY = "DAY", "日排名"
        WEEK = "WEEK", "周排名"
        MONTH = "MONTH", "月排名"
        QUARTER = "QUARTER", "季排名"
        HALF_YEAR = "HALF_YEAR", "半年排名"
        YEAR = "YEAR", "年排名"

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="rankings")
    kind = models.CharField("种类", max_length=9, choices=Kind)
    period = models.CharField("周期", max_length=20)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    edition = models.PositiveSmallIntegerField("版次", default=1)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    reason = models.CharField("更正原因", max_length=200, blank=True)
    difference = models.JSONField("差异", default=list)
    rule_set = models.CharField("规则集", max_length=60)
    formula = models.TextField("算法")
    weights = models.JSONField("权重", default=dict)
    inputs = models.JSONField("规则", default=dict)
    ranked = models.PositiveSmallIntegerField("参与单位数", default=0)
    published_at = models.DateTimeField("发布时间")
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64)

    objects = RankingQuerySet.as_manager()

    class Meta:
        verbose_name = "排名"
        verbose_name_plural = "排名"
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "period", "edition"], name="ranking_once_per_edition"
            ),
            models.UniqueConstraint(fields=["corrects"], name="one_correction_each"),
            models.CheckConstraint(
                name="correction_has_reason",
                condition=Q(corrects=None, edition=1)
                | Q(corrects__isnull=False, edition__gt=1) & ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["scheme", "kind", "-starts_on"], name="ranking_latest")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.period}"


class RankingLine(models.Model):
    """One unit in a ranking. `rank` None: 不参与排名, and `reason` says why.

    `score` is the weighted sum of part ranks (smaller is better), from a month on the index itself;
    `air` is the composite index or, for a day, the AQI. `proof` holds the unit's days, their
    stations and the terms of the index; from a month on, completeness and the year before.
    """

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="lines")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="ranking_lines")
    rank = models.PositiveSmallIntegerField("名次", null=True)
    score = models.DecimalField("得分", max_digits=9, decimal_places=4, null=True)
    reason = models.CharField("不参与原因", max_length=200, blank=True)
    valid_days = models.PositiveSmallIntegerField("有效天", default=0)
    air = models.DecimalField("空气指标", max_digits=8, decimal_places=3, null=True)
    air_rank = models.PositiveSmallIntegerField(null=True)
    supervision = models.PositiveIntegerField("督查扣分项", null=True)
    supervision_rank = models.PositiveSmallIntegerField(null=True)
    enforcement = models.PositiveIntegerField("执法办案", null=True)
    enforcement_rank = models.PositiveSmallIntegerField(null=True)
    is_bottom = models.BooleanField("后三位", default=False)
    proof = models.JSONField("证明", default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ranking", "grid"], name="unit_once_per_ranking"),
            models.CheckConstraint(
                name="ranked_or_has_reason",
                condition=Q(rank__isnull=False) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid} {self.rank}"
