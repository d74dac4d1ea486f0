"""Plans broken into measures, the grids that carry them, and special campaigns."""

from django.db import models

from grids.models import Grid, GridScheme, User
from tasks.models.kinds import Strength
from tasks.plan_flow import PlanAction, PlanKind, PlanState


class Plan(models.Model):
    """方案: a document broken into numbered measures.

    What the scheme's folder brings is in force at once. A unit (`grid`) draws its own up
    (Y1-87) and the office approves it; a revision is a new row that names the `previous` one
    and replaces it when it is approved (ZY-88). `goal` is 工作目标, `assessment` 责任考核.
    """

    Kind, State = PlanKind, PlanState

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="plans")
    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=160)
    year = models.PositiveSmallIntegerField("年度", null=True)
    kind = models.CharField("种类", max_length=9, choices=PlanKind, default=PlanKind.DOCUMENT)
    state = models.CharField("状态", max_length=9, choices=PlanState, default=PlanState.IN_FORCE)
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, related_name="own_plans", verbose_name="拟定单位"
    )
    goal = models.TextField("工作目标", blank=True)
    assessment = models.TextField("责任考核", blank=True)
    attachments = models.ManyToManyField(
        "tasks.Attachment", blank=True, related_name="plans", verbose_name="方案文件"
    )
    version = models.PositiveSmallIntegerField("版本", default=1)
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="next", verbose_name="上一版"
    )
    in_force_at = models.DateTimeField("施行时间", null=True)
    replaced_at = models.DateTimeField("被代替时间", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="plan_once")]

    def __str__(self) -> str:
        return self.name


class PlanStep(models.Model):
    """One step in the life of a plan that a unit draws up; rows are only added."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="steps")
    action = models.CharField("动作", max_length=9, choices=PlanAction)
    note = models.TextField("说明", blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_label = models.CharField("经办", max_length=160)
    at = models.DateTimeField("时间")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.action}"


class Measure(models.Model):
    """One numbered item of a plan, `part` its sub-number; `quantity` in `unit`."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="measures")
    number = models.PositiveSmallIntegerField("序号")
    part = models.CharField("分项", max_length=10, blank=True)
    group = models.CharField("分组", max_length=80, blank=True)
    title = models.CharField("标题", max_length=160)
    text = models.TextField("原文")
    deadline_text = models.CharField("时限原文", max_length=120, blank=True)
    due_on = models.DateField("时限", null=True, blank=True)
    strength = models.CharField("约束", max_length=6, choices=Strength, default=Strength.MUST)
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=2, null=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)
    assessment = models.CharField("责任考核", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number", "part"], name="measure_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}{self.part} {self.title}"


class MeasureUnit(models.Model):
    """Which grid carries a measure and how: 牵头 / 参与 / 实施 / 责任 (Y1-34).

    `via_set` names the unit set (各街道办事处) that was expanded to this grid (ZY-07).
    """

    class Role(models.TextChoices):
        LEAD = "LEAD", "牵头"
        JOIN = "JOIN", "参与"
        DO = "DO", "实施"
        RESPONSIBLE = "RESPONSIBLE", "责任"

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="units")
    role = models.CharField("角色", max_length=12, choices=Role)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="measures")
    via_set = models.CharField("单位集合", max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "role", "grid"], name="measure_unit_once")
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.role} {self.grid_id}"


class UnitSetMember(models.Model):
    """A named set of units in a document, such as 各街道办事处, and one of its members."""

    scheme = models.ForeignKey(GridScheme, models.CASCADE, related_name="unit_sets")
    name = models.CharField("集合", max_length=60)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "name", "grid"], name="member_once_per_set")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.grid_id}"


class Progress(models.Model):
    """Quantity done by one grid under a measure, in the measure's unit (Z-08, Z-25)."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="progress")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    quantity = models.DecimalField("完成数量", max_digits=12, decimal_places=2)
    on = models.DateField("日期")
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")

    def __str__(self) -> str:
        return f"{self.measure_id} {self.quantity}"


class Milestone(models.Model):
    """里程碑 of a long-running measure (Y1-52)."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="milestones")
    name = models.CharField("名称", max_length=120)
    due_on = models.DateField("时限")
    done_on = models.DateField("完成日期", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "name"], name="milestone_once")]

    def __str__(self) -> str:
        return self.name


class Fund(models.Model):
    """资金: an amount in yuan planned for or paid under a measure (Y1-51, W-15)."""

    class Kind(models.TextChoices):
        PLANNED = "PLANNED", "安排"
        PAID = "PAID", "拨付"
        REWARD = "REWARD", "以奖代补"

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="funds")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    amount_yuan = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    on = models.DateField("日期")
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_yuan}"


class Campaign(models.Model):
    """专项行动 with the five fields of W-32: 目标、要求、措施、效果、时限.

    `done_ratio` is the share of closed tasks that counts as 基本完成 (ZY-27), 0–1.
    """

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="campaigns")
    name = models.CharField("名称", max_length=120)
    goal = models.TextField("目标")
    requirement = models.TextField("要求")
    measures = models.TextField("措施")
    effect = models.TextField("效果")
    due_on = models.DateField("时限")
    done_ratio = models.DecimalField("基本完成比例", max_digits=4, decimal_places=3, default=1)
    advice_source = models.TextField("源头管控建议", blank=True)
    advice_process = models.TextField("过程管控建议", blank=True)
    advice_end = models.TextField("末端管控建议", blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("设立时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "name"], name="campaign_once")]

    def __str__(self) -> str:
        return self.name
