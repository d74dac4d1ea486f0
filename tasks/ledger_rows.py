"""Columns of an office's own ledger → the fields of a matter. Pure: no clock, no database."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tasks.ledger_dates import is_lasting, parse_day, plain
from tasks.sheets import LONGEST_CELL, Row

FIELDS = {
    "number": "编号",
    "title": "问题",
    "problem": "问题描述",
    "place": "地点",
    "category": "类别",
    "grid": "责任单位",
    "requirement": "整改要求",
    "due": "整改时限",
    "supervisor": "督办责任人",
    "source": "来源",
    "state": "状态",
    "closed": "完成时间",
    "note": "备注",
}
"""What a column may be. 序号 is none of them: it changes from file to file."""
HEADS = {
    "number": "编号 问题编号 台账编号 工单编号 工单号 任务编号 受理编号 流水号 案件编号 来源编号",
    "title": "问题 事项 存在问题 存在的问题 问题名称 主要问题 问题标题 诉求标题 标题 工单标题",
    "problem": "问题描述 问题内容 具体问题 情况描述 诉求内容 工单内容 反映内容 问题详情 具体情况",
    "place": "地点 问题地点 地址 位置 点位 具体地点 详细地址 问题点位 事发地址 事发地点 诉求地址",
    "category": "类别 问题类别 问题类型 类型 污染类型 诉求类型 分类",
    "grid": "责任单位 责任网格 整改单位 整改责任单位 承办单位 属地 责任主体 主办单位 所属网格",
    "requirement": "整改要求 整改措施 要求 交办要求 处理要求 整改内容 办理要求",
    "due": "整改时限 时限 整改期限 完成时限 办理时限 要求完成时间 计划完成时间 拟完成时间 截止时间 "
    "截止日期 办结时限 限期",
    "supervisor": "督办责任人 督办人 督办领导 责任领导 督办单位 督办 包案领导",
    "source": "来源 问题来源 诉求来源 交办来源",
    "state": "状态 整改状态 整改情况 完成情况 是否完成 是否整改 是否销号 办理状态 工单状态 进度",
    "closed": "完成时间 实际完成时间 销号时间 办结时间 整改完成时间 完成日期 销号日期",
    "note": "备注 说明",
}
CATEGORY_WORDS = {
    "TAMPERING": "偷排 漏排 篡改",
    "OPEN_BURNING": "露天焚烧 焚烧 秸秆 烧垃圾",
    "FIREWORKS": "烟花 爆竹 鞭炮",
    "COOKING_FUMES": "油烟 餐饮 烧烤",
    "BARE_SOIL": "裸露 裸土 黄土",
    "YARD": "堆场 料堆 砂石 渣堆 堆放",
    "ROAD": "道路 路面 渣土车 积尘 抛洒",
    "DUST": "工地 扬尘 施工 拆迁",
    "VOCS": "挥发性 vocs 喷漆 喷涂 加油站 汽修",
    "SMALL_POLLUTER": "散乱污 小作坊",
    "BOILER": "锅炉 窑炉",
    "COAL": "散煤 燃煤 煤球",
    "MACHINERY": "非道路 挖掘机 工程机械",
    "VEHICLE": "机动车 黑烟车 柴油 尾气",
    "STATION": "站点周边 监测站",
    "INDUSTRY": "工业 企业 工厂 废气 粉尘",
}
"""First hit wins, so the narrow ones stand before the wide ones."""
SETTLED = re.compile(
    r"(已|全部)?(完成|整改|销号|办结|结案|到位|整改到位|整改完成|完成整改)了?|是|√|100%|y"
)
OPEN = re.compile(r"[未待中否×]|正在|推进|逾期|超期|交办|签收|登记|受理")
COMPARED = ("title", "problem", "place", "category", "grid", "requirement", "due", "supervisor")
LIMITS = {"number": 80, "place": 160, "supervisor": 80, "requirement": 5000, "problem": 4000}
TITLE = 120
HEAD_WITHIN = 10


@dataclass(frozen=True)
class Columns:
    """Which line is the head, and which column (from 0) holds which field."""

    head: int
    names: tuple[str, ...]
    of: Mapping[str, int]
    fields: Mapping[str, str] = field(default_factory=lambda: FIELDS)

    def label(self, name: str) -> str:
        """B 列“整改时限”, as the person sees it in the file."""
        place = self.of[name]
        title = self.names[place] if place < len(self.names) else ""
        return f"{letter(place)} 列“{title or self.fields[name]}”"


@dataclass(frozen=True)
class Draft:
    """One row as a matter: texts by field, deadline, what is wrong, what to know."""

    line: int
    texts: Mapping[str, str]
    due: datetime | None = None
    category: str = "OTHER"
    is_settled: bool = False
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 over title, place and deadline, blanks and width apart."""
        return fingerprint(self.texts.get("title", ""), self.texts.get("place", ""), self.due)

    @property
    def key(self) -> str:
        """What makes it the same matter in the next file: its number, else its fingerprint."""
        number = self.texts.get("number", "")
        return f"N:{number}" if number else f"F:{self.fingerprint}"


