"""约谈: who is called to a talk, why, and what came of it."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from grids import access
from grids.models import Grid, GridScheme, User
from tasks.models import Task


class SummonsQuerySet(models.QuerySet["Summons"]):
    def visible_to(self, user: User | AnonymousUser) -> "SummonsQuerySet":
        """All those of regimes whose root I oversee; my own unit's once decided."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        office = access.scope_q(user, access.OVERSEE, "scheme_root__")
        own = access.scope_q(user, access.MANAGE, "grid__") & ~Q(state__in=UNSEEN)
        return self.filter(office | own)


class Summons(models.Model):
    """约谈: proposal with proof → approved → held → minutes → rectification task → closed.

    A machine proposes, a person decides. `proof` holds the weeks with ranks, ties and excluded
    units as they were published. `is_questioned`: corrected data no longer support it.
    """

    class Basis(models.TextChoices):
        STREAK = "STREAK", "连续排名靠后"
        QUARTERS = "QUARTERS", "两个季度未整改到位"
        OTHER = "OTHER", "其他"

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "建议"
        APPROVED = "APPROVED", "已批准"
        DECLINED = "DECLINED", "不予约谈"
        HELD = "HELD", "已约谈"
        CLOSED = "CLOSED", "已办结"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    class To(models.TextChoices):
        EXECUTIVE = "EXECUTIVE", "分管领导"
        CHIEF = "CHIEF", "主要领导"

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="summonses")
    scheme_root = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="summonses", verbose_name="单位")
    basis = models.CharField("依据", max_length=10, choices=Basis)
    to = models.CharField("对象", max_length=10, choices=To)
    target_title = models.CharField("约谈对象", max_length=160)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    streak_started = models.CharField("起始周期", max_length=20, blank=True)
    fired = models.CharField("触发周期", max_length=20, blank=True)
    weeks = models.PositiveSmallIntegerField("连续周数", default=0)
    proof = models.JSONField("证明", default=dict)
    clause = models.CharField("条款", max_length=10, blank=True)
    proposed_at = models.DateTimeField("提出时间")
    statement = models.TextField("单位说明", blank=True)
    statement_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    statement_at = models.DateTimeField("说明时间", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True)
    decision_note = models.TextField("意见", blank=True)
    held_at = models.DateTimeField("约谈时间", null=True)
    minutes = models.TextField("约谈纪要", blank=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    is_questioned = models.BooleanField("数据更正后待复核", default=False)
    question = models.TextField("更正说明", blank=True)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="summonses")

    objects = SummonsQuerySet.as_manager()

    class Meta:
        verbose_name = "约谈"
        verbose_name_plural = "约谈"
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "grid", "to", "streak_started"],
                condition=Q(basis="STREAK"),
                name="summons_once_per_level_and_streak",
            ),
            models.CheckConstraint(
                name="held_summons_has_minutes",
                condition=~Q(state__in=["HELD", "CLOSED"])
                | Q(held_at__isnull=False) & ~Q(minutes=""),
            ),
        ]
        indexes = [models.Index(fields=["scheme", "state", "-proposed_at"], name="summons_list")]

    def __str__(self) -> str:
        return f"约谈{self.target_title}"


UNSEEN = (Summons.State.PROPOSED, Summons.State.DECLINED, Summons.State.WITHDRAWN)
"""What the unit concerned is not shown: nobody has decided, or the decision was not to."""
