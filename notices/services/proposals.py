"""约谈建议: what the published weeks call for; a person decides (W-54, W-55)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from grids.access import running_q
from grids.models import Grid, GridScheme, Post
from grids.selectors import rule, rule_row
from notices.models import Summons
from notices.selectors.clauses import clause_of_step
from notices.selectors.streaks import weekly_history
from stations.models import Ranking, RankingLine, StationPost
from stations.periods import Period
from stations.streaks import Firing, Step, firings
from tasks.deadlines import beijing_date

State = Summons.State
UNDONE = "更正后的排名不再构成连续排名靠后，请复核是否撤销。"
MOVED = "更正后这次连续从 {} 起算，请核对证明。"


@dataclass(frozen=True)
class Case:
    """A firing of one unit, with the clause of the rule that called for it."""

    scheme: GridScheme
    grid: Grid
    firing: Firing
    clause: str


@transaction.atomic
def propose_from_streaks(scheme: GridScheme, period: str, *, at: datetime) -> list[Summons]:
    """约谈建议 up to the week `period`: one per unit, level and streak.

    Safe late, twice and after corrections: an undecided proposal whose streak late data undid is
    withdrawn, a decided one is flagged; a streak that now starts elsewhere does not call the
    same person again. Returns the new proposals.
    """
    fresh: list[Summons] = []
    standing: set[int] = set()
    for case in _cases(scheme, period):
        summons, is_new = _propose(case, at=at)
        standing.add(summons.pk)
        fresh += [summons] if is_new else []
    _undo(scheme, period, standing)
    return fresh


def _cases(scheme: GridScheme, period: str) -> list[Case]:
    """Every firing; the rule is that of the week in which it fired."""
    history = weekly_history(scheme, period)
    grids = Grid.objects.in_bulk(list(history))
    rules: dict[str, tuple[set[Step], str]] = {}
    found = []
    for grid_id, weeks in history.items():
        for firing in firings(weeks, _all_steps(scheme)):
            if firing.fired not in rules:
                rules[firing.fired] = _rule_of(scheme, Period.parse(firing.fired).last)
            steps, clause = rules[firing.fired]
            if firing.step in steps:
                found.append(Case(scheme, grids[grid_id], firing, clause))
    return found


def _all_steps(scheme: GridScheme) -> list[Step]:
    rows = scheme.rules.filter(key="summons.streak").values_list("value", flat=True)
    return sorted({step for value in rows for step in _steps(value)}, key=lambda one: one.weeks)


def _steps(value: Any) -> list[Step]:
    return [Step(int(row["weeks"]), str(row["to"])) for row in value or ()]


def _rule_of(scheme: GridScheme, on: date) -> tuple[set[Step], str]:
    row = rule_row(scheme, "summons.streak", on)
    return set(_steps(rule(scheme, "summons.streak", on, []))), row.clause if row else ""


def _propose(case: Case, *, at: datetime) -> tuple[Summons, bool]:
    known = _of_the_streak(case)
    if known is None:
        return _new(case, at=at), True
    if known.state == State.WITHDRAWN and known.decided_by_id is None:
        return _renew(known, case, {"state": State.PROPOSED, "proposed_at": at}, at=at), True
    if known.state == State.PROPOSED:
        return _renew(known, case, {}, at=at), False
    _set_question(known, "" if known.streak_started == case.firing.started else _moved(case))
    return known, False


def _of_the_streak(case: Case) -> Summons | None:
    """The summons of this level for this streak, whatever week it was thought to begin."""
    rows = Summons.objects.filter(
        scheme=case.scheme,
        grid=case.grid,
        to=case.firing.step.to,
        basis=Summons.Basis.STREAK,
        streak_started__in=case.firing.run,
    )
    ranked = sorted(rows, key=lambda row: (row.state == State.WITHDRAWN, row.streak_started))
    return ranked[0] if ranked else None


def _new(case: Case, *, at: datetime) -> Summons:
    return Summons.objects.create(
        scheme=case.scheme,
        scheme_root=case.grid.get_root(),
        grid=case.grid,
        basis=Summons.Basis.STREAK,
        to=case.firing.step.to,
        clause=_clause(case),
        proposed_at=at,
        **_columns(case, at=at),
    )


def _clause(case: Case) -> str:
    """The sentence of this step (W-54 for two weeks, W-55 for three), else that of the rule."""
    on = Period.parse(case.firing.fired).last
    found = clause_of_step(case.scheme, case.firing.step.weeks, on)
    return found.code if found else case.clause


def _renew(row: Summons, case: Case, over: dict[str, Any], *, at: datetime) -> Summons:
    """An undecided proposal always shows the newest figures; what agrees is not written."""
    wanted = _columns(case, at=at) | over
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=list(changed))
    return row


def _columns(case: Case, *, at: datetime) -> dict[str, Any]:
    firing = case.firing
    return {
        "target_title": target_of(case.grid, firing.step.to, on=beijing_date(at)),
        "streak_started": firing.started,
        "fired": firing.fired,
        "weeks": firing.step.weeks,
        "proof": proof_of(case.scheme, case.grid, firing.periods),
    }


def _moved(case: Case) -> str:
    return MOVED.format(Period.parse(case.firing.started).label)


def _set_question(row: Summons, question: str) -> None:
    if row.question != question:
        row.question, row.is_questioned = question, bool(question)
        row.save(update_fields=["question", "is_questioned"])


def _undo(scheme: GridScheme, period: str, standing: set[int]) -> None:
    """What no streak supports any more: undecided → withdrawn, decided → flagged."""
    rows = Summons.objects.filter(
        scheme=scheme, basis=Summons.Basis.STREAK, fired__lte=period
    ).exclude(state__in=(State.WITHDRAWN, State.DECLINED))
    for row in rows.exclude(pk__in=standing):
        if row.state == State.PROPOSED:
            row.state = State.WITHDRAWN
            row.save(update_fields=["state"])
        else:
            _set_question(row, UNDONE)


# --- who, and the proof --------------------------------------------------------------------------


def target_of(grid: Grid, to: str, *, on: date) -> str:
    """The title of the post that is called: 执行副点长 (分管领导) or 点长 (主要领导).

    A scheme without station posts calls the unit's own 负责人 or 网格长.
    """
    role = StationPost.Role.EXECUTIVE if to == Summons.To.EXECUTIVE else StationPost.Role.CHIEF
    at_station = StationPost.objects.filter(running_q(on), station__grid=grid, role=role)
    title = at_station.order_by("pk").values_list("title", flat=True).first()
    if title is None:
        grid_role = "MANAGER" if to == Summons.To.EXECUTIVE else "CHIEF"
        held = Post.objects.filter(running_q(on), grid=grid, role=grid_role)
        title = held.order_by("seat", "pk").values_list("title", flat=True).first()
    return f"{grid.name} {title or Summons.To(to).label}"


def proof_of(scheme: GridScheme, grid: Grid, periods: tuple[str, ...]) -> dict[str, Any]:
    """The weeks as published: rank, number of ranked units, ties, who took no part and why."""
    rankings = Ranking.objects.current().filter(scheme=scheme, period__in=periods)
    lines = RankingLine.objects.filter(ranking__in=rankings).select_related("ranking", "grid")
    by_week: dict[str, list[RankingLine]] = {}
    for line in lines.order_by("rank", "grid__lft"):
        by_week.setdefault(line.ranking.period, []).append(line)
    return {"weeks": [_week(by_week[period], grid) for period in periods if period in by_week]}


def _week(lines: list[RankingLine], grid: Grid) -> dict[str, Any]:
    mine = next(line for line in lines if line.grid_id == grid.pk)
    ties = [one for one in lines if one.rank == mine.rank and one.grid_id != grid.pk]
    return {
        "period": mine.ranking.period,
        "ranking": mine.ranking_id,
        "edition": mine.ranking.edition,
        "digest": mine.ranking.digest,
        "rank": mine.rank,
        "ranked": mine.ranking.ranked,
        "score": _text(mine.score),
        "air": _text(mine.air),
        "valid_days": mine.valid_days,
        "ties": [line.grid.name for line in ties],
        "not_ranked": [
            {"unit": line.grid.name, "reason": line.reason} for line in lines if line.rank is None
        ],
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)
