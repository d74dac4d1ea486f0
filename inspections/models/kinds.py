"""The choices of the field."""

from django.db import models


class Mode(models.TextChoices):
    """巡查方式 (Y1-59, Y2-10, W-43, W-58); QUICK is a report with one photo, not a patrol."""

    PATROL = "PATROL", "巡查"
    COVERT = "COVERT", "暗访"
    SUPERVISION = "SUPERVISION", "督查"
    SURPRISE = "SURPRISE", "突击检查"
    SAMPLE = "SAMPLE", "抽查"
    RANDOM = "RANDOM", "双随机"
    CROSS = "CROSS", "交叉执法"
    SPECIAL = "SPECIAL", "专项执法"
    JOINT = "JOINT", "联合执法"
    ROUTINE = "ROUTINE", "常态执法"
    REVISIT = "REVISIT", "回头看"
    LEADER = "LEADER", "领导带队巡查"
    PERIMETER = "PERIMETER", "站点周边检查"
    QUICK = "QUICK", "快速上报"


HIDDEN_MODES = (Mode.COVERT, Mode.CROSS)
"""暗访 and 四不两直: unseen by the visited grid until released (Y1-59, W-44)."""

SUPERVISING_MODES = (Mode.SUPERVISION, Mode.SURPRISE, Mode.SAMPLE, *HIDDEN_MODES)
"""督查 in the widest sense (W-70): what it finds counts against the visited unit (W-53)."""
