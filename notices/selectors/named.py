"""What the document of a regime names for the office: meetings, papers, lists, regions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from grids.models import Clause, GridScheme, SchemeEntry, User
from notices.models import Notice

KINDS = (
    ("MEETING", "会议"),
    ("DOCUMENT_KIND", "公文"),
    ("PUBLICATION", "发布"),
    ("LIST", "清单"),
    ("REGION", "联防联控区域"),
    ("ACCOUNTABILITY", "预警、约谈、问责"),
    ("SCORE_PART", "考核组成"),
    ("SUBMISSION", "材料报送"),
    ("TRAINING", "培训"),
)
PERIODS = {
    "DAY": "每日",
    "WEEK": "每周",
    "HALF_MONTH": "每半月",
    "MONTH": "每月",
    "QUARTER": "每季度",
    "HALF_YEAR": "每半年",
    "YEAR": "每年",
}
OWN = {
    "week-bulletin": Notice.Kind.WEEKLY,
    "monthly-bulletin": Notice.Kind.MONTHLY,
    "quarter-review": Notice.Kind.QUARTERLY,
    "dispatch-order": Notice.Kind.DISPATCH,
    "warning": Notice.Kind.WARNING,
    "praise": Notice.Kind.PRAISE,
    "criticism": Notice.Kind.CRITICISM,
    "inspection-daily": Notice.Kind.DAILY,
    "bulletin-week": Notice.Kind.WEEKLY,
}
"""Which entries of a document are papers that are drafted here."""


@dataclass(frozen=True)
class Named:
    """An entry in words: how often, the rest of its detail, its sentence, papers drafted so far."""

    entry: SchemeEntry
    often: str
    text: str
    quote: Clause | None
    kind: str = ""
    papers: int = 0


def panel(scheme: GridScheme, user: User) -> dict[str, Any]:
    """Sections in the order of KINDS; those that the document does not have are left out."""
    quotes = {clause.code: clause for clause in scheme.clauses.all()}
    seen = Notice.objects.visible_to(user).filter(scheme=scheme).order_by()
    counts = dict(seen.values_list("kind").annotate(n=Count("pk")))
    rows: dict[str, list[Named]] = {}
    for entry in scheme.entries.filter(kind__in=dict(KINDS)).order_by("pk"):
        rows.setdefault(entry.kind, []).append(_named(entry, quotes, counts))
    sections = [(title, rows[kind]) for kind, title in KINDS if kind in rows]
    return {"regime": scheme, "sections": sections}


def _named(entry: SchemeEntry, quotes: Mapping[str, Clause], counts: Mapping[str, int]) -> Named:
    detail = _detail(entry.detail)
    kind = str(OWN.get(entry.code, ""))
    return Named(
        entry=entry,
        often=_often(detail),
        text=_text(detail) if detail else entry.detail,
        quote=quotes.get(entry.clause),
        kind=kind,
        papers=counts.get(kind, 0) if kind else 0,
    )


def _detail(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _often(detail: Mapping[str, Any]) -> str:
    if "period" not in detail:
        return ""
    period = detail["period"]
    times = detail.get("times") or 1
    return f"{PERIODS[period]} {times} 次" if period in PERIODS else "适时"


def _text(detail: Mapping[str, Any]) -> str:
    """Host and agenda of a meeting, members of a region; other keys are for programs."""
    parts = [f"由{detail['host']}召集"] if detail.get("host") else []
    parts += ["、".join(map(str, detail["agenda"]))] if detail.get("agenda") else []
    members = detail.get("members")
    if isinstance(members, list):
        parts.append("、".join(str(one.get("name", "")) for one in members))
    return "；".join(parts)
