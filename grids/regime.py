"""One regime as a page tells it: tiers, posts, rules, named things, the matrix of 分工."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from grids import access
from grids.models import Grid, GridScheme, Post, SchemeEntry, Supervision, Tier

ENTRY_KINDS = {
    "ACCOUNTABILITY": "问责情形",
    "ADVICE_STAGE": "会商建议",
    "CAMPAIGN": "专项行动",
    "CAMPAIGN_FIELD": "专项领域",
    "CASCADE": "逐级落实",
    "CENTRE": "指挥中心",
    "CHANNEL": "公布渠道",
    "COLOUR_SCALE": "色阶",
    "CONTROL_MODE": "管控方式",
    "COVERT_RULE": "暗访规则",
    "CO_INSPECTOR": "参与监督",
    "DEADLINE": "时限",
    "DEVICE": "设备",
    "DISPOSITION": "处置方式",
    "DOCUMENT_KIND": "公文种类",
    "DUTY_TEXT": "职责原文",
    "ENFORCEMENT_LEVEL": "执法层级",
    "FIRE_LEVEL": "火点等级",
    "FIRE_SOURCE": "火点来源",
    "FIVE_FIX": "五定",
    "FOCUS_TAG": "重点标签",
    "FUND": "经费",
    "GROUP": "领导小组",
    "GROUP_MEMBER": "领导小组成员",
    "GUARANTEE": "保障",
    "INDICATOR": "指标",
    "INSPECTION_MODE": "检查方式",
    "INTEGRITY": "诚信",
    "JOINT_MODE": "联合方式",
    "JUDGEMENT": "研判",
    "LIMIT": "限值",
    "LIST": "名单",
    "LIST_RULE": "名单规则",
    "LOOP": "闭环",
    "MATRIX": "任务分工",
    "MEASURE_GROUP": "措施分组",
    "MEETING": "会议",
    "MONITORING": "监测",
    "NAMED_COMPANY": "列名企业",
    "NOTE": "说明",
    "OPERATION": "运维",
    "ORIGIN": "问题来源",
    "OUTSIDE_UNIT": "体系外单位",
    "PERFORMANCE_GRADE": "绩效分级",
    "PLATFORM": "平台",
    "PRINCIPLE": "原则",
    "PUBLIC": "公众参与",
    "PUBLICATION": "公开",
    "PUBLICITY": "宣传",
    "RANK_WATCH": "排名关注",
    "REFERENCE": "引用文件",
    "REGION": "区域",
    "REGION_WORK": "区域工作",
    "RESULT": "结果运用",
    "RING": "管控圈",
    "ROSTER_REQUIREMENT": "名册要求",
    "SCORE_PART": "评分组成",
    "SEASON": "季节",
    "SEVERE_VIOLATION": "严重违法",
    "SOURCE_CATEGORY": "污染源类别",
    "SOURCE_KIND": "污染源种类",
    "SOURCE_MOBILITY": "固定与流动",
    "STATION_WORK": "站点工作",
    "STRAW_MEASURE": "秸秆措施",
    "SUBMISSION": "报送",
    "SUPERVISION_KIND": "监管方式",
    "SUPERVISION_LEVEL": "监管层级",
    "TARGET_NOTE": "目标说明",
    "TEAM": "队伍",
    "TIER_DUTY": "层级分工",
    "TRAINING": "培训",
    "TRIPLE": "三同时",
    "UNIT_AREA": "单元范围",
    "UNIT_SET": "单位组合",
    "WATCH_AREA": "重点看护区",
    "WATCH_PLATFORM": "看护平台",
}
DETAIL_WORDS = {
    "unit": "单元",
    "units": "单位",
    "role": "角色",
    "may": "可参与",
    "time_limited": "限期",
}
MATRIX_ROWS = 400


@dataclass(frozen=True)
class TierLine:
    tier: str
    label: str
    meaning: str
    parents: str
    roles: str
    count: int
    kinds: list[tuple[str, int]]


def tiers(scheme: GridScheme, on: date) -> list[TierLine]:
    """Every tier with its meaning in this regime, where it may stand, how many there are."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    grids = scheme.grids.open_on(on).values_list("tier", "kind").annotate(n=Count("pk"))
    for tier, kind, n in grids.order_by():
        counted[tier][dict(Grid._meta.get_field("kind").choices)[kind]] += n
    return [_tier_line(scheme, tier, counted[tier]) for tier in Tier.values]


def _tier_line(scheme: GridScheme, tier: str, kinds: Counter[str]) -> TierLine:
    return TierLine(
        tier=tier,
        label=scheme.tier_label(tier),
        meaning=scheme.tier_meaning.get(tier, ""),
        parents="、".join(map(scheme.tier_label, scheme.allowed_parents.get(tier, []))),
        roles="、".join(map(scheme.role_label, scheme.required_roles.get(tier, []))),
        count=sum(kinds.values()),
        kinds=sorted(kinds.items()),
    )


@dataclass(frozen=True)
class PostLine:
    tier: str
    role: str
    title: str
    clause: str
    named: int
    held: int


def posts(scheme: GridScheme, on: date) -> list[PostLine]:
    """Posts by tier, role and title: how many there are and how many somebody holds."""
    running = Post.objects.filter(access.running_q(on), grid__scheme=scheme)
    rows = (
        running.values_list("grid__tier", "role", "title", "clause")
        .annotate(named=Count("pk"), held=Count("user"))
        .order_by()
    )
    order = {tier: place for place, tier in enumerate(Tier.values)}
    lines = [
        PostLine(scheme.tier_label(tier), scheme.role_label(role), title, clause, named, held)
        for tier, role, title, clause, named, held in sorted(rows, key=lambda r: (order[r[0]], *r))
    ]
    return lines[:200]


