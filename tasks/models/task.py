"""任务: one matter, one grid, one deadline."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from grids import access
from grids.models import Grid, GridScheme, User
from tasks.models import kinds, lateness
from tasks.models.event import TaskEvent
from tasks.models.plan import Campaign, MeasureUnit
from tasks.models.scope import Scope, among, scope_of
from tasks.workflow import OPEN, Rung, State


def _concerns(user: User, scope: Scope) -> Q:
    """Ways of having to do with a task, in the form that is fast among a million.

    Of a small part of the tree: the union of one indexed select per way, some thousands of ids.
    Of a large part: plain conditions, so that a page is a short walk along the sorted index.
    """
    mine, ids = scope.grids, Task.objects.order_by().values("pk")
    by_hand = [
        Task.assisting.through.objects.filter(grid__in=mine).values("task_id"),
        Task.watchers.through.objects.filter(user=user).values("task_id"),
        TaskEvent.objects.filter(by=user).values("task_id"),
    ]
    held = (Q(grid__in=mine), Q(issuer_grid__in=mine), Q(origin_grid__in=mine))
    if scope.is_large:
        first, *others = by_hand
        return held[0] | held[1] | held[2] | Q(pk__in=first.union(*others))
    return among(ids.filter(held[0]).union(*map(ids.filter, held[1:]), *by_hand))


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> "TaskQuerySet":
        """Tasks that my grids hold, assist, issued or found, or that passed through me.

        A hidden task (暗访 not released) is seen by who oversees its issuer and by its finder,
        however much else a person may look at.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        scope = scope_of(user, access.VIEW)
        found = Q(scheme__in=scope.schemes) if scope.schemes else Q(pk__in=[])
        if scope.is_whole and scope is scope_of(user, access.OVERSEE):
            return self.filter(found)  # overseers see what is hidden too
        if not scope.is_whole:
            found |= _concerns(user, scope)
        return self.filter(found).without_secrets(user)

    def without_secrets(self, user: User) -> "TaskQuerySet":
        """Leaves out hidden tasks of which `user` is neither overseer nor finder (Y1-59)."""
        overseen = scope_of(user, access.OVERSEE)
        mine = overseen.q("issuer_grid") | Q(registered_by=user)
        return self.filter(Q(is_hidden=False) | mine)

    def open(self) -> "TaskQuerySet":
        return self.filter(state__in=OPEN)

    def overdue(self, at: datetime) -> "TaskQuerySet":
        """Open tasks past their deadline at `at` without a feedback in time: never a state."""
        return self.open().filter(lateness.missed(at))

    def single(self) -> "TaskQuerySet":
        """Without 总单: a joint matter counts by its parts."""
        return self.exclude(join_role=kinds.JoinRole.WHOLE)