def fingerprint(title: str, place: str, due: datetime | None) -> str:
    parts = (_bare(title), _bare(place), f"{due.timestamp():.0f}" if due else "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def letter(place: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _head_word(text: str) -> str:
    """A head without brackets, blanks and marks: 整改时限（必填） → 整改时限."""
    return re.sub(r"\(.*?\)|[^\w]", "", _bare(text))


# --- columns ------------------------------------------------------------------------------------


def guess(rows: Sequence[Row], heads: Mapping[str, str] = HEADS) -> Columns:
    """The head is the line among the first ten that names most fields (a title may stand
    above it); the fields by their usual names, `heads` unless it is another kind of table."""
    first = rows[:HEAD_WITHIN]
    guesses = [Columns(row.line, row.cells, _guess_of(row.cells, heads)) for row in first]
    return max(guesses, key=lambda one: len(one.of))


def _guess_of(names: Sequence[str], usual: Mapping[str, str]) -> dict[str, int]:
    words = [_head_word(name) for name in names]
    found: dict[str, int] = {}
    for is_exact in (True, False):
        for name, heads in usual.items():
            if name not in found:
                place = _place(words, heads.split(), set(found.values()), is_exact=is_exact)
                found |= {} if place is None else {name: place}
    return found


def _place(words: list[str], heads: list[str], taken: set[int], *, is_exact: bool) -> int | None:
    for head in heads if is_exact else [one for one in heads if len(one) > 2]:
        for place, word in enumerate(words):
            if place not in taken and (word == head if is_exact else head in word):
                return place
    return None


# --- rows ---------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """What is being read from one row."""

    row: Row
    columns: Columns
    on: date
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        place = self.columns.of.get(name)
        if place is None or place >= len(self.row.cells):
            return ""
        return self.row.cells[place].strip()

    def blame(self, name: str, sentence: str) -> None:
        self.faults.append(f"{self.columns.label(name)}：{sentence}")

    def is_fraction(self, name: str) -> bool:
        return self.columns.of.get(name) in self.row.fractions


def interpret(row: Row, columns: Columns, *, on: date) -> Draft:
    """The row as a matter. Never raises: what is wrong stands in `faults`, by column."""
    reading = _Reading(row, columns, on)
    texts = {name: reading.text(name) for name in columns.of}
    texts |= _named(reading)
    for name, limit in LIMITS.items():
        if len(texts.get(name, "")) > limit:
            reading.blame(name, f"最多 {limit} 个字，现在有 {len(texts[name])} 个")
    due = _due(reading)
    return Draft(
        row.line,
        texts,
        due,
        category_of(texts.get("category", ""), f"{texts['title']} {texts['problem']}"),
        _is_settled(reading),
        tuple(reading.faults),
        tuple(reading.notes),
    )


def _named(reading: _Reading) -> dict[str, str]:
    """Title in one line of at most 120; what is longer goes whole into the description."""
    title, problem = reading.text("title"), reading.text("problem")
    whole = title or problem
    if not whole:
        reading.blame("title", "没有写明是什么问题")
    short = re.sub(r"\s+", " ", whole)
    if len(short) <= TITLE:
        return {"title": short, "problem": problem if problem != short else ""}
    rest = "\n".join(dict.fromkeys([whole, problem])).strip()
    if len(rest) > LONGEST_CELL - 1000:
        reading.blame("title", f"最多 {LONGEST_CELL - 1000} 个字")
    return {"title": f"{short[: TITLE - 1]}…", "problem": rest}


def _due(reading: _Reading) -> datetime | None:
    text = reading.text("due")
    if not text:
        return None
    if is_lasting(text):
        reading.notes.append(f"时限“{text[:20]}”不是日期，只登记，交办时再定时限")
        return None
    try:
        return parse_day(text, on=reading.on, is_number=reading.is_fraction("due")).until
    except ValueError as error:
        reading.blame("due", str(error))
        return None


def _is_settled(reading: _Reading) -> bool:
    """By 状态; without one by a 完成时间 that is not in the future."""
    state = _bare(reading.text("state"))
    if state and SETTLED.fullmatch(state):
        return True
    if state and not OPEN.search(state):
        reading.blame("state", f"看不懂“{state[:20]}”，请写 整改中 或 已完成")
        return False
    text = reading.text("closed")
    if state or not text or is_lasting(text):
        return False
    try:
        day = parse_day(text, on=reading.on, is_number=reading.is_fraction("closed"))
    except ValueError as error:
        reading.blame("closed", str(error))
        return False
    if day.on > reading.on:
        reading.blame("closed", "在今天以后；如果这一列是时限，请对应到“整改时限”")
    return day.on <= reading.on


def category_of(text: str, about: str) -> str:
    """The category of the column's word; without one, of what is written about the matter."""
    for words in (_bare(text), _bare(about)):
        for category, marks in CATEGORY_WORDS.items():
            if any(mark in words for mark in marks.split()):
                return category
        if text and plain(text) in ("其他", "其它"):
            return "OTHER"
    return "OTHER"
