"""排名: computed with its proof, published frozen, corrected by a new edition."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import Grid, GridScheme, User
from stations import holds, policies, rankables, spans, supervision
from stations.models import Ranking, RankingLine
from stations.periods import Kind, Period
from stations.services.drafts import Draft, day_draft, week_draft
from stations.services.long_drafts import long_draft


class Held(Refused):
    """The period waits for a verdict on 疑似干扰; the sentence names the episodes."""

    code = "held"


_KINDS = frozenset({Kind.DAY, Kind.WEEK, *spans.KINDS})


def preview(
    scheme: GridScheme, period: Period, *, enforcement: Mapping[int, int] | None = None
) -> Draft:
    """What publishing would give now. `enforcement`: cases a unit found and settled itself, by
    grid id; None when the caller has no such records, then every unit has 0 and the proof says so.

    Raises Invalid for a period that is not ranked (half-months are not).
    """
    if period.kind not in _KINDS:
        raise Invalid("半月没有排名：日写 2026-11-16，周写 2026-W46，月写 2026-11，季写 2026-Q4")
    if period.kind in spans.KINDS:
        return long_draft(scheme, period)
    units = rankables.units(scheme, period)
    if period.kind is Kind.DAY:
        return day_draft(scheme, period, units)
    given = supervision.of_units([unit.grid for unit in units], period)
    parts = {
        pk: {
            "supervision": counts.as_proof(),
            "enforcement": None if enforcement is None else enforcement.get(pk, 0),
        }
        for pk, counts in given.items()
    }
    return week_draft(scheme, period, units, parts)


@transaction.atomic
def publish(
    scheme: GridScheme,
    period: Period,
    *,
    by: User | None,
    at: datetime,
    enforcement: Mapping[int, int] | None = None,
) -> Ranking:
    """发布: once per period; a repeated call returns what was published. `by` None is the job.

    Raises Refused before the period has ended, when there is no unit to rank, and for a week
    whose 执法办案 part the caller does not know: what is published stays as it is (W-53). Raises
    Held while 疑似干扰 in the period waits for its verdict.
    """
    if by is not None:
        policies.check_publish(by, scheme)
    GridScheme.objects.select_for_update().get(pk=scheme.pk)
    known = Ranking.objects.current().filter(scheme=scheme, period=period.code).first()
    if known is not None:
        return known
    if supervision.bounds(period)[1] > at:
        raise Refused(f"{period.label}还没有结束，结束后才能发布排名")
    if period.kind is Kind.WEEK and enforcement is None:
        raise Refused("周排名要连同执法办案部分一起发布")
    held = holds.holding(scheme, period)
    if held:
        raise Held(holds.reason(period, held))
    draft = preview(scheme, period, enforcement=enforcement)
    if not draft.lines:
        raise Refused("没有可以排名的单位：请先登记站点并指定责任单位")
    return _freeze(draft, by=by, at=at, edition=1)


@transaction.atomic
def correct(ranking: Ranking, *, reason: str, by: User | None, at: datetime) -> Ranking:
    """更正: a new edition with the difference if late data change anything, else the same one.

    督查 and 执法办案 stay as they were published; only the air is computed again.
    """
    if by is not None:
        policies.check_publish(by, ranking.scheme)
    if not reason.strip():
        raise Invalid("请写明更正的原因", fields={"reason": "请写明更正的原因"})
    GridScheme.objects.select_for_update().get(pk=ranking.scheme_id)
    latest = Ranking.objects.current().get(scheme=ranking.scheme_id, period=ranking.period)
    draft = _again(latest)
    difference = _difference(latest, draft)
    if not difference:
        return latest
    return _freeze(
        draft,
        by=by,
        at=at,
        edition=latest.edition + 1,
        corrects=latest,
        reason=reason.strip()[:200],
        difference=difference,
    )


def _again(ranking: Ranking) -> Draft:
    scheme, period = ranking.scheme, Period.parse(ranking.period)
    if period.kind in spans.KINDS:
        return long_draft(scheme, period)
    units = rankables.units(scheme, period)
    if period.kind is Kind.DAY:
        return day_draft(scheme, period, units)
    nothing = {"supervision": supervision.Supervision().as_proof(), "enforcement": 0}
    frozen = {line.grid_id: line.proof.get("parts", nothing) for line in ranking.lines.all()}
    return week_draft(
        scheme, period, units, {unit.grid.pk: frozen.get(unit.grid.pk, nothing) for unit in units}
    )


def _freeze(draft: Draft, *, by: User | None, at: datetime, edition: int, **more: Any) -> Ranking:
    ranking = Ranking.objects.create(
        scheme=draft.scheme,
        published_by=by,
        published_at=at,
        edition=edition,
        digest=draft.digest,
        **draft.fields,
        **more,
    )
    RankingLine.objects.bulk_create(RankingLine(ranking=ranking, **line) for line in draft.lines)
    return ranking


_COMPARED = ("rank", "air", "valid_days", "is_bottom", "score")


def _difference(ranking: Ranking, draft: Draft) -> list[dict[str, Any]]:
    """What a correction changes: unit, field, before, after."""
    before = {line.grid_id: line for line in ranking.lines.select_related("grid")}
    found = []
    for line in draft.lines:
        old = before.pop(line["grid"].pk, None)
        for name in _COMPARED:
            was, now = getattr(old, name, None), line[name]
            if was != now:
                found.append(_changed(line["grid"], name, was, now))
    gone = [_changed(line.grid, "rank", line.rank, None) for line in before.values()]
    return found + gone


def _changed(grid: Grid, name: str, was: Any, now: Any) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return str(value.normalize()) if isinstance(value, Decimal) else value

    return {
        "unit": grid.code,
        "name": grid.name,
        "field": name,
        "before": plain(was),
        "after": plain(now),
    }
