"""The life of a plan that a unit draws up itself. Pure: no clock, no database."""

from django.db.models import TextChoices


class PlanKind(TextChoices):
    DOCUMENT = "DOCUMENT", "文件方案"
    UNIT = "UNIT", "单位实施方案"
    STATION = "STATION", "一站一策"
    EMERGENCY = "EMERGENCY", "应急预案"


class PlanState(TextChoices):
    DRAFT = "DRAFT", "拟定中"
    SUBMITTED = "SUBMITTED", "待审"
    RETURNED = "RETURNED", "已退回"
    IN_FORCE = "IN_FORCE", "施行"
    REPLACED = "REPLACED", "已被新版代替"


class PlanAction(TextChoices):
    DRAW_UP = "DRAW_UP", "拟定"
    SUBMIT = "SUBMIT", "报审"
    SEND_BACK = "SEND_BACK", "退回"
    APPROVE = "APPROVE", "批准施行"
    REPLACE = "REPLACE", "被新版代替"


OPEN = (PlanState.DRAFT, PlanState.RETURNED)
"""States in which the unit may change its plan."""
PUBLIC = (PlanState.IN_FORCE, PlanState.REPLACED)
"""States in which everybody of the regime reads it."""

MOVES: dict[tuple[str, str], PlanState] = {
    (PlanState.DRAFT, PlanAction.SUBMIT): PlanState.SUBMITTED,
    (PlanState.RETURNED, PlanAction.SUBMIT): PlanState.SUBMITTED,
    (PlanState.SUBMITTED, PlanAction.SEND_BACK): PlanState.RETURNED,
    (PlanState.SUBMITTED, PlanAction.APPROVE): PlanState.IN_FORCE,
    (PlanState.IN_FORCE, PlanAction.REPLACE): PlanState.REPLACED,
}
"""What is not named here is refused."""
