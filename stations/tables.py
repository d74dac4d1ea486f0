"""Rankings as plain data and plain text: the same for command, API and tests. Pure shapes."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from stations.models import Ranking
from stations.periods import Period
from stations.services.drafts import Draft
from stations.services.whatif import Replay
from stations.standards import BEIJING
from stations.streaks import Firing

_COLUMNS = (
    *("rank", "score", "reason", "valid_days", "air", "air_rank", "supervision"),
    *("supervision_rank", "enforcement", "enforcement_rank", "is_bottom", "proof"),
)


def of_ranking(ranking: Ranking) -> dict[str, Any]:
    """A published ranking with its lines prefetched."""
    lines = [
        _line(line.grid.code, line.grid.name, {name: getattr(line, name) for name in _COLUMNS})
        for line in ranking.lines.all()
    ]
    return {
        **_head(ranking.scheme.code, Period.parse(ranking.period)),
        "published_at": ranking.published_at.astimezone(BEIJING).isoformat(),
        "edition": ranking.edition,
        "reason": ranking.reason,
        "difference": ranking.difference,
        "rule_set": ranking.rule_set,
        "formula": ranking.formula,
        "weights": ranking.weights,
        "rules": ranking.inputs,
        "ranked": ranking.ranked,
        "digest": ranking.digest,
        "lines": lines,
    }


def of_draft(draft: Draft) -> dict[str, Any]:
    """A ranking that is not published; `published_at` is None, `edition` 0."""
    fields = draft.fields
    return {
        **_head(draft.scheme.code, draft.period),
        "published_at": None,
        "edition": 0,
        "reason": "",
        "difference": [],
        "rule_set": fields["rule_set"],
        "formula": fields["formula"],
        "weights": fields["weights"],
        "rules": fields["inputs"],
        "ranked": fields["ranked"],
        "digest": draft.digest,
        "lines": [_line(line["grid"].code, line["grid"].name, line) for line in draft.lines],
    }


def _head(scheme: str, period: Period) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "period": period.code,
        "label": period.label,
        "starts_on": period.first.isoformat(),
        "ends_on": period.last.isoformat(),
    }


def _line(code: str, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    shown = {column: _plain(values.get(column)) for column in _COLUMNS}
    return {"unit": code, "name": name, **shown, "air": air_text(values.get("air"), values)}


def air_text(value: Decimal | None, line: Mapping[str, Any]) -> str | None:
    """Composite index with 2 decimals, the AQI of a day as a whole number."""
    if value is None:
        return None
    return f"{value:.2f}" if "terms" in line["proof"] else f"{value:.0f}"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


def as_text(table: Mapping[str, Any]) -> Iterator[str]:
    """The table for people; the working of every unit below it."""
    state = f"第 {table['edition']} 版" if table["published_at"] else "未发布，按现有数据计算"
    yield f"{table['label']} 排名（{table['scheme']}，{state}）"
    yield f"算法：{table['formula']}"
    weights = "，".join(f"{name} {percent}%" for name, percent in table["weights"].items())
    yield f"权重：{weights}；标准：{table['rule_set']}"
    yield "名次  单位  得分  空气  督查  执法办案  有效天  后三位"
    for line in table["lines"]:
        yield _text_line(line)
    for line in table["lines"]:
        yield from _working(line)


def _text_line(line: Mapping[str, Any]) -> str:
    if line["rank"] is None:
        return f"—  {line['name']}  {line['reason']}"
    parts = (line["score"], line["air"], line["supervision"], line["enforcement"])
    shown = "  ".join("—" if part is None else str(part) for part in parts)
    bottom = "后三位" if line["is_bottom"] else ""
    return f"{line['rank']}  {line['name']}  {shown}  {line['valid_days']}  {bottom}".rstrip()


def _working(line: Mapping[str, Any]) -> Iterator[str]:
    proof = line["proof"]
    yield f"[{line['name']}] {proof.get('formula', '')}".rstrip()
    terms = proof.get("terms") or []
    for term in terms:
        yield (f"  {term['pollutant']} {term['concentration']} ÷ {term['limit']} = {term['part']}")
    if terms:
        yield f"  综合指数 = {' + '.join(term['part'] for term in terms)} = {line['air']}"
    yield from _long_working(proof)
    for day in proof.get("days", []):
        values = "，".join(f"{name} {value or '—'}" for name, value in day["values"].items())
        mark = "" if day["is_valid"] else "（无效）"
        yield f"  {day['on']}{mark}：{values}；站点 {'、'.join(day['stations']) or '无数据'}"


def _long_working(proof: Mapping[str, Any]) -> Iterator[str]:
    """From a month on: completeness by item and month, the year before, improvement."""
    for item, months in proof.get("completeness", {}).items():
        yield f"  {item} 有效天：{'，'.join(f'{month} {n}' for month, n in months.items())}"
    if "improvement" in proof:
        before, better = proof["before"], proof["improvement"]
        yield (
            f"  上年同期 {before['period']}：{before['air'] or before['reason'] or '—'}；"
            f"变化率 {better['percent'] or '—'}%，改善第 {better['rank'] or '—'} 名"
        )


def of_replay(found: Replay) -> dict[str, Any]:
    """试算 as plain data: for each unit what was published and what would have been."""
    return {
        "changes": dict(found.changes),
        "weeks": list(found.weeks),
        "called": dict(zip(("published", "replayed"), found.called, strict=True)),
        "units": [
            {
                "unit": row.grid.code,
                "name": row.grid.name,
                "bottom_weeks": list(row.bottoms),
                "published": [_call(firing) for firing in row.was_called],
                "replayed": [_call(firing) for firing in row.now_called],
            }
            for row in found.rows
        ],
    }


def _call(firing: Firing) -> dict[str, Any]:
    return {"week": firing.fired, "to": firing.step.to, "weeks": firing.step.weeks}


def replay_as_text(found: Replay) -> Iterator[str]:
    """The replay for people; only units that differ or were called."""
    span = f"{found.weeks[0]} 至 {found.weeks[-1]}" if found.weeks else "没有已发布的周排名"
    yield f"试算 {len(found.weeks)} 周（{span}），未存储"
    yield f"约谈：实际 {found.called[0]} 次，试算 {found.called[1]} 次"
    for row in found.rows:
        if row.is_changed or row.was_called or row.now_called:
            before, after = row.bottoms
            yield (
                f"{row.grid.name}：后几位 {before} → {after} 周；"
                f"实际约谈 {_calls(row.was_called)}；试算约谈 {_calls(row.now_called)}"
            )


def _calls(called: tuple[Firing, ...]) -> str:
    names = {"EXECUTIVE": "分管领导", "CHIEF": "主要领导"}
    shown = [f"{one.fired} {names.get(one.step.to, one.step.to)}" for one in called]
    return "、".join(shown) or "无"
