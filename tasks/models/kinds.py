"""The choices of a task, as people of the field name them."""

from django.db import models


class Kind(models.TextChoices):
    RECTIFICATION = "RECTIFICATION", "问题整改"
    PATROL = "PATROL", "巡查督办"
    CHECK = "CHECK", "核查"
    MEASURE = "MEASURE", "方案任务"
    CONTROL = "CONTROL", "管控措施"
    MATERIAL = "MATERIAL", "材料报送"
    DISPATCH = "DISPATCH", "调度令"
    SUMMONS = "SUMMONS", "约谈整改"
    UNIT = "UNIT", "网格限期整改"


class Source(models.TextChoices):
    PATROL = "PATROL", "巡查发现"
    COVERT = "COVERT", "暗访发现"
    SUPERVISE = "SUPERVISE", "督查发现"
    ALARM = "ALARM", "站点报警"
    HOTLINE = "HOTLINE", "12345"
    COMPLAINT = "COMPLAINT", "举报"
    SUPERIOR = "SUPERIOR", "上级交办"
    MEETING = "MEETING", "会议交办"
    PLAN = "PLAN", "方案分解"
    SUMMONS = "SUMMONS", "约谈"
    QUICK = "QUICK", "快速上报"
    IMPORT = "IMPORT", "台账导入"


SUPERVISED = (Source.COVERT, Source.SUPERVISE)
"""督查发现 of the weekly score (W-53): found by 督查 or 暗访, not by one's own patrol."""


class Category(models.TextChoices):
    DUST = "DUST", "扬尘·施工工地"
    BARE_SOIL = "BARE_SOIL", "扬尘·裸露黄土"
    ROAD = "ROAD", "扬尘·道路"
    YARD = "YARD", "扬尘·堆场"
    OPEN_BURNING = "OPEN_BURNING", "露天焚烧"
    FIREWORKS = "FIREWORKS", "燃放烟花爆竹"
    COOKING_FUMES = "COOKING_FUMES", "餐饮油烟"
    VOCS = "VOCS", "挥发性有机物"
    INDUSTRY = "INDUSTRY", "工业企业"
    TAMPERING = "TAMPERING", "偷排漏排·篡改数据"
    SMALL_POLLUTER = "SMALL_POLLUTER", "散乱污企业"
    BOILER = "BOILER", "锅炉"
    COAL = "COAL", "散煤"
    VEHICLE = "VEHICLE", "机动车"
    MACHINERY = "MACHINERY", "非道路移动机械"
    STATION = "STATION", "站点周边"
    OTHER = "OTHER", "其他"


class Level(models.TextChoices):
    """处置事项级别: decides which tiers may receive the matter (Y1-63)."""

    GENERAL = "GENERAL", "一般"
    SERIOUS = "SERIOUS", "较重"
    MAJOR = "MAJOR", "重大"


class DeadlineKind(models.TextChoices):
    HOURS = "HOURS", "小时"
    DAYS = "DAYS", "天"
    WORKDAYS = "WORKDAYS", "工作日"
    WORKHOURS = "WORKHOURS", "工作小时"
    MOMENT = "MOMENT", "指定时刻"
    SAME_DAY = "SAME_DAY", "当日24时（不过夜）"
    MONTH_END = "MONTH_END", "月底前"
    BEFORE_EVENT = "BEFORE_EVENT", "事件前若干天"


class Strength(models.TextChoices):
    MUST = "MUST", "必须"
    STRIVE = "STRIVE", "力争"


class JoinRole(models.TextChoices):
    """牵头、参与、实施 of the documents (Y1-34); LEAD is optional (ZY-46)."""

    WHOLE = "WHOLE", "总单"
    LEAD = "LEAD", "牵头"
    CO = "CO", "参与"
    DO = "DO", "实施"
    DUTY = "DUTY", "责任"


class Disposition(models.TextChoices):
    """What became of a source: Y1-30 (退出 整治 搬迁) and ZY-16 (five kinds)."""

    TREAT = "TREAT", "整治到位"
    EXIT = "EXIT", "退出·淘汰"
    RELOCATE = "RELOCATE", "搬迁·转移"
    CONVERT = "CONVERT", "转型"
    REPLACE = "REPLACE", "替代"
    REBUILD = "REBUILD", "改造"
    DISMANTLE = "DISMANTLE", "拆除设施"
    SHUT_DOWN = "SHUT_DOWN", "责令停业·关闭"


class TransferReason(models.TextChoices):
    NOT_MY_AREA = "NOT_MY_AREA", "不在本网格范围"
    NOT_MY_DUTY = "NOT_MY_DUTY", "不属本网格职责"
    NO_AUTHORITY = "NO_AUTHORITY", "无权限处置"
    TO_ENFORCEMENT = "TO_ENFORCEMENT", "移送执法办案"
    CROSS_BORDER = "CROSS_BORDER", "跨辖区"


class ListKind(models.TextChoices):
    """清单: a matter may stand in several lists and is counted once (Z-07)."""

    PROBLEM = "PROBLEM", "问题清单"
    KEY_TASK = "KEY_TASK", "重点任务清单"
    SURROUNDING = "SURROUNDING", "站点周边环境整治清单"
    FINE_CONTROL = "FINE_CONTROL", "站点精细化管控清单"
    LISTED = "LISTED", "挂牌督办"
    TIME_LIMIT = "TIME_LIMIT", "限期治理"
    MAJOR_LEDGER = "MAJOR_LEDGER", "重大问题台账"
    NEGATIVE = "NEGATIVE", "负面清单"
    PROTECTION = "PROTECTION", "特护期清单"
    KEY_REGION = "KEY_REGION", "重点区域"
    KEY_PERIOD = "KEY_PERIOD", "重点时段"
    KEY_TRADE = "KEY_TRADE", "重点行业"
    KEY_ISSUE = "KEY_ISSUE", "重点问题"
    RELOCATION = "RELOCATION", "搬迁清单"
