"""The first wording of a bulletin from its facts; a person edits it. Pure.

`{标签}` stands for a figure, so that a text can be changed without touching a number.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from notices.wording import ordinal

Facts = Mapping[str, Any]
Section = dict[str, Any]


def body(kind: str, facts: Facts) -> list[Section]:
    """Sections with heading, paragraphs and the name of the table that follows."""
    speakers: Sequence[Callable[[str, Facts], Section | None]] = (
        _ranking,
        _air,
        _work,
        _field,
        _talks,
        _next,
    )
    found = [section for speaker in speakers if (section := speaker(WORDS[kind], facts))]
    return [
        {**section, "heading": f"{ordinal(index)}{section['heading']}"}
        for index, section in enumerate(found)
    ]


WORDS = {"DAILY": "当日", "WEEKLY": "本周", "MONTHLY": "本月", "QUARTERLY": "本季度"}


def title(kind: str, label: str) -> str:
    """关于…的通报, with the period as people say it."""
    what = {
        "DAILY": "督查及整改情况的日通报",
        "WEEKLY": "空气质量排名及问题整改情况的通报",
        "MONTHLY": "空气质量网格化管理工作情况的通报",
        "QUARTERLY": "工作讲评",
    }[kind]
    return f"关于{label.replace(' ', '')}{what}"


def _labels(facts: Facts) -> set[str]:
    return {figure["label"] for figure in facts["figures"]}


def _value(facts: Facts, label: str) -> Any:
    return next((one["value"] for one in facts["figures"] if one["label"] == label), None)


def _ranking(word: str, facts: Facts) -> Section | None:
    rows = facts["ranking"].get("rows")
    if not rows:
        return None
    ranked = [row for row in rows if row["rank"] is not None]
    out = [row for row in rows if row["rank"] is None]
    bottom = [row for row in rows if row["is_bottom"]]
    index = facts["ranking"].get("index", "综合指数")
    lines = [f"{word}共有单位{{参与排名单位}}参与排名。{_first(ranked, index)}"]
    if bottom:
        lines.append(f"排名后三位的单位是：{'、'.join(_named(row, index) for row in bottom)}。")
    if out:
        reasons = "；".join(f"{row['unit']}（{row['reason']}）" for row in out)
        lines.append(f"不参与排名的单位：{reasons}。")
    lines += _repeated(rows)
    return {"heading": "排名情况", "paragraphs": lines, "table": "ranking"}


def _first(ranked: Sequence[Facts], index: str) -> str:
    best = [row for row in ranked if row["rank"] == 1]
    if not best:
        return ""
    return f"第一名：{'、'.join(_named(row, index) for row in best)}。"


def _named(row: Facts, index: str) -> str:
    return f"{row['unit']}（{index} {row['air']}，得分 {row['score']}）"


def _repeated(rows: Sequence[Facts]) -> list[str]:
    runs = [row for row in rows if row["streak"] >= 2]
    if not runs:
        return []
    said = "、".join(f"{row['unit']}连续{row['streak']}周" for row in runs)
    lines = [f"{said}排名后三位。"]
    grave = [row["unit"] for row in runs if row["streak"] >= 4]
    if grave:
        lines.append(f"{'、'.join(grave)}已连续四周以上排名后三位，提请研究问责。")
    return lines


def _air(word: str, facts: Facts) -> Section | None:
    if "有效站日" not in _labels(facts):
        return None
    text = (
        f"{word}参与评价共{{有效站日}}，其中优良{{优良站日}}，优良率{{优良率}}；"
        "发生高值与异常{高值与异常}。"
    )
    return {"heading": "空气质量情况", "paragraphs": [text]}


def _work(word: str, facts: Facts) -> Section | None:
    lines = [
        f"{word}登记问题{{登记问题}}，交办{{交办任务}}，验收销号{{验收销号}}，"
        "按时销号率{按时销号率}。",
        "截至统计时点，未结{未结任务}，其中逾期{逾期未结}"
        + ("，最长逾期{最长逾期}" if _value(facts, "最长逾期") is not None else "")
        + "；验收退回{验收退回}，反弹重开{反弹重开}，挂牌督办{挂牌督办}。",
    ]
    late = facts["overdue"]
    if late:
        named = "；".join(
            f"{row['unit']} {row['number']}“{row['title']}”逾期{row['days']}天" for row in late[:3]
        )
        lines.append(f"逾期较久的是：{named}。")
    return {"heading": "问题整改情况", "paragraphs": lines, "table": "units"}


def _field(word: str, facts: Facts) -> Section | None:
    text = (
        f"{word}开展巡查{{巡查}}，其中督查暗访{{督查暗访}}，"
        "发现问题{发现问题}，现场纠正{现场纠正}。"
    )
    return {"heading": "督查巡查情况", "paragraphs": [text]}


def _talks(word: str, facts: Facts) -> Section | None:
    if not _value(facts, "约谈建议"):
        return None
    text = "按照连续排名靠后的规定，形成约谈建议{约谈建议}，由办公室研究决定后实施。"
    return {"heading": "约谈建议", "paragraphs": [text]}


def _next(word: str, facts: Facts) -> Section | None:
    text = (
        "各单位要对照通报逐项核对。逾期未结的，应立即整改并按程序反馈；"
        "排名靠后的，应分析原因、落实措施。"
    )
    return {"heading": "下一步要求", "paragraphs": [text]}
