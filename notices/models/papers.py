"""公文: bulletins and orders, who must sign for them, and their numbers."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from grids import access
from grids.models import Grid, GridScheme, User
from stations.models import Ranking
from tasks.models import Task


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User | AnonymousUser) -> "NoticeQuerySet":
        """Issued bulletins of the regimes I take part in, orders to my grids; all for the office.

        An enterprise sees none: its narrow door shows its own tasks only (Y1-20).
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        office = access.scope_q(user, access.OVERSEE, "scheme_root__")
        mine = access.grids_for(user, access.REPORT)
        to_me = Receipt.objects.filter(grid__in=mine).values("notice")
        sent = Q(state__in=SENT)
        public = sent & Q(scheme__in=mine.values("scheme_id")) & ~Q(kind="DISPATCH")
        return self.filter(office | public | (sent & Q(pk__in=to_me)))


class Notice(models.Model):
    """公文: draft → reviewed → numbered and issued → receipts.

    `facts` holds every figure with key, label, value, unit, the address of its list and the rows
    themselves, as they were when drafted. `body` is a list of sections
    `{"heading", "paragraphs", "table"?}`; `{标签}` in a paragraph stands for a figure.
    """

    class Kind(models.TextChoices):
        DAILY = "DAILY", "日通报"
        WEEKLY = "WEEKLY", "周通报"
        MONTHLY = "MONTHLY", "月通报"
        QUARTERLY = "QUARTERLY", "季讲评"
        DISPATCH = "DISPATCH", "调度令"
        WARNING = "WARNING", "预警"
        PRAISE = "PRAISE", "表扬"
        CRITICISM = "CRITICISM", "批评"

    class State(models.TextChoices):
        DRAFT = "DRAFT", "草稿"
        REVIEWED = "REVIEWED", "已审核"
        ISSUED = "ISSUED", "已印发"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="notices")
    scheme_root = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    period = models.CharField("周期", max_length=20, blank=True)
    title = models.CharField("标题", max_length=160)
    number = models.CharField("文号", max_length=60, blank=True)
    serial = models.PositiveIntegerField("期号", null=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    facts = models.JSONField("数据", default=dict)
    body = models.JSONField("正文", default=list)
    ranking = models.ForeignKey(Ranking, models.PROTECT, null=True, related_name="notices")
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField("起草时间")
    edited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField("修改时间", null=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField("审核时间", null=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField("印发时间", null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_because = models.TextField("撤回理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "公文"
        verbose_name_plural = "公文"
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind", "period"],
                condition=Q(kind__in=["DAILY", "WEEKLY", "MONTHLY", "QUARTERLY"])
                & ~Q(state="WITHDRAWN"),
                name="one_bulletin_per_period",
            ),
            models.UniqueConstraint(
                fields=["scheme", "number"], condition=~Q(number=""), name="notice_number_once"
            ),
            models.CheckConstraint(
                name="issued_notice_has_number",
                condition=~Q(state="ISSUED")
                | ~Q(number="") & Q(issued_at__isnull=False, serial__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["scheme", "-drafted_at"], name="notice_latest")]

    def __str__(self) -> str:
        return self.number or self.title


SENT = (Notice.State.ISSUED,)
PERIODIC = (
    Notice.Kind.DAILY,
    Notice.Kind.WEEKLY,
    Notice.Kind.MONTHLY,
    Notice.Kind.QUARTERLY,
)
"""Bulletins made from the figures of a period; the other kinds are orders and letters."""


class Receipt(models.Model):
    """回执: one per notice and receiving grid; `read_at` None: not yet signed for.

    `task` is what a 调度令 opened for the grid.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="receipts")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    read_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField("签收时间", null=True)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="receipts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "grid"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.grid_id}"


class NoticeNumber(models.Model):
    """The counter behind document numbers: one row per scheme, kind and Beijing year."""

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind", "year"], name="one_notice_counter")
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.kind} {self.year}"