class Task(models.Model):
    """任务: one matter that one grid must settle by a deadline."""

    Kind = kinds.Kind
    Source = kinds.Source
    Category = kinds.Category
    Level = kinds.Level
    DeadlineKind = kinds.DeadlineKind
    Strength = kinds.Strength
    JoinRole = kinds.JoinRole

    number = models.CharField("编号", max_length=20, unique=True)
    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="tasks")
    kind = models.CharField(
        "种类", max_length=14, choices=kinds.Kind, default=kinds.Kind.RECTIFICATION
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.REGISTERED)
    title = models.CharField("事项", max_length=120)
    problem = models.TextField("问题描述", blank=True)
    category = models.CharField(
        "类别", max_length=16, choices=kinds.Category, default=kinds.Category.OTHER
    )
    source = models.CharField("来源", max_length=10, choices=kinds.Source)
    source_ref = models.CharField("来源编号", max_length=80, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)
    level = models.CharField("级别", max_length=9, choices=kinds.Level, default=kinds.Level.GENERAL)

    origin_grid = models.ForeignKey(
        Grid, models.PROTECT, related_name="found_tasks", verbose_name="发现网格"
    )
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="责任网格"
    )
    rung = models.CharField("承办层级", max_length=8, choices=Rung, default=Rung.WORKER)
    issuer_grid = models.ForeignKey(
        Grid,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="issued_tasks",
        verbose_name="交办方",
    )
    ministry_grid = models.ForeignKey(
        Grid,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ministry_tasks",
        verbose_name="主管部门",
    )
    assisting = models.ManyToManyField(
        Grid, blank=True, related_name="assisted_tasks", verbose_name="协助网格"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="总单"
    )
    join_role = models.CharField("协同角色", max_length=6, choices=kinds.JoinRole, blank=True)
    registered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="registered_tasks"
    )
    client_id = models.UUIDField("客户端编号", null=True, blank=True, unique=True)
    watchers = models.ManyToManyField(
        User, blank=True, related_name="watched_tasks", verbose_name="督办人"
    )
    measure_unit = models.ForeignKey(
        MeasureUnit, models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="专项"
    )

    requirement = models.TextField("整改要求", blank=True)
    supervisor = models.CharField("督办责任人", max_length=80, blank=True)
    deadline_kind = models.CharField(
        "时限种类", max_length=12, choices=kinds.DeadlineKind, blank=True
    )
    deadline_text = models.CharField("时限原文", max_length=120, blank=True)
    deadline_amount = models.PositiveIntegerField("时限数量", null=True, blank=True)
    deadline_from = models.DateTimeField("时限起算", null=True, blank=True)
    due_at = models.DateTimeField("整改时限", null=True, blank=True)
    extension_asked_to = models.DateTimeField("申请延期至", null=True, blank=True)
    strength = models.CharField(
        "约束", max_length=6, choices=kinds.Strength, default=kinds.Strength.MUST
    )
    is_listed = models.BooleanField("挂牌督办", default=False)
    is_hidden = models.BooleanField("暗访未公开", default=False)
    bounces = models.PositiveSmallIntegerField("移交退回次数", default=0)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)
    rebounds = models.PositiveSmallIntegerField("反弹次数", default=0)
    disposition = models.CharField("处置结果", max_length=10, choices=kinds.Disposition, blank=True)
    round = models.PositiveSmallIntegerField("反馈轮次", default=0)

    place = models.CharField("地点", max_length=160, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    registered_at = models.DateTimeField("登记时间")
    issued_at = models.DateTimeField("交办时间", null=True, blank=True)
    held_since = models.DateTimeField("到手时间", null=True, blank=True)
    accepted_at = models.DateTimeField("签收时间", null=True, blank=True)
    submitted_at = models.DateTimeField("反馈时间", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    ruled_at = models.DateTimeField("裁定时间", null=True, blank=True)
    revisit_on = models.DateField("应回头看日期", null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField("版本", default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        verbose_name_plural = "任务"
        constraints = [
            models.CheckConstraint(
                name="task_closed_iff_closed_at",
                condition=Q(closed_at__isnull=False, state="CLOSED")
                | (Q(closed_at=None) & ~Q(state="CLOSED")),
            ),
            models.CheckConstraint(
                name="issued_task_has_three_fields",
                condition=Q(state__in=["REGISTERED", "VOID"])
                | Q(due_at__isnull=False, grid__isnull=False, issuer_grid__isnull=False)
                & ~Q(requirement="")
                & ~Q(supervisor=""),
            ),
            models.CheckConstraint(
                name="task_position_is_a_pair",
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["scheme", "state", "due_at"], name="task_scheme_state_due"),
            models.Index(fields=["grid", "state", "due_at"], name="task_grid_state_due"),
            models.Index(fields=["issuer_grid", "state"], name="task_issuer_state"),
            models.Index(fields=["state", "due_at"], name="task_state_due"),
            models.Index(fields=["state", "revisit_on"], name="task_revisit_on"),
            models.Index(fields=["scheme", "registered_at"], name="task_scheme_registered"),
            models.Index(fields=["scheme", "due_at", "id"], name="task_scheme_due"),
            models.Index(fields=["due_at", "id"], name="task_due"),
            models.Index(
                fields=["scheme", "due_at", "id"], name="task_open_due", condition=Q(state__in=OPEN)
            ),
            *(
                models.Index(fields=["scheme", moment, "id"], name=name, condition=Q(state=state))
                for state, moment, name in (
                    (State.REGISTERED, "registered_at", "task_inbox"),
                    (State.SUBMITTED, "submitted_at", "task_acceptance"),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