def rules(scheme: GridScheme, on: date) -> list[dict[str, Any]]:
    """Dated rules by key; which of them counts today."""
    found = scheme.rules.order_by("key", "valid_from")
    return [
        {
            "rule": rule,
            "value": _value(rule.value),
            "is_plain": not isinstance(rule.value, dict | list),
            "is_valid": rule.valid_from <= on and (rule.valid_to is None or rule.valid_to >= on),
        }
        for rule in found
    ]


def _value(value: Any) -> str:
    """A rule's value as people read it: a word or number, else one line per part."""
    if isinstance(value, dict):
        return "\n".join(f"{key}：{json.dumps(v, ensure_ascii=False)}" for key, v in value.items())
    if isinstance(value, list):
        return "\n".join(json.dumps(v, ensure_ascii=False) for v in value)
    return _words(value)


@dataclass(frozen=True)
class EntryLine:
    """A named thing; `facts` are the pairs of a structured detail, else its one text."""

    entry: SchemeEntry
    facts: list[tuple[str, str]]


def entries(scheme: GridScheme) -> list[tuple[str, list[EntryLine]]]:
    """Named things of the document by kind."""
    by_kind: dict[str, list[EntryLine]] = defaultdict(list)
    for entry in scheme.entries.order_by("kind", "pk"):
        by_kind[entry.kind].append(EntryLine(entry, _facts(entry.detail)))
    return [(ENTRY_KINDS.get(kind, kind), found) for kind, found in by_kind.items()]


def _facts(detail: str) -> list[tuple[str, str]]:
    try:
        given = json.loads(detail)
    except ValueError:
        return [("", detail)] if detail else []
    if not isinstance(given, dict):
        return [("", _words(given))]
    return [(DETAIL_WORDS.get(key, str(key)), _words(value)) for key, value in given.items()]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(_words, value))
    return (
        {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


def printed_matrix(scheme: GridScheme) -> tuple[list[str], list[EntryLine]]:
    """The document's own 任务分工表, when it has one: column titles and rows (Y2-35)."""
    lines = dict(entries(scheme)).get(ENTRY_KINDS["MATRIX"], [])
    return list(dict.fromkeys(title for line in lines for title, _ in line.facts)), lines


def supervision(scheme: GridScheme) -> QuerySet[Supervision]:
    found = Supervision.objects.filter(grid__scheme=scheme).select_related("grid", "supervisor")
    return found.order_by("grid__lft", "pk")


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix: `span` rows high, `width` columns wide."""

    grid: Grid
    span: int
    width: int
    posts: list[Post]


def matrix(scheme: GridScheme, grids: QuerySet[Grid], on: date, under: str = "") -> dict[str, Any]:
    """任务分工表 (Y2-35): a row per innermost grid, its upper grids in merged cells at left.

    At most 400 grids; `under` (a code) narrows to one branch.
    """
    branch = grids.filter(code=under).first() if under else None
    if branch is not None:
        grids = grids.filter(tree_id=branch.tree_id, lft__gte=branch.lft, rght__lte=branch.rght)
    nodes = list(grids.exclude(tier=Tier.ROOT).order_by("tree_id", "lft")[: MATRIX_ROWS + 1])
    shown = nodes[:MATRIX_ROWS]
    levels = [node.level for node in shown] or [0]
    titles, lines = printed_matrix(scheme)
    return {
        "titles": titles,
        "lines": lines,
        "rows": _table(shown, _posts_by_grid(shown, on), max(levels)),
        "columns": max(levels) - min(levels) + 1,
        "is_cut": len(nodes) > MATRIX_ROWS,
        "branch": branch,
        "firsts": scheme.grids.filter(tier=Tier.FIRST).order_by("lft")[:100],
    }


def _posts_by_grid(nodes: list[Grid], on: date) -> dict[int, list[Post]]:
    held: dict[int, list[Post]] = defaultdict(list)
    found = Post.objects.filter(access.running_q(on), grid__in=[n.pk for n in nodes])
    for post in found.select_related("user").order_by("role", "seat"):
        held[post.grid_id].append(post)
    return held


def _table(nodes: list[Grid], held: dict[int, list[Post]], deepest: int) -> list[list[Cell]]:
    """Rows of cells: an upper grid is written in the first row it covers."""
    rows: list[list[Cell]] = []
    begun: list[Cell] = []
    for place, node in enumerate(nodes):
        leaves = _leaves(nodes, place)
        is_leaf = leaves == 0
        width = deepest - node.level + 1 if is_leaf else 1
        begun.append(Cell(node, max(leaves, 1), width, held[node.pk]))
        if is_leaf:
            rows.append(begun)
            begun = []
    return rows


def _leaves(nodes: list[Grid], place: int) -> int:
    """How many innermost grids follow inside the node; 0: it is one itself."""
    node, count = nodes[place], 0
    for index in range(place + 1, len(nodes)):
        inner = nodes[index]
        if inner.tree_id != node.tree_id or inner.lft > node.rght:
            break
        after = nodes[index + 1] if index + 1 < len(nodes) else None
        count += after is None or after.tree_id != inner.tree_id or after.level <= inner.level
    return count
