"""The content of a document, ready to be printed; the same for PDF and DOCX."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from notices import wording
from notices.models import Notice
from notices.models.papers import PERIODIC
from tasks.deadlines import beijing_date

DEMO = "演示数据：数值由公开的真实小时数据回放，不代表所列地点。"
MOST_NAMED = 8


@dataclass(frozen=True)
class Table:
    """Caption, heads, rows of text; `widths` are shares of the type area."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    widths: list[float]
    note: str = ""


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: list[str]
    table: Table | None = None


@dataclass(frozen=True)
class Paper:
    """The elements of GB/T 9704-2012 in reading order; "" where a paper has none."""

    issuer: str
    number: str
    title: str
    to: str
    sections: list[Section]
    signature: str
    dated: str
    printer: str
    printed: str
    demo: str = ""
    state: str = ""
    receivers: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def chinese_date(on: date | None) -> str:
    """成文日期: Arabic digits, no zero padding (GB/T 9704-2012 7.3.5.4)."""
    return f"{on.year}年{on.month}月{on.day}日" if on else ""


def paper_of(notice: Notice) -> Paper:
    """The document of a notice; a draft says so where the number will stand."""
    issued = beijing_date(notice.issued_at) if notice.issued_at else None
    state = "" if notice.state == Notice.State.ISSUED else notice.get_state_display()
    names = _receivers(notice)
    issuer = notice.scheme.issuer
    return Paper(
        issuer=issuer,
        number=notice.number or f"（{state}，未编号）",
        title=notice.title,
        to=_addressed(notice, names),
        sections=[_section(notice, row) for row in notice.body],
        signature=issuer,
        dated=chinese_date(issued or beijing_date(notice.drafted_at)),
        printer=issuer,
        printed=f"{chinese_date(issued)}印发" if issued else "",
        demo=DEMO if notice.scheme.is_demo else "",
        state=state,
        receivers=names,
    )


def _receivers(notice: Notice) -> list[str]:
    rows = notice.receipts.order_by("grid__lft", "pk")
    return list(rows.values_list("grid__name", flat=True))


def _addressed(notice: Notice, names: list[str]) -> str:
    """主送机关: named while they are few, else the common name of the units."""
    if notice.kind not in PERIODIC or 0 < len(names) <= MOST_NAMED:
        return f"{'、'.join(names)}：" if names else ""
    return f"各{notice.scheme.tier_labels.get('FIRST') or '责任单位'}：".replace("各各", "各")


def _section(notice: Notice, row: dict[str, Any]) -> Section:
    figures = notice.facts.get("figures", [])
    texts = [wording.plain(text, figures) for text in row["paragraphs"]]
    makers = {"ranking": ranking_table, "units": units_table}
    maker = makers.get(row.get("table", ""))
    return Section(row["heading"], texts, maker(notice.facts) if maker else None)


def ranking_table(facts: dict[str, Any]) -> Table | None:
    """排名表 as published, those not ranked last with the reason."""
    ranking = facts.get("ranking") or {}
    rows = ranking.get("rows") or []
    if not rows:
        return None
    heads = [
        "名次",
        "单位",
        ranking.get("index", "综合指数"),
        "督查",
        "执法办案",
        "得分",
        "有效天",
        "备注",
    ]
    widths = [0.08, 0.19, 0.11, 0.08, 0.11, 0.09, 0.09, 0.25]
    note = f"算法：{ranking['formula']}" if ranking.get("formula") else ""
    return Table("排名表", heads, [_ranked(row) for row in rows], widths, note)


def _ranked(row: dict[str, Any]) -> list[str]:
    words = [row["reason"]] if row["reason"] else []
    words += ["后三位"] if row["is_bottom"] else []
    words += [f"连续{row['streak']}周"] if row["streak"] >= 2 else []
    return [
        "—" if row["rank"] is None else str(row["rank"]),
        row["unit"],
        row["air"],
        row["supervision"],
        row["enforcement"],
        row["score"],
        str(row["valid_days"]),
        "，".join(words),
    ]


def units_table(facts: dict[str, Any]) -> Table | None:
    """各单位问题整改情况表; None when no unit has any matter."""
    units = facts.get("units") or []
    if not units:
        return None
    columns = ("registered", "closed", "open", "overdue", "rebounds")
    heads = ["单位", "登记", "销号", "未结", "逾期未结", "反弹"]
    rows = [[row["unit"], *(str(row[column]) for column in columns)] for row in units]
    return Table("各单位问题整改情况（件）", heads, rows, [0.4, 0.12, 0.12, 0.12, 0.14, 0.1])
