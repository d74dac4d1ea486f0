"""Columns of a unit's own plan → measures. Pure: no clock, no database."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from tasks.ledger_dates import is_lasting, parse_day
from tasks.ledger_rows import Columns
from tasks.models.kinds import Strength
from tasks.sheets import Row

FIELDS = {
    "title": "措施",
    "text": "具体内容",
    "group": "分组",
    "units": "责任单位",
    "lead": "牵头单位",
    "quantity": "数量",
    "unit": "数量单位",
    "due": "完成时限",
    "strength": "约束",
    "milestones": "里程碑",
    "assessment": "责任考核",
}
"""What a column may be. 序号 is none of them: measures are numbered as they come in."""
HEADS = {
    "title": "措施 措施名称 工作措施 主要措施 任务 工作任务 重点任务 项目 项目名称 事项 名称 标题",
    "text": "具体内容 措施内容 工作内容 具体措施 内容 具体要求 工作要求 任务内容 要求 原文",
    "group": "分组 分类 类别 板块 领域 任务类别",
    "units": "责任单位 责任网格 实施单位 责任部门 承办单位 落实单位 责任主体 责任人",
    "lead": "牵头单位 牵头部门 主办单位 牵头",
    "quantity": "数量 目标数量 目标值 任务数 指标值 目标",
    "unit": "数量单位 计量单位 单位",
    "due": "完成时限 时限 完成时间 截止时间 截止日期 完成期限 办结时限",
    "strength": "约束 约束性 必须/力争 性质",
    "milestones": "里程碑 节点 时间节点 阶段目标 进度安排 进度节点",
    "assessment": "责任考核 考核 考核办法 考核要求 奖惩 考核标准",
}
LIMITS = {"title": 160, "text": 5000, "group": 80, "unit": 20, "assessment": 300}
NAME = 120


def middle(year: int) -> date:
    """What days without a year are read from, so that they fall into the plan's own year."""
    return date(year, 7, 2)


STRIVE, MUST = ("力争", "争取", "鼓励", "软"), ("必须", "硬", "约束性", "应当", "刚性")
SEVERAL = re.compile(r"[、，,;；\n]+")
AMOUNT = re.compile(r"(-?[\d,，]+(?:\.\d+)?)\s*(\D{0,20})")
STEP = re.compile(r"(.*?)[：:，,\s（(]*(\d[\d年月日号./\-]*)[）)]?\s*(?:日|号)?(?:之前|以前|前)?")


@dataclass(frozen=True)
class MeasureDraft:
    """One row as a measure; `faults` say by column what is wrong with it."""

    line: int
    texts: Mapping[str, str]
    units: tuple[str, ...] = ()
    lead: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    due_on: date | None = None
    strength: str = Strength.MUST
    milestones: tuple[tuple[str, date], ...] = ()
    faults: tuple[str, ...] = ()


@dataclass
class _Reading:
    row: Row
    columns: Columns
    on: date
    faults: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        place = self.columns.of.get(name)
        if place is None or place >= len(self.row.cells):
            return ""
        return self.row.cells[place].strip()

    def blame(self, name: str, sentence: str) -> None:
        where = self.columns.label(name) if name in self.columns.of else f"“{FIELDS[name]}”"
        self.faults.append(f"{where}：{sentence}")


def interpret(row: Row, columns: Columns, *, on: date) -> MeasureDraft:
    """The row as a measure. Never raises: what is wrong stands in `faults`, by column."""
    reading = _Reading(row, columns, on)
    texts = {name: reading.text(name) for name in FIELDS}
    texts["title"] = texts["title"] or texts["text"][:40]
    texts["text"] = texts["text"] or texts["title"]
    if not texts["title"]:
        reading.blame("title", "没有写明是什么措施")
    for name, limit in LIMITS.items():
        if len(texts[name]) > limit:
            reading.blame(name, f"最多 {limit} 个字，现在有 {len(texts[name])} 个")
    quantity, unit = _amount(reading)
    return MeasureDraft(
        row.line,
        texts,
        names_in(texts["units"]),
        texts["lead"],
        quantity,
        unit,
        _due(reading),
        _strength(reading),
        _steps(reading),
        tuple(reading.faults),
    )


def names_in(text: str) -> tuple[str, ...]:
    """甲、乙 and 丙 on a line of its own → three names, each once."""
    found = (one.strip() for one in SEVERAL.split(text))
    return tuple(dict.fromkeys(one for one in found if one))


def _amount(reading: _Reading) -> tuple[Decimal | None, str]:
    """60 and 台, or 60台 in one cell."""
    text = unicodedata.normalize("NFKC", reading.text("quantity"))
    unit = reading.text("unit")
    if not text or text in ("-", "—", "/", "无"):
        return None, ""
    match = AMOUNT.fullmatch(text)
    try:
        figure = Decimal(match.group(1).replace(",", "")) if match else None
    except InvalidOperation:
        figure = None
    if match is None or figure is None:
        reading.blame("quantity", f"“{text[:20]}”不是数量，请写成 60 或 60台")
        return None, ""
    unit = unit or match.group(2).strip()
    if figure < 0 or figure != figure.quantize(Decimal("0.01")) or figure > 9_999_999_999:
        reading.blame("quantity", "数量不能为负、过大，最多两位小数")
    if not unit:
        reading.blame("unit", "有数量须写明单位，如 台、家、%")
    return figure, unit


def _due(reading: _Reading) -> date | None:
    text = reading.text("due")
    if not text or is_lasting(text):
        return None
    try:
        is_number = reading.columns.of.get("due") in reading.row.fractions
        return parse_day(text, on=reading.on, is_number=is_number).on
    except ValueError as error:
        reading.blame("due", str(error))
        return None


def _strength(reading: _Reading) -> str:
    text = reading.text("strength")
    if not text or text.startswith(MUST):
        return Strength.MUST
    if text.startswith(STRIVE):
        return Strength.STRIVE
    reading.blame("strength", f"看不懂“{text[:20]}”，请写 必须 或 力争")
    return Strength.MUST


def _steps(reading: _Reading) -> tuple[tuple[str, date], ...]:
    try:
        return steps_in(reading.text("milestones"), on=reading.on)
    except ValueError as error:
        reading.blame("milestones", str(error))
        return ()


def steps_in(text: str, *, on: date) -> tuple[tuple[str, date], ...]:
    """里程碑, one per line or separated by ；: 完成招标 2026-05-31. Raises ValueError with a
    sentence. A day without a year is the nearest to `on`."""
    found: dict[str, date] = {}
    for piece in re.split(r"[;；\n]+", text):
        words = piece.strip().rstrip("。")
        if not words:
            continue
        match = STEP.fullmatch(words)
        name = match.group(1).strip() if match else ""
        if match is None or not name:
            raise ValueError(f"“{words[:30]}”请写成 完成招标 2026-05-31，一行一个")
        if len(name) > NAME or name in found:
            raise ValueError(f"“{name[:30]}”过长或写了两次")
        found[name] = parse_day(match.group(2), on=on).on
    return tuple(found.items())
